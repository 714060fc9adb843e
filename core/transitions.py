"""Moving documents along their tables: the one place that writes ``status``."""

from collections.abc import Sequence

from django.db import connection

from core.locks import require_locked
from core.models import Document, User
from core.states import Action, Transition, available_actions, require_transition
from core.timeline import TimelineEntry, record

__all__ = ["Action", "Transition", "advance", "available_actions", "require_transition"]


def advance(documents: Sequence[Document], verb: str, *, actor: User, reason: str = "") -> None:
    """Move locked documents of one kind along their table: status, version, stamp and one timeline row each, in two
    statements.

    The caller holds the rows' locks. The instances are updated to what was written. Raises TransitionRefused.
    """
    if not documents:
        return
    model = type(documents[0])
    require_locked(model, [document.pk for document in documents])
    move = require_transition(documents, verb)
    stamps = f", {move.stamp}_at = now(), {move.stamp}_by_id = %(actor)s" if move.stamp else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {model._meta.db_table} SET status = %(target)s, version = version + 1, changed_at = now(),"  # noqa: S608
            f" changed_by_id = %(actor)s{stamps} WHERE id = ANY(%(ids)s)",
            {"target": move.target, "actor": actor.pk, "ids": [document.pk for document in documents]},
        )
        assert cursor.rowcount == len(documents)
    record(
        [
            TimelineEntry.about(document, verb, from_status=document.status, to_status=move.target, reason=reason)
            for document in documents
        ],
        actor=actor,
    )
    for document in documents:
        document.status = move.target
        document.version += 1

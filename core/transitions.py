"""Moving documents along their tables: the one place that writes ``status``."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from core.locks import require_locked
from core.models import Document, User
from core.states import Action, Transition, available_actions, require_transition
from core.timeline import TimelineEntry, record

__all__ = ["Action", "Transition", "advance", "available_actions", "require_transition"]


def advance(
    documents: Sequence[Document],
    verb: str,
    *,
    actor: User,
    reason: str = "",
    same: Mapping[str, Any] | None = None,
    also: Sequence[TimelineEntry] = (),
) -> None:
    """Move locked documents of one kind along their table: status, version, stamp and one timeline row each, in one
    statement and the command's closing one.

    ``same`` gives columns that every document gets with it, ``also`` what else the timelines tell, after the move. The
    caller holds the rows' locks. The instances are updated to what was written. Raises TransitionRefused.
    """
    if not documents:
        return
    model = type(documents[0])
    require_locked(model, [document.pk for document in documents])
    move = require_transition(documents, verb)
    stamps = f", {move.stamp}_at = now(), {move.stamp}_by_id = %(actor)s" if move.stamp else ""
    given = "".join(f', "{column}" = %({column})s' for column in same or {})
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {model._meta.db_table} SET status = %(target)s, version = version + 1, changed_at = now(),"  # noqa: S608
            f" changed_by_id = %(actor)s{stamps}{given} WHERE id = ANY(%(ids)s)",
            {**(same or {}), "target": move.target, "actor": actor.pk, "ids": [document.pk for document in documents]},
        )
        assert cursor.rowcount == len(documents)
    record(
        [
            TimelineEntry.about(document, verb, from_status=document.status, to_status=move.target, reason=reason)
            for document in documents
        ]
        + list(also),
        actor=actor,
    )
    for document in documents:
        document.status = move.target
        document.version += 1

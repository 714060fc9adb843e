"""The timeline of documents: append-only rows of what happened, and the links that make the document chain."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from core import bulk
from core.context import current_context
from core.models import Document, DocumentEvent, DocumentLink, User
from core.runs import current_run

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of a document's timeline, before it is written."""

    document_kind: str
    document_id: int
    verb: str
    from_status: str = ""
    to_status: str = ""
    text: str = ""
    reason: str = ""
    data: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def about(cls, document: Document, verb: str, **facts: Any) -> "TimelineEntry":
        """An entry about this document."""
        return cls(document.kind, document.pk, verb, **facts)


def record(entries: Sequence[TimelineEntry], *, actor: User) -> None:
    """Append these entries in one statement, under the running command. Too long a reason is cut, as in the log."""
    if not entries:
        return
    run, context = current_run(), current_context()
    bulk.insert(
        DocumentEvent,
        {
            "document_kind": [entry.document_kind for entry in entries],
            "document_id": [entry.document_id for entry in entries],
            "verb": [entry.verb for entry in entries],
            "from_status": [entry.from_status for entry in entries],
            "to_status": [entry.to_status for entry in entries],
            "text": [entry.text for entry in entries],
            "reason": [entry.reason[:LONGEST_REASON] for entry in entries],
            "data": [entry.data for entry in entries],
        },
        same={"actor_id": actor.pk, "via": context.via, "command_uid": run.uid},
    )


def link(edges: Sequence[tuple[str, int, str, int]]) -> None:
    """Append chain edges (earlier kind, earlier id, later kind, later id) in one statement;

    A known edge is left alone.
    """
    if not edges:
        return
    unique = sorted(set(edges))
    bulk.insert(
        DocumentLink,
        {
            "earlier_kind": [edge[0] for edge in unique],
            "earlier_id": [edge[1] for edge in unique],
            "later_kind": [edge[2] for edge in unique],
            "later_id": [edge[3] for edge in unique],
        },
        skip_known=True,
    )

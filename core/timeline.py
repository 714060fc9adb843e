"""The timeline of documents: append-only rows of what happened, and the links that make the document chain."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from core import bulk
from core.closing import Collector, Part, Place, collected, require_count
from core.context import current_context
from core.models import Document, DocumentEvent, DocumentLink, User
from core.runs import Run, current_run

LONGEST_REASON = 500
Edge = tuple[str, int, str, int]


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


class _Story(Collector):
    """The timeline entries of one command, in the order they were recorded."""

    def __init__(self) -> None:
        self.entries: list[tuple[TimelineEntry, int]] = []

    def part(self) -> Part:
        run, context = current_run(), current_context()
        entries = [entry for entry, _ in self.entries]
        sql, values = bulk.insertion(
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
                "actor_id": [actor_id for _, actor_id in self.entries],
            },
            same={"via": context.via, "command_uid": run.uid},
        )
        count = "(SELECT count(*) FROM told)"
        return Part(Place.TIMELINE, f"told AS ({sql})", values, count, require_count(len(entries)))


class _Chain(Collector):
    """The chain edges of one command."""

    def __init__(self) -> None:
        self.edges: set[Edge] = set()

    def part(self) -> Part:
        unique = sorted(self.edges)
        sql, values = bulk.insertion(
            DocumentLink,
            {
                "earlier_kind": [edge[0] for edge in unique],
                "earlier_id": [edge[1] for edge in unique],
                "later_kind": [edge[2] for edge in unique],
                "later_id": [edge[3] for edge in unique],
            },
            skip_known=True,
        )
        return Part(Place.CHAIN, f"linked AS ({sql})", values, "(SELECT count(*) FROM linked)", lambda _: None)


def record(entries: Sequence[TimelineEntry], *, actor: User) -> None:
    """Append these entries under the running command. Too long a reason is cut, as in the log.

    They are written when the outermost command closes, in its one closing statement, in the order recorded.
    """
    if entries:
        collected(_Story).entries += [(entry, actor.pk) for entry in entries]


def told(run: Run) -> Sequence[TimelineEntry]:
    """What this command has told so far, in the order recorded: for those who read along (``closing.add_reader``)."""
    story: _Story | None = run.closing.get(_Story)
    return [entry for entry, _ in story.entries] if story else []


def link(edges: Sequence[Edge]) -> None:
    """Append chain edges (earlier kind, earlier id, later kind, later id) when the outermost command closes.

    A known edge is left alone.
    """
    if edges:
        collected(_Chain).edges.update(edges)

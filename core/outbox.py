"""The way out of a transaction: rows that workers carry out after the commit, at least once.

PostgreSQL holds the truth. ``on_commit`` only nudges a worker; what no nudge reached, the sweeper takes. Losing Redis
loses nothing.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal

from django.db import transaction

from core import bulk, nudge
from core.closing import Collector, Part, Place, collected
from core.models import OutboxMessage
from core.runs import current_run

Queue = Literal["promising", "documents", "analytics", "integration"]


class _Messages(Collector):
    """The messages of one command, in the order they were emitted."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, Queue, dict[str, Any], bool]] = []

    def part(self) -> Part:
        sql, values = bulk.insertion(
            OutboxMessage,
            {
                "task": [task for task, _, _, _ in self.messages],
                "queue": [queue for _, queue, _, _ in self.messages],
                "payload": [payload for _, _, payload, _ in self.messages],
            },
            same={"command_uid": current_run().uid},
        )
        ids = "(SELECT array_agg(ARRAY[id::text, queue] ORDER BY id) FROM sent)"
        return Part(Place.OUTBOX, f"sent AS ({sql}, queue)", values, ids, self._nudge_after_commit)

    def _nudge_after_commit(self, sent: list[list[str]]) -> None:
        assert len(sent) == len(self.messages)
        by_queue: dict[str, list[int]] = {}
        for (pk, queue), (_, _, _, is_nudged) in zip(sent, self.messages, strict=True):
            if is_nudged:
                by_queue.setdefault(queue, []).append(int(pk))
        for queue, ids in by_queue.items():
            transaction.on_commit(partial(nudge.nudge, ids, queue))


def emit(task: str, payloads: Sequence[Mapping[str, Any]], *, queue: Queue, is_nudged: bool = True) -> None:
    """Have ``task`` (a name registered in ``core.work.register_task``) carried out once per payload after the commit.

    The messages are written when the outermost command closes, in its one closing statement. The task takes the
    payload's values as keywords, is idempotent, and calls one service. With ``is_nudged`` false no worker is told: the
    caller carries it out itself, and the sweeper does if the caller dies.
    """
    if payloads:
        collected(_Messages).messages += [(task, queue, dict(payload), is_nudged) for payload in payloads]

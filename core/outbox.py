"""The way out of a transaction: rows that workers carry out after the commit, at least once.

PostgreSQL holds the truth. ``on_commit`` only nudges a worker; what no nudge reached, the sweeper takes. Losing Redis
loses nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from django.db import transaction

from core import bulk, nudge
from core.models import OutboxMessage
from core.runs import current_run

Queue = Literal["promising", "documents", "analytics", "integration"]


def emit(task: str, payloads: Sequence[Mapping[str, Any]], *, queue: Queue) -> None:
    """Have ``task`` (a name registered in ``core.work.register_task``) carried out once per payload after the commit.
    One statement.

    The task takes the payload's values as keywords, is idempotent, and calls one service.
    """
    if not payloads:
        return
    ids = bulk.insert(
        OutboxMessage,
        {"payload": [dict(payload) for payload in payloads]},
        same={"task": task, "queue": queue, "command_uid": current_run().uid},
    )
    transaction.on_commit(lambda: nudge.nudge(ids, queue))

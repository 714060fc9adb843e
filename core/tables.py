"""Columns of the core's own lists: jobs and messages."""

from typing import Any

from core.models import Job, OutboxMessage
from core.web.columns import Column
from core.web.parts import Tag

JOB_TAGS: dict[str, Tag] = {
    Job.State.QUEUED: Tag("Waiting"),
    Job.State.RUNNING: Tag("Running", "info"),
    Job.State.DONE: Tag("Done", "ok"),
    Job.State.FAILED: Tag("Failed", "bad"),
}
MESSAGE_TAGS: dict[str, Tag] = {
    OutboxMessage.State.WAITING: Tag("Waiting", "info"),
    OutboxMessage.State.DONE: Tag("Done", "ok"),
    OutboxMessage.State.DEAD: Tag("Dead letter", "bad"),
}


def _progress(row: Any) -> str:
    done, total = row["done_count"], row["total_count"]
    return f"{done:,} of {total:,}" if total else f"{done:,}" if done else ""


def _next_try(row: Any) -> Any:
    return row["run_after"] if row["state"] == OutboxMessage.State.WAITING else None


JOBS = (
    Column("title", "Job", "link", url="work:job", card="k1"),
    Column("state", "State", "tag", sort="state", tags=JOB_TAGS, card="k2"),
    Column("progress", "Progress", reads=("done_count", "total_count"), value=_progress, card="k3"),
    Column("requested_by__username", "Started by", sort="requested_by__username", hide="not-s", is_muted=True),
    Column("created_at", "Started", "stamp", sort="created_at", card="k4"),
    Column("finished_at", "Finished", "stamp", sort="finished_at", hide="not-s"),
)
MESSAGES = (
    Column("pk", "Message", "count", sort="pk", card="k1"),
    Column("task", "Task", "code", sort="task", card="k3"),
    Column("state", "State", "tag", sort="state", tags=MESSAGE_TAGS, card="k2"),
    Column("tries", "Tries", "count", hide="not-s"),
    Column("last_error", "Last error", width="wrap", card="kw"),
    Column("queue", "Queue", sort="queue", hide="opt", is_muted=True),
    Column("created_at", "Written", "stamp", sort="created_at", card="k4"),
    Column("run_after", "Next try", "stamp", reads=("run_after", "state"), value=_next_try, hide="opt"),
)
RESULT_ROWS = (
    Column("label", "What", card="k1"),
    Column("outcome", "Outcome", "tag", card="k2"),
    Column("sentence", "Why", width="wrap", card="kw"),
)

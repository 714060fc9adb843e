"""Questions about work: jobs that a person may see, messages, and how far behind the outbox is."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet

from core.access import may
from core.models import Job, OutboxMessage, User

SEE_ALL = "core.see_jobs"


def jobs_visible_to(user: User) -> "QuerySet[Job]":
    """One's own jobs; all of them with the right to see all."""
    return Job.objects.all() if may(user, SEE_ALL) else Job.objects.filter(requested_by=user)


@dataclass(frozen=True, slots=True)
class OutboxState:
    """How many messages wait, since when the oldest could have run, and how many were given up."""

    waiting: int
    oldest_due: datetime | None
    dead: int


def outbox_state() -> OutboxState:
    """The outbox at a glance. One query."""
    found = OutboxMessage.objects.filter(state__in=["waiting", "dead"]).aggregate(
        waiting=Count("pk", filter=Q(state="waiting")),
        oldest_due=Min("run_after", filter=Q(state="waiting")),
        dead=Count("pk", filter=Q(state="dead")),
    )
    return OutboxState(**found)

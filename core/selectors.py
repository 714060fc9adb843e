"""Questions about work: jobs that a person may see, messages, and how far behind the outbox is."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet

from core.access import company_ids, may
from core.models import Job, OutboxMessage, User

SEE_ALL = "core.see_jobs"


def jobs_visible_to(user: User) -> "QuerySet[Job]":
    """One's own jobs; with the right to see all also those of one's companies, and those that are of no company."""
    own = Q(requested_by=user)
    if may(user, SEE_ALL):
        own |= Q(company_id__in=company_ids(user)) | Q(company_id=None)
    return Job.objects.filter(own)


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

"""Holds of quotes: stock is kept for a customer who has not decided yet, until a day and hour."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime

from core.commands import command
from core.dates import business_date as business_day
from core.models import Company, User
from inventory.drafts import DemandDraft, PromisedLine
from inventory.models import Commitment
from inventory.services.promising import commit_demands, release

HOLDS_AT_ONCE = 1_000  # of one company in one transaction; the next run of the sweeper takes the rest


@command(permission=None)
def hold_for_quote(
    *, company_id: int, demands: Sequence[DemandDraft], expires_at: datetime, business_date: date, actor: User
) -> list[PromisedLine]:
    """Promise as for an order, but only until ``expires_at``. Locks what ``promise`` locks."""
    return commit_demands(
        company_id=company_id,
        demands=[replace(demand, kind="hold") for demand in demands],
        business_date=business_date,
        expires_at=expires_at,
    )


@command(permission=None)
def release_holds(*, company_id: int, commitment_ids: Collection[int], business_date: date, actor: User) -> None:
    """Give back what is left of these holds; one that ended already is left alone."""
    rows = Commitment.objects.filter(
        pk__in=commitment_ids, company_id=company_id, kind=Commitment.Kind.HOLD, status=Commitment.Status.ACTIVE
    )
    left = {
        number: quantity - fulfilled for number, quantity, fulfilled in rows.values_list("pk", "quantity", "fulfilled")
    }
    if left:
        release(
            company_id=company_id,
            reductions=left,
            source_type="hold",
            source_id=min(left),
            business_date=business_date,
            actor=actor,
        )


@command(permission=None)
def expire_holds(*, company_id: int, now: datetime, actor: User) -> int:
    """Give back the holds whose time is over, the oldest first, and return how many. Called by the schedule."""
    company = Company.objects.get(pk=company_id)
    rows = Commitment.objects.filter(
        company_id=company_id, kind=Commitment.Kind.HOLD, status=Commitment.Status.ACTIVE, expires_at__lte=now
    )
    ids = list(rows.order_by("expires_at", "pk").values_list("pk", flat=True)[:HOLDS_AT_ONCE])
    release_holds(
        company_id=company_id,
        commitment_ids=ids,
        business_date=business_day(company.time_zone, at=now),
        actor=actor,
    )
    return len(ids)

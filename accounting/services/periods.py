"""Lock and reopen periods. A posting holds a share lock on its period until it commits: a lock waits for it (I13)."""

from collections.abc import Collection

from django.db.models.expressions import Func
from django.db.models.fields import DateTimeField

from accounting.errors import PeriodNotLockable, PeriodNotReopenable
from accounting.models import Period
from core.access import company_ids
from core.commands import command
from core.errors import NotFound
from core.locks import Rank, lock_rows
from core.models import User


class _ClockTime(Func):
    """Now, not the start of the transaction: it may have waited for postings that started later."""

    template = "clock_timestamp()"
    output_field = DateTimeField()


def lock_periods(ids: Collection[int]) -> list[Period]:
    """Lock the rows of these periods; waits for every posting into them that is under way."""
    return lock_rows(Period, ids, Rank.MASTER_DATA)


def _period(period_id: int, actor: User) -> Period:
    period = lock_periods([period_id])[0]
    if period.company_id not in company_ids(actor):
        raise NotFound("Period not found.")
    return period


@command(permission="accounting.lock_period")
def lock_period(*, period_id: int, actor: User) -> None:
    """Close the period for posting: from now on every posting dated in it is refused. Raises PeriodNotLockable."""
    period = _period(period_id, actor)
    if period.is_locked:
        raise PeriodNotLockable(f"{period.name} is locked already.")
    Period.objects.filter(pk=period.pk).update(is_locked=True, locked_at=_ClockTime(), locked_by=actor)


@command(permission="accounting.reopen_period")
def reopen_period(*, period_id: int, reason: str, actor: User) -> None:
    """Open a locked period for posting again; the reason stays in the log. Raises PeriodNotReopenable."""
    period = _period(period_id, actor)
    if not reason.strip():
        raise PeriodNotReopenable("Say why the period is reopened; the reason is kept.")
    if not period.is_locked:
        raise PeriodNotReopenable(f"{period.name} is open.")
    Period.objects.filter(pk=period.pk).update(is_locked=False, locked_at=None, locked_by=None)

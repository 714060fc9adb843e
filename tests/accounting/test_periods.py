"""Locking and reopening periods."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounting.errors import PeriodNotLockable, PeriodNotReopenable
from accounting.models import JournalEntry, OpenItem, Period
from accounting.services import lock_period, reopen_period
from core.errors import ConstraintRefused, NotAllowed, NotFound
from core.models import CommandLog, Company, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("healthy")]


@pytest.fixture
def march(company: Company) -> Period:
    return Period.objects.get(company=company, name="2026-03")


def test_nothing_is_posted_into_a_locked_period_until_it_is_reopened(
    march: Period, ruth: User, claim: Callable[..., OpenItem]
) -> None:
    lock_period(period_id=march.pk, actor=ruth)

    with pytest.raises(ConstraintRefused, match="The period of 2026-03-10 is locked"):
        claim(1, "10")
    assert (JournalEntry.objects.count(), OpenItem.objects.count()) == (0, 0)
    reopen_period(period_id=march.pk, reason="a late invoice", actor=ruth)

    assert claim(1, "10").amount == Decimal(10)
    assert CommandLog.objects.filter(name="accounting.reopen_period", reason="a late invoice").count() == 1


def test_a_period_is_locked_once_and_remembers_by_whom(march: Period, ruth: User) -> None:
    lock_period(period_id=march.pk, actor=ruth)

    march.refresh_from_db()
    assert (march.is_locked, march.locked_by, march.locked_at is not None) == (True, ruth, True)
    with pytest.raises(PeriodNotLockable, match="2026-03 is locked already"):
        lock_period(period_id=march.pk, actor=ruth)


def test_reopening_needs_a_reason_and_a_locked_period(march: Period, ruth: User) -> None:
    with pytest.raises(PeriodNotReopenable, match="2026-03 is open"):
        reopen_period(period_id=march.pk, reason="why not", actor=ruth)
    with pytest.raises(PeriodNotReopenable, match="Say why"):
        reopen_period(period_id=march.pk, reason=" ", actor=ruth)


def test_who_may_not_and_who_is_of_another_company(
    march: Period, ruth: User, charlie: User, make_user: Callable[..., User]
) -> None:
    stranger = make_user("stranger", "accounting.lock_period", member=False)

    with pytest.raises(NotAllowed):
        lock_period(period_id=march.pk, actor=charlie)
    with pytest.raises(NotFound):
        lock_period(period_id=march.pk, actor=stranger)

    march.refresh_from_db()
    assert not march.is_locked


def test_periods_of_a_company_do_not_overlap(march: Period) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Period.objects.create(
            company=march.company, name="half", starts_on=march.starts_on.replace(day=15), ends_on=march.ends_on
        )

"""Bounded retries: a deadlock or lock time-out is tried again, four times at most, and then said politely."""

import threading
import time
from typing import Any

import pytest
from django.db import connection

from core.commands import TRIES, command
from core.errors import Busy
from core.models import Company, User
from tests.core.makers import make_company


def lock_raw(company_id: int) -> None:
    """Lock without the registry, which would refuse the wrong order that these tests need."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM core_company WHERE id = %s FOR NO KEY UPDATE", [company_id])


def test_of_two_deadlocked_commands_both_end_well(company: Company, boss: User, run_together: Any) -> None:
    other, meeting = make_company(), threading.Barrier(2)
    attempts: list[int] = []

    @command(permission=None)
    def lock_both(*, first: int, second: int, actor: User) -> str:
        attempts.append(first)
        lock_raw(first)
        if len(attempts) <= 2:
            meeting.wait(20)
        lock_raw(second)
        return "done"

    outcomes = run_together(
        [
            lambda: lock_both(first=company.pk, second=other.pk, actor=boss),
            lambda: lock_both(first=other.pk, second=company.pk, actor=boss),
        ]
    )

    assert [(outcome.value, outcome.error) for outcome in outcomes] == [("done", None)] * 2
    assert len(attempts) >= 3


def test_a_row_that_stays_locked_ends_in_busy_after_four_tries(
    company: Company, boss: User, run_together: Any, settings: Any
) -> None:
    settings.KEPT_LOCK_TIMEOUT = "50ms"
    locked, give_up = threading.Event(), threading.Event()
    attempts: list[int] = []

    @command(permission=None)
    def hold(*, actor: User) -> None:
        lock_raw(company.pk)
        locked.set()
        assert give_up.wait(20)

    @command(permission=None)
    def want(*, actor: User) -> None:
        attempts.append(1)
        lock_raw(company.pk)

    def wanting() -> None:
        assert locked.wait(20)
        try:
            want(actor=boss)
        finally:
            give_up.set()

    holder, wanter = run_together([lambda: hold(actor=boss), wanting])

    assert holder.error is None
    assert isinstance(wanter.error, Busy)
    assert (wanter.error.status, wanter.error.retry_after_seconds) == (503, 2)
    assert "Nothing was changed" in wanter.error.sentence
    assert len(attempts) == TRIES == 4


def test_what_an_aborted_try_wrote_is_not_there_twice(company: Company, boss: User, run_together: Any) -> None:
    other, meeting = make_company(), threading.Barrier(2)
    attempts: list[int] = []

    @command(permission=None)
    def append_x(*, first: int, second: int, actor: User) -> None:
        attempts.append(first)
        for company_id in (first, second):
            with connection.cursor() as cursor:
                cursor.execute("UPDATE core_company SET name = name || 'x' WHERE id = %s", [company_id])
            if len(attempts) <= 2 and company_id == first:
                meeting.wait(20)

    run_together(
        [
            lambda: append_x(first=company.pk, second=other.pk, actor=boss),
            lambda: append_x(first=other.pk, second=company.pk, actor=boss),
        ]
    )

    names = Company.objects.filter(pk__in=[company.pk, other.pk]).values_list("name", flat=True)
    assert [name.count("x") for name in names] == [2, 2]


def test_tries_stop_at_the_deadline(company: Company, boss: User, monkeypatch: Any, run_together: Any) -> None:
    monkeypatch.setattr("core.commands.DEADLINE_SECONDS", 0.0)
    attempts: list[int] = []

    @command(permission=None)
    def always_times_out(*, actor: User) -> None:
        attempts.append(1)
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'late' USING ERRCODE = '55P03'; END $$")

    with pytest.raises(Busy):
        always_times_out(actor=boss)

    assert len(attempts) == 1


@pytest.mark.parametrize("code", ["40P01", "40001", "55P03"])
def test_each_passing_failure_is_tried_again(boss: User, run_together: Any, code: str) -> None:
    attempts: list[float] = []

    @command(permission=None)
    def fail_once(*, actor: User) -> str:
        attempts.append(time.monotonic())
        if len(attempts) == 1:
            with connection.cursor() as cursor:
                cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'once' USING ERRCODE = '{code}'; END $$")
        return "done"

    assert fail_once(actor=boss) == "done"
    assert len(attempts) == 2

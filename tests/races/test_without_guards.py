"""Each race again with its guard taken away: the very same test must fail, or it has never tested the guard.

A lock is stripped from every statement that takes it, and the statement's reader then waits a moment, as a slow
machine would: all read before one writes. A constraint is dropped.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.db.backends.utils import CursorWrapper

from core import numbering
from core.models import Company, OutboxMessage, User
from tests.accounting import test_races as accounting_races
from tests.accounting.conftest import company, system  # noqa: F401 - the fixtures of its race
from tests.orders import test_races as order_races
from tests.orders.makers import pegged
from tests.payments import test_races as payment_races
from tests.payments.conftest import Cash
from tests.quotes import test_contracts as contract_races
from tests.world import World

pytestmark = pytest.mark.own_database
Together = Callable[..., Any]

PAUSE_S = 0.2
LEDGER_LOCK = r" ORDER BY t\.id FOR NO KEY UPDATE OF t"


@contextmanager
def without_lock(pattern: str) -> Iterator[list[str]]:
    """Take a clause out of every statement of every thread; yields the statements it was taken from."""
    taken: list[str] = []
    execute = CursorWrapper.execute

    def stripped(self: CursorWrapper, sql: Any, params: Any = None) -> Any:
        found = re.search(pattern, str(sql))
        if not found:
            return execute(self, sql, params)
        taken.append(str(sql))
        answer = execute(self, str(sql).replace(found[0], ""), params)
        time.sleep(PAUSE_S)
        return answer

    with mock.patch.object(CursorWrapper, "execute", stripped):
        yield taken


def drop(table: str, constraint: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{constraint}"')


@pytest.mark.parametrize(
    "race",
    [
        order_races.test_two_orders_that_fit_alone_cannot_both_pass_the_credit_limit,
        order_races.test_the_last_use_of_a_coupon_is_taken_once,
        contract_races.test_four_call_offs_of_five_on_ten_are_two,
    ],
)
def test_a_ledger_needs_its_lock(race: Callable[..., None], world: World, run_together: Together) -> None:
    with without_lock(LEDGER_LOCK) as taken, pytest.raises(AssertionError):
        race(world, run_together)

    assert taken


# The counters as they were when the statement began, instead of as their last holder left them.
READ_THEN_WRITE = f"""counting AS (
    SELECT company_id, prefix, fiscal_year, branch, coalesce(s.last_number, 0) + k.count AS last_number
    FROM unnest(%s::bigint[], %s::text[], %s::smallint[], %s::text[], %s::int[])
         AS k(company_id, prefix, fiscal_year, branch, count)
    LEFT JOIN core_numberseries s USING (company_id, prefix, fiscal_year, branch), pg_sleep({PAUSE_S / 10})
), counted AS (
    INSERT INTO core_numberseries AS s (company_id, prefix, fiscal_year, branch, last_number)
    SELECT * FROM counting
    ON CONFLICT (company_id, prefix, fiscal_year, branch) DO UPDATE SET last_number = excluded.last_number
    RETURNING id, company_id, prefix, fiscal_year, branch, last_number
)"""


def test_a_gapless_series_needs_its_counters_lock(
    company: Company,  # noqa: F811 - the fixture
    system: User,  # noqa: F811 - the fixture
    run_together: Together,
) -> None:
    with mock.patch.object(numbering, "_COUNTED", READ_THEN_WRITE), pytest.raises(AssertionError):
        accounting_races.test_sixteen_posters_number_without_gaps_although_some_roll_back(company, system, run_together)


def test_stock_needs_its_lock_to_answer_well(world: World, run_together: Together) -> None:
    with without_lock(LEDGER_LOCK), pytest.raises(AssertionError):
        order_races.test_r01_last_unit_is_promised_once(world, run_together)

    assert pegged(world) == 60  # the constraint behind it still refuses what must never be


def test_stock_is_sold_twice_without_lock_and_constraint(world: World, run_together: Together) -> None:
    drop("inventory_stockbucket", "bucket_pegged_within_on_hand")

    with without_lock(LEDGER_LOCK), pytest.raises(AssertionError):
        order_races.test_r01_last_unit_is_promised_once(world, run_together)

    assert pegged(world) > 100


def test_a_webhook_needs_its_events_key(world: World, run_together: Together) -> None:
    cash = Cash(world)
    drop("payments_providerevent", "provider_event_once")

    with pytest.raises((AssertionError, OutboxMessage.MultipleObjectsReturned)):
        payment_races.test_one_webhook_eight_times_is_one_message_and_one_payment(cash, run_together)


def test_a_double_click_needs_its_key(world: World, run_together: Together) -> None:
    drop("core_idempotencykey", "idempotency_key_once")

    with pytest.raises(AssertionError):
        order_races.test_a_double_click_confirms_once_and_both_are_told_the_same(world, run_together)

"""The ledger under real processes: the last unit, many keys at once, and what happens when the lock is taken away."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from core.commands import command
from core.errors import LedgerRefused
from core.ledger import Guard, Key
from core.locks_registry import LockOrderError
from core.models import Company, User
from inventory.ledgers import STOCK
from inventory.models import StockBucket
from orders.ledgers import CREDIT
from orders.models import CreditTotal
from tests.core.makers import make_bucket_keys, make_company, make_credit_key, make_person, movement, post
from tests.core.processes import in_processes

pytestmark = pytest.mark.own_database
PROCESSES = 4
LOCK = " FOR NO KEY UPDATE OF t"


@contextmanager
def without(clause: str) -> Iterator[None]:
    """Take a clause out of every statement: the mutation that the race must notice."""

    def leave_out(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        return execute(sql.replace(clause, ""), params, many, context)

    with connection.execute_wrapper(leave_out):
        yield


def take_until_refused(key: Key, actor: User, source: int) -> Counter[str]:
    """Peg one unit after the other until the bucket refuses twice."""
    outcomes: Counter[str] = Counter()
    for number in range(1_000):
        try:
            post(ledger=STOCK, movements=[movement(key, source * 10_000 + number, pegged=1)], actor=actor)
            outcomes["taken"] += 1
        except LedgerRefused:
            outcomes["refused"] += 1
            if outcomes["refused"] == 2:
                break
    return outcomes


def test_the_last_unit_is_taken_once(company: Company, boss: User) -> None:
    (key,) = make_bucket_keys(company=company, count=1)
    post(ledger=STOCK, movements=[movement(key, on_hand=100)], actor=boss)

    answers = in_processes(take_until_refused, [(key, boss, source) for source in range(1, PROCESSES + 1)])

    assert sum(answers, Counter()) == {"taken": 100, "refused": 2 * PROCESSES}
    assert StockBucket.objects.get().pegged == 100


def take_one(key: Key, actor: User, source: int) -> str:
    try:
        post(ledger=STOCK, movements=[movement(key, source, pegged=1)], actor=actor)
    except LedgerRefused:
        return "refused"
    return "taken"


def test_a_bucket_that_is_not_there_yet_is_made_once(company: Company, boss: User) -> None:
    (key,) = make_bucket_keys(company=company, count=1)

    answers = in_processes(take_one, [(key, boss, source) for source in range(1, PROCESSES + 1)])

    assert answers == ["refused"] * PROCESSES
    assert StockBucket.objects.count() <= 1


def move_many(keys: list[Key], actor: User, source: int) -> str:
    """Orders of ten hot products in whatever order they were typed."""
    dice = random.Random(source)
    for number in range(20):
        chosen = dice.sample(keys, 10)
        post(ledger=STOCK, movements=[movement(key, source * 1_000 + number, on_hand=1) for key in chosen], actor=actor)
    return "done"


def test_many_keys_in_any_order_neither_deadlock_nor_drift(company: Company, boss: User) -> None:
    keys = make_bucket_keys(company=company, count=15)

    answers = in_processes(move_many, [(keys, boss, source) for source in range(1, PROCESSES + 1)])

    assert answers == ["done"] * PROCESSES
    assert sum(StockBucket.objects.values_list("on_hand", flat=True)) == PROCESSES * 20 * 10
    with connection.cursor() as cursor:
        cursor.execute(STOCK.recount_sql())
        assert cursor.fetchall() == []


def bill_many(keys: list[Key], actor: User, source: int) -> str:
    """Facts of ten accounts in whatever order they come."""
    dice = random.Random(source)
    for number in range(20):
        moves = [movement(key, source * 1_000 + number, open_items=1) for key in dice.sample(keys, 10)]
        post(ledger=CREDIT, movements=moves, guard=Guard.FACT, actor=actor)
    return "done"


def test_facts_that_are_posted_without_looking_neither_deadlock_nor_drift(company: Company, boss: User) -> None:
    keys = [make_credit_key(company=company) for _ in range(15)]  # the first of them all finds no total yet

    answers = in_processes(bill_many, [(keys, boss, source) for source in range(1, PROCESSES + 1)])

    assert answers == ["done"] * PROCESSES
    assert sum(CreditTotal.objects.values_list("open_items", flat=True)) == PROCESSES * 20 * 10
    with connection.cursor() as cursor:
        cursor.execute(CREDIT.recount_sql())
        assert cursor.fetchall() == []
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        assert cursor.fetchone() == (0,)


@command(permission=None)
def lock_descending(*, keys: list[Key], actor: User) -> None:
    """Lock one key after the other, the wrong way round."""
    for key in keys:
        STOCK.lock([key])


def test_keys_locked_one_by_one_out_of_order_fail_at_the_first_single_user_run(company: Company, boss: User) -> None:
    keys = make_bucket_keys(company=company, count=2)
    post(ledger=STOCK, movements=[movement(key, on_hand=1) for key in keys], actor=boss)

    lock_descending(keys=keys, actor=boss)
    with pytest.raises(LockOrderError, match="out of id order"):
        lock_descending(keys=keys[::-1], actor=boss)


def use_credit(key: Key, actor: User, source: int, *, locked: bool) -> int:
    """Open as many orders of 1 as the credit allows; how many it was."""
    passed = 0
    for number in range(60):
        try:
            if locked:
                post(ledger=CREDIT, movements=[movement(key, source * 1_000 + number, open_orders=1)], actor=actor)
            else:
                with without(LOCK):
                    post(ledger=CREDIT, movements=[movement(key, source * 1_000 + number, open_orders=1)], actor=actor)
        except LedgerRefused:
            break
        passed += 1
    return passed


def use_credit_unlocked(key: Key, actor: User, source: int) -> int:
    return use_credit(key, actor, source, locked=False)


def use_credit_locked(key: Key, actor: User, source: int) -> int:
    return use_credit(key, actor, source, locked=True)


def limited_credit(limit: int) -> tuple[Key, User]:
    key, actor = make_credit_key(company=make_company()), make_person()
    post(ledger=CREDIT, movements=[movement(key, open_orders=0)], guard=Guard.FACT, actor=actor)
    CreditTotal.objects.update(ceiling=limit)
    return key, actor


def test_two_that_fit_alone_do_not_both_pass_the_limit() -> None:
    key, actor = limited_credit(100)

    answers = in_processes(use_credit_locked, [(key, actor, source) for source in range(1, PROCESSES + 1)])

    assert sum(answers) == 100
    assert CreditTotal.objects.get().open_orders == Decimal(100)


def test_without_the_lock_the_limit_is_broken() -> None:
    worst = 0
    for _ in range(5):
        key, actor = limited_credit(20)

        answers = in_processes(use_credit_unlocked, [(key, actor, source) for source in range(1, PROCESSES + 1)])

        worst = max(worst, sum(answers))
        if worst > 20:
            break

    assert worst > 20

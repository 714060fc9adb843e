"""Guarded ledgers: posting, refusals that name every key, facts that pass, recount."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection

from core.commands import command
from core.errors import ConstraintRefused, LedgerRefused
from core.ledger import Guard, Movement
from core.models import CommandLog, Company, User
from core.runs import current_run
from inventory.ledgers import STOCK
from inventory.models import StockBucket, StockMovement
from orders.ledgers import CREDIT
from orders.models import CreditTotal
from tests.core.makers import TODAY, make_bucket_keys, make_credit_key, make_person, movement, post


def recount() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(STOCK.recount_sql())
        return cursor.fetchall()


def on_hand(product_id: int) -> Decimal:
    return StockBucket.objects.get(product_id=product_id).on_hand


def test_a_posting_writes_the_movement_and_the_total(company: Company, boss: User) -> None:
    (key,) = make_bucket_keys(company=company, count=1)

    post(ledger=STOCK, movements=[movement(key, on_hand=5, value="12.50")], actor=boss)

    total = StockBucket.objects.get()
    assert (total.on_hand, total.pegged, total.value) == (5, 0, Decimal("12.5"))
    row = StockMovement.objects.get()
    assert (row.total_id, row.on_hand, row.source_type, row.source_id) == (total.pk, 5, "test", 1)
    assert (row.purpose, row.business_date) == ("test", TODAY)
    assert row.command_uid == CommandLog.objects.get().uid


def test_post_returns_the_new_balances_by_key(company: Company, boss: User) -> None:
    keys = make_bucket_keys(company=company, count=2)
    seen: dict[Any, Any] = {}

    @command(permission=None)
    def post_and_tell(*, actor: User) -> None:
        seen.update(STOCK.post([movement(key, on_hand=n + 1) for n, key in enumerate(keys)]))

    post_and_tell(actor=boss)

    assert {key: balances["on_hand"] for key, balances in seen.items()} == {keys[0]: 1, keys[1]: 2}


def test_a_source_that_is_posted_again_is_refused_and_changes_nothing(company: Company, boss: User) -> None:
    (key,) = make_bucket_keys(company=company, count=1)
    post(ledger=STOCK, movements=[movement(key, 7, on_hand=5)], actor=boss)

    with pytest.raises((ConstraintRefused, IntegrityError)):
        post(ledger=STOCK, movements=[movement(key, 7, on_hand=5)], actor=boss)

    assert on_hand(key[2]) == 5


def test_one_source_may_post_for_several_purposes(company: Company, boss: User) -> None:
    (key,) = make_bucket_keys(company=company, count=1)

    post(
        ledger=STOCK,
        movements=[movement(key, on_hand=5), movement(key, purpose="other", on_hand=-2)],
        actor=boss,
    )

    assert on_hand(key[2]) == 3


def test_a_refusal_names_every_key_that_refuses_and_writes_nothing(company: Company, boss: User) -> None:
    keys = make_bucket_keys(company=company, count=4)
    post(ledger=STOCK, movements=[movement(key, on_hand=2) for key in keys], actor=boss)
    wanted = [movement(key, 2, pegged=quantity) for key, quantity in zip(keys, [2, 3, 1, 9], strict=True)]

    with pytest.raises(LedgerRefused) as refused:
        post(ledger=STOCK, movements=wanted, actor=boss)

    assert refused.value.ledger == "stock"
    assert set(refused.value.keys) == {keys[1], keys[3]}
    assert refused.value.sentence == "Only 2 free to promise. Only 2 free to promise."
    assert StockMovement.objects.count() == 4
    assert set(StockBucket.objects.values_list("pegged", flat=True)) == {Decimal(0)}


def test_movements_of_one_key_are_judged_by_their_sum(company: Company, boss: User) -> None:
    (key,) = make_bucket_keys(company=company, count=1)

    post(ledger=STOCK, movements=[movement(key, 1, on_hand=-5), movement(key, 2, on_hand=5)], actor=boss)
    with pytest.raises(LedgerRefused):
        post(ledger=STOCK, movements=[movement(key, 3, on_hand=5), movement(key, 4, on_hand=-6)], actor=boss)

    assert on_hand(key[2]) == 0


def test_the_constraint_stands_behind_the_check(company: Company, boss: User) -> None:
    (key,) = make_bucket_keys(company=company, count=1)
    post(ledger=STOCK, movements=[movement(key, on_hand=1)], actor=boss)

    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="bucket"):
        cursor.execute("UPDATE inventory_stockbucket SET on_hand = -1")


def test_a_promise_beyond_the_ceiling_is_refused_a_fact_passes(company: Company, boss: User) -> None:
    key = make_credit_key(company=company)
    post(ledger=CREDIT, movements=[movement(key, 1, open_orders=90)], actor=boss)
    CreditTotal.objects.update(ceiling=100)

    with pytest.raises(LedgerRefused, match=r"beyond the credit limit"):
        post(ledger=CREDIT, movements=[movement(key, 2, open_orders=15)], actor=boss)
    post(ledger=CREDIT, movements=[movement(key, 3, open_orders=15)], guard=Guard.FACT, actor=boss)
    post(ledger=CREDIT, movements=[movement(key, 4, open_orders=-2)], actor=boss)

    assert CreditTotal.objects.get().open_orders == 103


@pytest.mark.parametrize("count", [1, 30])
def test_facts_that_always_pass_are_locked_and_written_in_one_statement(
    company: Company, boss: User, count_statements: Any, count: int
) -> None:
    keys = [make_credit_key(company=company) for _ in range(count)]
    post(ledger=CREDIT, movements=[movement(keys[0], 1, open_items=5)], guard=Guard.FACT, actor=boss)

    with count_statements() as first:
        post(
            ledger=CREDIT,
            movements=[movement(k, 2, open_items=5) for k in reversed(keys)],
            guard=Guard.FACT,
            actor=boss,
        )
    with count_statements() as second:
        moves = [movement(key, 3, open_items=-1) for key in keys]
        moves += [movement(key, 3, purpose="other", open_items=-2, unapplied=1) for key in keys]
        post(ledger=CREDIT, movements=moves, guard=Guard.FACT, actor=boss)

    totals = CreditTotal.objects.order_by("pk").values_list("account_id", "open_items", "unapplied")
    assert sorted(totals) == sorted((key[1], 7 if key == keys[0] else 2, 1) for key in keys)
    assert (first.count, second.count) == (3 if count == 1 else 5, 3)  # settings, write, log; two more to create


def test_a_fact_tells_the_new_balances_and_holds_its_totals(company: Company, boss: User) -> None:
    keys = [make_credit_key(company=company) for _ in range(2)]

    @command(permission=None)
    def post_and_look(*, actor: User) -> None:
        moves = [movement(key, open_items=number + 1) for number, key in enumerate(keys)]
        balances = CREDIT.post(moves, guard=Guard.FACT)
        assert {key: own["open_items"] for key, own in balances.items()} == {keys[0]: 1, keys[1]: 2}
        ids = CreditTotal.objects.values_list("pk", flat=True)
        assert current_run().locks.holds(CreditTotal._meta.db_table, list(ids))

    post_and_look(actor=boss)


def test_opening_facts_are_for_new_totals_only(company: Company, boss: User) -> None:
    old, new = make_bucket_keys(company=company, count=2)
    post(ledger=STOCK, movements=[movement(old, on_hand=1)], actor=boss)
    seen: list[bool] = []

    @command(permission=None)
    def open_both(*, actor: User) -> None:
        totals = STOCK.lock([old, new], opening={key: {"negative_allowed": True} for key in (old, new)})
        seen.extend(totals[key].facts["negative_allowed"] for key in (old, new))

    open_both(actor=boss)

    assert seen == [False, True]


@pytest.mark.parametrize("count", [1, 10, 300])
def test_a_posting_costs_the_same_statements_for_any_number_of_keys(
    company: Company, boss: User, count_statements: Any, count: int
) -> None:
    keys = make_bucket_keys(company=company, count=count)

    with count_statements() as first:
        post(ledger=STOCK, movements=[movement(key, on_hand=5) for key in keys], actor=boss)
    with count_statements() as second:
        post(ledger=STOCK, movements=[movement(key, 2, on_hand=5) for key in keys], actor=boss)

    assert second.count == 4  # settings, lock, write, log
    assert first.count == 6  # one more to find that totals are missing, and one to create them


def test_a_missing_total_is_created_beside_known_ones(company: Company, boss: User, count_statements: Any) -> None:
    keys = make_bucket_keys(company=company, count=3)
    post(ledger=STOCK, movements=[movement(key, on_hand=5) for key in keys[:2]], actor=boss)

    with count_statements() as statements:
        post(ledger=STOCK, movements=[movement(key, 2, on_hand=5) for key in keys], actor=boss)

    assert [on_hand(key[2]) for key in keys] == [10, 10, 5]
    assert statements.count == 6


def test_nothing_to_post_costs_nothing(company: Company, boss: User, count_statements: Any) -> None:
    with count_statements() as statements:
        post(ledger=STOCK, movements=[], actor=boss)

    assert statements.count == 2


def test_the_recount_finds_a_total_that_was_changed_past_the_ledger(company: Company, boss: User) -> None:
    keys = make_bucket_keys(company=company, count=2)
    post(ledger=STOCK, movements=[movement(key, on_hand=5) for key in keys], actor=boss)
    assert recount() == []

    StockBucket.objects.filter(product_id=keys[0][2]).update(on_hand=6)

    ((row_id, *_),) = recount()
    assert row_id == StockBucket.objects.get(product_id=keys[0][2]).pk


def test_the_recount_finds_a_total_without_movements(company: Company, boss: User) -> None:
    (key,) = make_bucket_keys(company=company, count=1)
    StockBucket.objects.create(company_id=key[0], warehouse_id=key[1], product_id=key[2], on_hand=3)

    assert len(recount()) == 1


@pytest.mark.as_app_role
@pytest.mark.parametrize("sql", ["UPDATE {} SET on_hand = 9", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_application_may_not_touch_movements(company: Company, sql: str) -> None:
    (key,) = make_bucket_keys(company=company, count=1)
    post(ledger=STOCK, movements=[movement(key, on_hand=1)], actor=make_person())

    with connection.cursor() as cursor, pytest.raises(Exception, match="permission denied"):
        cursor.execute(sql.format("inventory_stockmovement"))


@pytest.mark.parametrize("sql", ["UPDATE {} SET on_hand = 9", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_even_the_owner_is_stopped_by_the_trigger(company: Company, boss: User, sql: str) -> None:
    (key,) = make_bucket_keys(company=company, count=1)
    post(ledger=STOCK, movements=[movement(key, on_hand=1)], actor=boss)

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="only grows"):
            cursor.execute(sql.format("inventory_stockmovement"))


def test_movements_hold_named_deltas_only() -> None:
    assert Movement((1,), {"on_hand": Decimal(1)}, "test", 1, "test", TODAY).extra == {}

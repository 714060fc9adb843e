"""Promising under real concurrency. Each test fails when the bucket's lock is taken out (docs/promising.md)."""

import random
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from catalog.models import Product
from core.models import User
from core.system import system_user
from inventory.models import Commitment, Peg, ReceiptTotal, StockBucket, Warehouse
from inventory.services import change_expected_dates, issue, promise, receive_supply, release
from tests.inventory.makers import (
    TODAY,
    day,
    demand,
    expect,
    lose,
    make_issue,
    make_product,
    promised,
    put_all_in_stock,
    put_in_stock,
)
from tests.support.concurrency import Outcome

pytestmark = pytest.mark.own_database
Together = Callable[..., list[Outcome]]


def errors_of(outcomes: list[Outcome]) -> list[BaseException]:
    return [outcome.error for outcome in outcomes if outcome.error is not None]


def drifted() -> list[object]:
    """Every bucket or receipt whose pegged total is not the sum of its pegs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'bucket', b.id FROM inventory_stockbucket b"
            " WHERE b.pegged <> (SELECT coalesce(sum(quantity), 0) FROM inventory_peg WHERE bucket_id = b.id)"
            " UNION ALL SELECT 'receipt', r.id FROM inventory_receipttotal r"
            " WHERE r.pegged <> (SELECT coalesce(sum(quantity), 0) FROM inventory_peg WHERE receipt_id = r.id)"
        )
        return list(cursor.fetchall())


def test_r01_of_64_buyers_of_the_last_unit_one_gets_it(main: Warehouse, bolt: Product, run_together: Together) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="1")

    outcomes = run_together([lambda: promised(product=bolt, warehouse=main, quantity="1")] * 64)

    assert errors_of(outcomes) == []
    dated = [line for outcome in outcomes for line in outcome.value if line.ship_on is not None]
    assert len(dated) == 1
    assert (StockBucket.objects.get().pegged, Peg.objects.count()) == (1, 1)


def test_r05_eight_writers_of_50_single_units_share_100(main: Warehouse, bolt: Product, run_together: Together) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="100")

    def write() -> list[date | None]:
        return [promised(product=bolt, warehouse=main, quantity="1")[0].ship_on for _ in range(50)]

    outcomes = run_together([write] * 8)

    assert errors_of(outcomes) == []
    answers = [answer for outcome in outcomes for answer in outcome.value]
    assert (len(answers), answers.count(TODAY), answers.count(None)) == (400, 100, 300)
    assert StockBucket.objects.get().pegged == 100


def test_r10_lines_in_reversed_order_do_not_deadlock(main: Warehouse, north: Warehouse, run_together: Together) -> None:
    products = [make_product() for _ in range(20)]
    put_all_in_stock(warehouse=main, products=products, quantity="1000")
    for product in products[::4]:
        expect(warehouse=north, product=product, quantity="1000", on=day(2))

    def write(seed: int) -> int:
        order = list(products) if seed % 2 else list(reversed(products))
        random.Random(seed).shuffle(order) if seed > 3 else None
        for _ in range(5):
            promise(
                company_id=main.company_id,
                demands=[
                    demand(product=product, warehouse=main, quantity="2", key=key, warehouse_ids=(main.pk, north.pk))
                    for key, product in enumerate(order)
                ],
                business_date=TODAY,
                actor=system_user(),
            )
        return deadlocks()

    before = deadlocks()
    outcomes = run_together([lambda seed=seed: write(seed) for seed in range(6)])

    assert errors_of(outcomes) == []
    assert deadlocks() == before
    assert set(StockBucket.objects.filter(warehouse=main).values_list("pegged", flat=True)) == {Decimal(60)}
    assert drifted() == []


def deadlocks() -> int:
    """How often PostgreSQL had to end a deadlock in this database: a retry must not hide one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def test_r12_every_kind_of_use_shares_one_stock(main: Warehouse, bolt: Product, run_together: Together) -> None:
    """Promises, shipments, cancellations, losses, slips and receipts at once: nothing twice, nothing drifts."""
    put_in_stock(warehouse=main, product=bolt, quantity="40")
    lines = [expect(warehouse=main, product=bolt, quantity="20", on=day(3)) for _ in range(2)]
    company, actor = main.company, system_user()
    first = [promised(product=bolt, warehouse=main, quantity="2")[0].commitment_id for _ in range(12)]

    def buy() -> None:
        for turn in range(24):
            promised(product=bolt, warehouse=main, quantity="1", on=day(turn % 8))

    def ship() -> None:
        for number, commitment_id in enumerate(first[:6]):
            goods = make_issue(product=bolt, warehouse=main, quantity="2", line_id=number, commitment_id=commitment_id)
            issue(company=company, issues=[goods], source_type="delivery_line", business_date=TODAY, actor=actor)

    def cancel() -> None:
        for number in first[6:]:
            release(
                company_id=company.pk,
                reductions={number: Decimal(2)},
                source_type="order",
                source_id=number,
                business_date=TODAY,
                actor=actor,
            )

    def slip() -> None:
        for offset in (5, 9, 4, 8, 6, 9):
            change_expected_dates(changes={lines[0].pk: day(offset)}, reason="x", actor=actor, business_date=TODAY)

    outcomes = run_together(
        [
            buy,
            ship,
            cancel,
            slip,
            lambda: [lose(warehouse=main, product=bolt, quantity="1") for _ in range(5)],
            lambda: receive_supply(supply_order_id=lines[1].order_id, business_date=TODAY, actor=actor),
            buy,
        ]
    )

    assert errors_of(outcomes) == []
    assert drifted() == []
    bucket, receipt = StockBucket.objects.get(), ReceiptTotal.objects.get(supply_line=lines[0])
    assert bucket.on_hand == 40 - 12 - 5 + 20
    assert bucket.pegged <= bucket.on_hand
    assert receipt.pegged <= receipt.open
    taken = sum(row.quantity - row.fulfilled for row in Commitment.objects.filter(status="active"))
    assert taken == bucket.pegged + receipt.pegged


def test_a_receipt_and_its_slip_at_once_lose_no_promise(
    main: Warehouse, bolt: Product, system: User, run_together: Together
) -> None:
    line = expect(warehouse=main, product=bolt, quantity="10", on=day(3))
    number = promised(product=bolt, warehouse=main, quantity="10", on=day(4))[0].commitment_id

    outcomes = run_together(
        [
            lambda: receive_supply(supply_order_id=line.order_id, business_date=TODAY, actor=system),
            lambda: change_expected_dates(changes={line.pk: day(8)}, reason="storm", actor=system, business_date=TODAY),
        ]
    )

    assert outcomes[0].error is None
    row = Commitment.objects.get(pk=number)
    assert (row.quantity, row.status) == (10, "active")
    assert row.ship_on == (day(4) if outcomes[1].error else day(8))
    assert Peg.objects.get().bucket_id is not None
    assert drifted() == []

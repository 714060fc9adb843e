"""Promising through the service: what is written, and how many statements it takes."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal

import pytest

from catalog.models import Product
from core.models import User
from inventory.errors import PlaceUnknown, QuantityRefused
from inventory.models import Commitment, Peg, ReceiptTotal, StockBucket, Warehouse
from inventory.services import promise
from tests.inventory.makers import TODAY, day, demand, expect, make_product, promised, put_in_stock
from tests.support.statements import Statements


def test_stock_is_promised_and_pegged(main: Warehouse, bolt: Product) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")

    lines = promised(product=bolt, warehouse=main, quantity="6", on=day(2))

    assert [(line.quantity, line.ship_on, line.warehouse_id, line.pegs_text) for line in lines] == [
        (6, day(2), main.pk, "on hand")
    ]
    bucket = StockBucket.objects.get()
    assert (bucket.on_hand, bucket.pegged) == (10, 6)
    assert Peg.objects.get().quantity == 6
    commitment = Commitment.objects.get(pk=lines[0].commitment_id)
    assert (commitment.quantity, commitment.ship_on, commitment.wanted_on) == (6, day(2), day(2))


def test_a_later_wish_leans_on_the_latest_supply_that_meets_it(main: Warehouse, bolt: Product) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")
    line = expect(warehouse=main, product=bolt, quantity="20", on=day(5))

    lines = promised(product=bolt, warehouse=main, quantity="12", on=day(7))

    assert lines[0].pegs_text == f"{line.order.number} due {day(5).day} Mar 2026"
    assert StockBucket.objects.get().pegged == 0
    assert ReceiptTotal.objects.get().pegged == 12


def test_what_no_supply_covers_is_a_line_without_date(main: Warehouse, bolt: Product) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="3")
    expect(warehouse=main, product=bolt, quantity="4", on=day(9))

    lines = promised(product=bolt, warehouse=main, quantity="10")

    assert [(line.quantity, line.ship_on) for line in lines] == [(3, TODAY), (4, day(9)), (3, None)]
    assert lines[2].commitment_id is None


def test_no_date_is_before_the_business_date(main: Warehouse, bolt: Product) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="3")

    assert promised(product=bolt, warehouse=main, quantity="1", on=day(-3))[0].ship_on == TODAY


def test_an_overdue_receipt_counts_from_today(main: Warehouse, bolt: Product) -> None:
    expect(warehouse=main, product=bolt, quantity="4", on=day(-9))

    assert promised(product=bolt, warehouse=main, quantity="1", on=day(-3))[0].ship_on == TODAY


def test_a_complete_only_demand_takes_all_or_nothing(main: Warehouse, bolt: Product) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="3")

    lines = promised(product=bolt, warehouse=main, quantity="5", complete_only=True)

    assert [(line.quantity, line.ship_on, line.refused) for line in lines] == [(5, None, True)]
    assert StockBucket.objects.get().pegged == 0


def test_the_second_warehouse_gives_what_the_first_has_not(main: Warehouse, north: Warehouse, bolt: Product) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="2")
    put_in_stock(warehouse=north, product=bolt, quantity="9")

    lines = promised(product=bolt, warehouse=main, quantity="5", warehouse_ids=(main.pk, north.pk))

    assert [(line.quantity, line.warehouse_id) for line in lines] == [(2, main.pk), (3, north.pk)]


@pytest.mark.parametrize("quantity", ["0", "-1", "0.0000001", "NaN", "1E+30"])
def test_a_quantity_that_makes_no_sense_is_refused(main: Warehouse, bolt: Product, quantity: str) -> None:
    with pytest.raises((QuantityRefused, Exception)) as refusal:
        promised(product=bolt, warehouse=main, quantity=quantity)
    assert getattr(refusal.value, "status", 500) == 422


def test_a_warehouse_of_another_company_is_refused(main: Warehouse, bolt: Product, system: User) -> None:
    with pytest.raises(PlaceUnknown):
        promise(
            company_id=main.company_id + 1,
            demands=[demand(product=bolt, warehouse=main)],
            business_date=TODAY,
            actor=system,
        )


@pytest.mark.parametrize("size", [10, 1_000])
def test_ten_demands_and_a_thousand_take_the_same_statements(
    main: Warehouse,
    north: Warehouse,
    size: int,
    system: User,
    count_statements: Callable[[], AbstractContextManager[Statements]],
) -> None:
    products = [make_product() for _ in range(size)]
    put_in_stock(warehouse=main, product=products[0], quantity="1")
    expect(warehouse=north, product=products[1], quantity="5", on=day(3))
    demands = [
        demand(product=product, warehouse=main, warehouse_ids=(main.pk, north.pk), key=number)
        for number, product in enumerate(products)
    ]

    with count_statements() as seen:
        lines = promise(company_id=main.company_id, demands=demands, business_date=TODAY, actor=system)

    assert len(lines) == size
    assert sum(line.ship_on is not None for line in lines) == 2
    own = [text for text in seen.sql if "set_config" not in text and "core_commandlog" not in text]
    assert len(own) == 9, "\n".join(own)  # two of them create the buckets of products that were never here


def test_two_lines_on_one_product_share_its_stock(main: Warehouse, bolt: Product, system: User) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")
    demands = [demand(product=bolt, warehouse=main, quantity="7", key=key) for key in (1, 2)]

    lines = promise(company_id=main.company_id, demands=demands, business_date=TODAY, actor=system)

    assert [(line.key, line.quantity, line.ship_on) for line in lines] == [(1, 7, TODAY), (2, 3, TODAY), (2, 4, None)]
    assert StockBucket.objects.get().pegged == Decimal(10)

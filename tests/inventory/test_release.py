"""Promised quantities are given back, by cancellations, short picks and holds that end."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from catalog.models import Product
from core.models import Company, User
from inventory.errors import PromiseChanged
from inventory.models import Commitment, Peg, ReceiptTotal, StockBucket, StockMovement, Warehouse
from inventory.services import expire_holds, hold_for_quote, lock_supply, promise, release, release_holds
from tests.inventory.makers import TODAY, all_of, day, demand, expect, promised, put_in_stock


def give_back(company: Company, reductions: dict[int, Decimal], actor: User) -> None:
    release(
        company_id=company.pk,
        reductions=reductions,
        source_type="order",
        source_id=5,
        business_date=TODAY,
        actor=actor,
    )


def test_a_released_promise_is_free_again(company: Company, main: Warehouse, bolt: Product, system: User) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")
    number = promised(product=bolt, warehouse=main, quantity="10")[0].commitment_id
    assert number is not None

    give_back(company, {number: Decimal(10)}, system)

    assert StockBucket.objects.get().pegged == 0
    assert not Peg.objects.exists()
    row = Commitment.objects.get()
    assert (row.status, row.quantity) == ("released", 10)
    assert promised(product=bolt, warehouse=main, quantity="10")[0].ship_on == TODAY


def test_one_source_may_give_back_twice(company: Company, main: Warehouse, bolt: Product, system: User) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")
    number = promised(product=bolt, warehouse=main, quantity="10")[0].commitment_id
    assert number is not None

    give_back(company, {number: Decimal(3)}, system)
    give_back(company, {number: Decimal(3)}, system)

    assert StockBucket.objects.get().pegged == 4
    assert Commitment.objects.get().quantity == 4
    assert StockMovement.objects.filter(source_type="order", source_id=5).count() == 2


def test_the_rest_leans_on_the_latest_supply(company: Company, main: Warehouse, bolt: Product, system: User) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="4")
    expect(warehouse=main, product=bolt, quantity="6", on=day(5))
    number = promised(product=bolt, warehouse=main, quantity="10", on=day(7))[0].commitment_id
    assert number is not None

    give_back(company, {number: Decimal(5)}, system)

    assert StockBucket.objects.get().pegged == 0
    assert ReceiptTotal.objects.get().pegged == 5
    assert promised(product=bolt, warehouse=main, quantity="4")[0].ship_on == TODAY


def test_more_than_is_promised_is_not_given_back(
    company: Company, main: Warehouse, bolt: Product, system: User
) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")
    number = promised(product=bolt, warehouse=main, quantity="4")[0].commitment_id
    assert number is not None

    with pytest.raises(PromiseChanged, match="5 were to be given back, but 4 is still promised"):
        give_back(company, {number: Decimal(5)}, system)

    assert StockBucket.objects.get().pegged == 4


def test_giving_back_and_promising_anew_in_one_command(
    company: Company, main: Warehouse, north: Warehouse, bolt: Product, system: User
) -> None:
    put_in_stock(warehouse=north, product=bolt, quantity="10")
    put_in_stock(warehouse=main, product=bolt, quantity="4")
    expect(warehouse=north, product=bolt, quantity="5", on=day(2))
    number = promised(product=bolt, warehouse=main, quantity="4")[0].commitment_id
    assert number is not None

    all_of(
        steps=[
            lambda: lock_supply(
                company_id=company.pk, product_ids=[bolt.pk], warehouse_ids=[main.pk, north.pk], actor=system
            ),
            lambda: give_back(company, {number: Decimal(4)}, system),
            lambda: promise(
                company_id=company.pk,
                demands=[
                    demand(product=bolt, warehouse=main, quantity="12", warehouse_ids=(main.pk, north.pk), on=TODAY)
                ],
                business_date=TODAY,
                actor=system,
            ),
        ],
        actor=system,
    )

    assert dict(StockBucket.objects.values_list("warehouse__code", "pegged")) == {"MAIN": 4, "NORTH": 8}


def test_a_hold_keeps_stock_until_it_expires(company: Company, main: Warehouse, bolt: Product, system: User) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")
    until = datetime(2026, 3, 5, 12, tzinfo=UTC)
    hold_for_quote(
        company_id=company.pk,
        demands=[demand(product=bolt, warehouse=main, quantity="10")],
        expires_at=until,
        business_date=TODAY,
        actor=system,
    )
    assert promised(product=bolt, warehouse=main, quantity="1")[0].ship_on is None

    early = expire_holds(company_id=company.pk, now=until - timedelta(seconds=1), actor=system)
    late = expire_holds(company_id=company.pk, now=until, actor=system)
    again = expire_holds(company_id=company.pk, now=until, actor=system)

    assert (early, late, again) == (0, 1, 0)
    assert promised(product=bolt, warehouse=main, quantity="10")[0].ship_on == TODAY


def test_releasing_holds_leaves_orders_alone(company: Company, main: Warehouse, bolt: Product, system: User) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")
    order = promised(product=bolt, warehouse=main, quantity="6")[0].commitment_id
    hold = promised(product=bolt, warehouse=main, quantity="4", kind="hold")[0].commitment_id
    assert order is not None
    assert hold is not None

    release_holds(company_id=company.pk, commitment_ids=[order, hold], business_date=TODAY, actor=system)

    assert Commitment.objects.get(pk=order).status == "active"
    assert Commitment.objects.get(pk=hold).status == "released"
    assert StockBucket.objects.get().pegged == 6

"""Goods leave: stock, bin, pegs, commitment and cost in one moment."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal

import pytest

from catalog.models import Product
from core.models import Company, User
from inventory.errors import NotEnoughStock, PlaceUnknown
from inventory.models import BinStock, Commitment, Peg, ReceiptTotal, StockBucket, StockMovement, Warehouse
from inventory.services import IssueDraft, TakeBackDraft, issue, promise, take_back
from tests.inventory.makers import (
    TODAY,
    day,
    demand,
    expect,
    make_issue,
    make_product,
    make_warehouse,
    promised,
    put_all_in_stock,
    put_in_stock,
)
from tests.support.statements import Statements


def ship(company: Company, *issues: IssueDraft, actor: User) -> dict[int, Decimal]:
    return issue(company=company, issues=issues, source_type="delivery_line", business_date=TODAY, actor=actor)


def test_goods_leave_and_the_promise_is_kept(company: Company, main: Warehouse, bolt: Product, system: User) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10", unit_cost="2.50")
    commitment_id = promised(product=bolt, warehouse=main, quantity="6")[0].commitment_id

    costs = ship(
        company, make_issue(product=bolt, warehouse=main, quantity="6", commitment_id=commitment_id), actor=system
    )

    assert costs == {1: Decimal("15.00")}
    bucket = StockBucket.objects.get()
    assert (bucket.on_hand, bucket.pegged, bucket.value) == (4, 0, 10)
    assert BinStock.objects.get().quantity == 4
    commitment = Commitment.objects.get()
    assert (commitment.status, commitment.fulfilled) == ("fulfilled", 6)
    assert not Peg.objects.exists()


def test_a_part_leaves_and_the_rest_stays_promised(
    company: Company, main: Warehouse, bolt: Product, system: User
) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")
    commitment_id = promised(product=bolt, warehouse=main, quantity="6")[0].commitment_id

    ship(company, make_issue(product=bolt, warehouse=main, quantity="2", commitment_id=commitment_id), actor=system)

    commitment = Commitment.objects.get()
    assert (commitment.status, commitment.quantity, commitment.fulfilled) == ("active", 6, 2)
    assert Peg.objects.get().quantity == 4
    assert StockBucket.objects.get().pegged == 4


def test_over_delivery_takes_free_stock(company: Company, main: Warehouse, bolt: Product, system: User) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")
    commitment_id = promised(product=bolt, warehouse=main, quantity="6")[0].commitment_id

    ship(company, make_issue(product=bolt, warehouse=main, quantity="7", commitment_id=commitment_id), actor=system)

    bucket = StockBucket.objects.get()
    assert (bucket.on_hand, bucket.pegged) == (3, 0)
    assert Commitment.objects.get().fulfilled == 6


def test_over_delivery_does_not_take_what_others_were_promised(
    company: Company, main: Warehouse, bolt: Product, system: User
) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")
    commitment_id = promised(product=bolt, warehouse=main, quantity="6")[0].commitment_id
    promised(product=bolt, warehouse=main, quantity="4")

    with pytest.raises(NotEnoughStock, match=r"BOLT: 7 should leave, but only 6 can\."):
        ship(company, make_issue(product=bolt, warehouse=main, quantity="7", commitment_id=commitment_id), actor=system)

    bucket = StockBucket.objects.get()
    assert (bucket.on_hand, bucket.pegged) == (10, 10)


def test_every_product_that_is_not_there_is_named(company: Company, main: Warehouse, system: User) -> None:
    short = [make_product(sku=sku) for sku in ("NUT", "GEAR")]
    there = make_product()
    put_in_stock(warehouse=main, product=there, quantity="5")

    with pytest.raises(NotEnoughStock, match=r"NUT.*GEAR|GEAR.*NUT"):
        ship(
            company,
            *(make_issue(product=product, warehouse=main, quantity="1", line_id=product.pk) for product in short),
            make_issue(product=there, warehouse=main, quantity="1", line_id=9),
            actor=system,
        )

    assert StockBucket.objects.get(product=there).on_hand == 5


def test_a_promise_on_a_receipt_may_leave_from_free_stock(
    company: Company, main: Warehouse, bolt: Product, system: User
) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="5")
    expect(warehouse=main, product=bolt, quantity="5", on=day(3))
    commitment_id = promised(product=bolt, warehouse=main, quantity="4", on=day(4))[0].commitment_id

    ship(company, make_issue(product=bolt, warehouse=main, quantity="4", commitment_id=commitment_id), actor=system)

    assert ReceiptTotal.objects.get().pegged == 0
    bucket = StockBucket.objects.get()
    assert (bucket.on_hand, bucket.pegged) == (1, 0)
    assert Commitment.objects.get().status == "fulfilled"


def test_a_bin_of_another_warehouse_is_refused(
    company: Company, main: Warehouse, north: Warehouse, bolt: Product, system: User
) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="5")
    draft = IssueDraft(1, None, bolt.pk, main.pk, north.bins.get().pk, Decimal(1))

    with pytest.raises(PlaceUnknown):
        ship(company, draft, actor=system)


def test_stock_goes_below_zero_only_where_the_warehouse_allows_it(
    company: Company, bolt: Product, system: User
) -> None:
    depot = make_warehouse(company=company, code="DEPOT", allows_negative_stock=True)
    put_in_stock(warehouse=depot, product=bolt, quantity="2", unit_cost="3")

    costs = ship(company, make_issue(product=bolt, warehouse=depot, quantity="5"), actor=system)

    assert costs == {1: Decimal("15.00")}
    bucket = StockBucket.objects.get()
    assert (bucket.on_hand, bucket.value, bucket.negative_allowed) == (-3, -9, True)


@pytest.mark.parametrize("size", [10, 1_000])
def test_ten_lines_and_a_thousand_take_the_same_statements(
    company: Company,
    main: Warehouse,
    size: int,
    system: User,
    count_statements: Callable[[], AbstractContextManager[Statements]],
) -> None:
    products = [make_product() for _ in range(size)]
    put_all_in_stock(warehouse=main, products=products)
    lines = promise(
        company_id=company.pk,
        demands=[demand(product=each, warehouse=main, key=number) for number, each in enumerate(products)],
        business_date=TODAY,
        actor=system,
    )
    issues = [
        make_issue(
            product=products[line.key], warehouse=main, quantity="1", line_id=line.key, commitment_id=line.commitment_id
        )
        for line in lines
    ]

    with count_statements() as seen:
        costs = ship(company, *issues, actor=system)

    assert costs == dict.fromkeys(range(size), Decimal("4.00"))
    own = [text for text in seen.sql if "set_config" not in text and "core_commandlog" not in text]
    assert len(own) == 7, "\n".join(own)


def test_goods_come_back_at_the_cost_of_their_issue(
    company: Company, main: Warehouse, bolt: Product, system: User
) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10", unit_cost="2")
    ship(company, make_issue(product=bolt, warehouse=main, quantity="4"), actor=system)
    put_in_stock(warehouse=main, product=bolt, quantity="6", unit_cost="6")

    values = take_back(
        company=company,
        returns=[TakeBackDraft(7, bolt.pk, main.pk, Decimal(4), Decimal("8.00"))],
        source_type="return_line",
        business_date=TODAY,
        actor=system,
    )

    assert values == {7: Decimal("8.00")}
    bucket = StockBucket.objects.get()
    assert (bucket.on_hand, bucket.value) == (16, 56)
    assert BinStock.objects.get().quantity == 16
    assert StockMovement.objects.latest("pk").purpose == "return"

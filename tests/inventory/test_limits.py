"""Quantities and values beyond what can be written are refused in words, and nothing changes."""

from decimal import Decimal

import pytest

from catalog.models import Product
from core.models import FxRate, User
from inventory.errors import QuantityRefused
from inventory.models import StockAdjustment, StockBucket, SupplyReceipt, Warehouse
from inventory.services import (
    AdjustmentDraft,
    AdjustmentLineDraft,
    TakeBackDraft,
    adjust_stock,
    receive_supply,
    take_back,
)
from tests.inventory.makers import TODAY, day, expect, make_supplier, put_in_stock

MOST = "999999999999"  # twelve digits, all that a quantity may have


def find(product: Product, place: Warehouse, actor: User, *lines: tuple[str, str | None]) -> None:
    found = tuple(
        AdjustmentLineDraft(product.pk, None, Decimal(quantity), None if cost is None else Decimal(cost))
        for quantity, cost in lines
    )
    adjust_stock(drafts=[AdjustmentDraft(place.company, place.pk, "count", TODAY, found)], actor=actor)


@pytest.mark.parametrize(
    "lines",
    [
        [(MOST, "9999999")],
        [("10000", "9000000000"), ("10000", "9000000000")],
        [(MOST, "1"), ("1", "1")],
    ],
    ids=["one line", "lines together", "quantity on hand"],
)
def test_goods_found_beyond_what_can_be_written_are_refused(
    main: Warehouse, bolt: Product, system: User, lines: list[tuple[str, str]]
) -> None:
    with pytest.raises(QuantityRefused, match="BOLT: the quantity or its value is larger than can be written"):
        find(bolt, main, system, *lines)

    assert not StockAdjustment.objects.exists()


def test_goods_found_at_the_cost_of_what_lies_there_are_bounded_too(
    main: Warehouse, bolt: Product, system: User
) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="1", unit_cost="9999999")

    with pytest.raises(QuantityRefused, match="larger than can be written"):
        find(bolt, main, system, ("999999999", None))

    assert StockBucket.objects.get().on_hand == 1


def test_what_can_be_written_is_taken(main: Warehouse, bolt: Product, system: User) -> None:
    find(bolt, main, system, (MOST, "99"))

    assert StockBucket.objects.get().value == Decimal(MOST) * 99


def test_a_receipt_beyond_what_can_be_written_is_refused(main: Warehouse, bolt: Product, system: User) -> None:
    line = expect(warehouse=main, product=bolt, quantity=MOST, on=day(5), unit_cost="9999999")

    with pytest.raises(QuantityRefused, match="BOLT: the quantity or its value is larger than can be written"):
        receive_supply(supply_order_id=line.order_id, business_date=TODAY, actor=system)

    assert not SupplyReceipt.objects.exists()


def test_a_receipt_is_bounded_in_functional_currency(main: Warehouse, bolt: Product, system: User) -> None:
    FxRate.objects.create(from_currency="EUR", to_currency="GBP", valid_from=TODAY, rate="1000")
    supplier = make_supplier(currency="EUR")
    line = expect(warehouse=main, product=bolt, quantity=MOST, on=day(5), unit_cost="50", supplier=supplier)

    with pytest.raises(QuantityRefused, match="larger than can be written"):
        receive_supply(supply_order_id=line.order_id, business_date=TODAY, actor=system)


def test_goods_taken_back_beyond_what_can_be_written_are_refused(main: Warehouse, bolt: Product, system: User) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="1")
    back = TakeBackDraft(1, bolt.pk, main.pk, Decimal(MOST), Decimal(0))

    with pytest.raises(QuantityRefused, match="BOLT: the quantity"):
        take_back(company=main.company, returns=[back], source_type="return_line", business_date=TODAY, actor=system)

    assert StockBucket.objects.get().on_hand == 1

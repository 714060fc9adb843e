"""Importing prices, stock and orders: through the rooms' own rules, and the same file again changes nothing."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from catalog.models import ConditionRecord, CustomerPartNumber
from inventory.models import BinStock, StockAdjustment
from orders.models import Order
from tests import factories
from tests.site.imports.makers import Importer, csv_file, outcomes, said, with_number, workbook
from tests.world import World

PRICES = [
    ["SKU", "Price", "From quantity", "Currency", "Valid from", "Customer"],
    ["BOLT-M8", "9.50", "", "GBP", "2026-05-01", "ACME"],
    ["BOLT-M8", "9.00", "100", "GBP", "2026-05-01", "ACME"],
    ["MUG-NAVY", "6.40", "", "GBP", "2026-05-01", ""],
]
STOCK = [
    ["Warehouse", "SKU", "Counted", "Unit cost"],
    ["MAIN", "BOLT-M8", "80", ""],
    ["north", "bolt-m8", "12", "3.75"],
    ["MAIN", "MUG-NAVY", "50", ""],
]
ORDERS = [
    ["Customer", "PO", "Item", "Qty", "Warehouse", "Delivery date"],
    ["ACME", "4711", "BOLT-M8", "10", "MAIN", "2026-12-01"],
    ["acme", "4711", "A-77", "5", "MAIN", "2026-12-01"],
    ["ACME", "4712", "MUG-NAVY", "1", "MAIN", ""],
]
REASON = ("=", "opening stock")


def test_prices_end_what_held_before(importer: Importer, world: World) -> None:
    run = importer.check("prices", csv_file(PRICES))
    assert outcomes(run) == {2: "new", 3: "new", 4: "changed"}, said(run, 2)
    assert "Price 6 6.4" in said(run, 4)

    importer.apply(run)

    old, new = ConditionRecord.objects.filter(product=world.mug).order_by("pk")
    assert (old.valid.upper, new.rate) == (date(2026, 5, 1), Decimal("6.4"))
    special = ConditionRecord.objects.get(account=world.acme)
    assert (special.rate, special.scale.get().start) == (Decimal("9.5"), 100)
    assert set(outcomes(importer.check("prices", csv_file(PRICES))).values()) == {"same"}


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (["NO-SUCH", "1", "", "GBP", "2026-05-01", ""], "There is no product NO-SUCH"),
        (["BOLT-M8", "-1", "", "GBP", "2026-05-01", ""], "Enter a number from zero on"),
        (["BOLT-M8", "1", "", "XXQ", "2026-05-01", ""], "XXQ"),
        (["BOLT-M8", "1", "", "GBP", "01/05/2026", ""], "may be two days"),
        (["BOLT-M8", "1", "", "GBP", "2026-02-30", ""], "no day of the calendar"),
        (["BOLT-M8", "1", "", "GBP", "2026-05-01", "NOBODY"], "no account with code NOBODY"),
        (["BOLT-M8", "1", "", "GBP", "2020-01-01", ""], "Another price begins on this very day"),
        (["BOLT-M8", "1", "", "GBP", "2019-01-01", ""], "Another price begins on"),
        (["BOLT-M8", "1", "10", "GBP", "2026-05-01", ""], "Exactly one row"),
    ],
)
def test_a_wrong_price_is_told_at_its_cell(importer: Importer, row: list[str], sentence: str) -> None:
    before = ConditionRecord.objects.count()
    run = importer.check("prices", csv_file([PRICES[0], row]))

    assert outcomes(run) == {2: "wrong"}
    assert sentence in said(run, 2)
    assert ConditionRecord.objects.count() == before


def test_a_count_posts_the_difference(importer: Importer, world: World) -> None:
    run = importer.check("stock", csv_file(STOCK), reason=REASON)
    assert outcomes(run) == {2: "changed", 3: "new", 4: "same"}, said(run, 3)
    assert "On hand 100 80" in said(run, 2)

    importer.apply(run)

    assert BinStock.objects.get(bin__warehouse=world.main, product=world.bolt).quantity == 80
    assert BinStock.objects.get(bin__warehouse=world.north, product=world.bolt).quantity == 12
    posted = StockAdjustment.objects.filter(reason="opening stock", created_by=importer.user)
    assert sorted(posted.values_list("warehouse__code", flat=True)) == ["MAIN", "NORTH"]
    again = importer.check("stock", csv_file(STOCK), reason=REASON)
    assert set(outcomes(again).values()) == {"same"}


def test_stock_that_moved_since_the_dry_run_is_not_written_over(importer: Importer, world: World) -> None:
    run = importer.check("stock", csv_file(STOCK), reason=REASON)
    factories.put_in_stock(company=world.company, warehouse=world.main, product=world.bolt, quantity="7")

    importer.apply(run)

    assert BinStock.objects.get(bin__warehouse=world.main, product=world.bolt).quantity == 107
    assert "Something changed since the dry run." in said(run, 2)
    assert BinStock.objects.get(bin__warehouse=world.north, product=world.bolt).quantity == 12


@pytest.mark.parametrize("counted", ["1e999", "-1e999", "1e308", "1000000000000000"])
def test_a_number_beyond_all_columns_is_wrong_at_its_cell(importer: Importer, counted: str) -> None:
    rows = [["Warehouse", "SKU", "Counted", "Reason"], ["MAIN", "BOLT-M8", 777, "x"], ["MAIN", "MUG-NAVY", 49, "x"]]
    run = importer.check("stock", with_number(workbook(rows), 777, counted))

    assert outcomes(run) == {2: "wrong", 3: "changed"}
    assert "larger than any number that can be kept" in said(run, 2)
    assert importer.client.get(reverse("imports:bad-rows", args=[run.pk])).status_code == 200


def test_the_same_bin_twice_is_nobodys_guess(importer: Importer, world: World) -> None:
    rows = [["Warehouse", "SKU", "Counted", "Bin"], ["MAIN", "BOLT-M8", "80", ""], ["MAIN", "BOLT-M8", "90", "A-01"]]

    run = importer.check("stock", csv_file(rows), reason=REASON)

    assert outcomes(run) == {2: "wrong", 3: "wrong"}


def test_orders_are_grouped_by_reference(importer: Importer, world: World) -> None:
    CustomerPartNumber.objects.create(account=world.acme, product=world.mug, number="A-77")
    run = importer.check("orders", csv_file(ORDERS))
    assert outcomes(run) == {2: "new", 3: "new", 4: "new"}, said(run, 3)
    assert not Order.objects.exists()

    importer.apply(run)

    first, second = Order.objects.order_by("pk")
    assert (first.customer_reference, first.status, first.requested_on) == ("4711", "draft", date(2026, 12, 1))
    assert list(first.lines.order_by("pk").values_list("product__sku", "ordered")) == [("BOLT-M8", 10), ("MUG-NAVY", 5)]
    assert (second.net.amount, second.created_by) == (Decimal("6.00"), importer.user)
    assert set(outcomes(importer.check("orders", csv_file(ORDERS))).values()) == {"same"}
    assert Order.objects.count() == 2


def test_what_divides_the_parts_of_a_key_may_stand_in_them(importer: Importer, world: World) -> None:
    rows = [
        ["Account", "Reference", "SKU", "Quantity", "Warehouse"],
        ["ACME", "B|C", "BOLT-M8", "1", "MAIN"],
        ["ACME|B", "C", "MUG-NAVY", "5", "MAIN"],
        ["ACME", "R" * 400, "MUG-NAVY", "5", "MAIN"],
        ["ACME", "R" * 400 + "S", "MUG-NAVY", "5", "MAIN"],
    ]

    run = importer.check("orders", csv_file(rows))

    assert outcomes(run) == {2: "new", 3: "wrong", 4: "wrong", 5: "wrong"}
    assert run.rows.values("first").distinct().count() == 4


def test_an_order_with_the_reference_is_never_written_over(importer: Importer, world: World) -> None:
    factories.make_order(
        company=world.company, account=world.acme, warehouse=world.main, lines={world.mug: "2"}, actor=world.alice,
        customer_reference="4712",
    )  # fmt: skip

    run = importer.check("orders", csv_file([ORDERS[0], ORDERS[1], ORDERS[3]]))

    assert outcomes(run) == {2: "new", 3: "wrong"}
    assert "has this reference, with other lines" in said(run, 3)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"Qty": "0.5"}, "sold in whole ea"),  # only the rehearsal knows
        ({"Qty": "0"}, "greater than zero"),
        ({"Item": "NO-SUCH"}, "There is no product NO-SUCH"),
        ({"Customer": "NOBODY"}, "is no customer"),
        ({"Warehouse": "MOON"}, "say different things"),
    ],
)
def test_a_wrong_line_keeps_its_whole_order_out(importer: Importer, change: dict[str, str], sentence: str) -> None:
    rows = [dict(zip(ORDERS[0], row, strict=True)) for row in (ORDERS[1], [*ORDERS[3][:1], "4711", *ORDERS[3][2:]])]
    rows[1] |= {"Delivery date": "", **change}

    run = importer.check("orders", csv_file([ORDERS[0], *(list(row.values()) for row in rows), ORDERS[3]]))

    assert outcomes(run)[3] == "wrong"
    assert sentence in " ".join(said(run, number) for number in (2, 3))
    importer.apply(run)
    assert "4712" in Order.objects.values_list("customer_reference", flat=True)


def test_prices_by_hand_need_their_right(importer: Importer) -> None:
    rows = [[*ORDERS[0], "Price"], [*ORDERS[3], "1.00"]]

    run = importer.check("orders", csv_file(rows))

    assert "You may not set prices by hand" in said(run, 2)

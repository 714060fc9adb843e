"""Goods arrive: pegs move from the receipt to stock, value and journal follow, the inbound order is counted down."""

from decimal import Decimal

import pytest

from accounting.models import JournalLine
from catalog.models import Product
from core.errors import DomainError, NotAllowed
from core.models import Company, DocumentEvent, DocumentLink, FxRate, User
from inventory.errors import SupplyRefused
from inventory.models import (
    BinStock,
    Peg,
    ReceiptTotal,
    StockBucket,
    StockMovement,
    SupplyLine,
    SupplyReceipt,
    Warehouse,
)
from inventory.services import (
    ReceiptDraft,
    ReceiptLineDraft,
    create_bin,
    issue,
    receive_supplies,
    receive_supply,
)
from tests.inventory.makers import (
    TODAY,
    day,
    expect,
    make_issue,
    make_supplier,
    make_warehouse,
    promised,
    put_in_stock,
)


def booked() -> dict[str, Decimal]:
    """Debit minus credit by code of the ledger account."""
    sums: dict[str, Decimal] = {}
    for code, debit, credit in JournalLine.objects.values_list("account__code", "debit", "credit"):
        sums[code] = sums.get(code, Decimal(0)) + debit - credit
    return {code: amount for code, amount in sums.items() if amount}


def test_promises_move_from_the_receipt_to_stock(main: Warehouse, bolt: Product, system: User) -> None:
    line = expect(warehouse=main, product=bolt, quantity="10", on=day(5), unit_cost="2.50")
    promised(product=bolt, warehouse=main, quantity="6", on=day(6))

    receipt_id = receive_supply(supply_order_id=line.order_id, business_date=TODAY, actor=system)

    bucket = StockBucket.objects.get()
    assert (bucket.on_hand, bucket.pegged, bucket.value) == (10, 6, 25)
    total = ReceiptTotal.objects.get()
    assert (total.open, total.pegged) == (0, 0)
    assert Peg.objects.get().bucket_id == bucket.pk
    assert BinStock.objects.get().quantity == 10
    receipt = SupplyReceipt.objects.get(pk=receipt_id)
    assert (receipt.status, receipt.number[:8]) == ("posted", "GR-2026-")
    assert DocumentLink.objects.get(later_kind="supply_receipt").earlier_id == line.order_id
    line.refresh_from_db()
    assert (line.received, line.is_open, line.order.status) == (10, False, "closed")
    assert DocumentEvent.objects.filter(document_kind="supply_receipt", verb="post").count() == 1
    assert booked() == {"1400": Decimal("25.00"), "2100": Decimal("-25.00")}


def test_a_part_arrives_and_serves_the_earliest_promise_first(main: Warehouse, bolt: Product, system: User) -> None:
    line = expect(warehouse=main, product=bolt, quantity="10", on=day(5))
    late = promised(product=bolt, warehouse=main, quantity="5", on=day(9))[0].commitment_id
    early = promised(product=bolt, warehouse=main, quantity="4", on=day(6))[0].commitment_id

    receive_supply(
        supply_order_id=line.order_id,
        business_date=TODAY,
        lines=[ReceiptLineDraft(line.pk, Decimal(6))],
        actor=system,
    )

    pegs = {(peg.commitment_id, peg.bucket_id is not None): peg.quantity for peg in Peg.objects.all()}
    assert pegs == {(early, True): 4, (late, True): 2, (late, False): 3}
    total = ReceiptTotal.objects.get()
    assert (total.open, total.pegged) == (4, 3)
    line.order.refresh_from_db()
    assert line.order.status == "ordered"


def test_goods_go_into_the_bin_that_is_named(main: Warehouse, bolt: Product, system: User) -> None:
    line = expect(warehouse=main, product=bolt, quantity="10", on=day(5))
    bin_id = create_bin(warehouse_id=main.pk, code="b-7", actor=system)

    receive_supply(
        supply_order_id=line.order_id,
        business_date=TODAY,
        lines=[ReceiptLineDraft(line.pk, Decimal(4), bin_id), ReceiptLineDraft(line.pk, Decimal(6))],
        actor=system,
    )

    assert {(row.bin.code, row.quantity) for row in BinStock.objects.all()} == {("B-7", 4), ("STOCK", 6)}
    assert StockBucket.objects.get().on_hand == 10


def test_a_foreign_order_is_valued_at_the_rate_of_the_day(main: Warehouse, bolt: Product, system: User) -> None:
    FxRate.objects.create(from_currency="EUR", to_currency="GBP", valid_from=TODAY, rate="0.85")
    line = expect(
        warehouse=main,
        product=bolt,
        quantity="3",
        on=day(5),
        unit_cost="1.111111",
        supplier=make_supplier(currency="EUR"),
    )

    receive_supply(supply_order_id=line.order_id, business_date=TODAY, actor=system)

    assert StockBucket.objects.get().value == Decimal("2.83")
    rows = JournalLine.objects.order_by("debit").values_list("currency", "document_amount", "debit", "credit")
    assert list(rows) == [
        ("EUR", Decimal("-3.33"), Decimal(0), Decimal("2.83")),
        ("EUR", Decimal("3.33"), Decimal("2.83"), Decimal(0)),
    ]


def test_more_than_is_still_to_come_is_refused(main: Warehouse, bolt: Product, system: User) -> None:
    line = expect(warehouse=main, product=bolt, quantity="10", on=day(5))

    with pytest.raises(SupplyRefused, match=r"BOLT: 11 arrived, but only 10 are still to come\."):
        receive_supply(
            supply_order_id=line.order_id,
            business_date=TODAY,
            lines=[ReceiptLineDraft(line.pk, Decimal(5)), ReceiptLineDraft(line.pk, Decimal(6))],
            actor=system,
        )

    assert not StockBucket.objects.exists()


@pytest.mark.parametrize("quantity", ["0", "-1", "1.5", "NaN", "1e999"])
def test_a_senseless_quantity_is_refused(main: Warehouse, bolt: Product, system: User, quantity: str) -> None:
    line = expect(warehouse=main, product=bolt, quantity="10", on=day(5))

    with pytest.raises(DomainError):
        receive_supply(
            supply_order_id=line.order_id,
            business_date=TODAY,
            lines=[ReceiptLineDraft(line.pk, Decimal(quantity))],
            actor=system,
        )

    assert not StockBucket.objects.exists()


def test_a_received_order_cannot_be_received_again(main: Warehouse, bolt: Product, system: User) -> None:
    line = expect(warehouse=main, product=bolt, quantity="10", on=day(5))
    receive_supply(supply_order_id=line.order_id, business_date=TODAY, actor=system)

    with pytest.raises(SupplyRefused, match="closed"):
        receive_supply(supply_order_id=line.order_id, business_date=TODAY, actor=system)

    assert StockBucket.objects.get().on_hand == 10


def test_a_repeated_request_receives_once(main: Warehouse, bolt: Product, system: User) -> None:
    line = expect(warehouse=main, product=bolt, quantity="10", on=day(5))

    answers = {
        receive_supply.once("key-1")(supply_order_id=line.order_id, business_date=TODAY, actor=system) for _ in range(2)
    }

    assert len(answers) == 1
    assert StockBucket.objects.get().on_hand == 10


def test_without_the_right_nothing_is_received(main: Warehouse, bolt: Product, clerk: User) -> None:
    line = expect(warehouse=main, product=bolt, quantity="10", on=day(5))

    with pytest.raises(NotAllowed):
        receive_supply(supply_order_id=line.order_id, business_date=TODAY, actor=clerk)

    assert not StockBucket.objects.exists()
    assert SupplyLine.objects.get().received == 0


def test_a_receipt_that_covers_stock_below_zero_trues_the_cost_of_sales_up(
    company: Company, bolt: Product, system: User
) -> None:
    depot = make_warehouse(company=company, code="DEPOT", allows_negative_stock=True)
    put_in_stock(warehouse=depot, product=bolt, quantity="2", unit_cost="3")
    issue(
        company=company,
        issues=[make_issue(product=bolt, warehouse=depot, quantity="5")],
        source_type="delivery_line",
        business_date=TODAY,
        actor=system,
    )
    line = expect(warehouse=depot, product=bolt, quantity="10", on=day(1), unit_cost="4")

    receive_supply(supply_order_id=line.order_id, business_date=TODAY, actor=system)

    bucket = StockBucket.objects.get()
    assert (bucket.on_hand, bucket.value) == (7, 28)
    assert booked()["5000"] == Decimal("3.00")  # three pieces were sold at 3 and cost 4
    assert StockMovement.objects.latest("pk").value == 37


def test_several_orders_are_received_in_one_call(main: Warehouse, bolt: Product, system: User) -> None:
    lines = [expect(warehouse=main, product=bolt, quantity="10", on=day(5), unit_cost=cost) for cost in ("1", "2")]

    ids = receive_supplies(receipts=[ReceiptDraft(line.order_id, TODAY) for line in lines], actor=system)

    assert len(set(ids)) == 2
    bucket = StockBucket.objects.get()
    assert (bucket.on_hand, bucket.value) == (20, 30)

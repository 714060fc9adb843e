"""Supply slips, shrinks or ends: promises are kept where they can be, and moved and reported where not."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from catalog.models import Product
from core import events
from core.errors import NotAllowed, TransitionRefused
from core.models import DocumentEvent, User
from inventory.errors import SeveralCompanies, SupplyRefused
from inventory.events import PromisesMoved
from inventory.models import Commitment, Peg, ReceiptTotal, StockBucket, SupplyOrder, Warehouse
from inventory.services import (
    SupplyDraft,
    SupplyLineDraft,
    cancel_supply_orders,
    change_expected_dates,
    close_supply_orders,
    create_supply_orders,
    issue,
    place_supply_orders,
    receive_supply,
)
from tests.inventory.makers import (
    TODAY,
    day,
    expect,
    lose,
    make_company,
    make_issue,
    make_product,
    make_supplier,
    make_warehouse,
    promised,
    put_in_stock,
)

Told = list[tuple[int, int, int | None, int | None]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Told]:
    """What PromisesMoved said: commitment, quantity, days until the new date, the commitment that carries it."""
    heard: list[PromisesMoved] = []
    monkeypatch.setitem(events._handlers, PromisesMoved, [heard.append])

    def moves() -> Told:
        return [
            (
                move.commitment_id,
                int(move.quantity),
                (move.new_ship_on - TODAY).days if move.new_ship_on else None,
                move.new_commitment_id,
            )
            for event in heard
            for move in event.moves
        ]

    return moves


def promise_id(product: Product, warehouse: Warehouse, quantity: str, offset: int) -> int:
    number = promised(product=product, warehouse=warehouse, quantity=quantity, on=day(offset))[0].commitment_id
    assert number is not None
    return number


def test_a_slip_is_absorbed_by_other_supply(
    main: Warehouse, bolt: Product, system: User, told: Callable[[], Told]
) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")
    line = expect(warehouse=main, product=bolt, quantity="10", on=day(5))
    number = promise_id(bolt, main, "8", 6)

    change_expected_dates(changes={line.pk: day(9)}, reason="storm", actor=system, business_date=TODAY)

    assert told() == []
    assert Peg.objects.get(commitment=number).bucket_id == StockBucket.objects.get().pk
    assert (StockBucket.objects.get().pegged, ReceiptTotal.objects.get().pegged) == (8, 0)
    event = DocumentEvent.objects.get(document_kind="supply_order", verb="change_dates")
    assert event.reason == "storm"


def test_a_slip_that_nothing_absorbs_moves_the_promise(
    main: Warehouse, bolt: Product, system: User, told: Callable[[], Told]
) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="3")
    line = expect(warehouse=main, product=bolt, quantity="10", on=day(5))
    number = promise_id(bolt, main, "8", 6)

    change_expected_dates(changes={line.pk: day(9)}, reason="storm", actor=system, business_date=TODAY)

    new = Commitment.objects.exclude(pk=number).get()
    assert told() == [(number, 5, 9, new.pk)]
    old = Commitment.objects.get(pk=number)
    assert (old.quantity, old.ship_on, new.quantity, new.ship_on) == (3, day(6), 5, day(9))
    assert {(peg.commitment_id, peg.quantity) for peg in Peg.objects.all()} == {(number, 3), (new.pk, 5)}


def test_a_whole_promise_moves_as_it_is(main: Warehouse, bolt: Product, system: User, told: Callable[[], Told]) -> None:
    line = expect(warehouse=main, product=bolt, quantity="10", on=day(5))
    number = promise_id(bolt, main, "8", 6)

    change_expected_dates(changes={line.pk: day(9)}, reason="storm", actor=system, business_date=TODAY)
    change_expected_dates(changes={line.pk: day(12)}, reason="ice", actor=system, business_date=TODAY)

    assert told() == [(number, 8, 9, number), (number, 8, 12, number)]
    assert Commitment.objects.get().ship_on == day(12)


def test_an_earlier_day_breaks_nothing(main: Warehouse, bolt: Product, system: User, told: Callable[[], Told]) -> None:
    line = expect(warehouse=main, product=bolt, quantity="10", on=day(5))
    promise_id(bolt, main, "8", 6)

    change_expected_dates(changes={line.pk: day(1)}, reason="early", actor=system, business_date=TODAY)

    assert told() == []
    assert promised(product=bolt, warehouse=main, quantity="2", on=day(1))[0].ship_on == day(1)


def test_a_line_that_was_received_has_no_day_to_move(main: Warehouse, bolt: Product, system: User) -> None:
    line = expect(warehouse=main, product=bolt, quantity="10", on=day(5))
    receive_supply(supply_order_id=line.order_id, business_date=TODAY, actor=system)

    with pytest.raises(SupplyRefused, match="closed"):
        change_expected_dates(changes={line.pk: day(9)}, reason="storm", actor=system, business_date=TODAY)


def test_a_loss_unpegs_the_excess_and_reports_it(
    main: Warehouse, bolt: Product, system: User, told: Callable[[], Told]
) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")
    first = promise_id(bolt, main, "6", 1)
    second = promise_id(bolt, main, "4", 2)

    lose(warehouse=main, product=bolt, quantity="7")

    assert told() == [(first, 3, None, None), (second, 4, None, None)]
    bucket = StockBucket.objects.get()
    assert (bucket.on_hand, bucket.pegged) == (3, 3)
    assert Commitment.objects.get(pk=first).quantity == 3
    assert Commitment.objects.get(pk=second).status == "released"


def test_a_loss_is_absorbed_by_expected_supply_that_comes_in_time(
    main: Warehouse, bolt: Product, told: Callable[[], Told]
) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")
    number = promise_id(bolt, main, "10", 7)
    expect(warehouse=main, product=bolt, quantity="10", on=day(5))

    lose(warehouse=main, product=bolt, quantity="4")

    assert told() == []
    assert Commitment.objects.get(pk=number).quantity == 10
    assert (StockBucket.objects.get().pegged, ReceiptTotal.objects.get().pegged) == (6, 4)


def test_a_loss_of_free_stock_breaks_nothing(main: Warehouse, bolt: Product, told: Callable[[], Told]) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")
    promise_id(bolt, main, "6", 1)

    lose(warehouse=main, product=bolt, quantity="4")

    assert told() == []
    assert StockBucket.objects.get().pegged == 6


def test_what_was_shipped_of_a_broken_promise_stays(
    main: Warehouse, bolt: Product, system: User, told: Callable[[], Told]
) -> None:
    put_in_stock(warehouse=main, product=bolt, quantity="10")
    number = promise_id(bolt, main, "10", 1)
    issue(
        company=main.company,
        issues=[make_issue(product=bolt, warehouse=main, quantity="4", commitment_id=number)],
        source_type="delivery_line",
        business_date=TODAY,
        actor=system,
    )

    lose(warehouse=main, product=bolt, quantity="6")

    assert told() == [(number, 6, None, None)]
    row = Commitment.objects.get()
    assert (row.status, row.quantity, row.fulfilled) == ("fulfilled", 4, 4)


def test_r20_closing_an_inbound_order_removes_its_supply(
    main: Warehouse, bolt: Product, system: User, told: Callable[[], Told]
) -> None:
    line = expect(warehouse=main, product=bolt, quantity="10", on=day(5))
    number = promise_id(bolt, main, "8", 6)

    close_supply_orders(order_ids=[line.order_id], actor=system, business_date=TODAY)

    assert told() == [(number, 8, None, None)]
    assert (ReceiptTotal.objects.get().open, ReceiptTotal.objects.get().pegged) == (0, 0)
    assert promised(product=bolt, warehouse=main, quantity="1")[0].ship_on is None
    line.refresh_from_db()
    assert (line.cancelled, line.order.status) == (10, "closed")


def test_an_inbound_order_with_receipts_is_closed_not_cancelled(main: Warehouse, bolt: Product, system: User) -> None:
    line = expect(warehouse=main, product=bolt, quantity="10", on=day(5))
    receive_supply(supply_order_id=line.order_id, business_date=TODAY, lines=[(line.pk, Decimal(4))], actor=system)

    with pytest.raises(SupplyRefused, match="Close it instead"):
        cancel_supply_orders(order_ids=[line.order_id], reason="too late", actor=system)

    assert ReceiptTotal.objects.get().open == 6


def test_a_cancelled_order_is_not_cancelled_again(main: Warehouse, bolt: Product, system: User) -> None:
    line = expect(warehouse=main, product=bolt, quantity="10", on=day(5))
    cancel_supply_orders(order_ids=[line.order_id], reason="too late", actor=system)

    with pytest.raises(TransitionRefused, match="cancelled"):
        cancel_supply_orders(order_ids=[line.order_id], reason="too late", actor=system)


def test_a_draft_is_no_supply_until_it_is_placed(main: Warehouse, bolt: Product, system: User) -> None:
    order_id = create_supply_orders(drafts=[draft_of(main, bolt)], actor=system, place=False)[0]
    assert promised(product=bolt, warehouse=main, quantity="1", on=day(9))[0].ship_on is None

    place_supply_orders(order_ids=[order_id], actor=system)

    assert promised(product=bolt, warehouse=main, quantity="1", on=day(9))[0].ship_on == day(9)
    assert SupplyOrder.objects.get().status == "ordered"


def draft_of(warehouse: Warehouse, product: Product, **facts: object) -> SupplyDraft:
    line = SupplyLineDraft(product.pk, Decimal(10), day(5), Decimal(4))
    given = {
        "company_id": warehouse.company_id,
        "supplier_id": facts.pop("supplier_id", None) or make_supplier().pk,
        "warehouse_id": warehouse.pk,
        "currency": "GBP",
        "business_date": TODAY,
        "lines": (line,),
    }
    return SupplyDraft(**(given | facts))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (("BOLT", "0", "4"), "greater than zero"),
        (("BOLT", "-1", "4"), "greater than zero"),
        (("BOLT", "1", "-4"), "not be negative"),
        (("BOLT", "NaN", "4"), "not a quantity"),
        (("BOLT", "1", "1e999"), "not a quantity"),
        (("BOLT", "1.5", "4"), "BOLT: counted in whole units"),
        (("KIT", "1", "4"), "not kept in stock"),
        (("", "1", "4"), "no such product"),
    ],
)
def test_a_senseless_line_is_refused(
    main: Warehouse, bolt: Product, system: User, line: tuple[str, str, str], sentence: str
) -> None:
    products = {"BOLT": bolt.pk, "KIT": make_product(sku="KIT", kind="kit").pk, "": 10**9}
    draft = SupplyLineDraft(products[line[0]], Decimal(line[1]), day(5), Decimal(line[2]))

    with pytest.raises(Exception, match=sentence) as refusal:
        create_supply_orders(drafts=[draft_of(main, bolt, lines=(draft,))], actor=system)

    assert getattr(refusal.value, "status", 500) == 422
    assert not SupplyOrder.objects.exists()


def test_orders_of_two_companies_are_refused(main: Warehouse, bolt: Product, system: User) -> None:
    other = make_warehouse(company=make_company(code="ZZ"), code="ELSE")

    with pytest.raises(SeveralCompanies):
        create_supply_orders(drafts=[draft_of(main, bolt), draft_of(other, bolt)], actor=system)

    assert not SupplyOrder.objects.exists()


def test_goods_are_ordered_from_suppliers_only(main: Warehouse, bolt: Product, system: User) -> None:
    customer = make_supplier()
    customer.is_supplier = False
    customer.save(update_fields=["is_supplier"])

    with pytest.raises(SupplyRefused, match="supplier"):
        create_supply_orders(drafts=[draft_of(main, bolt, supplier_id=customer.pk)], actor=system)


def test_without_the_right_supply_stays_as_it_is(main: Warehouse, bolt: Product, clerk: User) -> None:
    line = expect(warehouse=main, product=bolt, quantity="10", on=day(5))

    for attempt in (
        lambda: create_supply_orders(drafts=[draft_of(main, bolt)], actor=clerk),
        lambda: change_expected_dates(changes={line.pk: day(9)}, reason="storm", actor=clerk, business_date=TODAY),
        lambda: close_supply_orders(order_ids=[line.order_id], actor=clerk),
        lambda: cancel_supply_orders(order_ids=[line.order_id], reason="x", actor=clerk),
    ):
        with pytest.raises(NotAllowed):
            attempt()

    line.refresh_from_db()
    assert (SupplyOrder.objects.count(), line.expected_on, line.order.status) == (1, day(5), "ordered")

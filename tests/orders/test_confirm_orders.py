"""Confirming: the moment of the promise."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from catalog.models import Account
from core.errors import NotAllowed
from inventory.drafts import SupplyDraft, SupplyLineDraft
from inventory.services import create_supply_orders
from orders.errors import OrderNotConfirmable
from orders.models import Order, OrderLine, PromiseEvent, ScheduleLine
from orders.services import confirm_orders
from tests import factories
from tests.factories import TODAY
from tests.orders.makers import confirmed, draft, open_orders, pegged
from tests.world import World


def parts(order: Order) -> list[tuple[int, Decimal, object]]:
    rows = ScheduleLine.objects.filter(order_line__order=order).order_by("order_line__position", "position")
    return [(row.order_line.position, row.quantity, row.ship_on) for row in rows.select_related("order_line")]


def test_every_line_gets_a_dated_promise_that_leans_on_stock(world: World) -> None:
    order = draft(world, bolt="10", mug="5")

    answer = confirm_orders(order_ids=[order.pk], actor=world.alice, business_date=TODAY)[0]

    assert (answer.outcome, answer.late_line_ids, answer.no_supply_line_ids) == ("confirmed", (), ())
    assert parts(order) == [(1, Decimal(10), TODAY), (2, Decimal(5), TODAY)]
    assert pegged(world) == 10
    assert PromiseEvent.objects.filter(order_line__order=order, is_first=True).count() == 2


def test_prices_taxes_and_totals_are_exact(world: World) -> None:
    order = draft(world, bolt="10", mug="5")

    assert (order.net.amount, order.tax.amount, order.gross.amount) == (Decimal(130), Decimal("21.5"), Decimal("151.5"))
    bolts = OrderLine.objects.get(order=order, position=1)
    assert (bolts.net.amount, bolts.tax.amount, bolts.cost) == (Decimal(100), Decimal(20), Decimal(40))


def test_confirming_takes_credit_to_the_cent(world: World) -> None:
    confirmed(world, bolt="10", mug="5")

    assert open_orders(world) == Decimal("151.5")


def test_what_no_supply_covers_is_a_line_without_date(world: World) -> None:
    order = draft(world, bolt="130")

    answer = confirm_orders(order_ids=[order.pk], actor=world.alice, business_date=TODAY)[0]

    assert len(answer.no_supply_line_ids) == 1
    assert parts(order) == [(1, Decimal(100), TODAY), (1, Decimal(30), None)]


def test_a_late_line_is_promised_from_the_receipt_that_comes(world: World) -> None:
    supplier = factories.make_account(company=world.company, is_supplier=True)
    later = TODAY + timedelta(days=9)
    create_supply_orders(
        drafts=[
            SupplyDraft(
                company_id=world.company.pk,
                supplier_id=supplier.pk,
                warehouse_id=world.main.pk,
                currency="GBP",
                business_date=TODAY,
                lines=(SupplyLineDraft(world.bolt.pk, Decimal(50), later, Decimal(4)),),
            )
        ],
        actor=factories.system_user(),
    )
    order = draft(world, bolt="130")

    answer = confirm_orders(order_ids=[order.pk], actor=world.alice, business_date=TODAY)[0]

    assert len(answer.late_line_ids) == 1
    assert parts(order) == [(1, Decimal(100), TODAY), (1, Decimal(30), later)]


def test_complete_only_refuses_and_takes_nothing(world: World) -> None:
    order = draft(world, bolt="130", mug="5", complete_only=True)

    with pytest.raises(OrderNotConfirmable, match="BOLT-M8 cannot be promised in full"):
        confirm_orders(order_ids=[order.pk], actor=world.alice, business_date=TODAY)

    order.refresh_from_db()
    assert (order.status, pegged(world), open_orders(world)) == ("draft", 0, 0)


def test_a_kit_is_promised_by_its_components_together(world: World) -> None:
    kit = factories.make_kit(parts={world.bolt: 4, world.mug: 2}, sku="SET-1")
    factories.make_price(company=world.company, product=kit, rate="50")
    order = factories.make_order(
        company=world.company, account=world.acme, warehouse=world.main, lines={kit: "3"}, actor=world.alice
    )

    confirm_orders(order_ids=[order.pk], actor=world.alice, business_date=TODAY)

    components = OrderLine.objects.filter(order=order, parent__isnull=False).order_by("position")
    assert [(line.product_id, line.ordered, line.net.amount) for line in components] == [
        (world.bolt.pk, Decimal(12), Decimal(0)),
        (world.mug.pk, Decimal(6), Decimal(0)),
    ]
    assert pegged(world) == 12


def test_incomplete_orders_are_refused_with_what_is_missing(world: World) -> None:
    order = draft(world, bolt="10")
    Account.objects.filter(pk=world.acme.pk).update(status="blocked")

    with pytest.raises(OrderNotConfirmable, match="Acme Hardware is blocked"):
        confirm_orders(order_ids=[order.pk], actor=world.alice, business_date=TODAY)


def test_a_refused_member_does_not_stop_the_others(world: World) -> None:
    good, bad = draft(world, bolt="10"), draft(world, bolt="500", complete_only=True)

    answers = confirm_orders(order_ids=[good.pk, bad.pk], actor=world.alice, business_date=TODAY)

    assert [answer.outcome for answer in answers] == ["confirmed", "refused"]
    assert pegged(world) == 10


def test_denied_and_nothing_changed(world: World) -> None:
    order = draft(world, bolt="10")

    with pytest.raises(NotAllowed):
        confirm_orders(order_ids=[order.pk], actor=world.charlie, business_date=TODAY)

    order.refresh_from_db()
    assert (order.status, pegged(world)) == ("draft", 0)


def test_confirming_twice_promises_once(world: World) -> None:
    order = draft(world, bolt="10")

    first = confirm_orders.once("k-1")(order_ids=[order.pk], actor=world.alice, business_date=TODAY)
    again = confirm_orders.once("k-1")(order_ids=[order.pk], actor=world.alice, business_date=TODAY)

    assert (first, pegged(world)) == (again, 10)
    with pytest.raises(OrderNotConfirmable, match="is confirmed and cannot be confirmed"):
        confirm_orders(order_ids=[order.pk], actor=world.alice, business_date=TODAY)


def test_a_cancelled_order_gains_no_stock(world: World) -> None:
    order = draft(world, bolt="10")
    Order.objects.filter(pk=order.pk).update(status="cancelled")

    with pytest.raises(OrderNotConfirmable):
        confirm_orders(order_ids=[order.pk], actor=world.alice, business_date=TODAY)

    assert pegged(world) == 0


@pytest.mark.parametrize("kind", ["lines", "orders"])
def test_statement_count_depends_on_neither_lines_nor_orders(
    world: World, count_statements: Callable[..., Any], kind: str
) -> None:
    confirm_orders(order_ids=[draft(world, bolt="1").pk], actor=world.alice, business_date=TODAY)  # the account's total
    counts = []
    for size in (10, 200):
        products = [factories.make_product() for _ in range(size if kind == "lines" else 2)]
        for product in products:
            factories.make_price(company=world.company, product=product, rate="5")
        lines = dict.fromkeys(products, "3")
        orders = [
            factories.make_order(
                company=world.company, account=world.acme, warehouse=world.main, lines=lines, actor=world.alice
            )
            for _ in range(1 if kind == "lines" else size // 10)
        ]
        with count_statements() as statements:
            confirm_orders(order_ids=[order.pk for order in orders], actor=world.alice, business_date=TODAY)
        counts.append(statements.count)

    assert counts[0] == counts[1]
    assert counts[0] <= 20

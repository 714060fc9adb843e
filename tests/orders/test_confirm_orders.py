"""Confirming: the moment of the promise."""

from datetime import timedelta
from decimal import Decimal

import pytest

from core.errors import NotAllowed
from inventory.models import StockBucket
from orders.models import Order, OrderLine, PromiseEvent, ScheduleLine
from orders.services import confirm_orders
from tests import factories
from tests.factories import TODAY
from tests.world import World


def draft(world: World, **lines: str) -> Order:
    products = {"bolt": world.bolt, "mug": world.mug}
    return factories.make_order(
        company=world.company,
        account=world.acme,
        warehouse=world.main,
        lines={products[name]: quantity for name, quantity in lines.items()},
        actor=world.alice,
    )


def bucket(world: World) -> StockBucket:
    return StockBucket.objects.get(warehouse=world.main, product=world.bolt)


def test_every_line_gets_a_dated_promise_that_leans_on_stock(world: World) -> None:
    order = draft(world, bolt="10", mug="5")

    answer = confirm_orders(order_ids=[order.pk], actor=world.alice, business_date=TODAY)[0]

    assert (answer.outcome, answer.late_line_ids, answer.no_supply_line_ids) == ("confirmed", (), ())
    schedule = ScheduleLine.objects.filter(order_line__order=order).order_by("order_line__position")
    assert [(line.quantity, line.ship_on) for line in schedule] == [(Decimal(10), TODAY), (Decimal(5), TODAY)]
    assert bucket(world).pegged == 10
    assert PromiseEvent.objects.filter(order_line__order=order, is_first=True).count() == 2


def test_prices_taxes_and_totals_are_exact(world: World) -> None:
    order = draft(world, bolt="10", mug="5")

    assert (order.net.amount, order.tax.amount, order.gross.amount) == (Decimal("130"), Decimal("21.5"), Decimal("151.5"))
    bolts = OrderLine.objects.get(order=order, position=1)
    assert (bolts.net.amount, bolts.tax.amount, bolts.cost) == (Decimal(100), Decimal(20), Decimal(40))


def test_what_no_supply_covers_is_a_line_without_date(world: World) -> None:
    order = draft(world, bolt="130")

    answer = confirm_orders(order_ids=[order.pk], actor=world.alice, business_date=TODAY)[0]

    assert len(answer.no_supply_line_ids) == 1
    parts = ScheduleLine.objects.filter(order_line__order=order).order_by("position")
    assert [(part.quantity, part.ship_on) for part in parts] == [(Decimal(100), TODAY), (Decimal(30), None)]


def test_denied_and_nothing_changed(world: World) -> None:
    order = draft(world, bolt="10")

    with pytest.raises(NotAllowed):
        confirm_orders(order_ids=[order.pk], actor=world.charlie, business_date=TODAY)

    order.refresh_from_db()
    assert (order.status, bucket(world).pegged) == ("draft", 0)


def test_statements(world: World, count_statements) -> None:
    order = draft(world, bolt="10", mug="5")
    with count_statements() as s:
        confirm_orders(order_ids=[order.pk], actor=world.alice, business_date=TODAY)
    print(s)
    print(s.count)

"""Confirmed orders and deliveries in every state, made through the services."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from catalog.models import Product
from fulfillment.models import Delivery, DeliveryLine
from fulfillment.services import create_deliveries, pick_all, release_deliveries
from orders.models import Order
from orders.services import confirm_orders
from tests import factories
from tests.factories import TODAY
from tests.world import World, world

__all__ = ["world"]

MakeConfirmed = Callable[..., Order]
MakeDelivery = Callable[..., Delivery]


def lines_of(delivery: Delivery) -> list[DeliveryLine]:
    """The lines as they are now."""
    return list(DeliveryLine.objects.filter(delivery=delivery).order_by("position"))


@pytest.fixture
def make_confirmed(world: World) -> MakeConfirmed:
    """Make a confirmed order of Acme."""

    def make(lines: dict[Product, str], *, on: date = TODAY, account: Any = None, **facts: Any) -> Order:
        order = factories.make_order(
            company=world.company,
            account=account or world.acme,
            warehouse=world.main,
            lines=lines,
            actor=world.alice,
            on=on,
            **facts,
        )
        (answer,) = confirm_orders(order_ids=[order.pk], actor=world.alice, business_date=on)
        assert answer.outcome == "confirmed", answer
        order.refresh_from_db()
        return order

    return make


@pytest.fixture
def make_delivery(world: World, make_confirmed: MakeConfirmed) -> MakeDelivery:
    """Make a delivery of a new order, in the wanted state: planned, released or picking (all picked)."""

    def make(lines: dict[Product, str], *, state: str = "planned", **facts: Any) -> Delivery:
        order = make_confirmed(lines, **facts)
        ids = create_deliveries(company_id=world.company.pk, order_ids=[order.pk], business_date=TODAY, actor=world.bob)
        if state != "planned":
            release_deliveries(delivery_ids=ids, actor=world.bob)
        if state == "picking":
            pick_all(delivery_ids=ids, actor=world.bob)
        return Delivery.objects.get(pk=ids[0])

    return make

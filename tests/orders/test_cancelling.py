"""Cancelling beside what has left or was invoiced already."""

from decimal import Decimal

import pytest
from django.test import Client

from billing.services import invoice_deliveries, invoice_orders
from catalog.models import Product
from core.invariants import check_all
from core.system import system_user
from fulfillment.services import cancel_deliveries, create_deliveries, pick_all, release_deliveries, ship_deliveries
from orders.errors import ChangeRefused
from orders.models import Order, OrderHold, OrderLine
from orders.services import cancel_orders, cancel_rest, confirm_orders, hold_orders
from tests import factories
from tests.factories import TODAY
from tests.orders.makers import draft, limit, open_orders
from tests.world import World


def with_freight(world: World, bolts: str) -> tuple[Order, Product]:
    """A confirmed order of bolts with one freight charge of 20.00; a hundred bolts are there."""
    freight = factories.make_product(sku="FREIGHT", kind="service")
    factories.make_price(company=world.company, product=freight, rate="20")
    order = factories.make_order(
        company=world.company,
        account=world.acme,
        warehouse=world.main,
        lines={world.bolt: bolts, freight: "1"},
        actor=world.alice,
    )
    confirm_orders(order_ids=[order.pk], actor=world.alice, business_date=TODAY)
    return Order.objects.get(pk=order.pk), freight


def on_deliveries(world: World, order: Order) -> list[int]:
    return create_deliveries(
        company_id=world.company.pk, order_ids=[order.pk], due_until=TODAY, business_date=TODAY, actor=world.bob
    )


def ship(world: World, delivery_ids: list[int]) -> None:
    release_deliveries(delivery_ids=delivery_ids, actor=world.bob)
    pick_all(delivery_ids=delivery_ids, actor=world.bob)
    ship_deliveries(delivery_ids=delivery_ids, business_date=TODAY, actor=world.bob)


def cancelled(order: Order) -> list[Decimal]:
    return list(OrderLine.objects.filter(order=order).order_by("position").values_list("cancelled", flat=True))


def require_all_invariants() -> None:
    assert [(each.invariant.name, each.rows) for each in check_all() if not each.holds] == []


@pytest.mark.parametrize("is_shipped", [True, False])
def test_cancelling_the_rest_keeps_the_freight_of_what_leaves(world: World, is_shipped: bool) -> None:
    order, freight = with_freight(world, "130")
    deliveries = on_deliveries(world, order)
    if is_shipped:
        ship(world, deliveries)

    cancel_rest(order_ids=[order.pk], reason="No more needed", actor=world.alice)

    assert cancelled(order) == [30, 0]
    if not is_shipped:
        ship(world, deliveries)
    invoice_deliveries(delivery_ids=deliveries, business_date=TODAY, actor=world.fay)
    assert OrderLine.objects.get(order=order, product=freight).invoiced == 1
    order.refresh_from_db()
    assert (order.status, open_orders(world)) == ("completed", 0)
    require_all_invariants()


def test_cancelling_the_rest_before_anything_leaves_takes_the_freight_along(world: World) -> None:
    order, _ = with_freight(world, "10")

    cancel_rest(order_ids=[order.pk], reason="No more needed", actor=world.alice)

    assert (cancelled(order), open_orders(world)) == ([10, 1], 0)


def test_an_order_with_an_invoiced_service_is_not_cancelled_whole(world: World) -> None:
    order, _ = with_freight(world, "10")
    invoice_orders(order_ids=[order.pk], business_date=TODAY, actor=world.fay)

    with pytest.raises(ChangeRefused, match="was invoiced by INV-2026-000001; reverse or credit it first"):
        cancel_orders(order_ids=[order.pk], reason="Ordered twice", actor=world.alice)

    order.refresh_from_db()
    assert (order.status, cancelled(order)) == ("confirmed", [0, 0])


def test_the_rest_is_cancelled_again_when_a_delivery_of_it_was_cancelled(world: World) -> None:
    order, _ = with_freight(world, "130")
    deliveries = on_deliveries(world, order)
    cancel_rest(order_ids=[order.pk], reason="No more needed", actor=world.alice)
    cancel_deliveries(delivery_ids=deliveries, reason="Not today", actor=world.bob)

    cancel_rest(order_ids=[order.pk], reason="Nothing of it", actor=world.alice)

    order.refresh_from_db()
    assert (order.status, order.changed_by, cancelled(order), open_orders(world)) == (
        "completed", world.alice, [130, 1], 0,
    )  # fmt: skip
    require_all_invariants()


def test_a_cancelled_order_still_tells_why_it_waited(world: World) -> None:
    """Whoever cancels may have submitted: nobody approved anything, so the system releases what is of no matter."""
    limit(world, "100")
    order = draft(world, bolt="10")
    confirm_orders(order_ids=[order.pk], actor=world.alice, business_date=TODAY)
    hold_orders(order_ids=[order.pk], reason="Customer calls back", actor=world.alice)

    cancel_orders(order_ids=[order.pk], reason="Ordered twice", actor=world.alice)

    holds = OrderHold.objects.filter(order=order).order_by("kind").values_list("kind", "release_reason")
    assert list(holds) == [("credit", "Cancelled: Ordered twice"), ("manual", "Cancelled: Ordered twice")]
    assert not OrderHold.objects.filter(order=order, released_at=None).exists()
    client = Client()
    client.force_login(world.boss)
    page = client.get(f"/orders/{order.pk}/").content.decode()
    assert "Over the limit of 100.00 GBP by 20.00 GBP." in page
    assert "Customer calls back" in page
    assert "Cancelled: Ordered twice" in page
    client.force_login(world.bob)
    assert "Over the limit" not in client.get(f"/orders/{order.pk}/").content.decode(), "for who may see credit"
    require_all_invariants()


def test_what_the_system_submitted_is_released_by_the_person_who_cancels(world: World) -> None:
    limit(world, "100")
    orders = [draft(world, bolt="10") for _ in range(2)]
    confirm_orders(order_ids=[order.pk for order in orders], actor=system_user(), business_date=TODAY)

    cancel_orders(order_ids=[orders[0].pk], reason="Ordered twice", actor=world.alice)
    cancel_orders(order_ids=[orders[1].pk], reason="Ordered twice", actor=system_user())

    assert list(OrderHold.objects.values_list("order", "released_by")) == [(orders[0].pk, world.alice.pk)]
    require_all_invariants()

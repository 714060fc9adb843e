"""Whatever is cancelled on the way, a customer's exposure ends with what was billed, recounted from the documents."""

from decimal import Decimal

import pytest
from django.db import connection

from billing.models import Invoice
from billing.services import invoice_orders, reverse_invoice
from core.invariants import check_all
from fulfillment.models import Delivery, DeliveryLine
from fulfillment.services import (
    cancel_deliveries,
    create_deliveries,
    pick_all,
    release_deliveries,
    ship_deliveries,
    short_pick,
)
from orders.drafts import LineChange
from orders.errors import ChangeRefused
from orders.models import CreditTotal, Order, OrderLine
from orders.services import cancel_orders, cancel_rest, change_order
from tests import factories
from tests.billing.makers import Trade
from tests.factories import TODAY
from tests.world import World

# Every kit says that so many of it are wanted and so many shipped as its components make full sets.
_KITS_RECOUNTED = """
    SELECT h.id, h.ordered - h.cancelled, min(floor((c.ordered - c.cancelled) * h.ordered / c.ordered)),
           h.shipped, min(floor(c.shipped * h.ordered / c.ordered))
    FROM orders_orderline h JOIN orders_orderline c ON c.parent_id = h.id
    GROUP BY h.id
    HAVING h.ordered - h.cancelled <> min(floor((c.ordered - c.cancelled) * h.ordered / c.ordered))
        OR h.shipped <> min(floor(c.shipped * h.ordered / c.ordered))
"""


def require_audit() -> None:
    """All invariants, and kits recounted against their components."""
    assert [(each.invariant.name, each.rows) for each in check_all() if not each.holds] == []
    with connection.cursor() as cursor:
        cursor.execute(_KITS_RECOUNTED)
        assert cursor.fetchall() == []


def exposure(world: World) -> tuple[Decimal, Decimal, Decimal]:
    """Open orders, delivered and not billed, open items."""
    total = CreditTotal.objects.get(account=world.acme)
    return total.open_orders, total.delivered, total.open_items


def kits_on_a_delivery(world: World, bolts: str, mugs: str) -> tuple[Order, Delivery]:
    """Ten kits of a bolt and a mug at 30.00, 36.00 with tax; so many pieces of them were found."""
    kit = factories.make_kit(parts={world.bolt: 1, world.mug: 1})
    factories.make_price(company=world.company, product=kit, rate="30")
    order = Trade(world).order({kit: "10"})
    (delivery_id,) = create_deliveries(
        order_ids=[order.pk], company_id=world.company.pk, business_date=TODAY, actor=world.bob
    )
    release_deliveries(delivery_ids=[delivery_id], actor=world.bob)
    for line in DeliveryLine.objects.filter(delivery=delivery_id):
        found = bolts if line.product_id == world.bolt.pk else mugs
        short_pick(delivery_line_id=line.pk, picked=Decimal(found), cause="later", actor=world.bob)
    return order, Delivery.objects.get(pk=delivery_id)


def ship(world: World, delivery: Delivery) -> Delivery:
    pick_all(delivery_ids=[delivery.pk], actor=world.bob)
    ship_deliveries(delivery_ids=[delivery.pk], business_date=TODAY, actor=world.bob)
    return Delivery.objects.get(pk=delivery.pk)


@pytest.mark.parametrize("is_shipped_first", [True, False])
def test_kits_cancelled_unevenly_after_a_short_pick_leave_no_exposure(world: World, is_shipped_first: bool) -> None:
    order, delivery = kits_on_a_delivery(world, bolts="4", mugs="2")
    if is_shipped_first:
        ship(world, delivery)

    cancel_rest(order_ids=[order.pk], reason="No more needed", actor=world.alice)

    assert list(OrderLine.objects.filter(order=order).order_by("position").values_list("cancelled", flat=True)) == [
        8, 6, 8,
    ]  # fmt: skip
    assert exposure(world) == ((0, 72, 0) if is_shipped_first else (72, 0, 0))
    require_audit()
    if not is_shipped_first:
        ship(world, delivery)
    (invoice,) = Trade(world).bill(Delivery.objects.get(pk=delivery.pk))
    order.refresh_from_db()
    assert (invoice.gross.amount, order.status, exposure(world)) == (72, "completed", (0, 0, 72))
    require_audit()


def test_what_a_delivery_lacks_after_the_rest_was_cancelled_is_cancelled_like_it(world: World) -> None:
    order, delivery = kits_on_a_delivery(world, bolts="4", mugs="2")
    cancel_rest(order_ids=[order.pk], reason="No more needed", actor=world.alice)
    cancel_deliveries(delivery_ids=[delivery.pk], reason="Not today", actor=world.bob)

    cancel_rest(order_ids=[order.pk], reason="Nothing of it", actor=world.alice)

    assert exposure(world) == (0, 0, 0)
    require_audit()


@pytest.mark.parametrize("is_kit", [False, True])
def test_what_was_billed_in_advance_is_cancelled_only_after_its_invoice_is_reversed(world: World, is_kit: bool) -> None:
    trade = Trade(world)
    product = world.bolt
    if is_kit:
        product = factories.make_kit(parts={world.bolt: 4, world.mug: 1})
        factories.make_price(company=world.company, product=product, rate="10")
    order = trade.order({product: "10"}, prepaid=True)
    (invoice_id,) = invoice_orders(order_ids=[order.pk], business_date=TODAY, actor=world.fay)
    number = Invoice.objects.get(pk=invoice_id).number

    with pytest.raises(ChangeRefused, match=f"was invoiced by {number}; reverse it first"):
        cancel_rest(order_ids=[order.pk], reason="No more needed", actor=world.boss)
    with pytest.raises(ChangeRefused, match=f"was invoiced by {number}; reverse or credit it first"):
        cancel_orders(order_ids=[order.pk], reason="No more needed", actor=world.boss)
    version = Order.objects.get(pk=order.pk).version
    changes = [LineChange(OrderLine.objects.get(order=order, parent=None).pk, ordered=Decimal(4))]
    with pytest.raises(ChangeRefused, match="10 were invoiced; it cannot go lower"):
        change_order(order_id=order.pk, version=version, changes=changes, reason="Less", actor=world.boss)

    reverse_invoice(invoice_id=invoice_id, reason="not wanted", business_date=TODAY, actor=world.fay)
    cancel_rest(order_ids=[order.pk], reason="No more needed", actor=world.alice)

    assert exposure(world) == (0, 0, 0)
    require_audit()


def test_what_is_left_of_an_order_billed_in_advance_is_billed_by_delivery_once_its_rest_is_cancelled(
    world: World,
) -> None:
    trade = Trade(world)
    order = trade.order({world.bolt: "10"}, prepaid=True)
    (invoice_id,) = invoice_orders(order_ids=[order.pk], business_date=TODAY, actor=world.fay)
    delivery = trade.ship(order, only="6")
    with pytest.raises(ChangeRefused, match="reverse it first"):
        cancel_rest(order_ids=[order.pk], reason="No more needed", actor=world.boss)

    reverse_invoice(invoice_id=invoice_id, reason="the rest is not wanted", business_date=TODAY, actor=world.fay)
    cancel_rest(order_ids=[order.pk], reason="No more needed", actor=world.alice)
    (invoice,) = trade.bill(delivery)

    assert (invoice.gross.amount, exposure(world)) == (72, (0, 0, 72))
    order.refresh_from_db()
    assert order.status == "completed"
    require_audit()

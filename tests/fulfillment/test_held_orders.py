"""A hold on a confirmed order stops it wherever it stands between the promise and the door."""

from collections.abc import Callable

import pytest

from fulfillment.errors import NothingToDeliver, OrderHeld
from fulfillment.loading import due_order_ids
from fulfillment.models import Delivery
from fulfillment.selectors import due_orders
from fulfillment.services import create_deliveries, deliver_orders, release_deliveries, ship_deliveries
from inventory.models import StockBucket
from orders.models import Order, OrderHold
from orders.services import hold_orders, release_holds
from tests.factories import TODAY
from tests.fulfillment.conftest import MakeConfirmed, MakeDelivery
from tests.world import World


def hold(world: World, *orders: Order) -> None:
    hold_orders(order_ids=[order.pk for order in orders], reason="Customer asked to wait.", actor=world.alice)


def let_go(world: World, order: Order) -> None:
    (held,) = OrderHold.objects.filter(order=order, released_at=None)
    release_holds(hold_ids=[held.pk], reason="They want it now", actor=world.boss, business_date=TODAY)


def create(world: World, *orders: Order) -> list[int]:
    ids = [order.pk for order in orders] or None
    return create_deliveries(company_id=world.company.pk, business_date=TODAY, actor=world.bob, order_ids=ids)


def test_a_held_order_is_not_due_and_is_due_again_when_it_is_released(
    world: World, make_confirmed: MakeConfirmed
) -> None:
    held, free = make_confirmed({world.bolt: "10"}), make_confirmed({world.mug: "1"})
    hold(world, held)

    assert due_order_ids(world.company.pk, TODAY) == [free.pk]
    assert list(due_orders(world.bob, until=TODAY)) == [free]

    let_go(world, held)

    assert due_order_ids(world.company.pk, TODAY) == [held.pk, free.pk]
    assert list(due_orders(world.bob, until=TODAY).order_by("pk")) == [held, free]


def test_a_held_order_is_not_put_on_a_delivery_and_is_told_why(world: World, make_confirmed: MakeConfirmed) -> None:
    held, free = make_confirmed({world.bolt: "10"}), make_confirmed({world.mug: "1"})
    hold(world, held)
    sentence = "It is on hold (manual: Customer asked to wait); it is delivered when the hold is released."

    with pytest.raises(NothingToDeliver) as refused:
        create(world, held)
    outcomes = deliver_orders(
        company_id=world.company.pk, order_ids=[held.pk, free.pk], business_date=TODAY, actor=world.bob
    )

    assert refused.value.sentence == f"{held.number}: {sentence}"
    assert [(len(each.delivery_ids), each.sentence) for each in outcomes] == [(0, sentence), (1, "")]
    let_go(world, held)
    assert len(create(world, held)) == 1


def test_the_delivery_of_a_held_order_is_not_handed_to_pickers(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "10"})
    hold(world, delivery.order)

    with pytest.raises(OrderHeld) as refused:
        release_deliveries(delivery_ids=[delivery.pk], actor=world.bob)

    number = delivery.order.number
    assert refused.value.sentence == (f"{number} is on hold (manual: Customer asked to wait). Release the hold first.")
    assert Delivery.objects.get().status == "planned"


def test_the_goods_of_a_held_order_do_not_leave_until_it_is_released(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "10"}, state="picking")
    hold(world, delivery.order)

    with pytest.raises(OrderHeld, match=rf"{delivery.order.number} is on hold \(manual: Customer asked to wait\)"):
        ship_deliveries(delivery_ids=[delivery.pk], business_date=TODAY, actor=world.bob)

    assert Delivery.objects.get().status == "picking"
    assert StockBucket.objects.get(product=world.bolt).on_hand == 100
    let_go(world, delivery.order)
    ship_deliveries(delivery_ids=[delivery.pk], business_date=TODAY, actor=world.bob)
    assert StockBucket.objects.get(product=world.bolt).on_hand == 90


def test_statements_do_not_depend_on_the_number_of_held_orders(
    world: World, make_confirmed: MakeConfirmed, count_statements: Callable
) -> None:
    seen = []
    for number in (2, 2, 6):
        orders = [make_confirmed({world.bolt: "1"}) for _ in range(number)]
        hold(world, *orders[1:])
        with count_statements() as statements:
            create(world, *orders)
        seen.append(statements.count)

    assert seen[1] == seen[2]

"""Promising again: what has no date gets one, what ships together keeps one date, and nobody loses what was told."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F

from catalog.models import Product
from core.dates import business_date
from core.invariants import check_all
from core.models import DocumentEvent, OutboxMessage
from core.system import system_user
from core.work import run_messages
from orders.drafts import LineChange
from orders.errors import ChangeRefused
from orders.models import Order, OrderLine, PromiseEvent, ScheduleLine
from orders.services import change_order, confirm_orders, repromise_orders
from tests import factories
from tests.billing.makers import Trade
from tests.factories import TODAY
from tests.inventory.makers import expect, lose
from tests.orders.makers import confirmed
from tests.world import World

pytestmark = pytest.mark.django_db


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def soon(world: World) -> date:
    """Five days from the company's own today, by which a change is promised."""
    return business_date(world.company.time_zone) + timedelta(days=5)


def promises(order: Order) -> dict[str, dict[date | None, Decimal]]:
    """What is promised of each product and has not left, by the day on which it ships."""
    found: dict[str, dict[date | None, Decimal]] = {}
    rows = ScheduleLine.objects.filter(order_line__order=order, quantity__gt=F("cancelled") + F("shipped"))
    for part in rows.select_related("order_line__product").order_by("ship_on", "pk"):
        own = found.setdefault(part.order_line.product.sku, {})
        own[part.ship_on] = own.get(part.ship_on, Decimal(0)) + part.quantity - part.cancelled - part.shipped
    return found


def change(world: World, order: Order, product: Product, ordered: str, on: date | None = None) -> None:
    order.refresh_from_db()
    line = OrderLine.objects.get(order=order, product=product)
    change_order(
        order_id=order.pk,
        version=order.version,
        changes=[LineChange(line.pk, ordered=Decimal(ordered), requested_on=on)],
        reason="",
        actor=world.alice,
    )


def again(*orders: Order) -> None:
    repromise_orders(order_ids=[order.pk for order in orders], actor=system_user(), business_date=TODAY)


def kit_order(world: World, quantity: str) -> Order:
    """An order of so many kits of one bolt and two mugs."""
    kit = factories.make_kit(parts={world.bolt: 1, world.mug: 2}, sku="KIT-1")
    factories.make_price(company=world.company, product=kit, rate="20")
    order = factories.make_order(
        company=world.company, account=world.acme, warehouse=world.main, lines={kit: quantity}, actor=world.alice
    )
    confirm_orders(order_ids=[order.pk], actor=world.alice, business_date=TODAY)
    return Order.objects.get(pk=order.pk)


def tell_what_moved() -> None:
    run_messages(OutboxMessage.objects.filter(task="orders.note_moved_promises").values_list("pk", flat=True))


def require_all_invariants() -> None:
    assert [(each.invariant.name, each.rows) for each in check_all() if not each.holds] == []


def test_an_increase_moves_a_complete_order_to_one_later_date(world: World) -> None:
    expect(warehouse=world.main, product=world.bolt, quantity="100", on=soon(world))
    order = confirmed(world, bolt="60", mug="5", complete_only=True)
    assert promises(order) == {"BOLT-M8": {TODAY: 60}, "MUG-NAVY": {TODAY: 5}}

    change(world, order, world.bolt, "150")

    assert promises(order) == {"BOLT-M8": {soon(world): 150}, "MUG-NAVY": {soon(world): 5}}
    require_all_invariants()


def test_an_increase_of_a_complete_order_that_no_supply_covers_is_refused_and_loses_nothing(world: World) -> None:
    order = confirmed(world, bolt="60", mug="5", complete_only=True)
    before = promises(order)

    with pytest.raises(ChangeRefused, match="BOLT-M8 cannot be promised in full"):
        change(world, order, world.bolt, "150")

    assert promises(order) == before


def test_the_rest_of_a_partly_shipped_complete_order_keeps_one_date(world: World) -> None:
    expect(warehouse=world.main, product=world.bolt, quantity="100", on=soon(world))
    order = confirmed(world, bolt="60", mug="50", complete_only=True)
    Trade(world).ship(order, only="40")
    left = promises(order)
    assert {sku: sum(days.values()) for sku, days in left.items()} == {"BOLT-M8": 20, "MUG-NAVY": 10}

    change(world, order, world.bolt, "150")

    assert promises(order) == {"BOLT-M8": {soon(world): 110}, "MUG-NAVY": {soon(world): 10}}
    assert set(OrderLine.objects.filter(order=order).values_list("shipped", flat=True)) == {40}
    require_all_invariants()


def test_more_kits_than_there_are_parts_have_no_date_and_the_first_keep_theirs(world: World) -> None:
    order = kit_order(world, "20")

    change(world, order, OrderLine.objects.get(order=order, parent=None).product, "30")

    assert promises(order) == {"BOLT-M8": {None: 10, TODAY: 20}, "MUG-NAVY": {None: 20, TODAY: 40}}
    require_all_invariants()


def test_moving_kits_that_cannot_keep_a_date_together_is_refused(world: World) -> None:
    order = kit_order(world, "20")
    before = promises(order)

    with pytest.raises(ChangeRefused, match="MUG-NAVY cannot be promised in full"):
        change(world, order, OrderLine.objects.get(order=order, parent=None).product, "30", day(3))

    assert promises(order) == before


def test_the_sets_of_a_kit_that_miss_a_part_wait_for_it_together(world: World) -> None:
    order = kit_order(world, "20")
    lose(warehouse=world.main, product=world.mug, quantity="20")
    tell_what_moved()
    assert promises(order) == {"BOLT-M8": {TODAY: 20}, "MUG-NAVY": {None: 10, TODAY: 30}}
    again(order)
    assert promises(order) == {"BOLT-M8": {TODAY: 20}, "MUG-NAVY": {None: 10, TODAY: 30}}

    expect(warehouse=world.main, product=world.mug, quantity="100", on=day(5))
    again(order)

    assert promises(order) == {"BOLT-M8": {TODAY: 15, day(5): 5}, "MUG-NAVY": {TODAY: 30, day(5): 10}}
    require_all_invariants()


def test_a_complete_order_that_lost_stock_gets_one_date_again(world: World) -> None:
    order = confirmed(world, bolt="60", mug="50", complete_only=True)
    lose(warehouse=world.main, product=world.mug, quantity="20")
    tell_what_moved()

    again(order)
    assert promises(order) == {"BOLT-M8": {TODAY: 60}, "MUG-NAVY": {None: 20, TODAY: 30}}

    expect(warehouse=world.main, product=world.mug, quantity="100", on=day(5))
    again(order)
    assert promises(order) == {"BOLT-M8": {day(5): 60}, "MUG-NAVY": {day(5): 50}}
    told = PromiseEvent.objects.filter(order_line__order=order, cause="promised again")
    assert {(event.previous_ship_on, event.ship_on) for event in told} == {(TODAY, day(5))}
    require_all_invariants()


def test_who_has_no_date_takes_none_from_whoever_has_one(world: World) -> None:
    first = confirmed(world, bolt="130")
    expect(warehouse=world.main, product=world.bolt, quantity="40", on=day(5))
    second = confirmed(world, bolt="40")
    assert promises(first) == {"BOLT-M8": {None: 30, TODAY: 100}}
    assert promises(second) == {"BOLT-M8": {day(5): 40}}

    again(first, second)

    assert promises(first) == {"BOLT-M8": {None: 30, TODAY: 100}}
    assert promises(second) == {"BOLT-M8": {day(5): 40}}


def test_what_stays_as_it_is_is_not_told_again(world: World) -> None:
    expect(warehouse=world.main, product=world.bolt, quantity="40", on=day(5))
    order = confirmed(world, bolt="150")
    parts, events = ScheduleLine.objects.count(), PromiseEvent.objects.count()

    again(order)

    assert promises(order) == {"BOLT-M8": {None: 10, TODAY: 100, day(5): 40}}
    assert (ScheduleLine.objects.count(), PromiseEvent.objects.count()) == (parts, events)
    assert not DocumentEvent.objects.filter(verb="promised again").exists()


def test_what_had_no_date_is_not_measured_by_the_first_promise_of_what_had_one(world: World) -> None:
    expect(warehouse=world.main, product=world.bolt, quantity="5", on=day(5))
    order = confirmed(world, bolt="115")
    assert promises(order) == {"BOLT-M8": {None: 10, TODAY: 100, day(5): 5}}
    expect(warehouse=world.main, product=world.bolt, quantity="10", on=day(9))

    again(order)

    rows = ScheduleLine.objects.filter(order_line__order=order, cancelled=0).order_by("ship_on")
    firsts = rows.values_list("ship_on", "first_ship_on", "quantity")
    assert list(firsts) == [(TODAY, TODAY, 100), (day(5), day(5), 5), (day(9), day(9), 10)]
    told = PromiseEvent.objects.filter(order_line__order=order, cause="promised again").order_by("ship_on")
    assert list(told.values_list("previous_ship_on", "ship_on")) == [(day(5), day(5)), (None, day(9))]


def test_promising_again_takes_as_many_statements_for_many_orders_as_for_one(
    world: World, count_statements: Callable[..., Any]
) -> None:
    confirmed(world, bolt="100")
    orders = [confirmed(world, bolt="5") for _ in range(6)]
    counts = []
    for waiting in (orders[:1], orders[1:]):
        expect(warehouse=world.main, product=world.bolt, quantity=str(5 * len(waiting)), on=day(5))
        with count_statements() as statements:
            again(*waiting)
        counts.append(statements.count)

    assert [promises(order) for order in orders] == [{"BOLT-M8": {day(5): 5}}] * 6
    assert counts[0] == counts[1]
    assert counts[0] <= 24

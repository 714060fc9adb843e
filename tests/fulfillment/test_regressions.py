"""What users of other systems met: the rows of the regression list that concern deliveries and returns."""

from decimal import Decimal

from django.db import connection

from fulfillment.drafts import ReturnDraft, ReturnLineDraft
from fulfillment.invariants import INVARIANTS
from fulfillment.services import (
    cancel_deliveries,
    create_deliveries,
    create_return,
    pick_all,
    receive_returns,
    release_deliveries,
    ship_deliveries,
    short_pick,
)
from inventory.models import Commitment, Peg, StockBucket
from orders.models import Order, OrderLine, ScheduleLine
from orders.services import confirm_orders, create_orders
from tests import factories
from tests.factories import TODAY
from tests.fulfillment.conftest import MakeConfirmed, MakeDelivery, lines_of
from tests.world import World


def ship(world: World, *ids: int) -> None:
    ship_deliveries(delivery_ids=ids, business_date=TODAY, actor=world.bob)


def confirm(world: World, order: Order) -> None:
    confirm_orders(order_ids=[order.pk], actor=world.alice, business_date=TODAY)


def deliver(world: World, order: Order) -> int:
    (delivery_id,) = create_deliveries(
        company_id=world.company.pk, order_ids=[order.pk], business_date=TODAY, actor=world.bob
    )
    release_deliveries(delivery_ids=[delivery_id], actor=world.bob)
    return delivery_id


def test_r18_shipping_frees_what_was_promised(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "10"}, state="picking")

    ship(world, delivery.pk)

    assert not Peg.objects.exists()
    bucket = StockBucket.objects.get(product=world.bolt)
    assert (bucket.on_hand, bucket.pegged) == (90, 0)
    assert set(Commitment.objects.values_list("status", flat=True)) == {"fulfilled"}


def test_r18_the_same_product_on_two_lines_is_counted_once_each(world: World, make_confirmed: MakeConfirmed) -> None:
    draft = factories.OrderDraft(
        company_id=world.company.pk,
        account_id=world.acme.pk,
        warehouse_id=world.main.pk,
        business_date=TODAY,
        requested_on=TODAY,
        lines=tuple(factories.OrderLineDraft(world.bolt.pk, Decimal(count)) for count in (6, 4)),
    )
    order = Order.objects.get(pk=create_orders(drafts=[draft], actor=world.alice)[0])
    confirm(world, order)

    ship(world, deliver(world, order))

    assert [line.shipped for line in order.lines.order_by("position")] == [6, 4]
    assert StockBucket.objects.get(product=world.bolt).on_hand == 90


def test_r19_cancelling_each_step_restores_the_state_before_it(world: World, make_confirmed: MakeConfirmed) -> None:
    order = make_confirmed({world.bolt: "10", world.mug: "4"})

    def state() -> tuple[object, ...]:
        return (
            list(ScheduleLine.objects.order_by("pk").values_list("quantity", "cancelled", "shipped", "delivering")),
            list(Peg.objects.order_by("pk").values_list("commitment_id", "quantity")),
            list(StockBucket.objects.order_by("pk").values_list("on_hand", "pegged", "value")),
            list(OrderLine.objects.order_by("pk").values_list("shipped", "open")),
        )

    before = state()
    for reach in (0, 1, 2):
        (delivery_id,) = create_deliveries(
            company_id=world.company.pk, order_ids=[order.pk], business_date=TODAY, actor=world.bob
        )
        if reach >= 1:
            release_deliveries(delivery_ids=[delivery_id], actor=world.bob)
        if reach >= 2:
            pick_all(delivery_ids=[delivery_id], actor=world.bob)
        cancel_deliveries(delivery_ids=[delivery_id], reason="again", actor=world.bob)
        assert state() == before


def test_r35_delivery_lines_keep_their_order_line(world: World) -> None:
    """The same product at two prices: 5 of 10 delivered are 5 of the line they were promised for."""
    draft = factories.OrderDraft(
        company_id=world.company.pk,
        account_id=world.acme.pk,
        warehouse_id=world.main.pk,
        business_date=TODAY,
        requested_on=TODAY,
        lines=(
            factories.OrderLineDraft(world.bolt.pk, Decimal(10), unit_price=Decimal(12)),
            factories.OrderLineDraft(world.bolt.pk, Decimal(10), unit_price=Decimal(11)),
        ),
    )
    order = Order.objects.get(pk=create_orders(drafts=[draft], actor=world.boss)[0])
    confirm(world, order)
    delivery_id = deliver(world, order)
    second = order.deliveries.get().lines.get(order_line__unit_price=11)
    short_pick(delivery_line_id=second.pk, picked=Decimal(5), cause="later", actor=world.bob)
    pick_all(delivery_ids=[delivery_id], actor=world.bob)

    ship(world, delivery_id)

    assert list(order.lines.order_by("position").values_list("unit_price", "shipped")) == [(12, 10), (11, 5)]


def test_r38_almost_everything_is_not_everything(world: World) -> None:
    """99.9996 % shipped is part shipped: quantities are compared, not percentages."""
    metre = factories.make_unit(code="m", is_whole=False)
    rope = factories.Product.objects.create(sku="ROPE", name="Rope", stock_unit=metre)
    factories.make_price(company=world.company, product=rope, rate="1")
    factories.put_in_stock(company=world.company, warehouse=world.main, product=rope, quantity="250000")
    order = factories.make_order(
        company=world.company, account=world.acme, warehouse=world.main, lines={rope: "250000"}, actor=world.alice
    )
    confirm(world, order)
    delivery_id = deliver(world, order)
    line = order.deliveries.get().lines.get()
    short_pick(delivery_line_id=line.pk, picked=Decimal("249999"), cause="later", actor=world.bob)

    ship(world, delivery_id)

    order.refresh_from_db()
    assert order.fulfillment_state == "part"
    assert order.lines.get().open == 1


def test_r42_a_kit_whose_delivery_was_cancelled_and_made_again_ships_in_full(
    world: World, make_confirmed: MakeConfirmed
) -> None:
    kit = factories.make_kit(parts={world.bolt: 2, world.mug: 1}, sku="GIFT-SET")
    factories.make_price(company=world.company, product=kit, rate="25")
    order = make_confirmed({kit: "5"})
    cancel_deliveries(delivery_ids=[deliver(world, order)], reason="redo", actor=world.bob)

    ship(world, deliver(world, order))

    assert order.lines.get(product=kit).shipped == 5


def offences() -> dict[str, list[tuple[object, ...]]]:
    found = {}
    with connection.cursor() as cursor:
        for invariant in INVARIANTS:
            cursor.execute(f"SELECT * FROM {invariant.view}")
            if rows := cursor.fetchall():
                found[invariant.view] = rows
    return found


def test_the_invariants_hold_through_the_whole_life_and_see_what_breaks_them(
    world: World, make_delivery: MakeDelivery
) -> None:
    kit = factories.make_kit(parts={world.bolt: 2, world.mug: 1}, sku="GIFT-SET")
    factories.make_price(company=world.company, product=kit, rate="25")
    delivery = make_delivery({kit: "5", world.bolt: "7"}, state="released")
    assert offences() == {}
    loose = lines_of(delivery)[0]
    short_pick(delivery_line_id=loose.pk, picked=Decimal(3), actor=world.bob)
    pick_all(delivery_ids=[delivery.pk], actor=world.bob)
    assert offences() == {}
    ship(world, delivery.pk)
    line = ReturnLineDraft(Decimal(2), loose.pk)
    draft = ReturnDraft(company_id=world.company.pk, business_date=TODAY, reason="scratched", lines=(line,))
    receive_returns(return_ids=[create_return(draft=draft, actor=world.bob)], business_date=TODAY, actor=world.bob)
    assert offences() == {}

    OrderLine.objects.filter(pk=loose.order_line_id).update(shipped=4, returned=1)
    ScheduleLine.objects.filter(pk=loose.schedule_line_id).update(delivering=1)
    delivery.lines.filter(pk=loose.pk).update(cost=1)

    assert set(offences()) == {
        "fulfillment_i4_shipped",
        "fulfillment_i4_returned",
        "fulfillment_i4_schedule_lines",
        "fulfillment_i3_goods_issues",
    }

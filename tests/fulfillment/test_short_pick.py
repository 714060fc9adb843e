"""Less was found than planned: the delivery goes on, stock tells the truth, the rest is free again."""

from decimal import Decimal

import pytest

from core.dates import business_date
from core.errors import NotAllowed
from core.models import ExceptionCase
from fulfillment.errors import DeliveryNotReady, PickRefused
from fulfillment.services import create_deliveries, pick_all, ship_deliveries, short_pick
from inventory.models import BinStock, Commitment, Peg, StockAdjustment, StockBucket
from inventory.services import AdjustmentDraft, AdjustmentLineDraft, adjust_stock
from orders.models import OrderLine, ScheduleLine
from tests.factories import TODAY
from tests.fulfillment.conftest import MakeDelivery, lines_of
from tests.world import World


def test_what_is_missing_leaves_the_stock_and_the_warehouse_is_told(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "10"}, state="released")
    (line,) = lines_of(delivery)

    short_pick(delivery_line_id=line.pk, picked=Decimal(7), actor=world.bob)

    line.refresh_from_db()
    assert (line.quantity, line.picked, line.is_picked) == (10, 7, True)
    assert ScheduleLine.objects.get().delivering == 7
    assert StockBucket.objects.get(product=world.bolt).on_hand == 97
    assert BinStock.objects.get(product=world.bolt).quantity == 97
    case = ExceptionCase.objects.get()
    assert (case.kind, case.role, case.document_id) == ("short_pick", "warehouse", delivery.pk)
    assert case.sentence == (
        f"{delivery.number}: 3 of 10 BOLT-M8 not in the bin, bin A-01. It was taken out of stock; count the bin."
    )


def test_the_loss_is_of_today_where_the_warehouse_stands(world: World, make_delivery: MakeDelivery) -> None:
    """Not of the day on which the delivery was created: its month may be closed by now."""
    delivery = make_delivery({world.bolt: "10"}, state="released")
    assert delivery.business_date == TODAY

    short_pick(delivery_line_id=lines_of(delivery)[0].pk, picked=Decimal(7), actor=world.bob)

    today = business_date(world.main.time_zone)
    assert today != TODAY
    assert StockAdjustment.objects.latest("pk").business_date == today


def test_the_rest_goes_on_a_later_delivery(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "10"}, state="released")
    short_pick(delivery_line_id=lines_of(delivery)[0].pk, picked=Decimal(7), actor=world.bob)
    ship_deliveries(delivery_ids=[delivery.pk], business_date=TODAY, actor=world.bob)

    create_deliveries(company_id=world.company.pk, order_ids=[delivery.order_id], business_date=TODAY, actor=world.bob)

    assert [int(line.quantity) for line in delivery.order.deliveries.latest("pk").lines.all()] == [3]
    assert OrderLine.objects.get().shipped == 7


def test_a_loss_nobody_can_make_good_takes_the_promise_with_it(world: World, make_delivery: MakeDelivery) -> None:
    """All 100 bolts are promised: what is missing was promised to somebody, and nobody may be promised it still."""
    delivery = make_delivery({world.bolt: "100"}, state="released")

    short_pick(delivery_line_id=lines_of(delivery)[0].pk, picked=Decimal(96), actor=world.bob)

    bucket = StockBucket.objects.get(product=world.bolt)
    assert (bucket.on_hand, bucket.pegged) == (96, 96)
    assert sum(peg.quantity for peg in Peg.objects.filter(commitment__product=world.bolt)) == 96
    assert Commitment.objects.get(product=world.bolt, status="active").quantity == 96


def test_what_is_left_for_later_stays_in_stock(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "10"}, state="released")

    short_pick(delivery_line_id=lines_of(delivery)[0].pk, picked=Decimal(0), cause="later", actor=world.bob)

    assert StockBucket.objects.get(product=world.bolt).on_hand == 100
    assert ScheduleLine.objects.get().delivering == 0
    assert not ExceptionCase.objects.exists()


def test_no_more_is_missing_than_the_books_say_was_there(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "100"}, state="released")
    lost = AdjustmentLineDraft(world.bolt.pk, None, Decimal(-98))
    adjust_stock(drafts=[AdjustmentDraft(world.company, world.main.pk, "fire", TODAY, (lost,))], actor=world.bob)

    short_pick(delivery_line_id=lines_of(delivery)[0].pk, picked=Decimal(0), actor=world.bob)

    assert StockBucket.objects.get(product=world.bolt).on_hand == 0


def test_a_delivery_of_which_nothing_was_found_cannot_leave(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "10"}, state="released")
    short_pick(delivery_line_id=lines_of(delivery)[0].pk, picked=Decimal(0), actor=world.bob)

    with pytest.raises(DeliveryNotReady, match="nothing was picked"):
        ship_deliveries(delivery_ids=[delivery.pk], business_date=TODAY, actor=world.bob)


@pytest.mark.parametrize("found", ["10", "11", "-1"])
def test_short_is_less_than_planned(world: World, make_delivery: MakeDelivery, found: str) -> None:
    delivery = make_delivery({world.bolt: "10"}, state="released")

    with pytest.raises(PickRefused, match="enter what was found, less than the 10 planned"):
        short_pick(delivery_line_id=lines_of(delivery)[0].pk, picked=Decimal(found), actor=world.bob)


def test_a_closed_line_is_not_closed_again(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "10"}, state="picking")

    with pytest.raises(PickRefused, match="is picked already"):
        short_pick(delivery_line_id=lines_of(delivery)[0].pk, picked=Decimal(7), actor=world.bob)


def test_denied_and_nothing_changed(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "10"}, state="released")

    with pytest.raises(NotAllowed):
        short_pick(delivery_line_id=lines_of(delivery)[0].pk, picked=Decimal(7), actor=world.alice)

    assert StockBucket.objects.get(product=world.bolt).on_hand == 100
    assert ScheduleLine.objects.get().delivering == 10


def test_picking_as_planned_keeps_what_was_reported_short(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "10", world.mug: "4"}, state="released")
    short_pick(delivery_line_id=lines_of(delivery)[0].pk, picked=Decimal(7), actor=world.bob)

    pick_all(delivery_ids=[delivery.pk], actor=world.bob)

    assert [(line.picked, line.is_picked) for line in lines_of(delivery)] == [(7, True), (4, True)]

"""Two hands on one delivery: real threads, committed transactions."""

import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest

from core.errors import DomainError, TransitionRefused
from fulfillment.drafts import ReturnDraft, ReturnLineDraft
from fulfillment.errors import NothingToDeliver, ReturnRefused
from fulfillment.models import Delivery, PickScan, Return
from fulfillment.services import (
    cancel_deliveries,
    create_deliveries,
    create_return,
    record_scan,
    release_deliveries,
    ship_deliveries,
)
from inventory.models import Bin, StockBucket
from inventory.services import AdjustmentDraft, AdjustmentLineDraft, adjust_stock
from orders.models import OrderLine, ScheduleLine
from tests.factories import TODAY
from tests.fulfillment.conftest import MakeConfirmed, MakeDelivery, lines_of
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)

RunTogether = Callable[..., list]


def ship(world: World, delivery: Delivery) -> Callable[[], object]:
    return lambda: ship_deliveries(delivery_ids=[delivery.pk], business_date=TODAY, actor=world.bob)


def test_two_people_ship_the_same_delivery_and_it_leaves_once(
    world: World, make_delivery: MakeDelivery, run_together: RunTogether
) -> None:
    delivery = make_delivery({world.bolt: "10", world.mug: "4"}, state="picking")

    outcomes = run_together([ship(world, delivery)] * 4)

    assert [type(outcome.error) for outcome in outcomes if outcome.error] == [TransitionRefused] * 3
    assert StockBucket.objects.get(product=world.bolt).on_hand == 90
    assert [line.shipped for line in OrderLine.objects.order_by("position")] == [10, 4]


def test_ship_while_cancelling_ends_in_one_of_both(
    world: World, make_delivery: MakeDelivery, run_together: RunTogether
) -> None:
    deliveries = [make_delivery({world.bolt: "5"}, state="picking") for _ in range(4)]

    for delivery in deliveries:
        outcomes = run_together(
            [
                ship(world, delivery),
                lambda key=delivery.pk: cancel_deliveries(delivery_ids=[key], reason="recalled", actor=world.bob),
            ]
        )
        assert sum(outcome.error is None for outcome in outcomes) == 1
        assert all(isinstance(outcome.error, DomainError) for outcome in outcomes if outcome.error)

    shipped = Delivery.objects.filter(status="shipped").count()
    assert StockBucket.objects.get(product=world.bolt).on_hand == 100 - 5 * shipped
    assert sum(ScheduleLine.objects.values_list("shipped", flat=True)) == 5 * shipped
    assert set(ScheduleLine.objects.values_list("delivering", flat=True)) == {0}


def test_two_create_deliveries_of_one_order_and_one_does(
    world: World, make_confirmed: MakeConfirmed, run_together: RunTogether
) -> None:
    order = make_confirmed({world.bolt: "10"})

    def create() -> list[int]:
        return create_deliveries(
            company_id=world.company.pk, order_ids=[order.pk], business_date=TODAY, actor=world.bob
        )

    outcomes = run_together([create] * 4)

    assert [type(outcome.error) for outcome in outcomes if outcome.error] == [NothingToDeliver] * 3
    assert ScheduleLine.objects.get().delivering == 10


def test_a_scan_that_arrives_many_times_at_once_counts_once(
    world: World, make_delivery: MakeDelivery, run_together: RunTogether
) -> None:
    delivery, once = make_delivery({world.bolt: "10"}, state="released"), uuid.uuid4()

    def scan() -> object:
        return record_scan(delivery_id=delivery.pk, client_uuid=once, code="BOLT-M8", actor=world.bob)

    outcomes = run_together([scan] * 6)

    assert {outcome.value for outcome in outcomes} == {outcomes[0].value}
    assert lines_of(delivery)[0].picked == 1
    assert PickScan.objects.count() == 1


def test_many_pickers_on_one_delivery_lose_no_scan(
    world: World, make_delivery: MakeDelivery, run_together: RunTogether
) -> None:
    delivery = make_delivery({world.bolt: "12"}, state="released")

    def scan() -> object:
        return record_scan(delivery_id=delivery.pk, client_uuid=uuid.uuid4(), code="BOLT-M8", actor=world.bob)

    run_together([scan] * 6)

    assert lines_of(delivery)[0].picked == 6


def test_two_releases_do_not_send_two_pickers_for_the_same_goods(
    world: World, make_delivery: MakeDelivery, run_together: RunTogether
) -> None:
    far = Bin.objects.create(warehouse=world.main, code="B-02", path=2)
    moved = (
        AdjustmentLineDraft(world.bolt.pk, None, Decimal(-50)),
        AdjustmentLineDraft(world.bolt.pk, far.pk, Decimal(50), Decimal(4)),
    )
    for line in moved:
        draft = AdjustmentDraft(world.company, world.main.pk, "moved", TODAY, (line,))
        adjust_stock(drafts=[draft], actor=world.bob)
    deliveries = [make_delivery({world.bolt: "40"}) for _ in range(2)]

    run_together(
        [lambda key=delivery.pk: release_deliveries(delivery_ids=[key], actor=world.bob) for delivery in deliveries]
    )

    found = sorted(line.bin.code for delivery in deliveries for line in lines_of(delivery) if line.bin)
    assert found == ["A-01", "B-02"]


def test_two_returns_cannot_share_a_shipped_quantity(
    world: World, make_delivery: MakeDelivery, run_together: RunTogether
) -> None:
    delivery = make_delivery({world.bolt: "10"}, state="picking")
    ship(world, delivery)()
    line = ReturnLineDraft(Decimal(6), lines_of(delivery)[0].pk)
    draft = ReturnDraft(company_id=world.company.pk, business_date=TODAY, reason="scratched", lines=(line,))

    outcomes = run_together([lambda: create_return(draft=draft, actor=world.bob)] * 3)

    assert [type(outcome.error) for outcome in outcomes if outcome.error] == [ReturnRefused] * 2
    assert Return.objects.count() == 1

"""The goods issue: stock, cost, counters, credit, promise, in one moment."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from accounting.models import JournalLine, PostingRule
from core.errors import NotAllowed, TransitionRefused
from core.models import DocumentEvent
from fulfillment.drafts import PackageDraft
from fulfillment.errors import DeliveryNotReady, PackingRefused
from fulfillment.models import Delivery, Package
from fulfillment.services import pack_deliveries, record_scan, release_deliveries, ship_deliveries
from inventory.errors import NotEnoughStock
from inventory.models import Commitment, StockBucket
from inventory.services import AdjustmentDraft, AdjustmentLineDraft, adjust_stock
from orders.models import CreditTotal, Order, OrderLine, ScheduleLine
from tests import factories
from tests.factories import TODAY
from tests.fulfillment.conftest import MakeDelivery, lines_of
from tests.world import World


def ship(world: World, *deliveries: Delivery, **facts: object) -> list[object]:
    given = {"business_date": TODAY, "actor": world.bob} | facts
    return list(ship_deliveries(delivery_ids=[each.pk for each in deliveries], **given))  # type: ignore[arg-type]


def test_stock_leaves_at_its_cost_and_the_promise_is_kept(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "10", world.mug: "4"}, state="picking")

    (shipped,) = ship_deliveries(delivery_ids=[delivery.pk], business_date=TODAY, actor=world.bob)

    assert (shipped.cost, shipped.days_late) == (Decimal(50), 0)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.shipped_on, delivery.shipped_by) == ("shipped", TODAY, world.bob)
    assert [(line.shipped, line.cost) for line in lines_of(delivery)] == [(10, 40), (4, 10)]
    bolts = StockBucket.objects.get(product=world.bolt)
    assert (bolts.on_hand, bolts.pegged, bolts.value) == (90, 0, 360)
    assert {each.status for each in Commitment.objects.all()} == {"fulfilled"}
    assert [(line.shipped, line.open) for line in OrderLine.objects.order_by("position")] == [(10, 0), (4, 0)]
    assert list(ScheduleLine.objects.values_list("shipped", "delivering")) == [(10, 0), (4, 0)]
    assert Order.objects.get().fulfillment_state == "all"
    event = DocumentEvent.objects.get(document_kind="order", verb="promise_kept")
    assert event.text == f"{delivery.number} left as promised for 2 Mar 2026."


def test_the_cost_goes_from_stock_to_cost_of_sales(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "10"}, state="picking")

    ship(world, delivery)

    lines = JournalLine.objects.filter(entry__source_type="delivery", entry__source_id=delivery.pk)
    purposes = dict(PostingRule.objects.filter(company=world.company, group="").values_list("account_id", "purpose"))
    assert {(purposes[line.account_id], line.debit, line.credit) for line in lines} == {
        ("cost_of_sales", 40, 0),
        ("stock", 0, 40),
    }


def test_credit_moves_from_open_to_delivered(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "10"}, state="picking")
    before = CreditTotal.objects.get(account=world.acme)

    ship(world, delivery)

    after = CreditTotal.objects.get(account=world.acme)
    assert (before.open_orders, before.delivered) == (120, 0)
    assert (after.open_orders, after.delivered) == (0, 120)


def test_a_late_goods_issue_says_so_on_the_order(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "10"}, state="picking")

    (shipped,) = ship_deliveries(delivery_ids=[delivery.pk], business_date=TODAY + timedelta(days=3), actor=world.bob)

    assert shipped.days_late == 3
    event = DocumentEvent.objects.get(document_kind="order", verb="promise_broken")
    assert event.text == f"{delivery.number} left 3 days late: BOLT-M8."


def test_a_released_delivery_of_which_no_pick_was_reported_leaves_as_planned(
    world: World, make_delivery: MakeDelivery
) -> None:
    delivery = make_delivery({world.bolt: "10"}, state="released")

    ship(world, delivery)

    assert [(line.picked, line.shipped) for line in lines_of(delivery)] == [(10, 10)]


def test_a_half_picked_delivery_does_not_leave(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "10"}, state="released")
    record_scan(delivery_id=delivery.pk, client_uuid=uuid.uuid4(), code="BOLT-M8", actor=world.bob)

    with pytest.raises(DeliveryNotReady, match=r"1 of 10 BOLT-M8 picked\. Pick the rest"):
        ship(world, delivery)

    assert StockBucket.objects.get(product=world.bolt).on_hand == 100


def test_more_leaves_within_the_tolerance_and_takes_free_stock(world: World, make_delivery: MakeDelivery) -> None:
    generous = factories.make_account(company=world.company, over_delivery_percent=10)
    delivery = make_delivery({world.bolt: "10"}, state="released", account=generous)
    record_scan(
        delivery_id=delivery.pk, client_uuid=uuid.uuid4(), code="BOLT-M8", quantity=Decimal(11), actor=world.bob
    )

    ship(world, delivery)

    line = OrderLine.objects.get()
    assert (line.shipped, line.open) == (11, 0)
    assert StockBucket.objects.get(product=world.bolt).on_hand == 89


def test_goods_that_are_gone_do_not_leave_and_nothing_changed(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "100"}, state="picking")
    lost = AdjustmentLineDraft(world.bolt.pk, None, Decimal(-1))
    adjust_stock(drafts=[AdjustmentDraft(world.company, world.main.pk, "fire", TODAY, (lost,))], actor=world.bob)

    with pytest.raises(NotEnoughStock, match="BOLT-M8"):
        ship(world, delivery)

    assert Delivery.objects.get().status == "picking"
    assert OrderLine.objects.get().shipped == 0
    assert CreditTotal.objects.get(account=world.acme).delivered == 0


def test_shipped_once(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "10"}, state="picking")
    ship(world, delivery)

    with pytest.raises(TransitionRefused, match="is shipped"):
        ship(world, delivery)


def test_repeated_under_one_key_it_answers_the_same(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "10"}, state="picking")
    facts = {"delivery_ids": [delivery.pk], "business_date": TODAY, "actor": world.bob}

    answers = [ship_deliveries.once("key-1")(**facts) for _ in range(2)]  # type: ignore[arg-type]

    assert answers[0] == answers[1]
    assert StockBucket.objects.get(product=world.bolt).on_hand == 90


def test_denied_and_nothing_changed(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "10"}, state="picking")

    with pytest.raises(NotAllowed):
        ship(world, delivery, actor=world.alice)

    assert Delivery.objects.get().status == "picking"


def test_a_kit_counts_full_sets(world: World, make_delivery: MakeDelivery) -> None:
    kit = factories.make_kit(parts={world.bolt: 2, world.mug: 1}, sku="GIFT-SET")
    factories.make_price(company=world.company, product=kit, rate="25")
    delivery = make_delivery({kit: "5"}, state="picking")

    ship(world, delivery)

    header = OrderLine.objects.get(product=kit)
    assert (header.shipped, header.open) == (5, 0)
    assert sorted(int(line.shipped) for line in lines_of(delivery)) == [5, 10]


def test_packages_have_serials_with_check_digits_and_weights(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "10", world.mug: "4"}, state="picking")
    bolts, mugs = lines_of(delivery)
    boxes = [
        PackageDraft(((bolts.pk, Decimal(10)), (mugs.pk, Decimal(1))), Decimal("12.5")),
        PackageDraft(((mugs.pk, Decimal(3)),)),
    ]

    pack_deliveries(delivery_ids=[delivery.pk], packages={delivery.pk: boxes}, actor=world.bob)

    packages = Package.objects.order_by("position")
    assert [package.weight_kg for package in packages] == [Decimal("12.5"), 0]
    assert len({package.sscc for package in packages}) == 2
    assert all(len(package.sscc) == 18 for package in packages)
    assert ship(world, Delivery.objects.get())


@pytest.mark.parametrize(
    ("quantity", "sentence"),
    [("9", "10 BOLT-M8 picked, 9 in packages"), ("11", "10 BOLT-M8 picked, 11 in packages"), ("0", "was not picked")],
)
def test_packages_hold_exactly_what_was_picked(
    world: World, make_delivery: MakeDelivery, quantity: str, sentence: str
) -> None:
    delivery = make_delivery({world.bolt: "10"}, state="picking")
    boxes = [PackageDraft(((lines_of(delivery)[0].pk, Decimal(quantity)),))]

    with pytest.raises(PackingRefused, match=sentence):
        pack_deliveries(delivery_ids=[delivery.pk], packages={delivery.pk: boxes}, actor=world.bob)

    assert Delivery.objects.get().status == "picking"
    assert not Package.objects.exists()


def test_statements_do_not_depend_on_the_number_of_lines(
    world: World, make_delivery: MakeDelivery, count_statements: Callable
) -> None:
    products = [factories.make_product() for _ in range(40)]
    for product in products:
        factories.make_price(company=world.company, product=product, rate="1")
        factories.put_in_stock(company=world.company, warehouse=world.main, product=product, quantity="9")
    seen = []
    for size in (4, 4, 36):
        delivery = make_delivery(dict.fromkeys(products[:size], "1"))
        with count_statements() as releasing:
            release_deliveries(delivery_ids=[delivery.pk], actor=world.bob)
        with count_statements() as shipping:
            ship(world, delivery)
        seen.append((releasing.count, shipping.count))

    assert seen[1] == seen[2]
    assert seen[2][0] <= 10
    assert seen[2][1] <= 35

"""Due promises become deliveries, each once."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from core.errors import NotAllowed, TransitionRefused
from core.models import DocumentLink
from fulfillment.errors import NothingToDeliver
from fulfillment.models import Delivery
from fulfillment.services import cancel_deliveries, create_deliveries, deliver_orders
from orders.models import ScheduleLine
from tests import factories
from tests.factories import TODAY
from tests.fulfillment.conftest import MakeConfirmed, MakeDelivery, lines_of
from tests.world import World


def create(world: World, *orders: object, **facts: object) -> list[int]:
    ids = [order.pk for order in orders] or None  # type: ignore[attr-defined]
    given = {"company_id": world.company.pk, "business_date": TODAY, "actor": world.bob, "order_ids": ids} | facts
    return create_deliveries(**given)  # type: ignore[arg-type]


def test_a_due_order_becomes_a_delivery_with_its_address_and_chain(world: World, make_confirmed: MakeConfirmed) -> None:
    order = make_confirmed({world.bolt: "10", world.mug: "4"})

    (delivery_id,) = create(world, order)

    delivery = Delivery.objects.get(pk=delivery_id)
    assert (delivery.order, delivery.account, delivery.warehouse) == (order, world.acme, world.main)
    assert delivery.ship_to.splitlines()[0] == "Acme Hardware"
    assert [(line.product, line.quantity) for line in lines_of(delivery)] == [(world.bolt, 10), (world.mug, 4)]
    assert DocumentLink.objects.filter(earlier_kind="order", later_kind="delivery", later_id=delivery_id).exists()
    assert list(ScheduleLine.objects.values_list("delivering", flat=True)) == [10, 4]


def test_a_quantity_is_put_on_a_delivery_once(world: World, make_confirmed: MakeConfirmed) -> None:
    order = make_confirmed({world.bolt: "10"})
    create(world, order)

    with pytest.raises(NothingToDeliver, match="Everything left already or is on a delivery"):
        create(world, order)

    assert Delivery.objects.count() == 1


def test_repeated_under_one_key_it_answers_the_same(world: World, make_confirmed: MakeConfirmed) -> None:
    order = make_confirmed({world.bolt: "10"})
    facts = {"company_id": world.company.pk, "order_ids": [order.pk], "business_date": TODAY, "actor": world.bob}

    answers = [create_deliveries.once("key-1")(**facts) for _ in range(2)]

    assert answers[0] == answers[1]
    assert Delivery.objects.count() == 1


def test_the_sweep_takes_every_due_order_and_leaves_later_ones(world: World, make_confirmed: MakeConfirmed) -> None:
    due, later = make_confirmed({world.bolt: "10"}), make_confirmed({world.mug: "1"})
    ScheduleLine.objects.filter(order_line__order=later).update(ship_on=TODAY + timedelta(days=3))

    ids = create(world, due_until=TODAY)

    assert [each.order for each in Delivery.objects.filter(pk__in=ids)] == [due]
    assert create(world, due_until=TODAY) == []


def test_what_is_not_on_hand_waits_for_its_receipt(world: World, make_confirmed: MakeConfirmed) -> None:
    order = make_confirmed({world.bolt: "130"})

    (delivery_id,) = create(world, order)

    assert [line.quantity for line in lines_of(Delivery.objects.get(pk=delivery_id))] == [100]


def test_each_order_is_told_what_became_of_it(world: World, make_confirmed: MakeConfirmed) -> None:
    ready, draft = make_confirmed({world.bolt: "10"}), factories.make_order(
        company=world.company, account=world.acme, warehouse=world.main, lines={world.mug: "1"}, actor=world.alice
    )  # fmt: skip

    outcomes = deliver_orders(
        company_id=world.company.pk, order_ids=[ready.pk, draft.pk], business_date=TODAY, actor=world.bob
    )

    assert [(each.order_id, len(each.delivery_ids), each.sentence) for each in outcomes] == [
        (ready.pk, 1, ""),
        (draft.pk, 0, "It is draft; only confirmed orders are delivered."),
    ]


def test_an_account_that_wants_it_complete_waits(world: World, make_confirmed: MakeConfirmed) -> None:
    picky = factories.make_account(company=world.company, code="PICKY", ships_complete=True)
    order = make_confirmed({world.bolt: "10", world.mug: "4"}, account=picky)
    mugs = ScheduleLine.objects.filter(order_line__order=order, order_line__product=world.mug)
    mugs.update(ship_on=TODAY + timedelta(days=1))

    with pytest.raises(NothingToDeliver, match="It ships complete, and MUG-NAVY cannot leave yet"):
        create(world, order, due_until=TODAY)

    mugs.update(ship_on=TODAY)
    assert len(create(world, order, due_until=TODAY)) == 1


def test_denied_and_nothing_changed(world: World, make_confirmed: MakeConfirmed) -> None:
    order = make_confirmed({world.bolt: "10"})

    with pytest.raises(NotAllowed):
        create(world, order, actor=world.alice)

    assert not Delivery.objects.exists()
    assert ScheduleLine.objects.get().delivering == 0


def test_cancelling_gives_the_quantity_back_to_the_promise(world: World, make_delivery: MakeDelivery) -> None:
    delivery = make_delivery({world.bolt: "10"}, state="picking")

    cancel_deliveries(delivery_ids=[delivery.pk], reason="wrong carrier", actor=world.bob)

    assert ScheduleLine.objects.get().delivering == 0
    assert len(create(world, delivery.order)) == 1
    with pytest.raises(TransitionRefused):
        cancel_deliveries(delivery_ids=[delivery.pk], reason="again", actor=world.bob)


def test_statements_do_not_depend_on_the_number_of_lines(
    world: World, make_confirmed: MakeConfirmed, count_statements: Callable
) -> None:
    products = [factories.make_product() for _ in range(40)]
    for product in products:
        factories.make_price(company=world.company, product=product, rate="1")
        factories.put_in_stock(company=world.company, warehouse=world.main, product=product, quantity="9")
    seen = []
    for size in (4, 4, 36):
        order = make_confirmed(dict.fromkeys(products[:size], "1"))
        with count_statements() as statements:
            create(world, order)
        seen.append(statements.count)

    assert seen[1] == seen[2]
    assert seen[2] <= 14
    assert Decimal(0) < ScheduleLine.objects.filter(delivering=1).count() == 44

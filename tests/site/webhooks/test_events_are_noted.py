"""What happens is noted for subscribers in its own transaction: all or nothing, in order, at no extra statement."""

import json
from typing import Any

import pytest

from billing.services import invoice_deliveries
from core.commands import command
from core.errors import DomainError
from core.models import User
from core.timeline import TimelineEntry, record
from fulfillment.models import Delivery
from fulfillment.services import create_deliveries, pick_all, release_deliveries, ship_deliveries
from orders.models import Order
from orders.services import cancel_orders, confirm_orders
from orders_site.webhooks import services
from orders_site.webhooks.kinds import BY_VERB, DOCUMENTS, EVENTS, PAGES
from orders_site.webhooks.models import WebhookDelivery
from orders_site.webhooks.sending import compose
from tests import factories
from tests.site.conftest import World
from tests.site.webhooks.conftest import Subscribe, told


def _order(world: World, quantity: str = "10") -> Order:
    lines = {world.bolt: quantity}
    return factories.make_order(
        company=world.company, account=world.acme, warehouse=world.main, lines=lines, actor=world.alice
    )


def test_an_order_on_its_way_is_told_step_by_step(world: World, subscribe: Subscribe) -> None:
    subscribe()
    order = _order(world)

    confirm_orders(order_ids=[order.pk], actor=world.boss, business_date=factories.TODAY)
    create_deliveries(company_id=world.company.pk, order_ids=[order.pk], business_date=factories.TODAY, actor=world.bob)
    deliveries = list(Delivery.objects.values_list("pk", flat=True))
    release_deliveries(delivery_ids=deliveries, actor=world.bob)
    pick_all(delivery_ids=deliveries, actor=world.bob)
    ship_deliveries(delivery_ids=deliveries, business_date=factories.TODAY, actor=world.bob)
    invoice_deliveries(delivery_ids=deliveries, business_date=factories.TODAY, actor=world.fay)

    assert told() == [
        "order.created",
        "order.confirmed",
        "delivery.created",
        "delivery.shipped",
        "order.completed",
        "invoice.posted",  # documents are posted last of all
    ]


def test_only_what_is_subscribed_to_is_noted_and_by_nobody_else(world: World, subscribe: Subscribe) -> None:
    subscribe("order.cancelled")
    subscribe("order.confirmed", "order.cancelled", name="Carrier")
    other = factories.make_company(code="OTHER")
    WebhookDelivery.objects.filter(subscription__company=other).delete()
    order = _order(world)

    confirm_orders(order_ids=[order.pk], actor=world.boss, business_date=factories.TODAY)
    cancel_orders(order_ids=[order.pk], reason="not needed", actor=world.alice)

    names = WebhookDelivery.objects.order_by("pk").values_list("event", "subscription__name", "document_id")
    assert list(names) == [
        ("order.confirmed", "Carrier", order.pk),
        ("order.cancelled", "Shop", order.pk),
        ("order.cancelled", "Carrier", order.pk),
    ]


def test_another_company_hears_nothing(world: World, subscribe: Subscribe, adam: User) -> None:
    found = subscribe()
    found.company = factories.make_company(code="OTHER")
    found.save(update_fields=["company"])

    _order(world)

    assert told() == []


def test_found_stock_is_told_without_a_document(world: World, subscribe: Subscribe) -> None:
    subscribe("stock.added")

    factories.put_in_stock(company=world.company, warehouse=world.main, product=world.bolt, quantity="5")

    (found,) = WebhookDelivery.objects.all()
    assert found.facts["places"] == [{"warehouse": world.main.pk, "product": world.bolt.pk}]
    assert (found.document_kind, found.document_id) == ("", None)
    data = json.loads(compose(found))["data"]
    assert data["places"] == [{"warehouse": "MAIN", "sku": "BOLT-M8"}]  # as the API names them


@command(permission=None)
def tell_and_refuse(*, order_id: int, actor: User) -> None:
    """Tell that an order was confirmed, then change one's mind."""
    record([TimelineEntry("order", order_id, "confirm")], actor=actor)
    raise DomainError("No.")


@command(permission=None)
def tell(*, order_id: int, actor: User) -> None:
    """Tell that an order was confirmed."""
    record([TimelineEntry("order", order_id, "confirm")], actor=actor)


def test_a_refused_command_leaves_no_event(world: World, subscribe: Subscribe) -> None:
    order = _order(world)
    subscribe()

    with pytest.raises(DomainError):
        tell_and_refuse(order_id=order.pk, actor=world.alice)

    assert told() == []


def test_a_repeated_command_is_told_once(world: World, subscribe: Subscribe) -> None:
    order = _order(world)
    subscribe()

    for _ in range(2):
        tell.once("one")(order_id=order.pk, actor=world.alice)

    assert told() == ["order.confirmed"]


def test_telling_costs_no_statement(world: World, subscribe: Subscribe, count_statements: Any) -> None:
    order = _order(world)
    with count_statements() as before:
        tell(order_id=order.pk, actor=world.alice)
    subscribe()
    subscribe(name="Carrier")

    with count_statements() as after:
        tell(order_id=order.pk, actor=world.alice)

    assert before.count == after.count == 2
    assert told() == ["order.confirmed", "order.confirmed"]


def test_what_is_off_is_told_nothing(world: World, subscribe: Subscribe, adam: User) -> None:
    found = subscribe()
    services.switch(subscription_id=found.pk, on=False, actor=adam)

    _order(world)

    assert told() == []


def test_every_event_names_a_document_that_can_be_found() -> None:
    assert len(BY_VERB) == len([kind for kind in EVENTS.values() if kind.verb])
    assert {kind.document for kind in EVENTS.values() if kind.document} == set(DOCUMENTS) == set(PAGES)
    assert [kind for kind, model in DOCUMENTS.items() if model.kind != kind] == []  # type: ignore[attr-defined]

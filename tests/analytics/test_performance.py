"""Rollups and live days give the same figures, however often they are rolled, and equal the documents."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.test import Client
from django.urls import reverse

from analytics.models import SalesDay
from analytics.selectors import performance
from analytics.services import roll_up
from billing.services import invoice_deliveries
from core.system import system_user
from fulfillment.services import create_deliveries, pick_all, release_deliveries, ship_deliveries
from tests.factories import TODAY
from tests.orders.makers import confirmed
from tests.world import World


def sold(world: World) -> None:
    order = confirmed(world, bolt="10", mug="5")
    ids = create_deliveries(
        company_id=world.company.pk, order_ids=[order.pk], due_until=TODAY, business_date=TODAY, actor=world.bob
    )
    release_deliveries(delivery_ids=ids, actor=world.bob)
    pick_all(delivery_ids=ids, actor=world.bob)
    ship_deliveries(delivery_ids=ids, business_date=TODAY, actor=world.bob)
    invoice_deliveries(delivery_ids=ids, business_date=TODAY, actor=world.fay)


def figures(world: World) -> tuple[Any, ...]:
    now = performance(company_id=world.company.pk, since=TODAY - timedelta(days=3), until=TODAY).now
    return (now.booked_list, now.booked_net, now.billed_net, now.margin, now.lines_shipped, now.lines_on_time)


EXPECTED = (Decimal(130), Decimal(130), Decimal(130), Decimal("77.5"), 2, 2)


def test_live_days_and_rolled_days_say_the_same(world: World) -> None:
    sold(world)
    assert figures(world) == EXPECTED

    for _ in range(2):
        roll_up(company_id=world.company.pk, since=TODAY, until=TODAY + timedelta(days=1), actor=system_user())

    assert SalesDay.objects.count() == 2
    assert figures(world) == EXPECTED


def test_the_dashboard_shows_margin_only_to_those_who_may(world: World, client: Client) -> None:
    sold(world)
    client.force_login(world.boss)
    assert "Pocket margin" in client.get(reverse("analytics:dashboard")).content.decode()

    client.force_login(world.alice)
    assert client.get(reverse("analytics:dashboard")).status_code == 403


def test_the_dashboard_needs_as_many_statements_for_much_as_for_little(
    world: World, client: Client, count_statements: Callable[..., Any]
) -> None:
    client.force_login(world.boss)
    counts = []
    for _ in range(2):
        with count_statements() as statements:
            client.get(reverse("analytics:dashboard"))
        counts.append(statements.count)
        sold(world)

    assert counts[0] == counts[1] <= 16

"""Rollups and live days give the same figures, however often they are rolled, and equal the documents."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.test import Client
from django.urls import reverse

from analytics.models import SalesDay
from analytics.selectors import performance
from analytics.services import roll_up
from billing.services import invoice_deliveries
from core.models import FxRate
from core.system import system_user
from fulfillment.services import create_deliveries, pick_all, release_deliveries, ship_deliveries
from orders.services import cancel_orders, cancel_rest
from rebates.services import settle_agreement
from tests import factories
from tests.billing.makers import Trade
from tests.factories import TODAY
from tests.orders.makers import confirmed
from tests.rebates.conftest import Rebates
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


def test_rebates_of_a_foreign_agreement_count_at_the_rates_at_which_they_were_accrued(
    rebates: Rebates, balance: Callable[[str], Decimal]
) -> None:
    world, end = rebates.world, date(2026, 12, 31)
    for day, rate in ((TODAY, "0.85"), (date(2026, 12, 1), "0.90")):
        FxRate.objects.create(from_currency="EUR", to_currency="GBP", valid_from=day, rate=Decimal(rate))
    euro = factories.make_account(company=world.company, currency="EUR", country="DE", tax_class="export")
    factories.make_price(company=world.company, product=world.bolt, rate="11.11", currency="EUR")
    agreement = rebates.agree(("0", "5"), account_id=euro.pk)  # 3 % expected, 5 % earned

    def accrued() -> Decimal:
        return performance(company_id=world.company.pk, since=TODAY, until=end).now.rebate_accrued

    rebates.invoice(3, account=euro)
    assert accrued() == balance("4900") == Decimal("0.85")  # 1.00 euro at 0.85

    settle_agreement(agreement_id=agreement.pk, until=end, final=True, actor=world.fay)
    assert accrued() == balance("4900") == Decimal("1.45")  # and 0.67 euro at 0.90; paying it out adds nothing


def test_what_was_cancelled_is_no_booking(world: World) -> None:
    trade = Trade(world)
    order = trade.order({world.bolt: "10"})
    trade.ship(order, only="4")
    before = performance(company_id=world.company.pk, since=TODAY, until=TODAY).now
    assert (before.booked_list, before.booked_net) == (100, 100)

    cancel_rest(order_ids=[order.pk], reason="No more needed", actor=system_user())

    now = performance(company_id=world.company.pk, since=TODAY, until=TODAY).now
    line = order.lines.get()
    assert (line.ordered, line.cancelled) == (10, 6)
    assert (now.booked_list, now.booked_net, now.booked_cost) == (40, 40, before.booked_cost * 4 / 10)


def test_an_old_order_that_is_cancelled_is_rolled_up_again_with_its_day(
    world: World, count_statements: Callable[..., Any]
) -> None:
    company, later = world.company.pk, TODAY + timedelta(days=90)
    trade = Trade(world)
    orders = [trade.order({world.bolt: "10"}), trade.order({world.mug: "5"})]
    roll_up(company_id=company, since=TODAY, until=later, actor=system_user())
    counts = []
    for order in orders:
        cancel_orders(order_ids=[order.pk], reason="No more needed", actor=system_user())
        with count_statements() as statements:
            roll_up(company_id=company, since=later - timedelta(days=40), until=later, actor=system_user())
        counts.append(statements.count)

    assert performance(company_id=company, since=TODAY, until=TODAY).now.booked_net == 0
    assert counts[0] == counts[1]


def test_the_dashboard_shows_margin_only_to_those_who_may(world: World, client: Client) -> None:
    sold(world)
    client.force_login(world.boss)
    assert "Pocket margin" in client.get(reverse("analytics:dashboard")).content.decode()

    client.force_login(world.alice)
    assert client.get(reverse("analytics:dashboard")).status_code == 403


def test_who_works_for_two_companies_chooses_whose_figures_are_shown(world: World, client: Client) -> None:
    other = factories.make_company(code="ZED")
    factories.make_company(code="STRANGE")
    world.boss.memberships.create(company=other)
    client.force_login(world.boss)
    url = reverse("analytics:dashboard")

    first, second = (client.get(f"{url}?days=30{more}").content.decode() for more in ("", "&company=ZED"))

    assert f"{world.company.name} · " in first
    assert f"{other.name} · " in second
    assert f'href="{url}?company=ZED&amp;days=30"' in first
    assert 'href="?company=ZED&amp;days=90"' in second
    assert client.get(f"{url}?company=STRANGE").status_code == 404


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

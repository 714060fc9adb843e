"""The first page, the jump box and the sidebar: what a role may not use is absent."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from core.access import SEE_COST, company_ids
from core.cases import CaseDraft, open_cases
from core.commands import command
from core.dates import business_date, today_in
from core.models import Company, User
from orders.services import hold_orders
from orders_site.home.queues import QUEUES, Queue, queues_for
from orders_site.navigation import CREATES, ITEMS
from orders_site.roles import ROLES
from tests.orders.makers import confirmed, draft, limit
from tests.world import World


def test_the_queue_of_held_orders_leads_to_them(world: World, client: Client) -> None:
    limit(world, "10")
    confirmed(world, bolt="10")

    found = {item.label: item.count for item in queues_for(world.boss, company_ids(world.boss))}

    assert found["Orders on hold"] == 1
    client.force_login(world.boss)
    assert "Orders on hold" in client.get(reverse("home")).content.decode()


def test_the_queue_of_held_orders_counts_what_its_link_lists(world: World, client: Client) -> None:
    limit(world, "100000")
    by_hand, free = confirmed(world, bolt="1"), confirmed(world, bolt="1")
    hold_orders(order_ids=[by_hand.pk], reason="Wait for the customer", actor=world.boss)
    limit(world, "10")
    on_credit = confirmed(world, bolt="10")

    held = next(item for item in queues_for(world.boss, company_ids(world.boss)) if item.label == "Orders on hold")

    client.force_login(world.boss)
    page = client.get(held.url).content.decode()
    listed = [order for order in (by_hand, free, on_credit) if reverse("orders:detail", args=[order.pk]) in page]
    assert (held.count, listed) == (2, [by_hand, on_credit])


@pytest.mark.parametrize("queue", [queue for queue in QUEUES if queue.query], ids=lambda queue: queue.label)
def test_the_link_of_a_queue_opens_the_view_that_it_names(world: World, client: Client, queue: Queue) -> None:
    client.force_login(User.objects.get(username="system"))

    page = client.get(reverse(queue.url) + queue.query).content.decode()

    assert re.search(f'href="{re.escape(queue.query)}"[^>]*aria-current', page)


@command(permission=None)
def _open(*, cases: list[CaseDraft], actor: User) -> None:
    open_cases(cases=cases, actor=actor)


def test_the_first_page_counts_the_exceptions_of_ones_own_desk(world: World, client: Client) -> None:
    facts = {"company_id": world.company.pk, "document_kind": "order", "sentence": "Look."}
    kinds = (("promise_broken", "Sales"), ("short_pick", "Sales"), ("paid_cancelled_order", "Finance"))
    cases = [CaseDraft(kind=kind, role=role, document_id=1, **facts) for kind, role in kinds]  # type: ignore[arg-type]
    _open(cases=cases, actor=world.boss)

    found = {}
    for person in (world.alice, world.fay, world.boss, world.charlie):
        client.force_login(person)
        found[person.first_name] = re.findall(r">(\d+)\sexceptions?<", client.get(reverse("home")).content.decode())

    assert found == {"Alice": ["2"], "Fay": ["1"], "Bea": ["3"], "Charlie": []}


def test_the_day_that_the_database_reckons_is_the_business_date_in_the_zone(world: World) -> None:
    zone = next(zone for zone in ("Pacific/Kiritimati", "Pacific/Niue") if business_date(zone) != business_date("UTC"))
    Company.objects.filter(pk=world.company.pk).update(time_zone=zone)
    days = {0: business_date(zone), 3: business_date(zone) + timedelta(days=3)}

    for more, day in days.items():
        asked = Company.objects.annotate(day=today_in("time_zone", days=more)).get(pk=world.company.pk)
        assert asked.day == day


def test_who_sees_the_ledger_sees_cost_as_well() -> None:
    assert [
        name for name, rights in ROLES.items() if "accounting.view_ledger" in rights and SEE_COST not in rights
    ] == []


def test_a_queue_needs_its_right(world: World) -> None:
    draft(world, bolt="1")

    assert [item.label for item in queues_for(world.bob, company_ids(world.bob))] == []
    assert "Drafts to confirm" in [item.label for item in queues_for(world.alice, company_ids(world.alice))]


def test_an_order_number_jumps_to_the_order(world: World, client: Client) -> None:
    order = draft(world, bolt="1")
    client.force_login(world.alice)

    answer = client.get(reverse("search"), {"q": (order.number or "").lower()})

    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("orders:detail", args=[order.pk]))


def test_orders_are_not_found_without_the_right(world: World, client: Client) -> None:
    order = draft(world, bolt="1")
    client.force_login(world.charlie)

    page = client.get(reverse("search"), {"q": order.number or ""}).content.decode()

    assert reverse("orders:detail", args=[order.pk]) not in page


def test_theme_and_density_are_kept_and_nonsense_is_not(world: World, client: Client) -> None:
    client.force_login(world.alice)
    client.post(reverse("appearance"), {"theme": "dark", "density": "enormous"})

    kept = User.objects.get(pk=world.alice.pk)
    assert (kept.theme, kept.density) == ("dark", "default")


@pytest.mark.parametrize("name", sorted({item.url_name for item in (*ITEMS, *CREATES)}))
def test_every_place_of_the_sidebar_opens(world: World, client: Client, name: str) -> None:
    client.force_login(User.objects.get(username="system"))

    assert client.get(reverse(name)).status_code == 200

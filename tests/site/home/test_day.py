"""My day: queues that name who waits and what it is worth, one's own orders and month, and what moved."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from analytics.selectors import month_so_far
from core.access import company_ids
from core.models import Company, ExceptionCase, Job, User
from core.web.parts import QueueItem
from fulfillment.services import create_deliveries
from inventory.models import Warehouse
from orders.models import Order
from orders_site.home.day import greeting, last_orders, leaving_today, moved_promises, system_facts
from orders_site.home.queues import queues_for
from tests import factories
from tests.factories import TODAY
from tests.orders.makers import confirmed, draft
from tests.support.statements import count_statements
from tests.world import World


def queue_of(person: User, label: str) -> QueueItem:
    return next(item for item in queues_for(person, company_ids(person)) if item.label == label)


def test_a_queue_names_the_oldest_and_what_all_are_worth(world: World) -> None:
    drafts = [draft(world, bolt="1") for _ in range(4)]

    queue = next(
        item for item in queues_for(world.alice, company_ids(world.alice)) if item.label == "Drafts to confirm"
    )

    worth = sum(Decimal(order.gross.amount) for order in Order.objects.filter(status="draft"))
    assert queue.count == 4
    assert queue.who == ", ".join(f"{order.number} Acme Hardware" for order in drafts[:3])
    assert queue.money == f"£{worth:,.2f}"


def test_amounts_of_several_currencies_are_not_added(world: World) -> None:
    draft(world, bolt="1")
    Order.objects.filter(pk=draft(world, bolt="1").pk).update(currency="EUR")

    queue = next(
        item for item in queues_for(world.alice, company_ids(world.alice)) if item.label == "Drafts to confirm"
    )

    assert (queue.count, queue.money) == (2, "")


def test_a_late_promise_waits_for_who_sells(world: World) -> None:
    order = confirmed(world, bolt="150")  # 100 are there

    queue = queue_of(world.alice, "Late promises")

    assert (queue.count, queue.who) == (1, f"{order.number} Acme Hardware")
    assert [item.label for item in queues_for(world.charlie, company_ids(world.charlie))] == []


def test_the_last_orders_are_ones_own(world: World) -> None:
    mine, other = draft(world, bolt="1"), draft(world, bolt="1")
    Order.objects.filter(pk=mine.pk).update(salesperson=world.alice)
    Order.objects.filter(pk=other.pk).update(salesperson=world.boss)

    table = last_orders(world.alice, company_ids(world.alice))

    assert table is not None
    assert [row["number"] for row in table.rows] == [mine.number]
    assert last_orders(world.fay, company_ids(world.fay)) is None
    Order.objects.filter(pk=mine.pk).update(salesperson=world.charlie)
    assert last_orders(world.charlie, company_ids(world.charlie)) is None  # without the right to see orders


def test_the_month_is_ones_own_or_everybodys(world: World) -> None:
    mine, other = confirmed(world, bolt="10"), confirmed(world, bolt="5")
    Order.objects.filter(pk=mine.pk).update(salesperson=world.alice)
    Order.objects.filter(pk=other.pk).update(salesperson=world.boss)

    own = month_so_far(company_id=world.company.pk, today=TODAY, salesperson_id=world.alice.pk)
    everybody = month_so_far(company_id=world.company.pk, today=TODAY)
    later = month_so_far(company_id=world.company.pk, today=TODAY + timedelta(days=31))

    assert (own.booked_today, own.booked) == (Decimal(100), Decimal(100))
    assert everybody.booked == Decimal(150)
    assert (later.booked_today, later.booked_before) == (Decimal(0), Decimal(150))


def test_what_is_due_and_did_not_leave_is_counted_by_warehouse(world: World) -> None:
    order = confirmed(world, bolt="1")
    create_deliveries(company_id=world.company.pk, order_ids=[order.pk], business_date=TODAY, actor=world.bob)

    assert [(fact.label, fact.value) for fact in leaving_today(world.bob, company_ids(world.bob), TODAY)] == [
        (Warehouse.objects.get(pk=world.main.pk).name, "1 to go, 0 packed")
    ]
    assert leaving_today(world.bob, company_ids(world.bob), TODAY - timedelta(days=1)) == []
    assert leaving_today(world.charlie, company_ids(world.charlie), TODAY) == []


def test_who_may_nothing_has_an_empty_day(world: World, client: Client) -> None:
    confirmed(world, bolt="150")
    client.force_login(world.charlie)

    page = client.get(reverse("home")).content.decode()

    assert "Nothing is waiting for you." in page
    assert "Booked" not in page
    assert moved_promises(world.charlie, company_ids(world.charlie)) == []


def test_how_the_system_does_is_for_who_looks_after_it(world: World) -> None:
    adam = User.objects.create_user("adam")
    adam.user_permissions.set(Permission.objects.filter(codename__in=["see_integrity", "see_jobs"]))
    Job.objects.create(kind="x", title="Broke", arguments={}, queue="analytics", state="failed", requested_by=adam)

    found = {fact.label: (fact.value, fact.url) for fact in system_facts(adam)}

    assert found["Integrity"] == ("Never run", reverse("integrity:page"))
    assert found["Failed jobs"] == ("1", f"{reverse('work:jobs')}?state=failed")
    assert found["Dead letters"][0] == "0"
    assert system_facts(world.charlie) == []


def test_the_page_costs_the_same_for_few_and_many(world: World, client: Client) -> None:
    client.force_login(world.alice)
    draft(world, bolt="1")
    client.get(reverse("home"))
    with count_statements() as few:
        client.get(reverse("home"))
    for _ in range(12):
        draft(world, bolt="1")
    with count_statements() as many:
        client.get(reverse("home"))

    assert len(few) == len(many) <= 20


@pytest.mark.parametrize(
    ("hour", "words"), [(0, "morning"), (11, "morning"), (12, "afternoon"), (17, "afternoon"), (18, "evening")]
)
def test_people_are_greeted_by_the_hour_of_their_company(world: World, hour: int, words: str) -> None:
    assert greeting(world.alice, hour) == f"Good {words}, Alice"


def test_a_person_without_company_is_welcome(world: World, client: Client) -> None:
    world.charlie.memberships.all().delete()
    client.force_login(world.charlie)

    assert "Welcome, Charlie" in client.get(reverse("home")).content.decode()
    assert Company.objects.exists()


def test_the_company_switch_narrows_all_of_the_page(world: World, client: Client) -> None:
    other = factories.make_company(code="OTHER")
    world.alice.memberships.create(company=other)
    mine, theirs = draft(world, bolt="1"), draft(world, bolt="1")
    Order.objects.update(salesperson=world.alice)
    Order.objects.filter(pk=theirs.pk).update(company=other)
    for company in (world.company, other):
        facts = {"kind": "short_pick", "role": "Sales", "document_kind": "order", "document_id": company.pk}
        ExceptionCase.objects.create(company=company, sentence=f"Count at {company.pk}.", **facts)
    client.force_login(world.alice)

    found = {}
    for chosen in ("", world.company.pk, other.pk):
        client.post(reverse("choose-company"), {"company": chosen})
        page, inbox = (client.get(reverse(name)).content.decode() for name in ("home", "exceptions:list"))
        numbers = {order.number for order in (mine, theirs) if f">{order.number}<" in page}
        counts = re.findall(r">(\d+)\s(?:things?|exceptions?)", page)
        found[chosen] = (numbers, counts, {int(key) for key in re.findall(r"Count at (\d+)\.", inbox)})

    assert found == {
        "": ({mine.number, theirs.number}, ["2", "2"], {world.company.pk, other.pk}),
        world.company.pk: ({mine.number}, ["1", "1"], {world.company.pk}),
        other.pk: ({theirs.number}, ["1", "1"], {other.pk}),
    }

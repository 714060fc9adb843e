"""The list of orders: what it shows, to whom, and that it costs the same for many."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from core.models import User
from orders import filters
from orders.models import Order, OrderHold
from orders.services import confirm_orders, hold_orders
from tests import factories
from tests.factories import TODAY
from tests.orders.makers import limit
from tests.support.statements import Statements
from tests.world import World

Counter = Callable[[], AbstractContextManager[Statements]]


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def draft(world: World, **facts: object) -> Order:
    return factories.make_order(
        company=world.company,
        account=world.acme,
        warehouse=world.main,
        lines={world.bolt: "2"},
        actor=world.alice,
        **facts,  # type: ignore[arg-type]
    )


def listed(client: Client, query: str = "") -> str:
    answer = client.get(f"/orders/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_order_is_shown_with_its_status_promise_and_total(world: World) -> None:
    order = draft(world, customer_reference="PO-77")
    confirm_orders(order_ids=[order.pk], actor=world.alice, business_date=TODAY)

    page = listed(sign_in(world.alice))

    for words in (order.number, "Acme Hardware", "PO-77", "In stock", "Confirmed", "24.00", "Total, GBP"):
        assert words in page


@pytest.mark.parametrize("typed", ["{number}", "{digits}", "po-77", "PO-77", "acme", "bolt-m8"])
def test_the_box_finds_by_number_po_ref_customer_and_sku(world: World, typed: str) -> None:
    order = draft(world, customer_reference="PO-77")
    number = order.number or ""

    found = listed(sign_in(world.alice), f"?q={typed.format(number=number, digits=number.rsplit('-')[-1].lstrip('0'))}")

    assert number in found


@pytest.mark.parametrize("typed", ["nothing", "%25", "_", "x" * 300, "%00"])
def test_the_box_finds_nothing_for_anything_else(world: World, typed: str) -> None:
    draft(world)

    assert "No orders here" in listed(sign_in(world.alice), f"?q={typed}")


def test_saved_views_narrow_to_what_they_say(world: World) -> None:
    left, held, late = draft(world), draft(world), draft(world)
    hold_orders(order_ids=[held.pk], reason="Wait for the deposit", actor=world.alice)
    confirm_orders(order_ids=[late.pk], actor=world.alice, business_date=TODAY)
    Order.objects.filter(pk=late.pk).update(requested_on=TODAY)
    late.lines.update(requested_on=TODAY - timedelta(days=3))
    client = sign_in(world.alice)

    pages = {name: listed(client, f"?view={name}") for name in ("open", "held", "drafts", "late", "to-bill", "all")}

    assert {name for name, page in pages.items() if f">{left.number}<" in page} == {"open", "drafts", "all"}
    assert {name for name, page in pages.items() if f">{held.number}<" in page} == {"open", "held", "all"}
    assert {name for name, page in pages.items() if f">{late.number}<" in page} == {"open", "late", "all"}


def test_ten_and_forty_orders_cost_the_same_statements(
    world: World, count_statements: Callable[[], AbstractContextManager[Statements]]
) -> None:
    client, counts = sign_in(world.alice), []
    for _ in range(2):
        for _ in range(10 if not counts else 30):
            draft(world)
        with count_statements() as asked:
            listed(client, "?q=acme")
        counts.append(asked.count)

    assert counts[0] == counts[1] <= 9, asked


def test_orders_of_other_companies_do_not_exist(world: World) -> None:
    order = draft(world)
    stranger = factories.make_user(name="Sam", roles=("Sales",), companies=())

    assert order.number not in listed(sign_in(stranger), "?view=all")
    for page in ("", "edit/", "print/"):
        assert sign_in(stranger).get(f"/orders/{order.pk}/{page}").status_code == 404


def test_who_may_not_see_orders_is_told_which_right_is_missing(world: World) -> None:
    answer = sign_in(world.charlie).get("/orders/")

    assert answer.status_code == 403
    assert "orders.see_orders" in answer.content.decode()


def test_picked_orders_are_confirmed_and_each_result_is_told(world: World) -> None:
    good, empty = draft(world), draft(world)
    empty.lines.all().delete()

    answer = sign_in(world.alice).post("/orders/bulk/confirm/", {"picked": [good.pk, empty.pk]}, follow=True)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "1 of 2 orders confirmed" in page
    assert f"Order {empty.number} has no lines." in page
    assert set(Order.objects.filter(status="confirmed")) == {good}


@pytest.mark.parametrize("may_see", [True, False])
def test_what_credit_found_is_told_to_those_who_may_see_credit(world: World, may_see: bool) -> None:
    limit(world, "10")
    first, second = draft(world), draft(world)
    clerk = factories.make_user(name="Cleo", roles=("Warehouse",), companies=(world.company,))
    for codename in ("confirm_order", *(["see_credit"] if may_see else [])):
        clerk.user_permissions.add(Permission.objects.get(codename=codename))
    client = sign_in(clerk)

    by_list = client.post("/orders/bulk/confirm/", {"picked": [first.pk]}, follow=True)
    by_page = client.post(f"/orders/{second.pk}/confirm/", {"version": second.version}, follow=True)

    assert set(Order.objects.values_list("status", flat=True)) == {"submitted"}
    for answer in (by_list, by_page):
        page = answer.content.decode()
        assert ("Over the limit" in page) is may_see
        assert ("waits for the credit desk" in page) is not may_see


def test_all_matching_means_within_the_filter_and_never_beyond(world: World) -> None:
    inside, outside = draft(world, customer_reference="PO-77"), draft(world)

    client = sign_in(world.alice)
    page = listed(client, "?q=PO-77&select=all")
    assert "All 1 matching are selected" in page
    word = re.search(r'name="all_matching" value="([^"]+)"', page)
    action = re.search(r'formaction="(/orders/bulk/confirm/[^"]*)"', page)
    assert word
    assert action

    lost = client.post("/orders/bulk/confirm/", {"all_matching": word[1]})
    assert (lost.status_code, Order.objects.filter(status="confirmed").exists()) == (409, False)
    client.post(action[1].replace("&amp;", "&"), {"all_matching": word[1]})

    assert list(Order.objects.filter(status="confirmed")) == [inside]
    assert outside.status == "draft"


def test_a_bulk_verb_is_carried_out_once_per_key_and_refused_for_who_may_not(world: World) -> None:
    order = draft(world)
    client, body = sign_in(world.alice), {"picked": [order.pk], "idempotency_key": "k-1"}

    denied = sign_in(world.charlie).post("/orders/bulk/confirm/", body)
    assert (denied.status_code, Order.objects.get(pk=order.pk).status) == (403, "draft")
    assert client.get("/orders/bulk/confirm/").status_code == 405
    first, second = client.post("/orders/bulk/confirm/", body), client.post("/orders/bulk/confirm/", body)

    assert [first.status_code, first.headers["Location"]] == [303, second.headers["Location"]]
    assert "1 of 1 orders confirmed" in client.get(second.headers["Location"]).content.decode()


def test_holding_asks_for_one_reason_and_leaves_held_ones_alone(world: World) -> None:
    held, other = draft(world), draft(world)
    hold_orders(order_ids=[held.pk], reason="Wait", actor=world.alice)
    client = sign_in(world.alice)

    asked = client.post("/orders/bulk/hold/", {"picked": [held.pk, other.pk]})
    empty = client.post("/orders/bulk/hold/", {"picked": [held.pk, other.pk], "reason": "  "})
    said = {"picked": [held.pk, other.pk], "reason": "Check the address"}
    done = client.post("/orders/bulk/hold/", said, follow=True)

    assert "Reason" in asked.content.decode()
    assert (empty.status_code, "Enter the reason for the hold" in empty.content.decode()) == (422, True)
    assert "1 of 2 orders on hold" in done.content.decode()
    assert OrderHold.objects.filter(released_at=None).count() == 2


def test_the_list_is_exported_as_shown(world: World) -> None:
    order = draft(world, customer_reference="=cmd()")

    answer = sign_in(world.alice).get("/orders/?format=csv")

    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert str(order.number) in text
    assert "'=cmd()" in text


@pytest.mark.parametrize("few", [0, 20])
def test_a_customers_name_finds_orders_of_few_and_of_many_customers(
    world: World, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(filters, "FEW_ACCOUNTS", few)
    other_account = factories.make_account(company=world.company, code="OTHER")
    found = draft(world)
    other = factories.make_order(
        company=world.company, account=other_account, warehouse=world.main, lines={world.bolt: "2"}, actor=world.alice
    )

    page = listed(sign_in(world.alice), "?q=acme")

    assert (found.number in page, other.number in page) == (True, False)

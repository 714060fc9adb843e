"""The editor of a draft as one form: starting, saving, confirming."""

import re
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from orders.models import Order, OrderLine
from orders.services import line_key
from tests import factories
from tests.orders.pages import draft, header, lines_of, row, rows, sign_in
from tests.world import World

# --- starting --------------------------------------------------------------------------------------------------------


def test_the_customers_number_and_enter_start_a_draft(world: World) -> None:
    answer = sign_in(world.alice).post("/orders/new/", {"customer": "acme", "idempotency_key": "k"})

    order = Order.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/orders/{order.pk}/edit/")
    assert (order.account, order.status, order.warehouse) == (world.acme, "draft", world.main)


def test_pressing_start_twice_makes_one_order(world: World) -> None:
    client = sign_in(world.alice)

    client.post("/orders/new/", {"customer": "acme", "idempotency_key": "k"})
    client.post("/orders/new/", {"customer": "acme", "idempotency_key": "k"})

    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "sentence"), [("", "Enter a customer"), ("nobody", "No customer is called"), ("\x00", "No customer")]
)
def test_an_unknown_customer_is_refused_in_words(world: World, typed: str, sentence: str) -> None:
    answer = sign_in(world.alice).post("/orders/new/", {"customer": typed})

    assert (answer.status_code, Order.objects.count()) == (422, 0)
    assert sentence in answer.content.decode()


def test_several_matches_are_offered_as_buttons(world: World) -> None:
    factories.make_account(company=world.company, code="ACNE", name="Acnestis Gardens")

    page = sign_in(world.alice).post("/orders/new/", {"customer": "acn"}).content.decode()
    several = sign_in(world.alice).post("/orders/new/", {"customer": "ac"})

    assert "Acnestis" not in page or Order.objects.count() == 1
    assert several.status_code == 422
    assert "2 customers match" in several.content.decode()


def test_another_companys_customer_cannot_be_chosen_by_its_key(world: World) -> None:
    other = factories.make_company(code="XX")
    account = factories.make_account(company=other, code="XCUST")

    answer = sign_in(world.alice).post("/orders/new/", {"agreement": account.in_companies.get().pk})

    assert (answer.status_code, Order.objects.count()) == (422, 0)


def test_who_may_not_enter_orders_changes_nothing(world: World) -> None:
    order = draft(world, bolt="2")
    client = sign_in(world.charlie)

    answers = [
        client.post("/orders/new/", {"customer": "acme"}),
        client.post(f"/orders/{order.pk}/edit/", header(order) | rows()),
        client.post(f"/orders/{order.pk}/lines/", rows(row(uuid4(), "MUG-NAVY", "1"))),
        client.post(f"/orders/{order.pk}/add/", {"sku": "MUG-NAVY"}),
        client.post(f"/orders/{order.pk}/header/", header(order, customer_reference="X")),
        client.post(f"/orders/{order.pk}/paste/", {"rows": "MUG-NAVY\t2", "apply": "1"}),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert (Order.objects.count(), lines_of(order)) == (1, [("BOLT-M8", "2")])


# --- the form --------------------------------------------------------------------------------------------------------


def test_the_page_shows_lines_sums_and_the_promise(world: World) -> None:
    order = draft(world, bolt="10", mug="60")

    page = sign_in(world.alice).get(f"/orders/{order.pk}/edit/").content.decode()

    for words in ("BOLT-M8", "In stock", "No supply", "498.00", "2\u00a0lines · 1 late", "1 of 2", "without supply"):
        assert words in page, words


def test_saving_the_form_writes_exactly_its_rows(world: World) -> None:
    order = draft(world, bolt="10", mug="5")
    kept = OrderLine.objects.get(order=order, position=2)
    body = header(order, customer_reference="PO-9") | rows(
        row(line_key(kept), "mug-navy", "2*3"), row(uuid4(), "4*bolt-m8", "")
    )

    answer = sign_in(world.alice).post(f"/orders/{order.pk}/edit/", body)

    order.refresh_from_db()
    assert answer.status_code == 302
    assert (lines_of(order), order.customer_reference) == ([("MUG-NAVY", "6"), ("BOLT-M8", "4")], "PO-9")
    assert order.gross.amount == Decimal("85.80")


def test_saving_twice_under_one_key_saves_once(world: World) -> None:
    order = draft(world)
    body = header(order) | rows(row(uuid4(), "BOLT-M8", "3"))
    client = sign_in(world.alice)

    assert [client.post(f"/orders/{order.pk}/edit/", body).status_code for _ in range(2)] == [302, 302]
    assert lines_of(order) == [("BOLT-M8", "3")]


def test_a_stale_version_is_refused_and_what_was_typed_is_kept(world: World) -> None:
    order = draft(world, bolt="10")
    body = header(order, version=order.version + 5) | rows(row(uuid4(), "MUG-NAVY", "77"))

    answer = sign_in(world.alice).post(f"/orders/{order.pk}/edit/", body)

    assert (answer.status_code, lines_of(order)) == (409, [("BOLT-M8", "10")])
    assert 'value="77"' in answer.content.decode()


@pytest.mark.parametrize(
    ("sku", "quantity", "sentence"),
    [
        ("BOLT-M9", "1", "No product has the SKU BOLT-M9. Did you mean"),
        ("", "4", "Enter a SKU."),
        ("BOLT-M8", "NaN", "Enter a quantity like"),
        ("BOLT-M8", "1e999", "Enter a quantity like"),
        ("BOLT-M8", "-3", "Enter a quantity like"),
        ("BOLT-M8", "0", "Enter a quantity greater than zero"),
        ("BOLT-M8", "1.5", "sold in whole"),
        ("BOLT-M8", "9" * 40, "Enter a quantity like"),
        ("BOLT-M8", "0.0000001", "Enter a quantity like"),
        ("BOLT-M8" * 2000, "1", "No product has the SKU"),
        ("<script>", "1", "No product has the SKU &lt;script&gt;"),
    ],
)
def test_a_wrong_row_is_told_at_the_row_and_nothing_is_saved(
    world: World, sku: str, quantity: str, sentence: str
) -> None:
    order = draft(world, mug="5")
    body = header(order) | rows(row(uuid4(), sku, quantity))

    answer = sign_in(world.alice).post(f"/orders/{order.pk}/edit/", body)

    page = answer.content.decode()
    assert (answer.status_code, lines_of(order)) == (422, [("MUG-NAVY", "5")])
    assert sentence in page
    assert page.count("is-err") >= 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("requested_on", "31.02.2026", "Enter a date, like"),
        ("requested_on", "2199-12-31", "three years later"),
        ("requested_on", "", "Enter requested"),
        ("warehouse", "999999", "Select a valid choice"),
        ("terms", "x", "Select a valid choice"),
        ("ship_to", "999999", "Select a valid choice"),
        ("customer_reference", "x" * 61, "at most 60 characters"),
    ],
)
def test_a_wrong_header_is_told_and_nothing_is_saved(world: World, field: str, value: str, sentence: str) -> None:
    order = draft(world, mug="5")

    answer = sign_in(world.alice).post(f"/orders/{order.pk}/edit/", header(order) | {field: value} | rows())

    order.refresh_from_db()
    assert (answer.status_code, order.version, lines_of(order)) == (422, 1, [("MUG-NAVY", "5")])
    assert sentence in answer.content.decode()


def test_a_price_by_hand_needs_its_right(world: World) -> None:
    order = draft(world)
    body = header(order) | rows(row(uuid4(), "BOLT-M8", "1", price="9"))

    denied = sign_in(world.alice).post(f"/orders/{order.pk}/edit/", body)
    allowed = sign_in(factories.make_user(name="Lea", roles=("Sales lead",), companies=(world.company,))).post(
        f"/orders/{order.pk}/edit/", body
    )

    assert (denied.status_code, allowed.status_code) == (403, 302)
    assert OrderLine.objects.get(order=order).unit_price == 9


@pytest.mark.parametrize(
    ("stored", "sku", "price"),
    [
        ({}, "BOLT-M8", 10),
        ({"unit_price": 9}, "BOLT-M8", 10),  # another price applied for a while, say to a second page of the same draft
        ({"unit_price": 9, "manual_price": True}, "BOLT-M8", 10),  # a price by hand that is taken back
        ({}, "MUG-NAVY", 6),
    ],
)
def test_a_price_that_was_only_shown_is_not_one_by_hand(
    world: World, stored: dict[str, Any], sku: str, price: int
) -> None:
    order = draft(world, bolt="10")
    line = OrderLine.objects.get(order=order)
    OrderLine.objects.filter(pk=line.pk).update(**stored)
    lea = factories.make_user(name="Lea", roles=("Sales lead",), companies=(world.company,))

    sign_in(lea).post(
        f"/orders/{order.pk}/edit/", header(order) | rows(row(line_key(line), sku, "12", price="10.00", shown="10.00"))
    )

    line = OrderLine.objects.get(order=order)
    assert (line.manual_price, line.ordered, line.unit_price) == (False, 12, price)


def test_a_price_by_hand_stays_one_when_the_row_comes_back(world: World) -> None:
    order = draft(world, bolt="10")
    line = OrderLine.objects.get(order=order)
    OrderLine.objects.filter(pk=line.pk).update(unit_price=9, manual_price=True)
    lea = sign_in(factories.make_user(name="Lea", roles=("Sales lead",), companies=(world.company,)))
    stamp = re.search(
        rf'name="line" value="({line_key(line)}[^"]*)"', lea.get(f"/orders/{order.pk}/edit/").content.decode()
    )
    assert stamp

    lea.post(
        f"/orders/{order.pk}/edit/",
        header(order) | rows(row(line_key(line), "BOLT-M8", "12", price="9.00") | {"line": stamp[1]}),
    )

    line.refresh_from_db()
    assert (line.manual_price, line.ordered, line.unit_price) == (True, 12, 9)


def test_a_discount_can_be_typed_into_the_price_cell(world: World) -> None:
    order = draft(world)
    lea = factories.make_user(name="Lea", roles=("Sales lead",), companies=(world.company,))

    sign_in(lea).post(f"/orders/{order.pk}/edit/", header(order) | rows(row(uuid4(), "BOLT-M8", "10", price="5%")))

    line = OrderLine.objects.get(order=order)
    assert (line.manual_discount_percent, line.net.amount) == (5, 95)


def test_margin_and_credit_are_shown_only_to_who_may_see_them(world: World) -> None:
    order = draft(world, bolt="10")
    clerk = factories.make_user(name="Cleo", roles=("Sales",), companies=(world.company,))

    mine = sign_in(clerk).get(f"/orders/{order.pk}/edit/").content.decode()
    bosses = sign_in(world.boss).get(f"/orders/{order.pk}/edit/").content.decode()

    assert "Mgn %" not in mine
    assert "Margin" not in mine
    assert "Mgn %" in bosses
    assert "60" in bosses


def test_an_order_that_is_no_draft_is_not_edited(world: World) -> None:
    order = draft(world, bolt="1")
    client = sign_in(world.alice)
    client.post(f"/orders/{order.pk}/edit/", header(order) | {"action": "confirm"})
    order.refresh_from_db()
    assert order.status == "confirmed"

    form = client.post(f"/orders/{order.pk}/edit/", header(order) | rows())
    grid = client.post(f"/orders/{order.pk}/lines/", rows(row(uuid4(), "MUG-NAVY", "1")))

    assert (form.status_code, grid.status_code) == (302, 422)
    assert lines_of(order) == [("BOLT-M8", "1")]


# --- confirming ------------------------------------------------------------------------------------------------------


def test_nothing_to_warn_about_is_confirmed_in_one_request(world: World) -> None:
    order = draft(world)
    body = header(order) | rows(row(uuid4(), "BOLT-M8", "5")) | {"action": "confirm"}

    answer = sign_in(world.alice).post(f"/orders/{order.pk}/edit/", body)

    order.refresh_from_db()
    assert (answer.status_code, answer["Location"], order.status) == (302, f"/orders/{order.pk}/", "confirmed")


def test_warnings_are_shown_once_and_accepted_by_confirming_again(world: World) -> None:
    order, client = draft(world, bolt="130"), sign_in(world.alice)

    asked = client.post(f"/orders/{order.pk}/edit/", header(order) | {"action": "confirm"})
    page = asked.content.decode()
    accepted = page.split('name="accepted" value="')[1].split('"')[0]
    done = client.post(f"/orders/{order.pk}/edit/", header(order) | {"action": "confirm", "accepted": accepted})

    order.refresh_from_db()
    assert (asked.status_code, done.status_code, order.status) == (422, 302, "confirmed")
    assert "Not everything arrives as requested" in page


def test_a_po_number_used_before_is_a_warning(world: World) -> None:
    for number in range(2):
        order = draft(world, bolt=str(5 + number))
        Order.objects.filter(pk=order.pk).update(customer_reference="PO-5")
    order.refresh_from_db()

    page = (
        sign_in(world.alice).post(f"/orders/{order.pk}/edit/", header(order) | {"action": "confirm"}).content.decode()
    )

    assert "PO ref PO-5 is on SO-" in page


def test_an_order_without_lines_is_not_confirmed(world: World) -> None:
    order = draft(world)

    answer = sign_in(world.alice).post(f"/orders/{order.pk}/edit/", header(order) | {"action": "confirm"})

    order.refresh_from_db()
    assert (answer.status_code, order.status) == (422, "draft")
    assert "has no lines" in answer.content.decode()


def test_a_form_of_two_hundred_and_fifty_rows_is_saved(world: World) -> None:
    order = draft(world)
    body = header(order) | rows(*(row(uuid4(), "BOLT-M8", "1", unit="", price="", discount="") for _ in range(250)))
    lea = factories.make_user(name="Lea", roles=("Sales lead",), companies=(world.company,))

    answer = sign_in(lea).post(f"/orders/{order.pk}/edit/", body)

    assert (answer.status_code, OrderLine.objects.filter(order=order).count()) == (302, 250)

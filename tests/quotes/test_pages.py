"""The pages of quotes and contracts: the five questions, without script."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from core.dates import business_date
from core.models import CommandLog, IdempotencyKey
from orders.services import cancel_orders, create_order_from_quote
from quotes.models import Contract, Quote
from quotes.services import accept_quote, acceptance_token, revise_quote, send_quote
from tests.factories import TODAY
from tests.world import World

FAR = (TODAY + timedelta(days=4000)).isoformat()


def posted(world: World, **changes: str) -> dict[str, str]:
    form = {
        "account": "ACME",
        "warehouse": str(world.main.pk),
        "valid_until": FAR,
        "lines-TOTAL_FORMS": "2",
        "lines-INITIAL_FORMS": "0",
        "lines-0-product": "BOLT-M8",
        "lines-0-quantity": "10",
        "idempotency_key": "k-1",
    }
    return form | changes


@pytest.fixture
def alice(world: World, client: Client) -> Client:
    client.force_login(world.alice)
    return client


def test_a_quote_is_written_sent_and_accepted_by_the_customer(world: World, alice: Client) -> None:
    saved = alice.post(reverse("quotes:new"), posted(world))
    quote = Quote.objects.get()
    assert (saved.status_code, saved.headers["Location"]) == (303, reverse("quotes:detail", args=[quote.pk]))

    sent = alice.post(reverse("quotes:verb", args=[quote.pk, "send"]), {"idempotency_key": "k-2"})
    assert sent.status_code == 303
    link = (
        alice.get(sent["Location"])
        .content.decode()
        .split('id="accept-link">')[1]
        .split("</code>")[0]
        .split("testserver", 1)[1]
    )
    alice.logout()
    assert "100.00" in alice.get(link).content.decode()
    accepted = alice.post(link, {"name": "Wile E.", "idempotency_key": "k-3"})

    quote.refresh_from_db()
    assert (accepted.status_code, quote.status, quote.accepted_name) == (200, "accepted", "Wile E.")


def test_the_order_takes_the_place_of_the_button_that_made_it(world: World, alice: Client) -> None:
    alice.post(reverse("quotes:new"), posted(world))
    quote = Quote.objects.get()
    today = business_date(quote.company.time_zone)
    send_quote(quote_id=quote.pk, actor=world.alice, business_date=today)
    version_id = accept_quote(quote_id=quote.pk, actor=world.alice, business_date=today, name="Wile E.")
    page = reverse("quotes:detail", args=[quote.pk])
    assert "Make order" in alice.get(page).content.decode()

    made = create_order_from_quote(quote_version_id=version_id, actor=world.alice, business_date=today)
    shown = alice.get(page).content.decode()
    assert "Make order" not in shown
    assert "Open order" in shown
    assert reverse("orders:detail", args=[made]) in shown

    cancel_orders(order_ids=[made], reason="Wrong account", actor=world.boss)
    assert "Make order" in alice.get(page).content.decode()


def test_pressing_save_twice_writes_one_quote(world: World, alice: Client) -> None:
    for _ in range(2):
        alice.post(reverse("quotes:new"), posted(world))

    assert Quote.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("account", "NOBODY", "There is no customer NOBODY"),
        ("lines-0-product", "NOTHING", "There is no product NOTHING"),
        ("lines-0-quantity", "NaN", "Enter a number"),
        ("lines-0-quantity", "1e999", "Ensure that there are no more than"),
        ("lines-0-quantity", "-4", "greater than zero"),
        ("lines-0-quantity", "1.5", "whole"),
        ("valid_until", "9999-12-31", "between 2000 and 2199"),
        ("valid_until", "2001-01-01", "cannot end before it begins"),
    ],
)
def test_bad_input_is_told_at_its_place_and_kept(
    world: World, alice: Client, field: str, value: str, sentence: str
) -> None:
    answer = alice.post(reverse("quotes:new"), posted(world, **{field: value}))

    page = answer.content.decode()
    assert 400 <= answer.status_code < 500
    assert sentence in page
    assert not Quote.objects.exists()


def test_denied_and_nothing_changed(world: World, client: Client) -> None:
    client.force_login(world.charlie)

    assert client.get(reverse("quotes:list")).status_code == 403
    assert client.post(reverse("quotes:new"), posted(world)).status_code == 403
    assert not Quote.objects.exists()


def test_a_wrong_secret_is_no_quote(world: World, alice: Client) -> None:
    alice.post(reverse("quotes:new"), posted(world))
    quote = Quote.objects.get()

    assert alice.get(reverse("quotes:accept", args=[quote.pk, "guess"])).status_code == 404
    assert alice.get(reverse("quotes:verb", args=[quote.pk, "send"])).status_code == 405


def test_a_contract_is_written_and_activated(world: World, client: Client) -> None:
    client.force_login(world.boss)
    form = posted(world, title="Bolts", valid_from=TODAY.isoformat(), overrun="block") | {"lines-0-unit_price": "8.5"}

    client.post(reverse("quotes:contract-new"), form)
    contract = Contract.objects.get()
    client.post(reverse("quotes:contract-verb", args=[contract.pk, "activate"]), {"idempotency_key": "k-9"})

    contract.refresh_from_db()
    assert contract.status == "active"
    assert "BOLT-M8" in client.get(reverse("quotes:contract", args=[contract.pk])).content.decode()


def test_lists_need_as_many_statements_for_many_rows_as_for_few(world: World, alice: Client, count_statements) -> None:  # noqa: ANN001
    counts = []
    for batch in (2, 10):
        for number in range(batch):
            alice.post(reverse("quotes:new"), posted(world, idempotency_key=f"b{batch}-{number}"))
        with count_statements() as statements:
            alice.get(reverse("quotes:list"))
        counts.append(statements.count)

    assert counts[0] == counts[1]


def test_the_customers_link_is_for_those_who_may_send_and_stands_in_no_table(world: World, alice: Client) -> None:
    alice.post(reverse("quotes:new"), posted(world))
    quote = Quote.objects.get()
    alice.post(reverse("quotes:verb", args=[quote.pk, "send"]), {"idempotency_key": "k-2"})
    quote.refresh_from_db()
    token = acceptance_token(quote)

    assert len(token) == 64
    assert token in alice.get(reverse("quotes:detail", args=[quote.pk])).content.decode()
    stored = IdempotencyKey.objects.values_list("answer", flat=True)
    assert token not in f"{list(stored)}{list(CommandLog.objects.values())}{list(Quote.objects.values())}"

    revise_quote(quote_id=quote.pk, actor=world.alice)
    quote.refresh_from_db()
    assert acceptance_token(quote) == ""


def test_an_opened_quote_is_saved_again_as_it_stood(world: World, client: Client) -> None:
    client.force_login(world.boss)
    client.post(reverse("quotes:new"), posted(world, **{"lines-0-quantity": "200", "lines-0-unit_price": "3000"}))
    quote = Quote.objects.get()
    page = client.get(reverse("quotes:edit", args=[quote.pk])).content.decode()

    fields = dict(re.findall(r'name="(lines-0-(?:quantity|unit_price))" value="([^"]*)"', page))
    assert fields == {"lines-0-quantity": "200", "lines-0-unit_price": "3000"}

"""What no form of ours sends: NUL, thousands of digits, endless texts. Every door answers; none breaks."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.urls import reverse

from accounting.models import JournalEntry, LedgerAccount, Period
from billing.models import Invoice
from core.dates import business_date
from core.models import DocumentEvent, IdempotencyKey
from core.system import system_user
from core.web.posted import key_of, reason_of, text_of, version_of, whole_number
from fulfillment.drafts import ReturnDraft, ReturnLineDraft
from fulfillment.models import Delivery, DeliveryLine, Return
from fulfillment.services import create_deliveries, create_return
from quotes.models import Quote
from quotes.services import acceptance_token, send_quote
from tests.billing.makers import Trade
from tests.factories import TODAY
from tests.inventory.makers import expect
from tests.payments.conftest import Cash
from tests.quotes.test_contracts import contract
from tests.quotes.test_pages import posted as quote_form
from tests.test_architecture import ROOT, sources
from tests.world import World

WORDS = {"NUL": "a\x00b", "digits": "9" * 5_000, "text": "x" * 10_000}
CANNOT_BE_KEPT = "too long or too large to be kept"  # the door's last resort: a view has to do better
Door = tuple[str, dict[str, Any]]


@pytest.fixture
def browser(world: World) -> Client:
    """A browser of somebody who may everything."""
    client = Client()
    client.force_login(system_user())
    return client


def period_lock(world: World) -> Door:
    return reverse("accounting:period-lock", args=[_march(world).pk]), {}


def period_reopen(world: World) -> Door:
    march = _march(world)
    Period.objects.filter(pk=march.pk).update(is_locked=True)
    return reverse("accounting:period-reopen", args=[march.pk]), {}


def _march(world: World) -> Period:
    return Period.objects.get(company=world.company, starts_on__year=TODAY.year, starts_on__month=3)


def _entry(world: World) -> dict[str, str]:
    bank, fees = (LedgerAccount.objects.get(company=world.company, code=code).pk for code in ("1100", "6000"))
    return {
        "company": world.company.code,
        "business_date": business_date(world.company.time_zone).isoformat(),
        "description": "Rent",
        "lines-TOTAL_FORMS": "2",
        "lines-INITIAL_FORMS": "0",
        "lines-0-account": str(fees),
        "lines-0-debit": "5",
        "lines-1-account": str(bank),
        "lines-1-credit": "5",
    }


def entry_new(world: World) -> Door:
    return reverse("accounting:entry-new"), _entry(world)


def entry_reverse(world: World) -> Door:
    client = Client()
    client.force_login(system_user())
    answer = client.post(reverse("accounting:entry-new"), _entry(world))
    assert answer.status_code == 303, answer.content.decode()
    return reverse("accounting:entry-reverse", args=[JournalEntry.objects.latest("pk").pk]), {}


def _quote(world: World) -> Quote:
    client = Client()
    client.force_login(world.alice)
    client.post(reverse("quotes:new"), quote_form(world))
    quote = Quote.objects.get()
    send_quote(quote_id=quote.pk, actor=world.alice, business_date=business_date(quote.company.time_zone))
    quote.refresh_from_db()
    return quote


def quote_decline(world: World) -> Door:
    return reverse("quotes:verb", args=[_quote(world).pk, "decline"]), {}


def quote_accept(world: World) -> Door:
    return reverse("quotes:verb", args=[_quote(world).pk, "accept"]), {}


def quote_accept_by_customer(world: World) -> Door:
    quote = _quote(world)
    return reverse("quotes:accept", args=[quote.pk, acceptance_token(quote)]), {}


def contract_close(world: World) -> Door:
    return reverse("quotes:contract-verb", args=[contract(world).contract_id, "close"]), {}


def _shipped(world: World) -> Delivery:
    trade = Trade(world)
    return trade.ship(trade.order({world.bolt: "10"}))


def invoice_reverse(world: World) -> Door:
    Trade(world).bill(_shipped(world))
    return reverse("billing:reverse", args=[Invoice.objects.get().pk]), {}


def payment_reverse(world: World) -> Door:
    return reverse("payments:reverse", args=[Cash(world).receive("20").pk]), {}


def _planned(world: World) -> Delivery:
    order = Trade(world).order({world.bolt: "10"})
    (pk,) = create_deliveries(
        order_ids=[order.pk], company_id=world.company.pk, business_date=TODAY, actor=system_user()
    )
    return Delivery.objects.get(pk=pk)


def delivery_cancel(world: World) -> Door:
    return reverse("fulfillment:cancel", args=[_planned(world).pk]), {}


def return_cancel(world: World) -> Door:
    shipped = DeliveryLine.objects.get(delivery=_shipped(world))
    line = ReturnLineDraft(Decimal(1), delivery_line_id=shipped.pk)
    pk = create_return(draft=ReturnDraft(world.company.pk, TODAY, "wrong size", (line,)), actor=system_user())
    return reverse("fulfillment:return-cancel", args=[Return.objects.get(pk=pk).pk]), {}


def _supply(world: World) -> int:
    return expect(warehouse=world.main, product=world.bolt, quantity="5", on=TODAY + timedelta(days=5)).order_id


def supply_cancel(world: World) -> Door:
    return reverse("inventory:supply-verb", args=[_supply(world), "cancel"]), {}


def supply_close(world: World) -> Door:
    return reverse("inventory:supply-verb", args=[_supply(world), "close"]), {}


REASONED = [
    period_lock,
    period_reopen,
    entry_new,
    entry_reverse,
    quote_decline,
    quote_accept,
    quote_accept_by_customer,
    contract_close,
    invoice_reverse,
    payment_reverse,
    delivery_cancel,
    return_cancel,
    supply_cancel,
    supply_close,
]


@pytest.mark.parametrize("word", WORDS.values(), ids=WORDS)
@pytest.mark.parametrize("door", REASONED, ids=lambda door: door.__name__)
def test_a_verb_is_carried_out_whatever_its_key_reason_and_name_hold(
    world: World, browser: Client, door: Callable[[World], Door], word: str
) -> None:
    address, data = door(world)
    keys = IdempotencyKey.objects.count()

    answer = browser.post(address, data | {"idempotency_key": word, "reason": word, "name": word})

    assert answer.status_code in (200, 303), answer.content.decode()
    assert CANNOT_BE_KEPT not in answer.content.decode()
    assert IdempotencyKey.objects.count() == keys


def test_the_reason_of_a_reversal_is_kept_readable_and_short(world: World, browser: Client) -> None:
    address, _ = invoice_reverse(world)

    browser.post(address, {"reason": " wrong\x00 price\x1b\r\n" + "x" * 600})

    kept = DocumentEvent.objects.filter(reason__startswith="wrong price\nx").values_list("reason", flat=True)
    assert {len(reason) for reason in kept} == {500}


@pytest.mark.parametrize(
    ("word", "read"),
    [
        ("0", 0),
        ("007", 7),
        ("9" * 9, 999_999_999),
        ("9" * 10, None),
        ("9" * 5_000, None),
        ("-1", None),
        ("1.0", None),
        ("²", None),
        ("٣", None),
        ("", None),
        ("1\x00", None),
    ],
)
def test_whole_numbers(word: str, read: int | None) -> None:
    assert whole_number(word, 9) == read


@pytest.mark.parametrize("key", ["8d1c4a52-6f4b-4f0c-a5ad-0fd7a5bd7f14", "job-7_3.a:b", "k" * 120])
def test_a_key_of_ours_is_read(key: str) -> None:
    assert key_of(RequestFactory().post("/", {"idempotency_key": key})) == key


@pytest.mark.parametrize("key", ["", "a\x00", "a b", "k" * 121, "ключ", "a\n", "a'"])
def test_a_key_that_no_form_of_ours_makes_is_none(key: str) -> None:
    request = RequestFactory().post("/", {"idempotency_key": key, "version": key})

    assert (key_of(request), version_of(request), reason_of(request)) == (None, 0, "")


def test_texts_lose_what_cannot_be_kept_and_nothing_else() -> None:
    data = QueryDict(mutable=True)
    data["word"] = " \x00Grüße,\r\n\tšŁ\u0085\x7f 😀\x1f "

    assert text_of(data, "word", 500) == "Grüße,\n\tšŁ 😀"
    assert text_of(data, "word", 5) == "Grüße"
    assert text_of(data, "absent", 5) == ""


# These read a reason themselves: what they lose and refuse is held by the tests of their pages.
OWN_READERS = {
    "core/web/posted.py": "the one place",
    "orders_site/exceptions/views.py": "the command cuts",
    "orders_site/design/views.py": "nothing is behind that page",
}
RAW = re.compile(r"""\.(?:POST|GET)(?:\.get\(|\[)\s*["'](?:idempotency_key|reason|name)["']""")


def test_keys_and_reasons_are_read_in_one_place() -> None:
    found = {path for path in sources() if RAW.search((ROOT / path).read_text(encoding="utf-8"))}

    assert found == set(OWN_READERS)

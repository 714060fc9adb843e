"""The pages of payments: who sees what, what a POST does, and what a refused one leaves."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounting.models import OpenItem
from billing.models import Invoice
from core.dates import business_date
from payments.models import Payment
from tests import factories
from tests.payments.conftest import Cash
from tests.support.pages import browser, posted

TODAY = business_date("UTC")


@pytest.fixture
def pages(cash: Cash) -> Client:
    """A browser of Fay, who does the books."""
    return browser(cash.world.fay)


def entry(cash: Cash, **data: object) -> dict[str, object]:
    """The form of a payment, filled in."""
    form: dict[str, object] = {
        "company": cash.world.company.pk,
        "account": "acme",
        "amount": "120",
        "business_date": TODAY.isoformat(),
        "method": "bank",
        "reference": "thanks",
        "apply": "oldest",
        "invoice": "",
    }
    return posted(**(form | data))


def item_of(kind: str, source_id: int) -> OpenItem:
    return OpenItem.objects.get(source_type=kind, source_id=source_id, instalment=1)


def test_a_payment_is_entered_and_shown_with_what_it_paid(cash: Cash, pages: Client) -> None:
    invoice = cash.invoice(10)

    answer = pages.post(reverse("payments:new"), entry(cash, amount="150"))
    shown = pages.get(answer["Location"]).content.decode()

    assert answer.status_code == 303
    assert invoice.number in shown
    assert "Unapplied" in shown
    assert "30.00" in shown
    assert "thanks" in shown


def test_the_same_form_twice_is_one_payment(cash: Cash, pages: Client) -> None:
    form = entry(cash)

    answers = [pages.post(reverse("payments:new"), form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"account": "NOBODY"}, "There is no account NOBODY"),
        ({"account": ""}, "Enter account"),
        ({"amount": "NaN"}, "Enter a number"),
        ({"amount": "1e999"}, "Ensure that there are no more than"),
        ({"amount": "-5"}, "Enter an amount greater than zero"),
        ({"amount": "0"}, "Enter an amount greater than zero"),
        ({"amount": "1.005"}, "more decimal places than GBP knows"),
        ({"amount": "ten"}, "Enter a number"),
        ({"currency": "XXX"}, "Enter a currency code of three letters"),
        ({"currency": "EUR"}, "There is no exchange rate from EUR to GBP"),
        ({"business_date": "9999-12-31"}, "Enter a date between 2000 and 2199"),
        ({"business_date": "tomorrow"}, "Enter a date, like 2026-03-31"),
        ({"business_date": (TODAY + timedelta(days=1)).isoformat()}, "must not lie in the future"),
        ({"method": "gold"}, "Select a valid choice"),
        ({"reference": "x" * 61}, "at most 60 characters"),
        ({"reference": "a\x00b"}, "Null characters are not allowed"),
        ({"apply": "invoice"}, "Enter the number of the invoice"),
        ({"apply": "invoice", "invoice": "INV-9"}, "has no invoice INV-9"),
        ({"company": "999999"}, "Select a valid choice"),
    ],
)
def test_bad_input_is_told_at_its_field_and_nothing_is_booked(
    cash: Cash, pages: Client, data: dict[str, object], says: str
) -> None:
    answer = pages.post(reverse("payments:new"), entry(cash, **data))

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Payment.objects.exists()


def test_only_finance_may_enter_and_the_past_needs_its_right(cash: Cash) -> None:
    past = entry(cash, business_date=(TODAY - timedelta(days=3)).isoformat())
    clerk = factories.make_user(name="Finn", roles=("Finance",), companies=(cash.world.company,))

    denied = browser(cash.world.alice).post(reverse("payments:new"), entry(cash))
    early = browser(clerk).post(reverse("payments:new"), past)

    assert (denied.status_code, early.status_code) == (403, 422)
    assert "right to back-date is missing" in early.content.decode()
    assert not Payment.objects.exists()
    assert browser(clerk).get(reverse("payments:new")).status_code == 200


def test_matching_suggests_with_a_reason_and_applies_what_is_confirmed(cash: Cash, pages: Client) -> None:
    first, second = cash.invoice(10), cash.invoice(5)
    payment = cash.receive("60", reference=f"your {second.number.replace('-', ' ')}")  # type: ignore[union-attr]
    item, claim = item_of("payment", payment.pk), item_of("invoice", second.pk)
    address = f"{reverse('payments:apply')}?item={item.pk}"

    shown = pages.get(address).content.decode()
    form = posted(**{f"amount-{claim.pk}": "60.00", f"amount-{item_of('invoice', first.pk).pk}": ""})
    answers = [pages.post(address, form) for _ in range(2)]

    assert f"The reference names {second.number}, and the amount is exactly that." in shown
    assert 'value="60.00"' in shown
    assert [answer.status_code for answer in answers] == [303, 303]
    second.refresh_from_db()
    first.refresh_from_db()
    assert (first.payment_state, second.payment_state) == ("open", "paid")


@pytest.mark.parametrize("amount", ["60.01", "-1", "NaN", "1e999", "0.001", "x"])
def test_more_than_is_there_is_refused_and_what_was_typed_stays(cash: Cash, pages: Client, amount: str) -> None:
    invoice, payment = cash.invoice(10), cash.receive("60")
    address = f"{reverse('payments:apply')}?item={item_of('payment', payment.pk).pk}"

    answer = pages.post(address, posted(**{f"amount-{item_of('invoice', invoice.pk).pk}": amount}))

    assert answer.status_code == 422
    assert f'value="{amount}"' in answer.content.decode()
    assert item_of("invoice", invoice.pk).open_amount == 120


def test_nothing_chosen_and_other_peoples_items_are_refused(cash: Cash, pages: Client) -> None:
    payment = cash.receive("60")
    other = factories.make_account(company=cash.world.company, code="OTHER")
    foreign = cash.invoice(10, account=other)
    address = f"{reverse('payments:apply')}?item={item_of('payment', payment.pk).pk}"

    empty = pages.post(address, posted())
    elsewhere = pages.post(address, posted(**{f"amount-{item_of('invoice', foreign.pk).pk}": "10"}))
    unknown = pages.post(f"{reverse('payments:apply')}?item=999999", posted())

    assert [empty.status_code, elsewhere.status_code, unknown.status_code] == [422, 422, 404]
    assert pages.get(f"{reverse('payments:apply')}?item=x").status_code == 200
    assert browser(cash.world.alice).get(reverse("payments:apply")).status_code == 403


def test_reversing_needs_the_right_and_a_reason(cash: Cash, pages: Client) -> None:
    invoice = cash.invoice(10)
    payment = cash.receive("120", invoice_id=invoice.pk)
    clerk = factories.make_user(name="Finn", roles=("Finance",), companies=(cash.world.company,))
    address = reverse("payments:reverse", args=[payment.pk])

    denied = browser(clerk).post(address, posted(reason="bounced"))
    silent = pages.post(address, posted(reason=" "))
    done = pages.post(address, posted(reason="bounced"))

    assert [answer.status_code for answer in (denied, silent, done)] == [403, 422, 303]
    assert pages.get(address).status_code == 405
    assert Invoice.objects.get(pk=invoice.pk).payment_state == "open"
    assert "Reversed" in pages.get(reverse("payments:payment", args=[payment.pk])).content.decode()


def test_other_companies_payments_are_not_seen(cash: Cash) -> None:
    payment = cash.receive("60", reference="secret words")
    outsider = factories.make_user(name="Otto", roles=("Finance lead",))
    credit_manager = browser(cash.world.boss)

    listed = browser(outsider).get(reverse("payments:payments")).content.decode()
    seen = credit_manager.get(reverse("payments:payments")).content.decode()

    assert payment.number not in listed
    assert browser(outsider).get(reverse("payments:payment", args=[payment.pk])).status_code == 404
    assert payment.number in seen
    assert browser(cash.world.charlie).get(reverse("payments:payments")).status_code == 403


def test_the_list_narrows_by_the_word_that_it_shows_and_costs_the_same_for_more_rows(
    cash: Cash, pages: Client, count_statements: Callable[..., Any]
) -> None:
    invoice = cash.invoice(10)
    paid, waiting = cash.receive("120", invoice_id=invoice.pk), cash.receive("60")

    applied = pages.get(reverse("payments:payments") + "?state=applied").content.decode()
    unapplied = pages.get(reverse("payments:payments") + "?state=unapplied").content.decode()
    counts = []
    for _ in range(2):
        for _ in range(10):
            cash.receive("5")
        with count_statements() as statements:
            pages.get(reverse("payments:payments"))
        counts.append(statements.count)

    assert (paid.number in applied, waiting.number in applied) == (True, False)
    assert (paid.number in unapplied, waiting.number in unapplied) == (False, True)
    assert counts[0] == counts[1]


def test_statements_of_the_matching_page_do_not_depend_on_its_rows(
    cash: Cash, pages: Client, count_statements: Callable[..., Any]
) -> None:
    counts = []
    for _ in range(2):
        cash.invoice(1)
        for _ in range(5):
            cash.receive("5")
        pages.get(reverse("payments:apply"))
        with count_statements() as statements:
            assert pages.get(reverse("payments:apply")).status_code == 200
        counts.append(statements.count)

    assert counts[0] == counts[1]
    assert Decimal(5) == -item_of("payment", Payment.objects.latest("pk").pk).open_amount

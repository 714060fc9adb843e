"""The pages of accounting: who sees them, what they say, what they refuse."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounting.drafts import ApplicationDraft
from accounting.models import JournalEntry, LedgerAccount, OpenItem, Period
from accounting.services import apply_items
from accounting.sources import register_source_pages
from catalog.models import Account
from core.models import Company, User
from tests.accounting.conftest import DAY

pytestmark = pytest.mark.django_db
PAGES = (
    "/ledger/",
    "/ledger/entries/{entry}/",
    "/ledger/entries/new/",
    "/ledger/trial-balance/",
    "/ledger/accounts/{account}/",
    "/ledger/statements/",
    "/ledger/ageing/",
    "/ledger/periods/",
    "/ledger/export/hledger/",
    "/ledger/export/beancount/",
)


@pytest.fixture
def posted(company: Company, claim: Callable[..., OpenItem], money: Callable[..., OpenItem], system: User) -> None:
    """Two invoices, one of them paid in part."""
    invoice, _ = claim(1, "100", "19"), claim(2, "50")
    payment = money(1, "19")
    apply_items(
        company=company,
        applications=[ApplicationDraft(invoice.pk, payment.pk, Decimal(19))],
        business_date=DAY,
        source_type="payment",
        source_id=1,
        actor=system,
    )


@pytest.fixture
def finance(client: Client, ruth: User, posted: None) -> Client:
    """Ruth's browser."""
    client.force_login(ruth)
    return client


def address(pattern: str, company: Company) -> str:
    return pattern.format(
        entry=JournalEntry.objects.order_by("pk")[0].pk,
        account=LedgerAccount.objects.get(company=company, code="1200").pk,
    )


def body(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content.decode())


RANGE = "since=2026-01-01&until=2026-12-31"


@pytest.mark.parametrize("pattern", PAGES)
def test_pages_open_for_finance_and_for_nobody_else(
    pattern: str, finance: Client, company: Company, charlie: User
) -> None:
    url = address(pattern, company)

    assert finance.get(url).status_code == 200
    visitor = Client()
    assert visitor.get(url).status_code == 302
    visitor.force_login(charlie)
    assert visitor.get(url).status_code == 403
    if "new" not in url:
        assert finance.post(url).status_code == 405


@pytest.mark.parametrize("pattern", PAGES)
def test_the_books_of_another_company_are_not_there(
    pattern: str, finance: Client, company: Company, make_user: Callable[..., User]
) -> None:
    stranger = make_user("stranger", "accounting.view_ledger", "accounting.post_entry", "core.see_credit", member=False)
    url = address(pattern, company)
    outside = Client()
    outside.force_login(stranger)

    assert outside.get(url).status_code == 404
    Company.objects.create(code="OTHER", name="Other", functional_currency="EUR", country="DE")
    if "{" not in pattern:
        assert finance.get(f"{url}?company=OTHER").status_code == 404


def test_ageing_opens_with_the_right_to_credit_data_and_the_ledger_does_not(
    client: Client, posted: None, make_user: Callable[..., User]
) -> None:
    client.force_login(make_user("cara", "core.see_credit"))

    ages = client.get("/ledger/ageing/?on=2026-06-01")

    assert ages.status_code == 200
    assert "ACME" in body(ages)
    assert "/ledger/trial-balance/" not in body(ages)
    assert client.get("/ledger/").status_code == 403
    assert client.get("/ledger/trial-balance/").status_code == 403


def test_the_journal_lists_entries_with_their_amounts(finance: Client) -> None:
    text = body(finance.get("/ledger/"))

    assert "JE-2026-000001" in text
    assert ">119.00<" in text
    assert "Invoice 1" in text


def test_an_entry_leads_to_its_document(finance: Client, company: Company) -> None:
    register_source_pages({"invoice": "accounting:entry"})

    text = body(finance.get(address("/ledger/entries/{entry}/", company)))

    assert '<a href="/ledger/entries/1/">Invoice 1</a>' in text
    register_source_pages({"invoice": ""})


def test_the_trial_balance_balances_and_each_code_opens_its_lines(finance: Client, company: Company) -> None:
    text = body(finance.get(f"/ledger/trial-balance/?{RANGE}"))

    receivables = LedgerAccount.objects.get(company=company, code="1200")
    assert "Balanced" in text
    assert f"/ledger/accounts/{receivables.pk}/?day_min=2026-01-01&amp;day_max=2026-12-31" in text
    assert ">150.00<" in text


def test_the_account_runs_its_balance(finance: Client, company: Company) -> None:
    text = body(finance.get(f"{address('/ledger/accounts/{account}/', company)}?day_min=2026-01-01&day_max=2026-12-31"))

    assert [figure for figure in ("119.00", "169.00", "150.00") if f">{figure}<" in text] == [
        "119.00",
        "169.00",
        "150.00",
    ]


def test_ageing_says_that_it_equals_the_ledger(finance: Client) -> None:
    text = body(finance.get("/ledger/ageing/?on=2026-06-01"))

    assert "Equals the ledger" in text
    assert "Acme Ltd" in text
    assert ">150.00<" in text


def test_statements_agree(finance: Client) -> None:
    text = body(finance.get(f"/ledger/statements/?{RANGE}"))

    assert "equal to the assets" in text
    assert "Result of this year, not yet carried" in text
    assert "not equal" not in text


@pytest.mark.parametrize(
    "query",
    [
        "since=yesterday&until=2026-01-01",
        "since=2026-02-30&until=2026-03-01",
        "since=2026-03-01&until=2026-02-01",
        "since=2026-01-01&until=10000-01-01",
    ],
)
@pytest.mark.parametrize("page", ["trial-balance", "statements"])
def test_a_range_that_cannot_be_read_is_named(page: str, query: str, finance: Client) -> None:
    answer = finance.get(f"/ledger/{page}/?{query}")

    assert answer.status_code == 422
    assert "There is a problem" in body(answer)


@pytest.mark.parametrize("query", [f"{RANGE}&format=csv", "since=0001-01-01&until=9999-12-31"])
def test_far_ranges_and_files_are_answered(query: str, finance: Client) -> None:
    assert finance.get(f"/ledger/trial-balance/?{query}").status_code == 200


def test_files_hold_numbers_as_numbers(finance: Client, acme: Account) -> None:
    acme.name = "=cmd|'/c calc'!A1"
    acme.save(update_fields=["name"])

    balances = body(finance.get(f"/ledger/trial-balance/?{RANGE}&format=csv"))
    ages = body(finance.get("/ledger/ageing/?on=2026-06-01&format=csv"))

    assert "1200,Trade receivables,Asset,0.00,169.00,19.00,150.00,EUR" in balances
    assert "'=cmd" in ages


def entry_form(company: Company, *lines: tuple[str, str, str], **more: str) -> dict[str, str]:
    ids = dict(LedgerAccount.objects.filter(company=company).values_list("code", "pk"))
    data = {
        "idempotency_key": "form-1",
        "business_date": "2026-03-10",
        "description": "Rent",
        "lines-TOTAL_FORMS": str(len(lines)),
        "lines-INITIAL_FORMS": "0",
    }
    for number, (code, debit, credit) in enumerate(lines):
        data |= {
            f"lines-{number}-account": str(ids.get(code, code)),
            f"lines-{number}-debit": debit,
            f"lines-{number}-credit": credit,
        }
    return data | more


def test_a_manual_entry_is_posted_once_however_often_it_is_sent(finance: Client, company: Company) -> None:
    data = entry_form(company, ("6000", "12.5", ""), ("", "", ""), ("1100", "", "12.50"))
    before = JournalEntry.objects.count()

    first, second = (finance.post("/ledger/entries/new/", data) for _ in range(2))

    assert (first.status_code, second.status_code) == (303, 303)
    assert first["Location"] == second["Location"]
    assert JournalEntry.objects.count() == before + 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lines-0-debit": "12.51"}, "they differ by 0.01"),
        ({"lines-0-debit": "NaN"}, "Enter a number."),
        ({"lines-0-debit": "1e999"}, "Ensure that there are no more than"),
        ({"lines-0-debit": "-12.5"}, "greater than or equal to 0"),
        ({"lines-0-debit": "12.555"}, "12.555 has more decimals than EUR has."),
        ({"lines-0-account": "999999999"}, "Select a valid choice"),
        ({"lines-0-account": ""}, "Select account"),
        ({"business_date": "10.3.2026x"}, "Business date must be a date"),
        ({"business_date": "0001-01-01"}, "Enter a date between 2000 and 2199"),
        ({"business_date": "2000-01-01"}, "is locked or does not exist"),
        ({"business_date": "2027-01-01"}, "The day must not lie in the future."),
        ({"description": ""}, "Enter description"),
        ({"description": "x" * 1_000_000}, "at most 200 characters"),
        ({"lines-TOTAL_FORMS": "99999999"}, "An entry has at most 200 lines."),
        ({"lines-TOTAL_FORMS": "x"}, "The lines did not arrive whole."),
    ],
)
def test_what_cannot_be_posted_is_named_and_what_was_typed_is_kept(
    change: dict[str, str], words: str, finance: Client, company: Company
) -> None:
    data = entry_form(company, ("6000", "12.5", ""), ("1100", "", "12.50")) | change
    before = JournalEntry.objects.count()

    answer = finance.post("/ledger/entries/new/", data)

    assert answer.status_code == 422
    assert words in body(answer)
    if "lines-TOTAL_FORMS" not in change:
        assert 'value="12.50"' in body(answer)
    assert JournalEntry.objects.count() == before


def test_control_accounts_are_not_offered(finance: Client, company: Company) -> None:
    text = body(finance.get("/ledger/entries/new/"))

    assert "6000 Bank and provider fees" in text
    assert "1200 Trade receivables" not in text


def test_more_lines_keep_what_was_typed(finance: Client, company: Company) -> None:
    answer = finance.post("/ledger/entries/new/", entry_form(company, ("6000", "7.77", ""), more="1"))

    assert answer.status_code == 200
    assert 'value="7.77"' in body(answer)
    assert "lines-6-account" in body(answer)


def test_a_manual_entry_is_reversed_on_its_page(finance: Client, company: Company) -> None:
    made = finance.post("/ledger/entries/new/", entry_form(company, ("6000", "5", ""), ("1100", "", "5")))
    url = made["Location"]

    assert 'name="reason"' in body(finance.get(url))
    assert finance.post(f"{url}reverse/", {"reason": ""}).status_code == 409
    assert finance.post(f"{url}reverse/", {"reason": "twice"}).status_code == 303
    again = finance.post(f"{url}reverse/", {"reason": "thrice"})
    assert (again.status_code, "was reversed before" in body(again)) == (409, True)
    assert finance.get(f"{url}reverse/").status_code == 405


def test_a_document_cannot_be_reversed_here(finance: Client, company: Company) -> None:
    url = address("/ledger/entries/{entry}/", company)

    assert 'name="reason"' not in body(finance.get(url))
    assert finance.post(f"{url}reverse/", {"reason": "no"}).status_code == 409
    assert not JournalEntry.objects.filter(reverses__isnull=False).exists()


def test_a_period_is_locked_and_reopened_on_its_page(finance: Client, company: Company, charlie: User) -> None:
    march = Period.objects.get(company=company, name="2026-03")

    assert finance.post(f"/ledger/periods/{march.pk}/lock/").status_code == 303
    refused = finance.post(f"/ledger/periods/{march.pk}/lock/")
    assert (refused.status_code, "2026-03 is locked already" in body(refused)) == (409, True)
    assert finance.post(f"/ledger/periods/{march.pk}/reopen/", {"reason": ""}).status_code == 409
    assert finance.post(f"/ledger/periods/{march.pk}/reopen/", {"reason": "late"}).status_code == 303
    assert finance.get(f"/ledger/periods/{march.pk}/lock/").status_code == 405
    finance.force_login(charlie)
    assert finance.post(f"/ledger/periods/{march.pk}/lock/").status_code == 403
    march.refresh_from_db()
    assert not march.is_locked


@pytest.mark.parametrize(
    "pattern", ["/ledger/", "/ledger/accounts/{account}/", "/ledger/ageing/", "/ledger/trial-balance/"]
)
def test_a_list_costs_the_same_for_few_and_many_rows(
    pattern: str,
    finance: Client,
    company: Company,
    claim: Callable[..., OpenItem],
    count_statements: Callable[..., Any],
) -> None:
    url = address(pattern, company)
    finance.get(url)
    with count_statements() as few:
        body(finance.get(url))
    for number in range(10, 22):
        account = Account.objects.create(code=f"A{number}", name=f"A{number}", currency="EUR", country="DE")
        claim(number, "1", account=account, on=date(2026, 1, number))
    with count_statements() as many:
        body(finance.get(url))

    assert many.count == few.count


def test_who_works_for_two_companies_can_switch_between_their_books(
    client: Client, company: Company, make_user: Callable[..., User]
) -> None:
    other = Company.objects.create(code="OTHER", name="Other Ltd", functional_currency="USD", country="US")
    both = make_user("both", "accounting.view_ledger", "core.see_credit")
    both.companies.add(other)
    client.force_login(both)

    for page in ("", "periods/"):
        text = body(client.get(f"/ledger/{page}?company=OTHER"))
        assert f'href="/ledger/{page}?company=KEPT"' in text
        assert ">Other Ltd" in text
    assert '<option value="OTHER" selected>Other Ltd</option>' in body(client.get("/ledger/ageing/?company=OTHER"))


def test_a_new_entry_is_dated_today(finance: Client) -> None:
    text = body(finance.get("/ledger/entries/new/"))

    assert re.search(r'name="business_date" value="\d{4}-\d\d-\d\d"', text)

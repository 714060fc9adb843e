"""The one way into the ledger: accounts by rule, both sides equal, numbered last, never changed."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounting.drafts import AmountToPost, EntryDraft, LineDraft, OpenItemDraft, converted_lines, functional_amount
from accounting.errors import EntryNotBalanced, EntryNotPostable, EntryNotReversible, NoPostingRule
from accounting.models import JournalEntry, JournalLine, LedgerAccount, OpenItem, Period, PostingRule
from accounting.services import open_items, post_entries, reverse_entries, set_up_books
from catalog.models import Account
from core.commands import command
from core.errors import ConstraintRefused, NotAllowed
from core.fx import Rate
from core.models import Company, User
from tests.accounting.conftest import DAY, balance, entry_of, rate_of, sides

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("healthy")]


def line(purpose: str, amount: str, **more: Any) -> LineDraft:
    """A line in EUR; above zero is a debit."""
    value = Decimal(amount)
    return LineDraft(
        purpose, max(value, Decimal(0)), max(-value, Decimal(0)), currency="EUR", document_amount=value, **more
    )


def draft(*lines: LineDraft, number: int = 1, purpose: str = "post", on: date = DAY) -> EntryDraft:
    return EntryDraft("test", number, purpose, on, f"Test {number}", lines)


def test_each_purpose_goes_to_its_account_and_a_group_without_a_rule_to_the_fallback(
    company: Company, acme: Account, system: User
) -> None:
    lines = (
        line("receivable", "129", partner_id=acme.pk),
        line("revenue", "-100", group="no such group"),
        line("revenue", "-10", group="freight"),
        line("tax", "-19"),
    )

    (pk,) = post_entries(company=company, drafts=[draft(*lines)], actor=system)
    item = OpenItemDraft(acme.pk, "test", 1, "T-1", "EUR", Decimal(129), Decimal(129), DAY, DAY)
    open_items(company=company, drafts=[item], actor=system)

    entry = JournalEntry.objects.get(pk=pk)
    assert (entry.number, entry.status, entry.currency) == ("JE-2026-000001", "posted", "EUR")
    assert (entry.posted_by, entry.posted_at is not None) == (system, True)
    assert sides(pk) == [
        ("1200", Decimal(129), Decimal(0)),
        ("2200", Decimal(0), Decimal(19)),
        ("4000", Decimal(0), Decimal(100)),
        ("4200", Decimal(0), Decimal(10)),
    ]


def test_zero_lines_are_dropped_and_like_lines_merged_by_side(company: Company, system: User) -> None:
    lines = [line("bank", "0"), line("bank", "7"), line("bank", "5"), line("bank", "-2"), line("revenue", "-10")]

    (pk,) = post_entries(company=company, drafts=[draft(*lines)], actor=system)

    assert sides(pk) == [
        ("1100", Decimal(12), Decimal(0)),
        ("1100", Decimal(0), Decimal(2)),
        ("4000", Decimal(0), Decimal(10)),
    ]


def test_an_entry_of_nothing_is_not_written(company: Company, system: User) -> None:
    drafts = [draft(line("bank", "0"), line("revenue", "0")), draft(line("bank", "1"), line("revenue", "-1"), number=2)]

    ids = post_entries(company=company, drafts=drafts, actor=system)

    assert [JournalEntry.objects.get(pk=pk).source_id for pk in ids] == [2]


def test_numbers_follow_the_order_given_over_all_calls_of_one_command(company: Company, system: User) -> None:
    @command(permission=None)
    def twice(*, actor: User) -> list[int]:
        first = [draft(line("bank", "1"), line("revenue", "-1"), number=number) for number in (5, 3)]
        second = [draft(line("bank", "1"), line("revenue", "-1"), number=4)]
        return [pk for drafts in (first, second) for pk in post_entries(company=company, drafts=drafts, actor=actor)]

    ids = twice(actor=system)

    assert [JournalEntry.objects.get(pk=pk).number for pk in ids] == [f"JE-2026-00000{digit}" for digit in (1, 2, 3)]


@pytest.mark.parametrize(
    ("lines", "refusal", "words"),
    [
        ((line("bank", "1"), line("revenue", "-0.99")), EntryNotBalanced, "1 debit against 0.99 credit in EUR"),
        ((line("bank", "0.001"), line("revenue", "-0.001")), EntryNotBalanced, "0.001 is not rounded to EUR"),
        ((line("bank", "1"), line("no_such", "-1")), NoPostingRule, "No ledger account is set for “no_such”"),
        ((line("receivable", "1"), line("revenue", "-1")), EntryNotPostable, "names no account of a partner"),
    ],
)
def test_what_cannot_be_posted_is_refused_and_nothing_is_written(
    lines: tuple[LineDraft, ...], refusal: type[Exception], words: str, company: Company, system: User
) -> None:
    good = draft(line("bank", "1"), line("revenue", "-1"), number=2)

    with pytest.raises(refusal, match=words):
        post_entries(company=company, drafts=[good, draft(*lines)], actor=system)

    assert not JournalEntry.objects.exists()


def test_a_source_is_posted_once_per_purpose(company: Company, system: User) -> None:
    once = draft(line("bank", "1"), line("revenue", "-1"))
    post_entries(company=company, drafts=[once], actor=system)

    with pytest.raises(ConstraintRefused, match="Nothing was posted twice"):
        post_entries(company=company, drafts=[once], actor=system)

    assert JournalEntry.objects.count() == 1


@pytest.mark.parametrize("on", [date(2025, 12, 31), date(2027, 1, 1), date(9999, 12, 31)])
def test_a_day_without_a_period_is_refused(on: date, company: Company, system: User) -> None:
    with pytest.raises(ConstraintRefused, match="locked or does not exist"):
        post_entries(company=company, drafts=[draft(line("bank", "1"), line("revenue", "-1"), on=on)], actor=system)

    assert not JournalEntry.objects.exists()


def test_a_foreign_document_balances_in_functional_currency_to_the_cent(
    company: Company, bolt: Account, system: User
) -> None:
    rate = Rate("USD", "EUR", Decimal("0.913700000000"), DAY)
    amounts = (
        AmountToPost("receivable", Decimal("100.03"), partner_id=bolt.pk),
        AmountToPost("revenue", Decimal("-33.34"), "goods"),
        AmountToPost("revenue", Decimal("-33.34"), "freight"),
        AmountToPost("tax", Decimal("-33.35")),
    )

    (pk,) = post_entries(company=company, drafts=[entry_of(*amounts, rate=rate)], actor=system)
    functional = functional_amount(Decimal("100.03"), rate=rate)
    item = OpenItemDraft(bolt.pk, "test", 1, "T-1", "USD", Decimal("100.03"), functional, DAY, DAY)
    open_items(company=company, drafts=[item], actor=system)

    assert sides(pk) == [
        ("1200", Decimal("91.40"), Decimal(0)),  # 91.397411
        ("2200", Decimal(0), Decimal("30.47")),  # 30.471895
        ("4000", Decimal(0), Decimal("30.46")),  # 30.462758
        ("4200", Decimal(0), Decimal("30.46")),
        ("7900", Decimal(0), Decimal("0.01")),
    ]
    receivable = JournalLine.objects.get(entry=pk, account__code="1200")
    assert (receivable.currency, receivable.document_amount, receivable.fx_rate) == (
        "USD",
        Decimal("100.03"),
        rate.rate,
    )


def test_amounts_that_do_not_balance_are_a_programmer_error() -> None:
    with pytest.raises(AssertionError, match="do not balance"):
        converted_lines([AmountToPost("bank", Decimal(1))], rate=Rate("EUR", "EUR", Decimal(1), DAY))


def test_a_reversal_exchanges_the_sides_and_points_back(company: Company, acme: Account, system: User) -> None:
    lines = (line("receivable", "119", partner_id=acme.pk), line("revenue", "-100"), line("tax", "-19"))
    (original,) = post_entries(company=company, drafts=[draft(*lines)], actor=system)
    source = ("test", 1, "post")

    (pk,) = reverse_entries(
        company=company, sources=[source], business_date=date(2026, 4, 1), reason="wrong price", actor=system
    )

    entry = JournalEntry.objects.get(pk=pk)
    assert (entry.reverses_id, entry.description) == (original, "Reversal of JE-2026-000001: wrong price")
    assert (balance(company, "1200"), balance(company, "4000"), balance(company, "2200")) == (0, 0, 0)
    with pytest.raises(EntryNotReversible, match="JE-2026-000001 was reversed before, by JE-2026-000002"):
        reverse_entries(company=company, sources=[source], business_date=DAY, reason="again", actor=system)
    with pytest.raises(EntryNotReversible, match="Nothing was posted for test 7"):
        reverse_entries(company=company, sources=[("test", 7, "post")], business_date=DAY, reason="", actor=system)


def test_statement_count_is_the_same_for_2_and_200_entries(
    company: Company, system: User, count_statements: Callable[[], Any]
) -> None:
    def post(numbers: range) -> None:
        drafts = [draft(line("bank", "1"), line("revenue", "-1"), number=number) for number in numbers]
        post_entries(company=company, drafts=drafts, actor=system)

    with count_statements() as few:
        post(range(2))
    with count_statements() as many:
        post(range(2, 202))

    assert len(few) == len(many)
    assert len(many) == 4  # settings, rules, entries with lines, closing


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE accounting_journalentry SET description = 'x'",
        "UPDATE accounting_journalentry SET status = 'draft', number = NULL",
        "DELETE FROM accounting_journalentry",
        "UPDATE accounting_journalline SET debit = debit + 1",
        "DELETE FROM accounting_journalline",
    ],
)
def test_what_is_posted_is_never_changed(sql: str, company: Company, system: User) -> None:
    post_entries(company=company, drafts=[draft(line("bank", "1"), line("revenue", "-1"))], actor=system)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)

    assert sides(JournalEntry.objects.get()) == [("1100", Decimal(1), Decimal(0)), ("4000", Decimal(0), Decimal(1))]


def test_an_open_item_keeps_what_it_was_opened_with(company: Company, acme: Account, system: User) -> None:
    item = OpenItemDraft(acme.pk, "test", 1, "T-1", "EUR", Decimal(0), Decimal(0), DAY, DAY)
    (pk,) = open_items(company=company, drafts=[item], actor=system)

    for change in ({"amount": 5}, {"account_id": acme.pk + 1}, {"due_on": date(2026, 5, 1)}, {"currency": "USD"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            OpenItem.objects.filter(pk=pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        OpenItem.objects.filter(pk=pk).delete()

    OpenItem.objects.filter(pk=pk).update(is_disputed=True)
    assert OpenItem.objects.get(pk=pk).settled_on == DAY


def test_books_are_set_up_once_and_further_years_added(company: Company, system: User) -> None:
    def count() -> tuple[int, int, int]:
        return (LedgerAccount.objects.count(), PostingRule.objects.count(), Period.objects.count())

    before = count()
    set_up_books(company=company, first_year=2026, last_year=2027, actor=system)

    assert (before[2], count()) == (12, (before[0], before[1], 24))
    assert Period.objects.get(name="2027-02").ends_on == date(2027, 2, 28)


def test_a_fiscal_year_that_starts_in_april_has_its_months(system: User) -> None:
    april = Company.objects.create(
        code="APR", name="April Ltd", functional_currency="GBP", country="GB", fiscal_year_start_month=4
    )

    set_up_books(company=april, first_year=2023, last_year=2023, actor=system)

    days = list(Period.objects.filter(company=april).order_by("starts_on").values_list("starts_on", "ends_on"))
    assert (days[0], days[10]) == ((date(2023, 4, 1), date(2023, 4, 30)), (date(2024, 2, 1), date(2024, 2, 29)))


def test_setting_up_books_needs_the_right(company: Company, charlie: User) -> None:
    with pytest.raises(NotAllowed):
        set_up_books(company=company, first_year=2030, last_year=2030, actor=charlie)

    assert not Period.objects.filter(starts_on__year=2030).exists()


def test_rates_are_found_for_the_day(company: Company, dollars: None) -> None:
    assert rate_of("USD", company, DAY).rate == Decimal("0.9")


@pytest.mark.parametrize(
    ("amount", "to", "value", "converted"),
    [
        ("10.00", "EUR", "0.9", "9.00"),
        ("0.05", "EUR", "0.9", "0.05"),
        ("0.05", "EUR", "0.1", "0.01"),
        ("-0.05", "EUR", "0.1", "-0.01"),
        ("1.00", "JPY", "157.5", "158"),
        ("1.00", "KWD", "0.3077", "0.308"),
        ("1.00", "KWD", "0.3075", "0.308"),
    ],
)
def test_conversion_rounds_once_to_the_functional_currency(amount: str, to: str, value: str, converted: str) -> None:
    rate = Rate("USD", to, Decimal(value), DAY)

    assert functional_amount(Decimal(amount), rate=rate) == Decimal(converted)

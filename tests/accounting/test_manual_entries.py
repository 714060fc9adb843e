"""Entries that a person writes: any account but the control accounts, balanced, reversed for a reason."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounting.errors import EntryNotBalanced, EntryNotPostable, EntryNotReversible
from accounting.models import JournalEntry, LedgerAccount, OpenItem
from accounting.services import ManualLine, post_manual_entry, reverse_manual_entry
from core.errors import DomainError, NotAllowed, NotFound
from core.models import Company, User
from tests.accounting.conftest import DAY, TODAY, balance, sides

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("healthy")]


def post(company: Company, actor: User, *lines: tuple[str, str, str], key: str | None = None, on: date = DAY) -> int:
    ids = dict(LedgerAccount.objects.filter(company=company).values_list("code", "pk"))
    return post_manual_entry.once(key)(
        company_id=company.pk,
        business_date=on,
        description=" Rent of March ",
        lines=[ManualLine(ids.get(code, 0), Decimal(debit), Decimal(credit)) for code, debit, credit in lines],
        actor=actor,
    )


def test_an_entry_is_posted_with_its_number(company: Company, ruth: User) -> None:
    pk = post(company, ruth, ("6000", "12.50", "0"), ("1100", "0", "12.50"))

    entry = JournalEntry.objects.get(pk=pk)
    assert (entry.number, entry.description, entry.posted_by) == ("JE-2026-000001", "Rent of March", ruth)
    assert sides(pk) == [("1100", Decimal(0), Decimal("12.50")), ("6000", Decimal("12.50"), Decimal(0))]


def test_repeating_with_the_key_posts_once(company: Company, ruth: User) -> None:
    lines = (("6000", "1", "0"), ("1100", "0", "1"))

    assert post(company, ruth, *lines, key="k") == post(company, ruth, *lines, key="k")
    assert JournalEntry.objects.count() == 1


def test_without_the_right_it_is_refused_and_nothing_changed(company: Company, charlie: User) -> None:
    with pytest.raises(NotAllowed):
        post(company, charlie, ("6000", "1", "0"), ("1100", "0", "1"))

    assert not JournalEntry.objects.exists()


def test_the_books_of_a_company_one_does_not_belong_to_are_not_there(
    company: Company, make_user: Callable[..., User]
) -> None:
    stranger = make_user("stranger", "accounting.post_entry", member=False)

    with pytest.raises(NotFound):
        post(company, stranger, ("6000", "1", "0"), ("1100", "0", "1"))


def test_a_day_to_come_is_refused_and_a_past_one_without_the_right(
    company: Company, ruth: User, make_user: Callable[..., User]
) -> None:
    bea = make_user("bea", "accounting.post_entry", "accounting.reverse_entry")

    with pytest.raises(EntryNotPostable, match="in the future"):
        post(company, ruth, ("6000", "1", "0"), ("1100", "0", "1"), on=TODAY + timedelta(days=1))
    with pytest.raises(EntryNotPostable, match="right to back-date is missing") as refused:
        post(company, bea, ("6000", "1", "0"), ("1100", "0", "1"), on=TODAY - timedelta(days=1))
    assert list(refused.value.fields) == ["business_date"]
    assert not JournalEntry.objects.exists()

    pk = post(company, bea, ("6000", "1", "0"), ("1100", "0", "1"), on=TODAY)
    with pytest.raises(EntryNotPostable, match="right to back-date is missing"):
        reverse_manual_entry(entry_id=pk, business_date=DAY, reason="twice", actor=bea)


@pytest.mark.parametrize("code", ["1200", "1300", "1400", "2100", "2200", "2300", "2400"])
def test_control_accounts_are_refused_by_name(code: str, company: Company, ruth: User) -> None:
    with pytest.raises(EntryNotPostable, match=f"{code} .* is a control account") as refused:
        post(company, ruth, ("1100", "1", "0"), (code, "0", "1"))

    assert list(refused.value.fields) == ["lines-1-account"]
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([("6000", "1", "0"), ("1100", "0", "0.99")], "Debits are 1 and credits 0.99: they differ by 0.01"),
        ([("6000", "1", "0")], "at least two lines"),
        ([], "at least two lines"),
        ([("6000", "0", "0"), ("1100", "0", "0")], "Enter a debit or a credit"),
        ([("6000", "1", "1"), ("1100", "1", "1")], "Enter a debit or a credit"),
        ([("6000", "-1", "0"), ("1100", "0", "-1")], "above zero"),
        ([("6000", "NaN", "0"), ("1100", "0", "1")], "above zero"),
        ([("6000", "1e999", "0"), ("1100", "0", "1e999")], "above zero"),
        ([("6000", "0.001", "0"), ("1100", "0", "0.001")], "more decimals than EUR has"),
        ([("none", "1", "0"), ("1100", "0", "1")], "Choose an account of this company"),
    ],
)
def test_what_is_no_entry_is_refused(
    lines: list[tuple[str, str, str]], words: str, company: Company, ruth: User
) -> None:
    with pytest.raises(DomainError, match=words) as refused:
        post(company, ruth, *lines)

    assert isinstance(refused.value, EntryNotBalanced | EntryNotPostable)
    assert not JournalEntry.objects.exists()


def test_inactive_accounts_are_refused(company: Company, ruth: User) -> None:
    LedgerAccount.objects.filter(company=company, code="6000").update(is_active=False)

    with pytest.raises(EntryNotPostable, match="not in use any more"):
        post(company, ruth, ("6000", "1", "0"), ("1100", "0", "1"))


def test_a_manual_entry_is_reversed_once_for_a_reason(company: Company, ruth: User) -> None:
    pk = post(company, ruth, ("6000", "5", "0"), ("1100", "0", "5"))

    with pytest.raises(EntryNotReversible, match="Say why"):
        reverse_manual_entry(entry_id=pk, business_date=DAY, reason=" ", actor=ruth)
    reversal = reverse_manual_entry(entry_id=pk, business_date=DAY, reason="twice entered", actor=ruth)

    assert balance(company, "6000") == 0
    with pytest.raises(EntryNotReversible, match="was reversed before"):
        reverse_manual_entry(entry_id=pk, business_date=DAY, reason="again", actor=ruth)
    with pytest.raises(EntryNotReversible, match="posted by a document"):
        reverse_manual_entry(entry_id=reversal, business_date=DAY, reason="back", actor=ruth)


def test_the_entry_of_a_document_is_not_reversed_by_hand(
    company: Company, ruth: User, charlie: User, claim: Callable[..., OpenItem]
) -> None:
    claim(1, "10")
    entry = JournalEntry.objects.get()

    with pytest.raises(EntryNotReversible, match="reverse the document instead"):
        reverse_manual_entry(entry_id=entry.pk, business_date=DAY, reason="no", actor=ruth)
    with pytest.raises(NotAllowed):
        reverse_manual_entry(entry_id=entry.pk, business_date=DAY, reason="no", actor=charlie)
    assert JournalEntry.objects.count() == 1

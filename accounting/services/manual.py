"""Entries that a person writes: on any account but the control accounts, which belong to their subledgers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from accounting.drafts import ZERO, EntryDraft, LineDraft
from accounting.errors import EntryNotBalanced, EntryNotPostable, EntryNotReversible
from accounting.models import JournalEntry, LedgerAccount
from accounting.services.posting import post_entries, reverse_entries
from core.access import company_ids, day_problem
from core.commands import command
from core.dates import business_date as day_in
from core.errors import NotFound
from core.models import Company, User
from core.rounding import round_amount

SOURCE = "manual"
LARGEST_AMOUNT = Decimal(10) ** 15  # numeric(19,4) holds fifteen digits before the point


@dataclass(frozen=True, slots=True)
class ManualLine:
    """One line of a manual entry, in functional currency."""

    ledger_account_id: int
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    text: str = ""


@command(permission="accounting.post_entry")
def post_manual_entry(
    *, company_id: int, business_date: date, description: str, lines: Sequence[ManualLine], actor: User
) -> int:
    """Post an entry in functional currency that a person wrote, and return its id.

    Raises EntryNotPostable for control and inactive accounts, for a day to come and, without core.backdate, for one
    that has gone; EntryNotBalanced; ConstraintRefused for a locked period.
    """
    company = _company(company_id, actor)
    _require_day(company, business_date, actor)
    _require_accounts(company, lines)
    _require_amounts(company, lines)
    draft = EntryDraft(
        source_type=SOURCE,
        source_id=_next_source_id(),
        purpose="entry",
        business_date=business_date,
        description=description.strip(),
        lines=tuple(
            LineDraft(
                "",
                line.debit,
                line.credit,
                currency=company.functional_currency,
                document_amount=line.debit - line.credit,
                text=line.text,
                ledger_account_id=line.ledger_account_id,
            )
            for line in lines
        ),
    )
    return post_entries(company=company, drafts=[draft], actor=actor)[0]


def _company(company_id: int, actor: User) -> Company:
    company = Company.objects.filter(pk=company_id).first() if company_id in company_ids(actor) else None
    if company is None:
        raise NotFound("Company not found.")
    return company


def _require_day(company: Company, day: date, actor: User) -> None:
    """Hold the day against today in the company's zone and the actor's rights. Raises EntryNotPostable."""
    problem = day_problem(actor, day, day_in(company.time_zone))
    if problem:
        raise EntryNotPostable(problem, fields={"business_date": problem})


def _require_accounts(company: Company, lines: Sequence[ManualLine]) -> None:
    ids = {line.ledger_account_id for line in lines}
    accounts: Mapping[int, LedgerAccount] = LedgerAccount.objects.filter(company=company).in_bulk(ids)
    fields = {}
    for number, line in enumerate(lines):
        account = accounts.get(line.ledger_account_id)
        if account is None:
            fields[f"lines-{number}-account"] = "Choose an account of this company."
        elif account.control:
            fields[f"lines-{number}-account"] = (
                f"{account} is a control account: it moves only with its documents. Choose another account."
            )
        elif not account.is_active:
            fields[f"lines-{number}-account"] = f"{account} is not in use any more. Choose another account."
    if fields:
        raise EntryNotPostable(next(iter(fields.values())), fields=fields)


def _require_amounts(company: Company, lines: Sequence[ManualLine]) -> None:
    if len(lines) < 2:
        raise EntryNotBalanced("An entry has at least two lines.")
    for number, line in enumerate(lines):
        for side in ("debit", "credit"):
            amount: Decimal = getattr(line, side)
            if not amount.is_finite() or amount < 0 or amount >= LARGEST_AMOUNT:
                raise EntryNotPostable(
                    "Enter an amount above zero.", fields={f"lines-{number}-{side}": "Enter an amount above zero."}
                )
            if amount != round_amount(amount, company.functional_currency):
                sentence = f"{amount} has more decimals than {company.functional_currency} has."
                raise EntryNotPostable(sentence, fields={f"lines-{number}-{side}": sentence})
        if bool(line.debit) == bool(line.credit):
            sentence = "Enter a debit or a credit."
            raise EntryNotPostable(sentence, fields={f"lines-{number}-debit": sentence})
    debits, credits = (sum((getattr(line, side) for line in lines), ZERO) for side in ("debit", "credit"))
    if debits != credits:
        raise EntryNotBalanced(
            f"Debits are {debits:,f} and credits {credits:,f}: they differ by {abs(debits - credits):,f}."
        )


def _next_source_id() -> int:
    """A number of its own for the source, so that two manual entries never meet in (source, purpose)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('accounting_manual_source')")
        return int(cursor.fetchone()[0])


@command(permission="accounting.reverse_entry")
def reverse_manual_entry(*, entry_id: int, business_date: date, reason: str, actor: User) -> int:
    """Post the opposite of a manual entry and return its id. A document's entry is reversed with its document.

    Raises EntryNotReversible; EntryNotPostable for a day that this actor may not enter.
    """
    entry = JournalEntry.objects.select_related("company").filter(pk=entry_id, company__in=company_ids(actor)).first()
    if entry is None:
        raise NotFound("Journal entry not found.")
    if entry.source_type != SOURCE or entry.reverses_id is not None:
        raise EntryNotReversible(f"{entry.number} was posted by a document; reverse the document instead.")
    if not reason.strip():
        raise EntryNotReversible("Say why the entry is reversed; the reason is kept.")
    _require_day(entry.company, business_date, actor)
    return reverse_entries(
        company=entry.company,
        sources=[(entry.source_type, entry.source_id, entry.purpose)],
        business_date=business_date,
        reason=reason.strip(),
        actor=actor,
    )[0]

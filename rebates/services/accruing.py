"""Accruing rebates: what every invoice and credit note adds to the agreements that it counts towards."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from accounting.drafts import EntryDraft
from accounting.services import post_entries
from core.commands import command
from core.fx import Rate, rates_on
from core.ledger import Guard, Key, Movement, Total
from core.models import Company, User
from rebates.accruals import Balances, Terms, to_agreement, with_base
from rebates.ledgers import REBATES
from rebates.loading import Eligible, eligible_of_invoices
from rebates.models import RebateAgreement
from rebates.postings import accrual_lines
from rebates.states import AgreementStatus


@command(permission=None)
def accrue_invoices(*, company_id: int, invoice_ids: Collection[int], actor: User) -> None:
    """Count these invoices and credit notes towards active agreements and accrue what they are expected to earn.

    One query when nothing counts; otherwise a constant number of statements whatever the number of invoices and
    agreements. Counted is counted: repeating it changes nothing. Locks the rebate totals (rank REBATE_TOTAL).
    """
    accrue(Company(pk=company_id), eligible_of_invoices(invoice_ids), actor=actor)


def accrue(company: Company, eligible: Sequence[Eligible], *, actor: User, posted_on: date | None = None) -> None:
    """Post the ledger movements and the journal entries of what is eligible. A step of commands.

    Entries are dated as their invoices, or ``posted_on`` for what is counted later. Agreements are looked at under the
    lock of their totals: what was settled finally meanwhile accrues no more.
    """
    if not eligible:
        return
    totals = REBATES.lock([(company.pk, each.agreement_id) for each in eligible])
    agreements = RebateAgreement.objects.filter(status=AgreementStatus.ACTIVE).in_bulk(
        {each.agreement_id for each in eligible}
    )
    eligible = [each for each in eligible if each.agreement_id in agreements]
    company = Company.objects.get(pk=company.pk)
    rates = rates_on(
        {(agreements[each.agreement_id].currency, posted_on or each.business_date) for each in eligible},
        to=company.functional_currency,
    )
    balances = {key: balances_of(total) for key, total in totals.items()}
    movements: list[Movement] = []
    entries: list[EntryDraft] = []
    for each in eligible:
        agreement, key = agreements[each.agreement_id], (company.pk, each.agreement_id)
        on = posted_on or each.business_date
        terms = terms_of(agreement, company, rates[agreement.currency, on])
        counted = to_agreement(each.net, currency=each.currency, fx_rate=each.fx_rate, terms=terms)
        before, balances[key] = balances[key], with_base(balances[key], counted, terms)
        change = balances[key] - before
        movements.append(Movement(key, change.as_deltas(), "invoice", each.invoice_id, "accrue", each.business_date))
        source = ("invoice", each.invoice_id, f"rebate {agreement.pk}")
        entries.append(accrual_entry(agreement, change, terms, source=source, on=on))
    post(company, movements, entries, totals, actor=actor)


def post(
    company: Company,
    movements: Sequence[Movement],
    entries: Sequence[EntryDraft],
    totals: Mapping[Key, Total],
    *,
    actor: User,
) -> None:
    """Write ledger and journal together: two that always agree (I7)."""
    REBATES.post(movements, guard=Guard.FACT, totals=totals)
    post_entries(company=company, drafts=entries, actor=actor)


def balances_of(total: Total) -> Balances:
    """The balances of a locked total."""
    return Balances(**total.balances)


def terms_of(agreement: RebateAgreement, company: Company, rate: Rate) -> Terms:
    """What the arithmetic needs of an agreement on a day."""
    return Terms(agreement.currency, agreement.expected_percent, company.functional_currency, rate.rate)


def accrual_entry(
    agreement: RebateAgreement, change: Balances, terms: Terms, *, source: tuple[str, int, str], on: date
) -> EntryDraft:
    """The journal entry of what an invoice, a new rate or a settlement changes of an accrual."""
    return EntryDraft(
        *source,
        business_date=on,
        description=f"Rebate accrued under {agreement.number}: {agreement.name}",
        lines=accrual_lines(change, terms, account_id=agreement.account_id, on=on),
    )

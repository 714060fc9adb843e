"""Credits and charges for value only: goodwill, allowances, fees. No goods move and no quantity is counted."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from billing.crediting import rate_of
from billing.drafts import CREDIT, INVOICE, PlannedDocument, PlannedLine, ValueCreditDraft
from billing.errors import NotCreditable, SeveralCompanies
from billing.models import Invoice
from billing.services.crediting import lock_claims
from billing.services.locking import lock_invoices
from billing.services.posting import post_documents
from billing.services.terms import AccountTerms, account_terms
from billing.states import InvoiceStatus
from billing.taxing import tax_planned
from catalog.tax.document import load_taxes
from core.commands import command
from core.errors import NotFound
from core.fx import Rate, find_rates
from core.models import Company, User
from core.rounding import round_amount
from core.wording import amount_text

ZERO = Decimal(0)
LARGEST_NET = Decimal(10) ** 12


@command(permission="billing.credit_invoice")
def credit_value(*, drafts: Sequence[ValueCreditDraft], actor: User) -> list[int]:
    """Post a set of credit notes for value only and return their ids in the order given.

    With an invoice: in its currency, at its exchange rate and the tax rates of its tax point, set against what is open
    of it, and never more than it was worth less what was credited before. Without: today's tax, left on the account.

    Raises:
        NotCreditable: an amount, a reason or the reference does not fit.
        ConstraintRefused: the import key was used before.
    """
    return _post(drafts, CREDIT, actor=actor)


@command(permission="billing.post_invoice")
def charge_fees(*, drafts: Sequence[ValueCreditDraft], actor: User) -> list[int]:
    """Post a set of invoices for value only (fees, charges) and return their ids in the order given.

    An ``invoice_id`` is only a reference in the chain. Raises as ``credit_value``.
    """
    return _post(drafts, INVOICE, actor=actor)


def _post(drafts: Sequence[ValueCreditDraft], direction: str, *, actor: User) -> list[int]:
    if not drafts:
        return []
    company = drafts[0].company
    if any(draft.company.pk != company.pk for draft in drafts):
        raise SeveralCompanies("These drafts belong to different companies. Post them one company at a time.")
    referred = lock_invoices({draft.invoice_id for draft in drafts if draft.invoice_id is not None})
    invoices = {invoice.pk: invoice for invoice in referred}
    for invoice in referred:
        invoice.company = company
    agreed = account_terms(company, {draft.account_id for draft in drafts})
    for draft in drafts:
        _require_sane(draft, invoices.get(draft.invoice_id or 0), company, agreed)
    rates = _rates(drafts, agreed, company)
    documents = [
        _plan(draft, direction, invoices.get(draft.invoice_id or 0), agreed[draft.account_id], rates)
        for draft in drafts
    ]
    days = [document.tax_point_on for document in documents]
    tax_planned(documents, company.pk, load_taxes([company.pk], min(days), max(days)).get(company.pk))
    credited = {document.credits_id for document in documents if document.credits_id is not None}
    _require_within(documents, invoices)
    claims = lock_claims(credited) if credited else {}
    return post_documents(company, documents, actor=actor, claims=claims)


def _require_sane(
    draft: ValueCreditDraft, invoice: Invoice | None, company: Company, agreed: Mapping[int, AccountTerms]
) -> None:
    """Raises NotCreditable, NotFound."""
    if draft.account_id not in agreed:
        raise NotFound("This account does not exist in this company.")
    if not draft.reason.strip():
        raise NotCreditable("Enter a reason.", fields={"reason": "Enter a reason"})
    if not draft.lines:
        raise NotCreditable("Enter at least one line.")
    if invoice is not None and (invoice.company_id != company.pk or invoice.account_id != draft.account_id):
        raise NotFound("This invoice does not exist for this account.")
    if invoice is not None and (
        invoice.direction != Invoice.Direction.INVOICE or invoice.status != InvoiceStatus.POSTED
    ):
        raise NotCreditable(f"{invoice.title} is {invoice.get_status_display().lower()}; it cannot be credited.")
    currency = _currency(draft, invoice, agreed)
    for position, line in enumerate(draft.lines):
        field = f"lines-{position}-net"
        if not line.description.strip():
            raise NotCreditable(
                f"Line {position + 1}: enter what it is for.", fields={f"lines-{position}-description": "Enter a text"}
            )
        if not line.net.is_finite() or not 0 < line.net < LARGEST_NET:
            raise NotCreditable(
                f"Line {position + 1}: enter an amount above zero.", fields={field: "Enter an amount above zero"}
            )
        if line.net != round_amount(line.net, currency):
            raise NotCreditable(
                f"Line {position + 1}: {line.net} is not an amount in {currency}.",
                fields={field: f"Enter an amount in {currency}"},
            )


def _currency(draft: ValueCreditDraft, invoice: Invoice | None, agreed: Mapping[int, AccountTerms]) -> str:
    return invoice.currency if invoice else draft.currency or agreed[draft.account_id].currency


def _rates(
    drafts: Sequence[ValueCreditDraft], agreed: Mapping[int, AccountTerms], company: Company
) -> dict[tuple[str, date], Rate]:
    """Today's rates of the drafts without invoice; a query per date that has a foreign currency."""
    wanted: defaultdict[date, set[str]] = defaultdict(set)
    for draft in drafts:
        wanted[draft.business_date].add(_currency(draft, None, agreed))
    return {
        (currency, on): rate
        for on, currencies in wanted.items()
        for currency, rate in find_rates(currencies, to=company.functional_currency, on=on).items()
    }


def _plan(
    draft: ValueCreditDraft,
    direction: str,
    invoice: Invoice | None,
    terms: AccountTerms,
    rates: Mapping[tuple[str, date], Rate],
) -> PlannedDocument:
    currency = invoice.currency if invoice else draft.currency or terms.currency
    is_credit = direction == CREDIT
    corrects = invoice is not None and is_credit
    return PlannedDocument(
        direction=direction,
        account_id=draft.account_id,
        currency=currency,
        business_date=draft.business_date,
        tax_point_on=invoice.tax_point_on if invoice and corrects else draft.business_date,
        price_basis="net",
        tax_class=draft.tax_class or terms.tax_class,
        terms_id=terms.terms_id,
        rate=rate_of(invoice) if invoice and corrects else rates[currency, draft.business_date],
        lines=[
            PlannedLine(
                description=line.description.strip(),
                amount=line.net,
                posting_group=line.posting_group,
                tax_category=line.tax_category,
            )
            for line in draft.lines
        ],
        order_id=invoice.order_id if invoice else None,
        credits_id=invoice.pk if invoice and corrects else None,
        bill_to=invoice.bill_to if invoice else "",
        customer_reference=draft.customer_reference or (invoice.customer_reference if invoice else ""),
        reason=draft.reason.strip(),
        import_key=draft.import_key,
        sources={("invoice", invoice.pk)} if invoice else set(),
        item_reference=f"Credit for {invoice.number}" if invoice and corrects else draft.reason.strip()[:40],
    )


def _require_within(documents: Sequence[PlannedDocument], invoices: Mapping[int, Invoice]) -> None:
    """No invoice is credited beyond what it was worth. Checked under its lock. Raises NotCreditable naming it."""
    asked: defaultdict[int, Decimal] = defaultdict(Decimal)
    for document in documents:
        if document.credits_id is not None:
            asked[document.credits_id] += document.gross
    if not asked:
        return
    credited = dict(
        Invoice.objects.filter(credits__in=asked, direction=Invoice.Direction.CREDIT, status=InvoiceStatus.POSTED)
        .order_by()
        .values_list("credits")
        .annotate(Sum("gross"))
    )
    for invoice_id, amount in asked.items():
        invoice = invoices[invoice_id]
        left = invoice.gross.amount - credited.get(invoice_id, ZERO)
        if amount > left:
            raise NotCreditable(
                f"{invoice.title}: only {amount_text(left, invoice.currency)} of it is left to credit;"
                f" {amount_text(amount, invoice.currency)} was asked for."
            )

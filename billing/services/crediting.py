"""Credit notes for goods that came back."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from accounting.models import OpenItem
from accounting.services import lock_open_items
from billing.crediting import (
    ReferencedCredits,
    ReturnedLine,
    billed_lines,
    credit_note_of,
    creditable_groups,
    line_without_reference,
    returned_lines,
)
from billing.drafts import CREDIT, PlannedDocument, PlannedLine
from billing.errors import NotCreditable, NothingToCredit
from billing.loading import order_lines
from billing.models import Invoice, InvoiceLine
from billing.services.locking import company_of, lock_invoices
from billing.services.posting import post_documents
from billing.services.terms import AccountTerms, account_terms
from billing.taxing import tax_as_credited, tax_planned
from catalog.tax.document import load_taxes
from core import bulk
from core.commands import command
from core.errors import NotFound
from core.fx import find_rates
from core.models import Company, User
from core.wording import listed
from fulfillment.models import Return, ReturnLine
from fulfillment.services import lock_returns
from fulfillment.states import ReturnStatus
from orders.services import lock_orders

ZERO = Decimal(0)


@dataclass(slots=True)
class _Plan:
    """What comes of a set of returns: documents, and how much of each return line they credit."""

    documents: list[PlannedDocument] = field(default_factory=list)
    credited: dict[int, Decimal] = field(default_factory=dict)


@command(permission="billing.credit_invoice")
def credit_returns(*, return_ids: Collection[int], business_date: date, actor: User, reason: str = "") -> list[int]:
    """Credit what came back and had been billed, and return the ids of the credit notes: one per return and invoice.

    At the price, tax and exchange rate of the invoice that billed it (kits by full sets); without reference at the
    price given on the return and today's tax. Credits of everything take back an invoice to the cent. Each is set
    against what is open of its invoice; the rest stays with the account. Returns of which nothing is due are passed
    over. Without ``reason`` that of the return is printed. Locks orders, returns, invoices, open items.

    Raises:
        NothingToCredit: nothing of them all is due: not received, never billed, or credited already.
    """
    rows = dict(Return.objects.filter(pk__in=return_ids).values_list("pk", "order_id"))
    if len(rows) != len(set(return_ids)):
        raise NotFound("return not found.")
    if not rows:
        return []
    order_ids = {order_id for order_id in rows.values() if order_id is not None}
    if order_ids:
        lock_orders(order_ids)
    returns = {each.pk: each for each in lock_returns(return_ids)}
    company = company_of(list(returns.values()))
    lines = [line for line in returned_lines(returns) if returns[line.return_id].status == ReturnStatus.RECEIVED]
    invoices = _lock_invoices_of(order_ids, company)
    plan = _Plan()
    _plan_referenced(plan, lines, returns, invoices, order_ids, business_date, reason)
    _plan_loose(plan, company, lines, returns, business_date, reason)
    if not plan.documents:
        names = listed([each.title for each in list(returns.values())[:5]])
        raise NothingToCredit(f"Nothing of {names} is due: not received, never billed, or credited already.")
    claims = lock_claims({document.credits_id for document in plan.documents if document.credits_id is not None})
    bulk.add(ReturnLine, {line_id: {"credited": quantity} for line_id, quantity in plan.credited.items()})
    return post_documents(company, plan.documents, actor=actor, claims=claims)


def _lock_invoices_of(order_ids: Collection[int], company: Company) -> dict[int, Invoice]:
    """Lock every invoice with lines of these orders; no other can appear while the orders are locked."""
    if not order_ids:
        return {}
    ids = InvoiceLine.objects.filter(order_line__order__in=order_ids, invoice__direction=Invoice.Direction.INVOICE)
    invoices = lock_invoices(set(ids.values_list("invoice_id", flat=True)))
    for invoice in invoices:
        invoice.company = company
    return {invoice.pk: invoice for invoice in invoices}


def lock_claims(invoice_ids: Collection[int]) -> dict[int, OpenItem]:
    """Lock the open items of these documents and return them by document id. Two statements."""
    ids = OpenItem.objects.filter(source_type="invoice", source_id__in=invoice_ids).values_list("pk", flat=True)
    return {item.source_id: item for item in lock_open_items(set(ids)).values()}


def _plan_referenced(
    plan: _Plan,
    lines: Sequence[ReturnedLine],
    returns: Mapping[int, Return],
    invoices: Mapping[int, Invoice],
    order_ids: Collection[int],
    on: date,
    reason: str,
) -> None:
    referring = [line for line in lines if line.delivery_line_id is not None and line.left > 0]
    if not referring or not invoices:
        return
    billed = billed_lines(invoices)
    credits = ReferencedCredits(order_lines(order_ids), invoices, billed)
    found: defaultdict[tuple[int, int], list[PlannedLine]] = defaultdict(list)
    for line in referring:
        credited, parts = credits.credits_of(line)
        if credited:
            plan.credited[line.id] = credited
        for invoice_id, part in parts:
            found[line.return_id, invoice_id].append(part)
    groups = creditable_groups(invoices, billed)
    for (return_id, invoice_id), own in found.items():
        note = credit_note_of(invoices[invoice_id], own, on=on, reason=reason or returns[return_id].reason)
        note.rma_id = return_id
        note.sources.add(("return", return_id))
        groups[invoice_id] = tax_as_credited(note, groups[invoice_id])
        plan.documents.append(note)


def _plan_loose(
    plan: _Plan, company: Company, lines: Sequence[ReturnedLine], returns: Mapping[int, Return], on: date, reason: str
) -> None:
    """Goods returned without reference: one credit note per return."""
    loose: defaultdict[int, list[ReturnedLine]] = defaultdict(list)
    for line in lines:
        if line.delivery_line_id is None and line.left > 0:
            loose[line.return_id].append(line)
    if not loose:
        return
    agreed = account_terms(company, {returns[return_id].account_id for return_id in loose})
    rates = find_rates({returns[return_id].currency for return_id in loose}, to=company.functional_currency, on=on)
    notes = []
    for return_id, own in loose.items():
        rma = returns[return_id]
        if rma.account_id not in agreed:
            raise NotCreditable(f"{rma.title}: its customer has no terms in this company.")
        terms: AccountTerms = agreed[rma.account_id]
        plan.credited |= {line.id: line.left for line in own}
        notes.append(
            PlannedDocument(
                direction=CREDIT,
                account_id=rma.account_id,
                currency=rma.currency,
                business_date=on,
                tax_point_on=on,
                price_basis="net",
                tax_class=terms.tax_class,
                terms_id=terms.terms_id,
                rate=rates[rma.currency],
                lines=[line_without_reference(line, rate=rates[rma.currency]) for line in own],
                rma_id=return_id,
                reason=reason or rma.reason,
                sources={("return", return_id)},
                item_reference=f"Credit for {rma.number}"[:40],
            )
        )
    tax_planned(notes, company.pk, load_taxes([company.pk], on, on).get(company.pk))
    plan.documents += notes

"""Credit notes for programs: for goods that came back, or for value."""

from typing import Any

from django.http import HttpRequest
from ninja import Path, Query
from pydantic import Field

from billing.api import InvoiceOut, InvoicesOut, invoice_answers
from billing.drafts import ValueCreditDraft, ValueLineDraft
from billing.models import Invoice
from billing.selectors import invoices_visible_to
from billing.services import credit_returns, credit_value
from core.api.finding import CallRefused, document_numbered, person_of
from core.api.routes import Routes, key_of
from core.api.schemas import Amount, Code, In, OfCompany, Short, ShortReason, Title, Word
from core.dates import business_date
from fulfillment.selectors import returns_visible_to

routes = Routes(tags=["Credit notes"], sees="billing.see_invoices")
CREDIT = "billing.credit_invoice"


class CreditNoteIn(OfCompany):
    """Which received returns are credited."""

    returns: list[Code] = Field(min_length=1, max_length=200)
    reason: Word = Field(default="", description="Empty: that of each return is printed")


class ValueIn(In):
    """How much of an invoice is credited, and for what."""

    reason: ShortReason
    description: Title = Field(pattern=r"\S")
    net: Amount = Field(description="Without tax, in the currency of the invoice")
    tax_category: Short = "standard"


@routes.act("/credit-notes", right=CREDIT, answer=InvoicesOut, status=201)
def credit_received_returns(request: HttpRequest, wanted: CreditNoteIn) -> dict[str, Any]:
    """Credit what came back and had been billed, at the price, tax and rate of its invoice."""
    rows = returns_visible_to(person_of(request)).select_related("company").filter(number__in=wanted.returns)
    found = list(rows.filter(company__code=wanted.company) if wanted.company else rows)
    absent = sorted(set(wanted.returns) - {each.number or "" for each in found})
    if absent:
        raise CallRefused(f"There is no {', '.join(absent)[:200]}.")
    if len({each.company_id for each in found}) > 1:
        raise CallRefused("These returns are of several companies: name one.", fields={"body.company": "Name one."})
    made = credit_returns.once(key_of(request))(
        return_ids=sorted(each.pk for each in found),
        business_date=business_date(found[0].company.time_zone),
        reason=wanted.reason,
        actor=person_of(request),
    )
    return {"items": invoice_answers(request, made)}


@routes.act("/invoices/{number}/credit", right=CREDIT, answer=InvoiceOut, status=201)
def credit_invoice_value(
    request: HttpRequest, wanted: ValueIn, number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Credit an amount of an invoice; the credit note is the answer."""
    rows = invoices_visible_to(person_of(request)).filter(direction=Invoice.Direction.INVOICE, number__isnull=False)
    invoice: Invoice = document_numbered(rows.select_related("company"), number, asked.company)
    draft = ValueCreditDraft(
        company=invoice.company,
        account_id=invoice.account_id,
        lines=(ValueLineDraft(wanted.description, wanted.net, wanted.tax_category),),
        reason=wanted.reason,
        business_date=business_date(invoice.company.time_zone),
        invoice_id=invoice.pk,
    )
    made = credit_value.once(key_of(request))(drafts=[draft], actor=person_of(request))
    return invoice_answers(request, made)[0]

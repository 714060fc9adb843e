"""Invoices and credit notes for programs."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query
from pydantic import Field

from billing.models import Invoice, InvoiceFile, InvoiceLine
from billing.selectors import invoices_visible_to, with_open_amount
from billing.services import invoice_deliveries, invoice_orders, reverse_invoice
from billing.states import PaymentState
from core.access import SEE_COST
from core.api.finding import CallRefused, document_numbered, only, person_of, wanted_fields
from core.api.paging import Turn, listed
from core.api.routes import Routes, key_of
from core.api.schemas import Code, Listed, Money, Number, OfCompany, Out, ReasonIn, Short, one_of, only_asked
from core.dates import business_date
from core.models import Company
from core.rounding import round_amount
from core.web.cells import Row
from fulfillment.selectors import deliveries_visible_to
from orders.selectors import orders_visible_to

SEE, POST = "billing.see_invoices", "billing.post_invoice"
routes = Routes(tags=["Invoices"], sees=SEE)
SENSITIVE = {"cost": SEE_COST}
PDF_SECONDS = 2
PDF = {
    200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}},
    202: {"description": "The PDF is being made: ask again after the seconds in Retry-After"},
}


class InvoiceShort(Out):
    """An invoice or credit note in a list. ``open`` is what is still to be paid, below zero for a credit note."""

    number: str
    company: str
    direction: str
    status: str
    payment: str
    account: str
    order: str | None
    customer_reference: str
    business_date: date
    due_on: date
    currency: str
    net: Money
    tax: Money
    gross: Money
    open: Money


class InvoiceLineOut(Out):
    """One billed line."""

    line: int
    sku: str | None
    description: str
    quantity: Number
    unit: str
    unit_price: Number
    price_unit: int
    discount: Money
    net: Money
    tax: Money
    gross: Money
    tax_percent: Number
    delivery: str | None
    cost: Money = only_asked("cost", "In the company's currency.")


class InvoiceOut(InvoiceShort):
    """An invoice or credit note with its lines. What is posted never changes; it is reversed or credited."""

    tax_point_on: date
    terms: str
    bill_to: str
    corrects: str | None
    reason: str
    lines: list[InvoiceLineOut]


class InvoicesOut(Out):
    """What was made."""

    items: list[InvoiceOut]


class InvoiceFilter(Turn):
    """Which invoices and credit notes."""

    company: Short = ""
    direction: Short = one_of(Invoice.Direction)
    payment: Short = one_of(PaymentState)
    account: Short = ""
    order: Short = ""


class Shown(OfCompany):
    """What is shown of one document."""

    fields: Short = Field(default="", description="Sensitive fields, by comma: cost. Each by its right")


class InvoiceIn(OfCompany):
    """What is billed: shipped deliveries, or orders with services or paid in advance. One of the two."""

    deliveries: list[Code] = Field(default=[], max_length=200)
    orders: list[Code] = Field(default=[], max_length=200)


LISTED = ("number", "company__code", "direction", "status", "payment_state", "account__code", "order__number",
          "customer_reference", "business_date", "due_on", "currency", "net", "tax", "gross",
          "open_amount")  # fmt: skip
MORE = ("pk", "tax_point_on", "terms__code", "bill_to", "credits__number", "reason")


def _short(row: Row) -> dict[str, Any]:
    names = {"company": "company__code", "payment": "payment_state", "account": "account__code",
             "order": "order__number"}  # fmt: skip
    amounts = {"net": row["net"], "tax": row["tax"], "gross": row["gross"], "open": row["open_amount"]}
    return {
        **row,
        **{name: row[path] for name, path in names.items()},
        **{name: round_amount(amount or Decimal(0), row["currency"]) for name, amount in amounts.items()},
    }


@routes.read("/invoices", right=SEE, answer=Listed[InvoiceShort])
def list_invoices(request: HttpRequest, asked: Query[InvoiceFilter]) -> dict[str, Any]:
    """Posted invoices and credit notes, the newest first."""
    given = {
        "company__code": asked.company,
        "direction": asked.direction,
        "payment_state": asked.payment,
        "account__code__iexact": asked.account,
        "order__number": asked.order,
    }
    rows = _posted(request).filter(**{name: value for name, value in given.items() if value})
    return listed(request, with_open_amount(rows), asked, reads=LISTED, row=_short)


def _posted(request: HttpRequest) -> Any:
    return invoices_visible_to(person_of(request)).filter(number__isnull=False)


@routes.read("/invoices/{number}", right=SEE, answer=InvoiceOut)
def read_invoice(request: HttpRequest, number: Path[Code], asked: Query[Shown]) -> dict[str, Any]:
    """One invoice or credit note with its lines."""
    wanted = wanted_fields(request, asked.fields, SENSITIVE)
    return invoice_answers(request, [document_numbered(_posted(request), number, asked.company).pk], wanted)[0]


def invoice_answers(
    request: HttpRequest, ids: Sequence[int], wanted: frozenset[str] = frozenset()
) -> list[dict[str, Any]]:
    """These documents as programs read them, in two queries."""
    own: dict[int, list[dict[str, Any]]] = {invoice_id: [] for invoice_id in ids}
    lines = InvoiceLine.objects.filter(invoice__in=ids).order_by("invoice", "position").values(
        "invoice_id", "position", "product__sku", "description", "sales_quantity", "sales_unit", "unit_price",
        "price_unit", "discount", "net", "tax", "gross", "tax_percent", "delivery_line__delivery__number", "cost",
        "currency", "invoice__company__functional_currency",
    )  # fmt: skip
    for line in lines:
        own[line["invoice_id"]].append(only(_line(line), SENSITIVE, wanted))
    rows = with_open_amount(invoices_visible_to(person_of(request)).filter(pk__in=ids)).order_by("pk")
    return [
        {**_short(row), "terms": row["terms__code"], "corrects": row["credits__number"], "lines": own[row["pk"]]}
        for row in rows.values(*MORE, *LISTED)
    ]


def _line(line: Row) -> dict[str, Any]:
    names = {"line": "position", "sku": "product__sku", "quantity": "sales_quantity", "unit": "sales_unit",
             "delivery": "delivery_line__delivery__number"}  # fmt: skip
    amounts = {name: round_amount(line[name], line["currency"]) for name in ("discount", "net", "tax", "gross")}
    cost = round_amount(line["cost"], line["invoice__company__functional_currency"])
    return {**line, **{name: line[path] for name, path in names.items()}, **amounts, "cost": cost}


@routes.read("/invoices/{number}/pdf", right=SEE, answer=None, files=PDF)
def read_invoice_pdf(request: HttpRequest, number: Path[Code], asked: Query[OfCompany]) -> HttpResponse:
    """The kept PDF, byte for byte; 202 until a worker has made it."""
    kept = InvoiceFile.objects.filter(invoice=document_numbered(_posted(request), number, asked.company)).first()
    if kept is None:
        return HttpResponse(status=202, headers={"Retry-After": str(PDF_SECONDS)})
    return HttpResponse(
        bytes(kept.content),
        content_type=kept.media_type,
        headers={"ETag": f'"{kept.sha256}"', "Cache-Control": "private, max-age=86400"},
    )


@routes.act("/invoices", right=POST, answer=InvoicesOut, status=201)
def post_invoices(request: HttpRequest, wanted: InvoiceIn) -> dict[str, Any]:
    """Bill deliveries or orders: posted at once, with gapless numbers. Deliveries that agree share an invoice."""
    if bool(wanted.deliveries) == bool(wanted.orders):
        raise CallRefused("Name deliveries, or orders.", fields={"body": "Name either deliveries or orders."})
    actor, key = person_of(request), key_of(request)
    if wanted.deliveries:
        deliveries = _named(deliveries_visible_to(actor), wanted.deliveries, wanted.company)
        today = _today(deliveries)
        made = invoice_deliveries.once(key)(
            delivery_ids=[found.pk for found in deliveries], business_date=today, actor=actor
        )
    else:
        orders = _named(orders_visible_to(actor), wanted.orders, wanted.company)
        made = invoice_orders.once(key)(
            order_ids=[found.pk for found in orders], business_date=_today(orders), actor=actor
        )
    return {"items": invoice_answers(request, made)}


def _named(rows: Any, numbers: Sequence[str], company: str) -> list[Any]:
    """The documents with these numbers. One query. Raises CallRefused for those that are not there."""
    rows = rows.filter(number__in=numbers, **({"company__code": company} if company else {}))
    found = list(rows.select_related("company").order_by("pk"))
    absent = sorted(set(numbers) - {each.number for each in found})
    if absent:
        raise CallRefused(f"There is no {', '.join(absent)[:200]}.")
    if len({each.company_id for each in found}) > 1:
        raise CallRefused("These documents are of several companies: name one.", fields={"body.company": "Name one."})
    return found


def _today(found: Sequence[Any]) -> date:
    company: Company = found[0].company
    return business_date(company.time_zone)


@routes.act("/invoices/{number}/reverse", right="billing.reverse_invoice", answer=InvoiceOut, status=201)
def reverse_posted_invoice(
    request: HttpRequest, wanted: ReasonIn, number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Reverse an invoice or credit note by the opposite document, which is the answer."""
    found: Invoice = document_numbered(_posted(request), number, asked.company)
    made = reverse_invoice.once(key_of(request))(invoice_id=found.pk, reason=wanted.reason, actor=person_of(request))
    return invoice_answers(request, [made])[0]

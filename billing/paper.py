"""What is printed on an invoice or a credit note, ready to be set: the template adds nothing up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.template.loader import get_template
from django.templatetags.static import static
from markupsafe import Markup

from accounting.models import Application, OpenItem
from billing.models import Invoice, InvoiceLine, InvoiceTaxGroup
from billing.pdf import SCHEME
from core import code128
from core.rounding import HALF_UP, round_amount
from core.web import formats
from core.wording import day, plain

ZERO = Decimal(0)
PRINT, SCREEN = "documents/print.css", "documents/screen.css"
FIGURE_SPACE, POINT_SPACE = "\u2007", "\u2008"
LONGEST_AMOUNT = 12  # characters; beyond, the columns of amounts are wider
NARROW_BARS = Decimal("0.2117")  # mm, five dots at 600 dpi: fifteen characters fit the foot

KINDS = {
    "S": "Taxed",
    "Z": "Zero rate",
    "E": "Exempt",
    "AE": "Reverse charge",
    "K": "Intra-Community",
    "G": "Export",
}


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One line as it is printed; ``carry`` is the running sum up to it."""

    position: int
    sku: str
    description: str
    more: str
    quantity: str
    unit: str
    unit_price: str
    discount: str
    tax_percent: str
    net: str
    carry: str


def html_of(invoice: Invoice, *, for_pdf: bool) -> str:
    """The document as HTML: for the renderer with its bundled style sheet, for the browser with the served one."""
    context = paper_of(invoice)
    context["stylesheets"] = [f"{SCHEME}{PRINT}"] if for_pdf else [static(PRINT), static(SCREEN)]
    name = "credit_note" if invoice.direction == Invoice.Direction.CREDIT else "invoice"
    return str(get_template(f"documents/{name}.html").render(context))


def paper_of(invoice: Invoice) -> dict[str, Any]:
    """Everything a posted document says, from its frozen rows. Eight queries at most."""
    lines = list(
        InvoiceLine.objects.filter(invoice=invoice)
        .select_related("product", "order_line__order", "delivery_line__delivery", "return_line__rma", "credited_line")
        .order_by("position")
    )
    currency = invoice.currency
    printed = _lines(lines, currency)
    net, tax, gross = invoice.net.amount, invoice.tax.amount, invoice.gross.amount
    amounts = [formats.money(amount, currency) for amount in (gross, *(line.net.amount for line in lines))]
    return {
        "invoice": invoice,
        "company": invoice.company,
        "company_lines": invoice.company.address.splitlines(),
        "account": invoice.account,
        "bill_to": invoice.bill_to.splitlines(),
        "lines": printed,
        "groups": _groups(invoice),
        "notes": _notes(invoice),
        "net": formats.money(net, currency),
        "tax": formats.money(tax, currency),
        "gross": formats.money(gross, currency),
        "facts": _facts(invoice, lines),
        "delivered_to": _delivered_to(lines),
        "to_pay": _to_pay(invoice),
        "used": _used(invoice) if invoice.direction == Invoice.Direction.CREDIT else [],
        "code": _code(invoice.number or ""),
        "on": day(invoice.business_date),
        "due": day(invoice.due_on),
        "body_css": " ".join(
            word
            for word in (
                "letter" if invoice.company.paper == "Letter" else "",
                "wide-money" if max(map(len, amounts)) > LONGEST_AMOUNT else "",
            )
            if word
        ),
    }


def _lines(lines: Sequence[InvoiceLine], currency: str) -> list[PaperLine]:
    quantities = aligned([plain(line.sales_quantity) if line.quantity else formats.ABSENT for line in lines])
    prices = aligned([_price(line, currency) for line in lines])
    carry, printed = ZERO, []
    for line, quantity, price in zip(lines, quantities, prices, strict=True):
        carry += line.net.amount
        printed.append(
            PaperLine(
                position=line.position,
                sku=line.product.sku if line.product else "",
                description=line.description,
                more=_more(line),
                quantity=quantity,
                unit=line.sales_unit,
                unit_price=price,
                discount=_discount(line),
                tax_percent=plain(line.tax_percent),
                net=formats.money(line.net.amount, currency),
                carry=formats.money(carry, currency),
            )
        )
    return printed


def aligned(texts: Sequence[str]) -> list[str]:
    """Pad shorter decimals with figure spaces, so that the points of a right-aligned column stand under each other."""
    places = [len(text.partition(".")[2].partition(" ")[0]) for text in texts]
    most = max(places, default=0)
    return [text + _padding(text, own, most) for text, own in zip(texts, places, strict=True)]


def _padding(text: str, own: int, most: int) -> str:
    if text == formats.ABSENT:
        return ""
    return (POINT_SPACE if most and not own else "") + FIGURE_SPACE * (most - own)


def _price(line: InvoiceLine, currency: str) -> str:
    if not line.quantity:
        return formats.ABSENT
    text = formats.money(line.unit_price, currency)
    return text if line.price_unit == 1 else f"{text} / {line.price_unit}"


def _discount(line: InvoiceLine) -> str:
    """What was taken off in percent of the price; a dash when nothing was."""
    full = line.net.amount + line.discount.amount
    if not line.discount.amount or not full:
        return formats.ABSENT
    return formats.percent(HALF_UP.divide(HALF_UP.multiply(line.discount.amount, Decimal(100)), full)).removesuffix(
        f"{formats.NBSP}%"
    )


def _more(line: InvoiceLine) -> str:
    """What identifies a credited line: the line of its invoice and its return."""
    parts = []
    if line.credited_line:
        parts.append(f"Invoice line {line.credited_line.position}")
    if line.return_line:
        parts.append(f"returned, {line.return_line.rma.number}")
    return " · ".join(parts)


def _groups(invoice: Invoice) -> list[tuple[str, str, str, str, str]]:
    rows = InvoiceTaxGroup.objects.filter(invoice=invoice).order_by("-tax_percent", "tax_code")
    return [
        (
            group.kind,
            KINDS.get(group.kind, group.tax_code),
            formats.percent(group.tax_percent, 4),
            formats.money(group.base.amount, invoice.currency),
            formats.money(group.tax.amount, invoice.currency),
        )
        for group in rows
    ]


def _notes(invoice: Invoice) -> list[str]:
    """The reasons that the law wants on paper, and how prices are meant."""
    rows = InvoiceTaxGroup.objects.filter(invoice=invoice).exclude(reason="").order_by("tax_code")
    notes = list(dict.fromkeys(f"{kind}: {reason}" for kind, reason in rows.values_list("kind", "reason")))
    if invoice.price_basis == "gross":
        notes.append("Unit prices include VAT; the column “Net” does not.")
    return notes


def _facts(invoice: Invoice, lines: Sequence[InvoiceLine]) -> list[tuple[str, str]]:
    orders = {line.order_line.order for line in lines if line.order_line}
    deliveries = {line.delivery_line.delivery for line in lines if line.delivery_line}
    facts = [("Customer no.", invoice.account.code)]
    if invoice.credits:
        facts.append(("Corrects", f"{invoice.credits.number} of {day(invoice.credits.business_date)}"))
    if invoice.customer_reference:
        facts.append(("Your order", invoice.customer_reference))
    facts.append(("Our order", _some([order.number or "" for order in orders])))
    facts.append(("Delivery note", _some([delivery.number or "" for delivery in deliveries])))
    if deliveries:
        facts.append(("Delivered on", day(invoice.tax_point_on)))
    if invoice.account.tax_number:
        facts.append(("Your VAT ID", invoice.account.tax_number))
    return [(label, value) for label, value in facts if value]


def _some(numbers: list[str]) -> str:
    """The first three, and how many more."""
    known = sorted(numbers)
    return ", ".join(known[:3]) + (f" and {len(known) - 3} more" if len(known) > 3 else "")


def _delivered_to(lines: Sequence[InvoiceLine]) -> str:
    """The place of delivery on one line, if all goods went to the same."""
    places = {line.delivery_line.delivery.ship_to for line in lines if line.delivery_line}
    return ", ".join(places.pop().splitlines()) if len(places) == 1 else ""


def _to_pay(invoice: Invoice) -> list[tuple[str, str]]:
    """By when how much: with the discount of the terms, and without. From the open item, as it was agreed."""
    item = OpenItem.objects.filter(source_type="invoice", source_id=invoice.pk, amount__gt=0).first()
    if item is None:
        return []
    rows = [(day(item.due_on), formats.money(item.amount, invoice.currency))]
    if item.discount_until and item.discount_percent:
        rows.insert(0, _with_discount(item.amount, item.discount_percent, item.discount_until, invoice.currency))
    return rows


def _with_discount(amount: Decimal, percent: Decimal, until: date, currency: str) -> tuple[str, str]:
    taken = round_amount(HALF_UP.divide(HALF_UP.multiply(amount, percent), Decimal(100)), currency)
    return f"{day(until)}, less {plain(percent)} %", formats.money(amount - taken, currency)


def _used(invoice: Invoice) -> list[tuple[str, str, str]]:
    """What the credit was set against when it was posted."""
    rows = Application.objects.filter(
        credit_item__source_type="invoice", credit_item__source_id=invoice.pk, amount__gt=0
    ).select_related("debit_item")
    return [
        (row.debit_item.reference, day(row.debit_item.due_on), formats.money(row.amount, invoice.currency))
        for row in rows.order_by("pk")
    ]


def _code(number: str) -> Markup:
    if not code128.can_encode(number):
        return Markup()
    return code128.svg(number, module_mm=NARROW_BARS, height_mm=Decimal(7))

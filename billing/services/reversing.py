"""Reversal: the opposite document of a posted one, so that both together are as if neither had been."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum

from accounting.models import OpenItem
from accounting.services import unapply_items
from billing.crediting import rate_of
from billing.drafts import CREDIT, INVOICE, PlannedDocument, PlannedGroup, PlannedLine
from billing.errors import NotReversible
from billing.models import Invoice, InvoiceLine, InvoiceTaxGroup
from billing.services.crediting import lock_claims
from billing.services.locking import lock_invoices
from billing.services.payment_state import refresh_payment_state
from billing.services.posting import post_documents
from billing.states import InvoiceStatus
from catalog.models import Product
from core import bulk
from core.commands import command
from core.dates import business_date as business_day
from core.errors import NotFound
from core.models import Company, User
from core.timeline import TimelineEntry, record
from core.transitions import advance, require_transition
from fulfillment.models import Delivery, DeliveryLine, ReturnLine
from fulfillment.services import lock_deliveries, lock_returns
from orders.services import lock_orders

ZERO = Decimal(0)


@dataclass(slots=True)
class _Locked:
    """The document to reverse and everything that moves with it, under their locks."""

    invoice: Invoice
    credited: Invoice | None
    lines: list[InvoiceLine]
    company: Company
    delivery_ids: set[int]


@command(permission="billing.reverse_invoice")
def reverse_invoice(*, invoice_id: int, reason: str, actor: User, business_date: date | None = None) -> int:
    """Post the opposite of an invoice or credit note, set both against each other, and return the new document's id.

    Same lines, tax and exchange rate; both say which document reverses which. Quantities are given back: deliveries
    can be billed, returns credited, again. A credit note first gives back what it was set against. Locks orders,
    deliveries, returns, invoices, open items.

    Raises:
        NotReversible: it was paid, credited, or is a reversal itself.
        TransitionRefused: it was reversed before.
    """
    locked = _lock(invoice_id)
    require_transition([locked.invoice], "reverse")
    if not reason.strip():
        raise NotReversible("Enter why it is reversed.", fields={"reason": "Enter why it is reversed"})
    on = business_date or business_day(locked.company.time_zone)
    claims = _free_claims(locked, on, actor=actor)
    document = _opposite(locked, on, reason.strip())
    _give_back(locked)
    (reversal_id,) = post_documents(locked.company, [document], actor=actor, claims=claims)
    advance([locked.invoice], "reverse", actor=actor, reason=reason.strip()[:500])
    record(
        [TimelineEntry("invoice", reversal_id, "reverses", text=f"Reverses {locked.invoice.number}.", reason=reason)],
        actor=actor,
    )
    return reversal_id


def _lock(invoice_id: int) -> _Locked:
    """Lock orders, deliveries, returns and the document with what it credits, in the one order."""
    head = Invoice.objects.filter(pk=invoice_id).values("credits_id", "direction").first()
    if head is None:
        raise NotFound("invoice not found.")
    lines = list(
        InvoiceLine.objects.filter(invoice=invoice_id)
        .select_related("order_line", "delivery_line", "return_line")
        .order_by("position")
    )
    lock_orders({line.order_line.order_id for line in lines if line.order_line})
    delivery_ids = {line.delivery_line.delivery_id for line in lines if line.delivery_line}
    kits = {line.order_line_id for line in lines if _is_kit(line)}
    in_advance = {line.order_line_id for line in lines if line.order_line and not line.delivery_line}
    if kits or in_advance:
        left = DeliveryLine.objects.filter(Q(order_line__parent__in=kits) | Q(order_line__in=in_advance))
        delivery_ids |= set(left.values_list("delivery_id", flat=True))
    lock_deliveries(delivery_ids)
    lock_returns({line.return_line.rma_id for line in lines if line.return_line})
    wanted = {invoice_id} | ({head["credits_id"]} if head["credits_id"] else set())
    invoices = {invoice.pk: invoice for invoice in lock_invoices(wanted)}
    invoice = invoices[invoice_id]
    company = Company.objects.get(pk=invoice.company_id)
    return _Locked(invoice, invoices.get(head["credits_id"]), lines, company, delivery_ids)


def _is_kit(line: InvoiceLine) -> bool:
    return line.order_line is not None and line.order_line.product_kind == Product.Kind.KIT


def _free_claims(locked: _Locked, on: date, *, actor: User) -> dict[int, OpenItem]:
    """The document's own open item, free of everything that was set against it. Raises NotReversible."""
    invoice = locked.invoice
    if locked.credited is not None and locked.credited.status == InvoiceStatus.REVERSED:
        raise NotReversible(f"{invoice.title} is itself a reversal; write a new document instead.")
    notes = Invoice.objects.filter(credits=invoice, status=InvoiceStatus.POSTED).order_by("pk")
    for number in notes.values_list("number", flat=True)[:1]:
        raise NotReversible(f"{invoice.title} was credited by {number}. Reverse that first.")
    claims = lock_claims({invoice.pk} | ({locked.credited.pk} if locked.credited else set()))
    item = claims.get(invoice.pk)
    if item is None:
        return {}
    if item.open_amount != item.amount:
        if invoice.direction == Invoice.Direction.INVOICE:
            raise NotReversible(f"{invoice.title} is paid or partly paid. Undo the payment's application first.")
        _undo_own_application(locked, item, on, actor=actor)
        claims = lock_claims({invoice.pk})
    return {invoice.pk: claims[invoice.pk]}


def _undo_own_application(locked: _Locked, item: OpenItem, on: date, *, actor: User) -> None:
    """Take a credit note off the invoice that it was set against; what a person set elsewhere, a person undoes."""
    own = locked.credited.pk if locked.credited else 0
    still = item.applied_to.values_list("debit_item__source_type", "debit_item__source_id").annotate(left=Sum("amount"))
    if any((kind, source_id) != ("invoice", own) for kind, source_id, left in still.order_by() if left):
        raise NotReversible(f"{locked.invoice.title} was set against other documents. Undo that first.")
    applied = unapply_items(
        company=locked.company,
        item_ids=[item.pk],
        business_date=on,
        source_type="invoice",
        source_id=locked.invoice.pk,
        actor=actor,
    )
    refresh_payment_state({each.debit_source[1] for each in applied} | {locked.invoice.pk})


def _opposite(locked: _Locked, on: date, reason: str) -> PlannedDocument:
    invoice = locked.invoice
    invoice.company = locked.company
    is_invoice = invoice.direction == Invoice.Direction.INVOICE
    return PlannedDocument(
        direction=CREDIT if is_invoice else INVOICE,
        account_id=invoice.account_id,
        currency=invoice.currency,
        business_date=on,
        tax_point_on=invoice.tax_point_on,
        price_basis=invoice.price_basis,
        tax_class="",
        terms_id=invoice.terms_id,
        rate=rate_of(invoice),
        lines=[_opposite_line(line, is_invoice=is_invoice) for line in locked.lines],
        groups=_groups(invoice),
        order_id=invoice.order_id,
        credits_id=invoice.pk,
        rma_id=invoice.rma_id,
        bill_to=invoice.bill_to,
        customer_reference=invoice.customer_reference,
        reason=reason,
        sources={("invoice", invoice.pk)},
        item_reference=f"Reversal of {invoice.number}",
    )


def _opposite_line(line: InvoiceLine, *, is_invoice: bool) -> PlannedLine:
    """The same line again. It takes back the billed line, or gives back what the credit note took of it."""
    return PlannedLine(
        description=line.description,
        amount=ZERO,  # taxed already
        posting_group=line.posting_group,
        product_id=line.product_id,
        order_line_id=line.order_line_id,
        delivery_line_id=line.delivery_line_id,
        return_line_id=line.return_line_id,
        credited_line_id=line.pk if is_invoice else line.credited_line_id,
        quantity=line.quantity,
        sales_quantity=line.sales_quantity,
        sales_unit=line.sales_unit,
        unit_price=line.unit_price,
        price_unit=line.price_unit,
        discount=line.discount.amount,
        cost=line.cost,
        net=line.net.amount,
        tax=line.tax.amount,
        gross=line.gross.amount,
        tax_code=line.tax_code,
        tax_percent=line.tax_percent,
    )


def _groups(invoice: Invoice) -> Sequence[PlannedGroup]:
    return [
        PlannedGroup(group.tax_code, group.tax_percent, group.kind, group.reason, group.base.amount, group.tax.amount)
        for group in InvoiceTaxGroup.objects.filter(invoice=invoice).order_by("pk")
    ]


def _give_back(locked: _Locked) -> None:
    """Deliveries are due to be billed again, returns to be credited; the orders' counters follow with the document."""
    if locked.invoice.direction == Invoice.Direction.INVOICE:
        bulk.add(
            DeliveryLine,
            {
                line.delivery_line_id: {"invoiced": -line.quantity}
                for line in locked.lines
                if line.delivery_line_id is not None
            },
        )
        Delivery.objects.filter(pk__in=locked.delivery_ids).update(is_billed=False)
        return
    returned: defaultdict[int, Decimal] = defaultdict(Decimal)
    for line in locked.lines:
        if line.return_line_id is not None and not _is_kit(line):
            returned[line.return_line_id] -= line.quantity
    bulk.add(ReturnLine, {line_id: {"credited": quantity} for line_id, quantity in returned.items()})
    _give_back_kits(locked)


def _give_back_kits(locked: _Locked) -> None:
    """Of the return's components only the sets stay credited that other credit notes of it stand for.

    Kits are credited by sets, and what came back beside full sets belongs to them; with the last note all is given
    back. Under the returns' and orders' locks.
    """
    kits = {line.order_line_id for line in locked.lines if _is_kit(line)}
    if not kits:
        return
    notes = InvoiceLine.objects.filter(
        invoice__rma=locked.invoice.rma_id,
        invoice__direction=Invoice.Direction.CREDIT,
        invoice__status=InvoiceStatus.POSTED,
        order_line__in=kits,
    ).exclude(invoice=locked.invoice)
    standing = dict(notes.order_by().values_list("order_line").annotate(sets=Sum("quantity")))
    parts = ReturnLine.objects.filter(rma=locked.invoice.rma_id, delivery_line__order_line__parent__in=kits)
    stays: dict[int, Decimal] = {}
    given: dict[int, dict[str, Decimal]] = {}
    for part in parts.select_related("delivery_line__order_line__parent").order_by("position"):
        assert part.delivery_line is not None
        component = part.delivery_line.order_line
        kit = component.parent
        assert kit is not None
        left = stays.setdefault(component.pk, standing.get(kit.pk, ZERO) * component.ordered / kit.ordered)
        kept = min(part.credited, left)
        stays[component.pk] -= kept
        given[part.pk] = {"credited": kept - part.credited}
    bulk.add(ReturnLine, given)

"""Deliveries and invoices behind the lines of an order: what “shipped 96” opens."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.urls import reverse

from billing.models import InvoiceLine
from core.access import company_ids, may
from core.models import User
from core.web.parts import Tag
from fulfillment.models import DeliveryLine
from fulfillment.tables import DELIVERY_TAGS
from orders.line_documents import LineDocument, register_line_documents


def deliveries(order_id: int, user: User) -> Mapping[int, Sequence[LineDocument]]:
    """The deliveries of each line, by its day. One query."""
    found: defaultdict[int, list[LineDocument]] = defaultdict(list)
    if not may(user, "fulfillment.see_deliveries"):
        return found
    rows = (
        DeliveryLine.objects.filter(order_line__order=order_id, delivery__company_id__in=company_ids(user))
        .exclude(delivery__status="cancelled")
        .select_related("delivery")
        .order_by("delivery_id", "position")
    )
    for row in rows:
        delivery = row.delivery
        is_gone = delivery.status == "shipped"
        found[row.order_line_id].append(
            LineDocument(
                "Delivery",
                delivery.number or "",
                reverse("fulfillment:delivery", args=[delivery.pk]),
                delivery.shipped_on or delivery.ship_on,
                row.shipped if is_gone else row.quantity,
                DELIVERY_TAGS[delivery.status],
            )
        )
    return found


def invoices(order_id: int, user: User) -> Mapping[int, Sequence[LineDocument]]:
    """The invoices and credit notes of each line. One query."""
    found: defaultdict[int, list[LineDocument]] = defaultdict(list)
    if not may(user, "billing.see_invoices"):
        return found
    rows = (
        InvoiceLine.objects.filter(order_line__order=order_id, invoice__company_id__in=company_ids(user))
        .select_related("invoice")
        .order_by("invoice_id", "position")
    )
    for row in rows:
        invoice = row.invoice
        assert row.order_line_id is not None
        found[row.order_line_id].append(
            LineDocument(
                invoice.get_direction_display(),
                invoice.number or "not posted",
                reverse("billing:invoice", args=[invoice.pk]),
                invoice.business_date,
                row.quantity,
                Tag(invoice.get_payment_state_display(), "ok" if invoice.payment_state == "paid" else "info"),
            )
        )
    return found


def register() -> None:
    """Let deliveries and invoices stand behind the lines of orders. Called once by the wiring."""
    register_line_documents("delivery", deliveries)
    register_line_documents("invoice", invoices)

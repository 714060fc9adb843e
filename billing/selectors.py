"""Questions about invoices, and what is due to be billed or credited. Every door uses the row filters here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum

from accounting.models import JournalLine, OpenItem
from billing.models import Invoice, InvoiceLine
from core.access import company_ids
from core.models import User
from core.rounding import round_amount

ZERO = Decimal(0)


def invoices_visible_to(user: User | AnonymousUser) -> QuerySet[Invoice]:
    """The invoices and credit notes that this person may see at all: those of the person's companies."""
    return Invoice.objects.filter(company_id__in=company_ids(user))


def with_open_amount(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Invoices with what is open of them now, from their open items; null where there never was anything to pay."""
    items = OpenItem.objects.filter(source_type="invoice", source_id=OuterRef("pk")).order_by().values("source_id")
    return invoices.annotate(open_amount=Subquery(items.annotate(_value=Sum("open_amount")).values("_value")))


def open_item_of(invoice: Invoice) -> OpenItem | None:
    """The open item of a document, if it has one."""
    return OpenItem.objects.filter(source_type="invoice", source_id=invoice.pk).first()


def journal_lines_of(invoice: Invoice) -> QuerySet[JournalLine]:
    """What a document posted to the ledger, its settlements included, in order."""
    return (
        JournalLine.objects.filter(
            entry__source_type="invoice", entry__source_id=invoice.pk, company_id=invoice.company_id
        )
        .select_related("entry", "account")
        .order_by("entry_id", "pk")
    )


def creditable_left(invoice: Invoice) -> Decimal:
    """What of an invoice is left to credit by value, in its currency, tax included."""
    credited = Invoice.objects.filter(credits=invoice, direction=Invoice.Direction.CREDIT, status="posted").aggregate(
        total=Sum("gross")
    )["total"]
    return Decimal(invoice.gross.amount) - (credited or ZERO)


# What is due of each order line is handed out to its deliveries in the order in which they left, as billing does.
_DUE = """
    WITH candidates AS (
        SELECT d.id AS delivery_id, d.number, d.order_id, d.account_id, d.shipped_on, l.order_line_id,
               greatest(l.shipped - l.returned - l.invoiced + coalesce((
                   SELECT sum(r.credited) FROM fulfillment_returnline r
                   WHERE r.delivery_line_id = l.id), 0), 0) AS due,
               o.parent_id, greatest(o.shipped - o.returned - o.invoiced + o.credited, 0) AS line_due
        FROM fulfillment_delivery d
        JOIN fulfillment_deliveryline l ON l.delivery_id = d.id
        JOIN orders_orderline o ON o.id = l.order_line_id
        WHERE d.status = 'shipped' AND NOT d.is_billed AND d.company_id = ANY(%(companies)s) AND {narrow}),
    goods AS (
        SELECT delivery_id, order_line_id, least(due, greatest(line_due - coalesce(sum(due) OVER (
                   PARTITION BY order_line_id ORDER BY shipped_on, delivery_id, due
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0), 0)) AS quantity
        FROM candidates WHERE parent_id IS NULL),
    kits AS (
        SELECT DISTINCT ON (c.parent_id) c.delivery_id, c.parent_id AS order_line_id,
               greatest(k.shipped - k.returned - k.invoiced + k.credited, 0) AS quantity
        FROM candidates c JOIN orders_orderline k ON k.id = c.parent_id
        ORDER BY c.parent_id, c.shipped_on, c.delivery_id),
    due AS (
        SELECT e.delivery_id, e.quantity,
               CASE WHEN l.ordered = 0 THEN 0 ELSE l.net * e.quantity / l.ordered END AS net
        FROM (SELECT * FROM goods UNION ALL SELECT * FROM kits) e
        JOIN orders_orderline l ON l.id = e.order_line_id
        WHERE e.quantity > 0)
    SELECT d.id, d.number, d.company_id, o.id, o.number, a.id, a.name, a.code, d.shipped_on, o.currency, t.name,
           o.customer_reference, count(*), sum(due.net)
    FROM due
    JOIN fulfillment_delivery d ON d.id = due.delivery_id
    JOIN orders_order o ON o.id = d.order_id
    JOIN catalog_account a ON a.id = d.account_id
    JOIN catalog_paymentterms t ON t.id = o.terms_id
    GROUP BY d.id, o.id, a.id, t.id
    ORDER BY d.shipped_on, d.id
    LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """A delivery that left and is not fully billed. ``net`` is its worth at the order's prices and currency."""

    delivery_id: int
    number: str
    company_id: int
    order_id: int
    order_number: str
    account_id: int
    account_name: str
    account_code: str
    shipped_on: date
    currency: str
    terms: str
    customer_reference: str
    lines: int
    net: Decimal

    def days(self, on: date) -> int:
        """How long it has waited."""
        return max((on - self.shipped_on).days, 0)


def due_deliveries(
    user: User | AnonymousUser, *, text: str = "", ids: Collection[int] = (), limit: int = 501
) -> list[DueDelivery]:
    """What was shipped and not billed, the oldest first: goods net of returns, kits by full sets. One query.

    ``text`` narrows by number, order or customer; ``ids`` to these deliveries. At most ``limit`` rows.
    """
    narrow: list[str] = ["true"]
    values: dict[str, Any] = {"companies": sorted(company_ids(user)), "limit": limit}
    if ids:
        narrow.append("d.id = ANY(%(ids)s)")
        values["ids"] = sorted(ids)
    if text:
        narrow.append(
            "(d.number ILIKE %(text)s OR EXISTS (SELECT FROM orders_order n WHERE n.id = d.order_id AND n.number ILIKE"
            " %(text)s) OR EXISTS (SELECT FROM catalog_account c WHERE c.id = d.account_id AND (c.name ILIKE %(text)s"
            " OR c.code ILIKE %(text)s)))"
        )
        escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        values["text"] = f"%{escaped}%"
    with connection.cursor() as cursor:
        cursor.execute(_DUE.format(narrow=" AND ".join(narrow)), values)
        return [DueDelivery(*(*row[:-1], round_amount(row[-1], row[9]))) for row in cursor.fetchall()]


_DUE_ORDERS = """
    SELECT o.id, o.number, o.company_id, a.name, a.code, o.business_date, o.currency, t.name, o.customer_reference,
           count(*), sum(l.net * (l.ordered - l.cancelled - l.invoiced + l.credited) / l.ordered)
    FROM orders_orderline l
    JOIN orders_order o ON o.id = l.order_id
    JOIN catalog_account a ON a.id = o.account_id
    JOIN catalog_paymentterms t ON t.id = o.terms_id
    WHERE o.company_id = ANY(%(companies)s) AND o.status = 'confirmed' AND l.parent_id IS NULL
      AND (l.product_kind = 'service' OR o.prepaid) AND l.ordered - l.cancelled > l.invoiced - l.credited
    GROUP BY o.id, a.id, t.id
    ORDER BY o.id
    LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class DueOrder:
    """An order with services that are not billed, or one that is paid in advance."""

    order_id: int
    number: str
    company_id: int
    account_name: str
    account_code: str
    ordered_on: date
    currency: str
    terms: str
    customer_reference: str
    lines: int
    net: Decimal


def due_orders(user: User | AnonymousUser, *, limit: int = 501) -> list[DueOrder]:
    """Orders that put something on a bill by themselves: services, and everything of those paid in advance.

    One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DUE_ORDERS, {"companies": sorted(company_ids(user)), "limit": limit})
        return [DueOrder(*(*row[:-1], round_amount(row[-1], row[6]))) for row in cursor.fetchall()]


_DUE_RETURNS = """
    WITH due AS (
        SELECT r.rma_id, r.position,
               CASE WHEN r.delivery_line_id IS NULL THEN r.received - r.credited
                    WHEN o.parent_id IS NOT NULL THEN
                        CASE WHEN r.credited = 0 AND k.invoiced - k.credited > k.shipped - k.returned
                             THEN r.received ELSE 0 END
                    ELSE least(r.received - r.credited, d.invoiced - d.shipped + d.returned
                               - (SELECT sum(c.credited) FROM fulfillment_returnline c
                                  WHERE c.delivery_line_id = r.delivery_line_id)) END AS quantity
        FROM fulfillment_returnline r
        LEFT JOIN fulfillment_deliveryline d ON d.id = r.delivery_line_id
        LEFT JOIN orders_orderline o ON o.id = d.order_line_id
        LEFT JOIN orders_orderline k ON k.id = o.parent_id
        WHERE r.received > r.credited)
    SELECT m.id, m.number, m.company_id, o.id, o.number, a.name, a.code, m.received_on, m.reason, count(*)
    FROM due
    JOIN fulfillment_return m ON m.id = due.rma_id
    JOIN catalog_account a ON a.id = m.account_id
    LEFT JOIN orders_order o ON o.id = m.order_id
    WHERE m.company_id = ANY(%(companies)s) AND m.status = 'received' AND due.quantity > 0
    GROUP BY m.id, o.id, a.id
    ORDER BY m.received_on, m.id
    LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class DueReturn:
    """A return that was received and is not credited."""

    return_id: int
    number: str
    company_id: int
    order_id: int | None
    order_number: str | None
    account_name: str
    account_code: str
    received_on: date
    reason: str
    lines: int


def due_returns(user: User | AnonymousUser, *, limit: int = 501) -> list[DueReturn]:
    """What came back, had been billed, and is not credited. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE_RETURNS, {"companies": sorted(company_ids(user)), "limit": limit})
        return [DueReturn(*row) for row in cursor.fetchall()]


def invoices_of_deliveries(delivery_ids: Collection[int]) -> dict[int, list[Invoice]]:
    """The standing invoices that billed these deliveries, by delivery. Two queries."""
    pairs = list(
        InvoiceLine.objects.filter(
            Q(delivery_line__delivery__in=delivery_ids)
            | Q(order_line__components__delivery_lines__delivery__in=delivery_ids),
            invoice__direction=Invoice.Direction.INVOICE,
            invoice__status="posted",
        )
        .values_list(
            F("invoice_id"), "delivery_line__delivery_id", "order_line__components__delivery_lines__delivery_id"
        )
        .distinct()
    )
    invoices = Invoice.objects.in_bulk({pair[0] for pair in pairs})
    found: dict[int, list[Invoice]] = {}
    for invoice_id, delivery_id, kit_delivery_id in pairs:
        key = delivery_id or kit_delivery_id
        if invoices[invoice_id] not in found.setdefault(key, []):
            found[key].append(invoices[invoice_id])
    return found


def lines_of(invoice: Invoice) -> Sequence[InvoiceLine]:
    """The lines of a document with what they were made from, in order. One query."""
    return list(
        InvoiceLine.objects.filter(invoice=invoice)
        .select_related("product", "delivery_line__delivery", "order_line", "return_line__rma")
        .order_by("position")
    )


def invoices_of_orders(invoice_ids: Collection[int]) -> dict[int, list[Invoice]]:
    """These invoices by the orders whose lines they bill. Two queries."""
    return _by_source(invoice_ids, "order_line__order_id")


def invoices_of_returns(invoice_ids: Collection[int]) -> dict[int, list[Invoice]]:
    """These credit notes by the returns that they credit. Two queries."""
    return _by_source(invoice_ids, "invoice__rma_id")


def _by_source(invoice_ids: Collection[int], path: str) -> dict[int, list[Invoice]]:
    pairs = InvoiceLine.objects.filter(invoice__in=invoice_ids).values_list("invoice_id", path).distinct()
    invoices = Invoice.objects.in_bulk(list(invoice_ids))
    found: dict[int, list[Invoice]] = {}
    for invoice_id, key in pairs.order_by("invoice_id"):
        found.setdefault(key, []).append(invoices[invoice_id])
    return found

"""What billing needs to know, read in a constant number of queries into plain objects. The callers hold the locks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from catalog.models import Address, Product
from core.rounding import HALF_UP, QUANTITY_PLACES, round_places

ZERO = Decimal(0)

# What was billed so far comes from the posted lines themselves, so that the rest is the rest to the cent.
_ORDER_LINES = """
    SELECT l.id, l.order_id, l.position, l.parent_id, l.product_id, p.sku, l.description, l.product_kind,
           p.posting_group, p.tax_category, l.ordered, l.cancelled, l.shipped, l.returned, l.invoiced, l.credited,
           l.net, l.gross, l.discount, l.unit_price, l.price_unit, l.sales_unit, l.unit_numerator, l.unit_denominator,
           l.cost, coalesce(b.net, 0), coalesce(b.gross, 0), coalesce(b.discount, 0), coalesce(b.cost, 0)
    FROM orders_orderline l
    JOIN catalog_product p ON p.id = l.product_id
    LEFT JOIN (SELECT i.order_line_id, sum(i.net * s.sign) AS net, sum(i.gross * s.sign) AS gross,
                      sum(i.discount * s.sign) AS discount, sum(i.cost * s.sign) AS cost
               FROM billing_invoiceline i
               JOIN orders_orderline o ON o.id = i.order_line_id
               JOIN billing_invoice d ON d.id = i.invoice_id
               CROSS JOIN LATERAL (SELECT CASE d.direction WHEN 'invoice' THEN 1 ELSE -1 END AS sign) s
               WHERE o.order_id = ANY(%s) AND i.quantity > 0
               GROUP BY i.order_line_id) b ON b.order_line_id = l.id
    WHERE l.order_id = ANY(%s)
    ORDER BY l.order_id, l.position
"""

_SHIPPED_LINES = """
    SELECT l.id, l.delivery_id, d.order_id, d.shipped_on, l.order_line_id, l.shipped, l.returned, l.invoiced,
           coalesce((SELECT sum(r.credited) FROM fulfillment_returnline r WHERE r.delivery_line_id = l.id), 0), l.cost
    FROM fulfillment_deliveryline l
    JOIN fulfillment_delivery d ON d.id = l.delivery_id
    WHERE d.order_id = ANY(%s) AND d.status = 'shipped' AND l.shipped > 0
    ORDER BY d.shipped_on, d.id, l.position
"""

_TERMS = """
    SELECT v.account_id, v.terms_id, t.net_days, t.discount_days, t.discount_percent, a.name,
           d.name, d.street, d.town, d.region, d.postcode, d.country
    FROM unnest(%s::bigint[], %s::bigint[]) AS v(account_id, terms_id)
    JOIN catalog_paymentterms t ON t.id = v.terms_id
    JOIN catalog_account a ON a.id = v.account_id
    LEFT JOIN LATERAL (SELECT * FROM catalog_address WHERE account_id = a.id
                       ORDER BY is_default_bill_to DESC, is_default_ship_to DESC, id LIMIT 1) d ON true
"""


@dataclass(frozen=True, slots=True)
class BillableLine:
    """An order line with its counters and what was billed of it, net of credits. Quantities in the stock unit."""

    id: int
    order_id: int
    position: int
    parent_id: int | None
    product_id: int
    sku: str
    description: str
    product_kind: str
    posting_group: str
    tax_category: str
    ordered: Decimal
    cancelled: Decimal
    shipped: Decimal
    returned: Decimal
    invoiced: Decimal
    credited: Decimal
    net: Decimal
    gross: Decimal
    discount: Decimal
    unit_price: Decimal
    price_unit: int
    sales_unit: str
    unit_numerator: int
    unit_denominator: int
    cost: Decimal
    billed_net: Decimal
    billed_gross: Decimal
    billed_discount: Decimal
    billed_cost: Decimal

    @property
    def is_service(self) -> bool:
        """Whether it is billed from the order: services, fees, freight."""
        return self.product_kind == Product.Kind.SERVICE

    @property
    def billed(self) -> Decimal:
        """The quantity billed so far, net of credits."""
        return self.invoiced - self.credited

    @property
    def kept(self) -> Decimal:
        """What the customer has: shipped net of returns."""
        return self.shipped - self.returned

    @property
    def due_by_shipment(self) -> Decimal:
        """What may be billed because it was shipped and kept; never below zero."""
        return max(self.kept - self.billed, ZERO)

    @property
    def due_by_order(self) -> Decimal:
        """What may be billed because it was ordered: services, and everything of an order that is paid in advance."""
        return max(self.ordered - self.cancelled - self.billed, ZERO)

    def in_sales_unit(self, quantity: Decimal) -> Decimal:
        """A stock quantity in the line's sales unit, six places."""
        return round_places(
            HALF_UP.divide(HALF_UP.multiply(quantity, Decimal(self.unit_denominator)), Decimal(self.unit_numerator)),
            QUANTITY_PLACES,
        )


@dataclass(frozen=True, slots=True)
class ShippedLine:
    """A delivery line that has left. ``cost`` is in functional currency."""

    id: int
    delivery_id: int
    order_id: int
    shipped_on: date
    order_line_id: int
    shipped: Decimal
    returned: Decimal
    invoiced: Decimal
    credited: Decimal
    cost: Decimal

    @property
    def due(self) -> Decimal:
        """What of it is not billed yet, net of returns; never below zero."""
        return max(self.shipped - self.returned - self.invoiced + self.credited, ZERO)


def order_lines(order_ids: Collection[int]) -> dict[int, BillableLine]:
    """Every line of these orders by id, in order. One query."""
    ids = sorted(set(order_ids))
    with connection.cursor() as cursor:
        cursor.execute(_ORDER_LINES, [ids, ids])
        return {row[0]: BillableLine(*row) for row in cursor.fetchall()}


def shipped_lines(order_ids: Collection[int]) -> list[ShippedLine]:
    """Every shipped delivery line of these orders, oldest goods issue first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_SHIPPED_LINES, [sorted(set(order_ids))])
        return [ShippedLine(*row) for row in cursor.fetchall()]


@dataclass(slots=True)
class BillingTerms:
    """What is agreed on paying a bill, and where it goes, as printed."""

    net_days: int
    discount_days: int
    discount_percent: Decimal
    bill_to: str


def billing_terms(pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], BillingTerms]:
    """By (account, payment terms): the days and the discount, and the bill-to address, else the ship-to one, else the
    name. One query.
    """
    wanted = sorted(set(pairs))
    with connection.cursor() as cursor:
        cursor.execute(_TERMS, [[account_id for account_id, _ in wanted], [terms_id for _, terms_id in wanted]])
        return {
            (row[0], row[1]): BillingTerms(row[2], row[3], row[4], "\n".join(_lines_of(row[5], row[6:])))
            for row in cursor.fetchall()
        }


def _lines_of(account_name: str, parts: Sequence[str | None]) -> list[str]:
    """The name of the account on top, unless the address says it already."""
    name, street, town, region, postcode, country = (part or "" for part in parts)
    if not name:
        return [account_name]
    lines = Address(name=name, street=street, town=town, region=region, postcode=postcode, country=country).lines
    return lines if name == account_name else [account_name, *lines]

"""What fulfilment's commands need to know, read in a constant number of queries into plain objects."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from fulfillment.planning import PromisedQuantity
from fulfillment.states import DeliveryStatus

ZERO = Decimal(0)
NOT_LEFT = (DeliveryStatus.PLANNED, DeliveryStatus.RELEASED, DeliveryStatus.PICKING, DeliveryStatus.PACKED)
IN_HAND = (DeliveryStatus.RELEASED, DeliveryStatus.PICKING, DeliveryStatus.PACKED)  # bins are chosen

# Finished parts are read too: a kit's components leave in full sets, counted with what left before.
_PROMISES = """
    SELECT l.order_id, s.id, l.id, l.position, l.product_id, p.sku, s.warehouse_id, s.ship_on, s.quantity - s.cancelled,
           s.shipped, s.delivering,
           coalesce((SELECT sum(g.quantity) FROM inventory_peg g WHERE g.commitment_id = s.commitment_id
                     AND g.bucket_id IS NOT NULL), 0),
           l.parent_id, coalesce(l.ordered / nullif(k.ordered, 0), 0),
           EXISTS (SELECT FROM orders_orderhold h WHERE h.order_id = l.order_id AND h.released_at IS NULL)
    FROM orders_scheduleline s
    JOIN orders_orderline l ON l.id = s.order_line_id
    JOIN catalog_product p ON p.id = l.product_id
    LEFT JOIN orders_orderline k ON k.id = l.parent_id
    WHERE l.order_id = ANY(%s)
    ORDER BY l.order_id, l.position, s.position
"""

_DUE_ORDERS = """
    SELECT DISTINCT l.order_id
    FROM orders_scheduleline s
    JOIN inventory_warehouse w ON w.id = s.warehouse_id
    JOIN orders_orderline l ON l.id = s.order_line_id
    JOIN orders_order o ON o.id = l.order_id
    WHERE w.company_id = %s AND s.ship_on <= %s AND o.status = 'confirmed'
      AND s.quantity > s.cancelled + s.shipped + s.delivering
      AND NOT EXISTS (SELECT FROM orders_orderhold h WHERE h.order_id = o.id AND h.released_at IS NULL)
      AND EXISTS (SELECT FROM inventory_peg g WHERE g.commitment_id = s.commitment_id AND g.bucket_id IS NOT NULL)
    ORDER BY l.order_id
"""

_LINES = """
    SELECT l.id, l.delivery_id, l.position, l.schedule_line_id, l.order_line_id, l.product_id, p.sku, p.name,
           p.posting_group, p.weight_kg, u.code, u.is_whole, l.bin_id, b.code, coalesce(b.path, 0), l.quantity,
           l.picked, l.is_picked, l.shipped, s.commitment_id, s.ship_on, s.first_ship_on,
           (o.ordered - o.cancelled) * (1 + o.over_delivery_percent / 100) - o.shipped, o.over_delivery_percent,
           o.order_id, EXISTS (SELECT FROM orders_orderhold h WHERE h.order_id = o.order_id AND h.released_at IS NULL)
    FROM fulfillment_deliveryline l
    JOIN catalog_product p ON p.id = l.product_id
    JOIN catalog_unitofmeasure u ON u.id = p.stock_unit_id
    JOIN orders_scheduleline s ON s.id = l.schedule_line_id
    JOIN orders_orderline o ON o.id = l.order_line_id
    LEFT JOIN inventory_bin b ON b.id = l.bin_id
    WHERE l.delivery_id = ANY(%s)
    ORDER BY l.delivery_id, coalesce(b.path, 0), coalesce(b.code, ''), l.position
"""


@dataclass(frozen=True, slots=True)
class LoadedLine:
    """One delivery line with its product, bin and promise. Lines come in the order in which a picker walks.

    ``may_still_ship`` is what the order line takes before its tolerance is used up, this delivery included;
    ``is_held`` whether its order has an open hold.
    """

    id: int
    delivery_id: int
    position: int
    schedule_line_id: int
    order_line_id: int
    product_id: int
    sku: str
    name: str
    posting_group: str
    weight_kg: Decimal
    unit: str
    is_whole: bool
    bin_id: int | None
    bin_code: str | None
    path: int
    quantity: Decimal
    picked: Decimal
    is_picked: bool
    shipped: Decimal
    commitment_id: int | None
    ship_on: date | None
    first_ship_on: date | None
    may_still_ship: Decimal
    over_delivery_percent: Decimal
    order_id: int
    is_held: bool

    @property
    def to_pick(self) -> Decimal:
        """What is still to be found."""
        return ZERO if self.is_picked else max(self.quantity - self.picked, ZERO)

    @property
    def delivering(self) -> Decimal:
        """How much of its schedule line this line keeps busy: a short pick gave the rest back already."""
        return min(self.picked, self.quantity) if self.is_picked else self.quantity

    @property
    def is_short(self) -> bool:
        """Whether less than planned was found, and the rest was given up."""
        return self.is_picked and self.picked < self.quantity

    def days_late(self, on: date) -> int:
        """Days beyond the promise that stands; 0 when it is kept."""
        return max((on - self.ship_on).days, 0) if self.ship_on else 0


def promises_of(order_ids: Collection[int]) -> dict[int, list[PromisedQuantity]]:
    """Every schedule line of these orders with what of it leans on stock, by order. One query."""
    found: defaultdict[int, list[PromisedQuantity]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_PROMISES, [sorted(order_ids)])
        for order_id, *facts in cursor.fetchall():
            found[order_id].append(PromisedQuantity(*facts))
    return dict(found)


def due_order_ids(company_id: int, due_until: date) -> list[int]:
    """Confirmed orders, not on hold, of which something is due by the day and leans on stock.

    One query, no lock: candidates only.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DUE_ORDERS, [company_id, due_until])
        return [row[0] for row in cursor.fetchall()]


def lines_of(delivery_ids: Iterable[int]) -> dict[int, list[LoadedLine]]:
    """The lines of these deliveries by delivery, in walking order. One query."""
    found: dict[int, list[LoadedLine]] = {delivery_id: [] for delivery_id in delivery_ids}
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [sorted(found)])
        for row in cursor.fetchall():
            line = LoadedLine(*row)
            found[line.delivery_id].append(line)
    return found


def delivering_of(lines: Iterable[LoadedLine]) -> dict[int, Decimal]:
    """How much these lines keep busy of each schedule line."""
    busy: dict[int, Decimal] = {}
    for line in lines:
        busy[line.schedule_line_id] = busy.get(line.schedule_line_id, ZERO) + line.delivering
    return {line_id: quantity for line_id, quantity in busy.items() if quantity}

"""Questions about deliveries and returns. Every door uses the row filters here."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Count, DateField, Exists, F, Func, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import Combinable

from core.access import company_ids
from core.models import User
from fulfillment.loading import NOT_LEFT
from fulfillment.models import Delivery, DeliveryLine, Return, ReturnLine
from fulfillment.states import DeliveryStatus
from inventory.models import Peg, Warehouse
from orders.models import Order, OrderHold, ScheduleLine
from orders.states import OrderStatus

ZERO = Decimal(0)
COMPANYS_TODAY = Func(  # the business date of each order's company, never the day of UTC
    F("order_line__order__company__time_zone"),
    template="(now() AT TIME ZONE %(expressions)s)::date",
    output_field=DateField(),
)


def deliveries_visible_to(user: User | AnonymousUser) -> QuerySet[Delivery]:
    """The deliveries that this person may see at all: those of the companies that the person works for."""
    return Delivery.objects.filter(company_id__in=company_ids(user))


def returns_visible_to(user: User | AnonymousUser) -> QuerySet[Return]:
    """The returns that this person may see at all: those of the companies that the person works for."""
    return Return.objects.filter(company_id__in=company_ids(user))


def warehouses_visible_to(user: User | AnonymousUser) -> QuerySet[Warehouse]:
    """The warehouses of the companies that the person works for."""
    return Warehouse.objects.filter(company_id__in=company_ids(user)).order_by("rank", "code")


def _of_lines(**sums: object) -> dict[str, Subquery]:
    """Sums over a delivery's lines as subqueries, so that a page of a list sums its own rows only."""
    lines = DeliveryLine.objects.filter(delivery=OuterRef("pk")).order_by().values("delivery")
    return {name: Subquery(lines.annotate(_value=value).values("_value")) for name, value in sums.items()}


def board(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Deliveries with how many lines they have, how much is picked, and how many lines are short."""
    return deliveries.annotate(
        **_of_lines(
            line_count=Count("pk"),
            planned_total=Sum("quantity"),
            picked_total=Sum("picked"),
            short_count=Count("pk", filter=Q(is_picked=True, picked__lt=F("quantity"))),
        )
    )


def board_counts(user: User | AnonymousUser) -> dict[str, int]:
    """How many deliveries stand at each place on the floor. One query."""
    rows = deliveries_visible_to(user).filter(status__in=NOT_LEFT).order_by().values("status")
    counts = dict.fromkeys((str(status) for status in NOT_LEFT), 0)
    return counts | {row["status"]: row["number"] for row in rows.annotate(number=Count("pk"))}


def due_orders(user: User | AnonymousUser, *, until: date | Combinable | None) -> QuerySet[Order]:
    """Confirmed orders, not on hold, of which something leans on stock, is due by the day, and is on no delivery yet.

    With the earliest promise and the number of promises that are due. ``COMPANYS_TODAY`` stands for the business date
    of each order's company.
    """
    due = ScheduleLine.objects.filter(
        Exists(Peg.objects.filter(commitment=OuterRef("commitment"), bucket__isnull=False)),
        order_line__order=OuterRef("pk"),
        quantity__gt=F("cancelled") + F("shipped") + F("delivering"),
    )
    if until is not None:
        due = due.filter(ship_on__lte=until)
    lines = due.order_by().values("order_line__order")
    holds = OrderHold.objects.filter(order=OuterRef("pk"), released_at=None)
    orders = Order.objects.filter(
        Exists(due), ~Exists(holds), company_id__in=company_ids(user), status=OrderStatus.CONFIRMED
    )
    return orders.annotate(
        due_on=Subquery(lines.annotate(_value=Min("ship_on")).values("_value")),
        due_lines=Subquery(lines.annotate(_value=Count("pk")).values("_value")),
    )


@dataclass(frozen=True, slots=True)
class ReturnableLine:
    """A shipped line with how much of it may still come back."""

    id: int
    position: int
    delivery_number: str
    sku: str
    name: str
    unit: str
    shipped: Decimal
    left: Decimal


def returnable_lines(deliveries: QuerySet[Delivery]) -> list[ReturnableLine]:
    """What may come back of these shipped deliveries: shipped less returned less expected back. One query."""
    expected = (
        ReturnLine.objects.filter(delivery_line=OuterRef("pk"), rma__status="expected")
        .order_by()
        .values("delivery_line")
        .annotate(_value=Sum("quantity"))
        .values("_value")
    )
    rows = (
        DeliveryLine.objects.filter(delivery__in=deliveries, delivery__status=DeliveryStatus.SHIPPED)
        .annotate(expected=Subquery(expected))
        .order_by("delivery_id", "position")
        .values_list(
            "id", "position", "delivery__number", "product__sku", "product__name", "product__stock_unit__code",
            "shipped", "returned", "expected",
        )
    )  # fmt: skip
    found = [
        ReturnableLine(row[0], row[1], row[2] or "", *row[3:7], left=row[6] - row[7] - (row[8] or ZERO)) for row in rows
    ]
    return [line for line in found if line.left > 0]


@dataclass(frozen=True, slots=True)
class SlipLine:
    """One line of a packing slip: what is in this package, and how far its order line has come."""

    package: int | None
    position: int
    sku: str
    name: str
    part_number: str
    unit: str
    ordered: Decimal
    here: Decimal
    to_come: Decimal
    next_on: date | None


_SLIP = """
    SELECT k.position, o.position, p.sku, o.description, coalesce(n.number, ''), u.code, o.ordered - o.cancelled,
           coalesce(g.quantity, CASE WHEN d.status = 'shipped' THEN l.shipped WHEN l.is_picked THEN l.picked
                                     ELSE l.quantity END),
           greatest(o.ordered - o.cancelled - o.shipped
                    - CASE WHEN d.status = 'shipped' THEN 0 WHEN l.is_picked THEN l.picked ELSE l.quantity END, 0),
           (SELECT min(s.ship_on) FROM orders_scheduleline s WHERE s.order_line_id = o.id
            AND s.quantity > s.cancelled + s.shipped + s.delivering)
    FROM fulfillment_deliveryline l
    JOIN fulfillment_delivery d ON d.id = l.delivery_id
    JOIN orders_orderline o ON o.id = l.order_line_id
    JOIN catalog_product p ON p.id = l.product_id
    JOIN catalog_unitofmeasure u ON u.id = p.stock_unit_id
    LEFT JOIN catalog_customerpartnumber n ON n.product_id = p.id AND n.account_id = d.account_id
    LEFT JOIN fulfillment_packageline g ON g.delivery_line_id = l.id
    LEFT JOIN fulfillment_package k ON k.id = g.package_id
    WHERE l.delivery_id = %s
    ORDER BY k.position, o.position, l.position
"""


def slip_lines(delivery_id: int) -> list[SlipLine]:
    """The lines of a packing slip, by package. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_SLIP, [delivery_id])
        return [SlipLine(*row) for row in cursor.fetchall()]

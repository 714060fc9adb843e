"""Questions about orders. Every door uses the row filter here."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Sum

from core.access import company_ids
from core.models import User
from inventory.models import Peg
from orders.models import Order, OrderHold, OrderLine, PromiseEvent, ScheduleLine
from orders.states import OrderStatus

ZERO = Decimal(0)
OPEN_STATUSES = (OrderStatus.DRAFT, OrderStatus.SUBMITTED, OrderStatus.CONFIRMED)


def orders_visible_to(user: User | AnonymousUser) -> QuerySet[Order]:
    """The orders that this person may see at all: those of the companies that the person works for."""
    return Order.objects.filter(company_id__in=company_ids(user))


def for_list(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Orders with what a list shows: holds, the worst promise, shipped and invoiced shares. One query with the rows."""
    holds = OrderHold.objects.filter(order=OuterRef("pk"), released_at=None)
    undated = ScheduleLine.objects.filter(
        order_line__order=OuterRef("pk"), ship_on=None, quantity__gt=F("cancelled") + F("shipped")
    )
    worst = (
        ScheduleLine.objects.filter(order_line__order=OuterRef("pk"), quantity__gt=F("cancelled") + F("shipped"))
        .order_by()
        .values("order_line__order")
        .annotate(worst=Max("deliver_on"))
        .values("worst")
    )
    lines = OrderLine.objects.filter(order=OuterRef("pk"), parent=None).order_by().values("order")
    coming = Peg.objects.filter(commitment__schedule_line__order_line__order=OuterRef("pk"), receipt__isnull=False)
    return orders.annotate(
        account_name=F("account__name"),
        hold_kinds=Subquery(holds.order_by().values("order").annotate(all=ArrayAgg("kind")).values("all")),
        has_undated=Exists(undated),
        leans_on_receipt=Exists(coming),
        worst_deliver_on=Subquery(worst),
        ordered_total=Subquery(lines.annotate(total=Sum(F("ordered") - F("cancelled"))).values("total")),
        shipped_total=Subquery(lines.annotate(total=Sum("shipped")).values("total")),
        invoiced_total=Subquery(lines.annotate(total=Sum(F("invoiced") - F("credited"))).values("total")),
    )


@dataclass(frozen=True, slots=True)
class LinePromise:
    """The promise of one line as it stands: its dated parts, what is undated, first and last date told."""

    line_id: int
    parts: tuple[tuple[Decimal, date | None, date | None], ...]  # quantity still open, ship_on, deliver_on
    undated: Decimal
    last_deliver_on: date | None
    first_ship_on: date | None
    last_ship_on: date | None
    from_stock: bool


def line_promises(order_ids: Collection[int]) -> dict[int, LinePromise]:
    """Every line's promise for these orders, by line id. One query."""
    rows = (
        ScheduleLine.objects.filter(order_line__order_id__in=order_ids, quantity__gt=F("cancelled"))
        .order_by("order_line_id", "ship_on", "position")
        .annotate(receipts=Count("commitment__pegs", filter=Q(commitment__pegs__receipt__isnull=False)))
    )
    parts: dict[int, list[ScheduleLine]] = {}
    for row in rows:
        parts.setdefault(row.order_line_id, []).append(row)
    return {line_id: _line_promise(line_id, each) for line_id, each in parts.items()}


def _line_promise(line_id: int, rows: list[ScheduleLine]) -> LinePromise:
    left = [(row, row.quantity - row.cancelled - row.shipped) for row in rows]
    dated = [row for row in rows if row.ship_on is not None]
    return LinePromise(
        line_id=line_id,
        parts=tuple((quantity, row.ship_on, row.deliver_on) for row, quantity in left if quantity > 0),
        undated=sum((quantity for row, quantity in left if row.ship_on is None), ZERO),
        last_deliver_on=max((row.deliver_on for row in dated if row.deliver_on), default=None),
        first_ship_on=min((row.first_ship_on for row in rows if row.first_ship_on), default=None),
        last_ship_on=max((row.ship_on for row in dated if row.ship_on), default=None),
        from_stock=all(getattr(row, "receipts", 0) == 0 for row in dated),
    )


def promise_history(order_id: int) -> QuerySet[PromiseEvent]:
    """Everything that was ever told about the lines of an order, newest first. One query."""
    return (
        PromiseEvent.objects.filter(order_line__order_id=order_id)
        .select_related("order_line__product", "actor")
        .order_by("-id")
    )


def open_holds(user: User | AnonymousUser) -> QuerySet[OrderHold]:
    """Holds that wait for somebody, oldest first: the credit desk and the approvals."""
    return (
        OrderHold.objects.filter(order__in=orders_visible_to(user), released_at=None)
        .select_related("order__account", "created_by")
        .order_by("id")
    )

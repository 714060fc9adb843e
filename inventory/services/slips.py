"""A supplier says another day: expected dates move, and promises that leaned on them are kept or told anew."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from core import bulk
from core.commands import command
from core.dates import business_date as business_day
from core.events import publish
from core.models import User
from core.timeline import TimelineEntry, record
from inventory.errors import SupplyRefused
from inventory.events import SupplyAdded
from inventory.models import SupplyLine, SupplyOrder
from inventory.places import Place, warehouse_facts
from inventory.promising.loader import lock_buckets, lock_receipts
from inventory.services.repegging import SupplyChange, apply_supply_change
from inventory.services.supply import lock_supply_orders
from inventory.states import SupplyOrderStatus


@command(permission="inventory.maintain_supply")
def change_expected_dates(
    *, changes: Mapping[int, date], reason: str, actor: User, business_date: date | None = None
) -> None:
    """Move the expected day of inbound lines. Promises keep their dates where other supply of the bucket allows it.

    What cannot be kept moves to the new day, or has no supply; PromisesMoved says which. Locks the orders, buckets and
    receipts. Raises SupplyRefused for a line that is not expected any more.
    """
    rows = dict(SupplyLine.objects.filter(pk__in=changes).values_list("pk", "order_id"))
    if not changes or len(rows) < len(changes):
        raise SupplyRefused("There is no such inbound line.")
    orders, company = lock_supply_orders(set(rows.values()))
    lines = _expected_lines(changes, orders)
    moved = {line_id: changes[line_id] for line_id, (_, day) in lines.items() if changes[line_id] != day}
    if not moved:
        return
    places = {lines[line_id][0] for line_id in moved}

    buckets = lock_buckets(company.pk, places, warehouse_facts({place[0] for place in places}, company_id=company.pk))
    receipts = [
        replace(receipt, expected_on=moved.get(receipt.total.key[1], receipt.expected_on))
        for receipt in lock_receipts(places)
    ]
    _write(
        moved, [order for order in orders if any(rows[line_id] == order.pk for line_id in moved)], lines, reason, actor
    )
    later = frozenset(lines[line_id][0] for line_id, day in moved.items() if day > lines[line_id][1])
    source = (SupplyOrder.kind, orders[0].pk, f"re-peg v{orders[0].version}")
    today = business_date or business_day(company.time_zone)
    apply_supply_change(SupplyChange(company.pk, buckets, receipts, source, today, reason, slipped=later), actor=actor)
    earlier = tuple(sorted({lines[line_id][0] for line_id, day in moved.items() if day < lines[line_id][1]}))
    if earlier:
        story = "An inbound order is expected earlier"
        publish(SupplyAdded(actor_id=actor.pk, company_id=company.pk, places=earlier, reason=story))


def _expected_lines(changes: Mapping[int, date], orders: list[SupplyOrder]) -> dict[int, tuple[Place, date]]:
    """Each line's bucket and expected day under its order's lock. Raises SupplyRefused for one that is not open."""
    for order in orders:
        if order.status != SupplyOrderStatus.ORDERED:
            raise SupplyRefused(f"{order.title} is {order.get_status_display().lower()}: nothing is expected of it.")
    rows = SupplyLine.objects.filter(pk__in=changes, is_open=True)
    lines = {
        line_id: ((warehouse_id, product_id), day)
        for line_id, warehouse_id, product_id, day in rows.values_list(
            "pk", "warehouse_id", "product_id", "expected_on"
        )
    }
    if len(lines) < len(changes):
        raise SupplyRefused("A line was received or cancelled completely; nothing more is expected of it.")
    return lines


def _write(
    moved: Mapping[int, date],
    orders: list[SupplyOrder],
    lines: Mapping[int, tuple[Place, date]],
    reason: str,
    actor: User,
) -> None:
    """The new days, and on each order its next version and what happened."""
    bulk.update(SupplyLine, list(moved), {"expected_on": list(moved.values())})
    for order in orders:
        order.version += 1
    bulk.update(
        SupplyOrder,
        [order.pk for order in orders],
        {"version": [order.version for order in orders], "changed_by_id": [actor.pk] * len(orders)},
    )
    days = ", ".join(f"{lines[line_id][1]:%Y-%m-%d} → {day:%Y-%m-%d}" for line_id, day in list(moved.items())[:5])
    record(
        [TimelineEntry.about(order, "change_dates", text=f"Expected {days}", reason=reason) for order in orders],
        actor=actor,
    )

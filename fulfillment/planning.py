"""Which due promises leave together: a pure decision on what is due, on hand and not on a delivery yet."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class PromisedQuantity:
    """One schedule line as planning sees it. ``on_hand`` is how much of it leans on stock and not on a receipt.

    A component of a kit has its kit's line as ``parent_id`` and says how many of it make one kit. ``is_held``: its
    order has an open hold.
    """

    schedule_line_id: int
    order_line_id: int
    position: int
    product_id: int
    sku: str
    warehouse_id: int | None
    ship_on: date | None
    promised: Decimal
    shipped: Decimal
    delivering: Decimal
    on_hand: Decimal
    parent_id: int | None = None
    per_kit: Decimal = ZERO
    is_held: bool = False

    @property
    def open(self) -> Decimal:
        """Still to leave and on no delivery yet."""
        return max(self.promised - self.shipped - self.delivering, ZERO)

    @property
    def ready(self) -> Decimal:
        """How much of it can be put on a delivery now: deliveries that have not left lean on the same stock."""
        return min(self.open, max(self.on_hand - self.delivering, ZERO))


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """So much of one schedule line, to go on a delivery."""

    schedule_line_id: int
    order_line_id: int
    product_id: int
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class PlannedDelivery:
    """The lines of one order that leave one warehouse together; ``ship_on`` is the earliest promise among them."""

    warehouse_id: int
    ship_on: date
    lines: tuple[PlannedLine, ...]


def plan(
    promises: Sequence[PromisedQuantity], *, due_until: date | None, complete_only: bool
) -> tuple[list[PlannedDelivery], str]:
    """Plan the deliveries of one order, one per warehouse; when there are none the sentence says why.

    An order that ships complete waits until everything that is still open is due and on hand. Kits leave in full sets.
    """
    is_due = {
        each.schedule_line_id: each.ship_on is not None and (due_until is None or each.ship_on <= due_until)
        for each in promises
    }
    ready = {each.schedule_line_id: each.ready if is_due[each.schedule_line_id] else ZERO for each in promises}
    if complete_only:
        waiting = [each for each in promises if each.open > ready[each.schedule_line_id]]
        if waiting:
            return [], f"It ships complete, and {_listed(waiting)} cannot leave yet."
    _keep_kits_whole(promises, ready)
    planned = _by_warehouse(promises, ready)
    if planned:
        return planned, ""
    return [], _why_nothing(promises, is_due)


def _keep_kits_whole(promises: Iterable[PromisedQuantity], ready: dict[int, Decimal]) -> None:
    """Cut what is ready of components down to full sets, the parts with the latest date first."""
    kits: defaultdict[int, defaultdict[int, list[PromisedQuantity]]] = defaultdict(lambda: defaultdict(list))
    for each in promises:
        if each.parent_id is not None and each.per_kit:
            kits[each.parent_id][each.order_line_id].append(each)
    for components in kits.values():
        gone = {
            line_id: sum((part.shipped + part.delivering for part in parts), ZERO)
            for line_id, parts in components.items()
        }
        sets = min(
            (
                (gone[line_id] + sum((ready[part.schedule_line_id] for part in parts), ZERO)) / parts[0].per_kit
            ).to_integral_value(ROUND_FLOOR)
            for line_id, parts in components.items()
        )
        for line_id, parts in components.items():
            left = max(sets * parts[0].per_kit - gone[line_id], ZERO)
            for part in sorted(parts, key=lambda part: (part.ship_on or date.max, part.schedule_line_id)):
                ready[part.schedule_line_id] = min(ready[part.schedule_line_id], left)
                left -= ready[part.schedule_line_id]


def _by_warehouse(promises: Sequence[PromisedQuantity], ready: dict[int, Decimal]) -> list[PlannedDelivery]:
    found: defaultdict[int, list[PromisedQuantity]] = defaultdict(list)
    for each in sorted(promises, key=lambda each: (each.position, each.ship_on or date.max, each.schedule_line_id)):
        if ready[each.schedule_line_id] > 0 and each.warehouse_id is not None:
            found[each.warehouse_id].append(each)
    return [
        PlannedDelivery(
            warehouse_id,
            min(each.ship_on for each in parts if each.ship_on is not None),
            tuple(
                PlannedLine(each.schedule_line_id, each.order_line_id, each.product_id, ready[each.schedule_line_id])
                for each in parts
            ),
        )
        for warehouse_id, parts in sorted(found.items())
    ]


def _why_nothing(promises: Sequence[PromisedQuantity], is_due: dict[int, bool]) -> str:
    still = [each for each in promises if each.open > 0]
    if not still:
        return "Everything left already or is on a delivery."
    due = [each for each in still if is_due[each.schedule_line_id]]
    if not due:
        return "Nothing is due yet."
    return f"{_listed(due)} {'is' if len({each.sku for each in due}) == 1 else 'are'} due, but not on hand."


def _listed(parts: Sequence[PromisedQuantity]) -> str:
    names = sorted({each.sku for each in parts})
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")

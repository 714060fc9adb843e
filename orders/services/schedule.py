"""Writing promises down: schedule lines, and the event of each promise that was made to the customer."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core import bulk
from core.models import User
from inventory.services import PromisedLine
from orders.loading import LoadedOrder
from orders.models import PromiseEvent, ScheduleLine
from orders.services.parts import FAR, Part, Reduction

_COLUMNS = (
    "order_line_id",
    "position",
    "quantity",
    "ship_on",
    "deliver_on",
    "warehouse_id",
    "commitment_id",
    "first_ship_on",
)


@dataclass(frozen=True, slots=True)
class ScheduleOutcome:
    """Which order lines are promised later than wanted, and which in part not at all."""

    late_line_ids: tuple[int, ...]
    no_supply_line_ids: tuple[int, ...]


def record_schedule(
    orders: Sequence[LoadedOrder],
    promises: Mapping[int, Sequence[PromisedLine]],
    *,
    cause: str,
    actor: User,
    reason: str = "",
    first_positions: Mapping[int, int] | None = None,
    replaced: Mapping[int, Sequence[Reduction]] | None = None,
) -> ScheduleOutcome:
    """Write one schedule line and one promise event per dated part, and a dateless one for what no supply covers.

    Two statements, whatever the number. ``first_positions`` gives the next free position per line when it has parts
    already, ``replaced`` what a line's new parts stand for: the first promise of each piece stays the one that on-time
    is measured against; what had no date yet gets its first now.
    """
    schedule: dict[str, list[object]] = {name: [] for name in _COLUMNS}
    texts: list[str] = []
    previous: list[date | None] = []
    late, missing = set(), set()
    for order in orders:
        for line in order.goods_lines:
            start = (first_positions or {}).get(line.line_id, 1)
            parts = promises.get(line.line_id, ())
            stood = _stood_before(parts, (replaced or {}).get(line.line_id, ()))
            for position, (part, earlier) in enumerate(zip(parts, stood, strict=True), start):
                schedule["order_line_id"].append(line.line_id)
                schedule["position"].append(position)
                schedule["quantity"].append(part.quantity)
                schedule["ship_on"].append(part.ship_on)
                deliver_on = part.ship_on + timedelta(days=order.transit_days) if part.ship_on else None
                schedule["deliver_on"].append(deliver_on)
                schedule["warehouse_id"].append(part.warehouse_id)
                schedule["commitment_id"].append(part.commitment_id)
                texts.append(part.pegs_text[:200])
                schedule["first_ship_on"].append((earlier and earlier.first_ship_on) or part.ship_on)
                previous.append(earlier.ship_on if earlier else None)
                if deliver_on is None:
                    missing.add(line.line_id)
                elif deliver_on > line.requested_on:
                    late.add(line.line_id)
    told = {name: schedule[name] for name in ("order_line_id", "quantity", "ship_on")}
    bulk.insert(ScheduleLine, schedule)
    bulk.insert(
        PromiseEvent,
        {**told, "previous_ship_on": previous, "leans_on": texts},
        same={"is_first": replaced is None, "cause": cause, "reason": reason[:500], "actor_id": actor.pk},
    )
    return ScheduleOutcome(tuple(sorted(late)), tuple(sorted(missing)))


def _stood_before(parts: Sequence[PromisedLine], replaced: Sequence[Reduction]) -> list[Part | None]:
    """What each of a line's new parts stands for: what was promised first is what ships first.

    A part that stands for several is measured by the earliest of them.
    """
    left = deque(
        (each.part, each.quantity)
        for each in sorted(replaced, key=lambda each: (each.part.first_ship_on or FAR, each.part.ship_on or FAR))
    )
    found: list[Part | None] = []
    for part in parts:  # the soonest first, as they are promised
        found.append(left[0][0] if left else None)
        wanted = part.quantity
        while left and wanted > 0:
            earlier, quantity = left.popleft()
            if quantity > wanted:
                left.appendleft((earlier, quantity - wanted))
            wanted -= min(quantity, wanted)
    return found

"""Taking quantities back from promises: which schedule lines give, and what their commitments release."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core import bulk
from core.models import User
from inventory import services as inventory
from orders.models import ScheduleLine

ZERO = Decimal(0)
FAR = date.max


@dataclass(frozen=True, slots=True)
class Part:
    """One schedule line with what of it can still be taken back: not shipped, not on a delivery."""

    id: int
    order_line_id: int
    position: int
    free: Decimal
    ship_on: date | None
    first_ship_on: date | None
    commitment_id: int | None


@dataclass(frozen=True, slots=True)
class Reduction:
    """What is taken back from one schedule line."""

    part: Part
    quantity: Decimal


def load_parts(order_line_ids: Collection[int]) -> dict[int, list[Part]]:
    """The schedule lines of these order lines, by line. One query, under the orders' header locks."""
    found: defaultdict[int, list[Part]] = defaultdict(list)
    rows = ScheduleLine.objects.filter(order_line_id__in=order_line_ids).order_by("order_line_id", "position")
    for row in rows:
        free = row.quantity - row.cancelled - row.shipped - row.delivering
        found[row.order_line_id].append(
            Part(
                row.pk,
                row.order_line_id,
                row.position,
                max(free, ZERO),
                row.ship_on,
                row.first_ship_on,
                row.commitment_id,
            )
        )
    return dict(found)


def choose_reductions(parts: Mapping[int, list[Part]], wanted: Mapping[int, Decimal]) -> list[Reduction]:
    """Take each line's quantity from the parts without date first, then from the latest. Pure.

    The caller has checked that so much is free; what is promised soonest is kept longest.
    """
    chosen = []
    for line_id, quantity in sorted(wanted.items()):
        left = quantity
        for part in sorted(parts.get(line_id, []), key=lambda part: (part.ship_on or FAR, part.position), reverse=True):
            taken = min(left, part.free)
            if taken > 0:
                chosen.append(Reduction(part, taken))
                left -= taken
        assert left == 0, f"line {line_id}: {left} more than is free"
    return chosen


def take_back(
    reductions: Collection[Reduction], *, company_id: int, source_id: int, purpose: str, on: date, actor: User
) -> None:
    """Cancel these quantities on their schedule lines and release their commitments.

    Takes the bucket locks: call it last.
    """
    bulk.add(ScheduleLine, {each.part.id: {"cancelled": each.quantity} for each in reductions})
    given_back = {each.part.commitment_id: each.quantity for each in reductions if each.part.commitment_id is not None}
    if given_back:
        inventory.release(
            company_id=company_id,
            reductions=given_back,
            source_type=purpose,
            source_id=source_id,
            business_date=on,
            actor=actor,
        )

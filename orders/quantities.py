"""How far an order's lines have come: pure arithmetic on counters, with kits, and the states derived from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal

from catalog.models import Product
from orders.states import BillingState, FulfillmentState

ZERO = Decimal(0)
COUNTERS = ("cancelled", "shipped", "returned", "invoiced", "credited")


@dataclass(frozen=True, slots=True)
class LineState:
    """One line's counters in the stock unit. A component of a kit has the kit's line as ``parent_id``."""

    line_id: int
    product_kind: str
    ordered: Decimal
    cancelled: Decimal = ZERO
    shipped: Decimal = ZERO
    returned: Decimal = ZERO
    invoiced: Decimal = ZERO
    credited: Decimal = ZERO
    parent_id: int | None = None

    @property
    def open(self) -> Decimal:
        """Still to ship: never below zero, also after an over-delivery."""
        return max(self.ordered - self.cancelled - self.shipped, ZERO)

    @property
    def kept(self) -> Decimal:
        """What the customer has: shipped net of returns."""
        return self.shipped - self.returned

    @property
    def to_bill(self) -> Decimal:
        """What may still be billed: goods by what the customer has, services by what was ordered."""
        billed = self.invoiced - self.credited
        due = self.ordered - self.cancelled if self.product_kind == Product.Kind.SERVICE else self.kept
        return max(due - billed, ZERO)

    @property
    def is_shipped_by_itself(self) -> bool:
        """Whether open quantity of the line means goods still to leave."""
        return self.product_kind == Product.Kind.STOCKED


def with_deltas(lines: Mapping[int, LineState], deltas: Mapping[int, Mapping[str, Decimal]]) -> dict[int, LineState]:
    """The lines after these changes, kits' headers brought in line with their components.

    Shipped kits are the full sets that the shipped components make; a returned part reduces the kits only when no full
    set remains.
    """
    after = dict(lines)
    for line_id, delta in deltas.items():
        line = after[line_id]
        after[line_id] = replace(line, **{name: getattr(line, name) + value for name, value in delta.items()})
    for header_id, parts in _kits(after).items():
        header = after[header_id]
        shipped = _full_sets(header, parts, {part.line_id: part.shipped for part in parts})
        kept = _full_sets(header, parts, {part.line_id: part.kept for part in parts})
        after[header_id] = replace(header, shipped=shipped, returned=shipped - min(kept, shipped))
    return after


def _kits(lines: Mapping[int, LineState]) -> dict[int, list[LineState]]:
    kits: dict[int, list[LineState]] = {}
    for line in lines.values():
        if line.parent_id is not None:
            kits.setdefault(line.parent_id, []).append(line)
    return kits


def _full_sets(header: LineState, parts: Iterable[LineState], have: Mapping[int, Decimal]) -> Decimal:
    """How many whole kits these quantities make: the least over the components, rounded down."""
    sets = [have[part.line_id] * header.ordered / part.ordered for part in parts if part.ordered]
    return min((count.to_integral_value(ROUND_FLOOR) for count in sets), default=ZERO)


def fulfillment_state(lines: Iterable[LineState]) -> FulfillmentState:
    """Derived from quantities, compared as quantities and never as percentages."""
    goods = [line for line in lines if line.is_shipped_by_itself]
    if not any(line.shipped for line in goods):
        return FulfillmentState.NOTHING
    return FulfillmentState.ALL if not any(line.open for line in goods) else FulfillmentState.PART


def billing_state(lines: Iterable[LineState]) -> BillingState:
    """Derived from quantities, net of returns."""
    billed = [line for line in lines if line.parent_id is None]
    if not any(line.invoiced for line in billed):
        return BillingState.NOTHING
    waiting = any(line.to_bill or (line.open and line.product_kind != Product.Kind.SERVICE) for line in billed)
    return BillingState.PART if waiting else BillingState.ALL


def is_finished(lines: Iterable[LineState]) -> bool:
    """Whether nothing is left to ship and nothing to bill."""
    known = list(lines)
    shipped = not any(line.open for line in known if line.is_shipped_by_itself)
    return shipped and not any(line.to_bill for line in known if line.parent_id is None)

"""What a draft would be promised if it were confirmed now. Nothing is taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from catalog.selectors import kit_components
from core.dates import business_date
from inventory.models import TransitTime
from inventory.promising import Demand, Promise, PromisePolicy, promise
from orders.models import Order
from orders.status import PromiseTag, promise_tag
from orders.stored import StoredLine
from orders.supply import Place, Standing, standings

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Horizon:
    """The dates that a draft's promises depend on: today at its warehouse, and the days under way."""

    today: date
    transit_days: int

    def wanted_on(self, requested_on: date) -> date:
        """The day on which goods must leave to arrive as requested."""
        return max(self.today, requested_on - timedelta(days=self.transit_days))

    def delivered_on(self, ship_on: date) -> date:
        """The day on which goods arrive that leave on this day."""
        return ship_on + timedelta(days=self.transit_days)


@dataclass(frozen=True, slots=True)
class DraftPromise:
    """The promise that a line of a draft would get: quantities in stock units with their days of delivery."""

    tag: PromiseTag
    requested_on: date
    parts: tuple[tuple[Decimal, date], ...]
    undated: Decimal

    @property
    def deliver_on(self) -> date | None:
        """When the last dated part arrives."""
        return max((on for _, on in self.parts), default=None)

    @property
    def is_late(self) -> bool:
        """Whether any part misses the requested day or has no day."""
        return bool(self.undated) or any(on > self.requested_on for _, on in self.parts)


def horizon_of(order: Order) -> Horizon:
    """Today in the order's warehouse and the transit to its address. One query; the warehouse is loaded."""
    transit = TransitTime.objects.filter(warehouse_id=order.warehouse_id, country=order.ship_to_country)
    return Horizon(business_date(order.warehouse.time_zone), transit.values_list("days", flat=True).first() or 0)


def draft_promises(
    order: Order, lines: Sequence[StoredLine], *, horizon: Horizon, supply: Mapping[Place, Standing] | None = None
) -> dict[int, DraftPromise]:
    """What each line would be promised if the order were confirmed now, by line id; services have no promise.

    Three queries at most for any number of lines. The same engine, order and dates as confirming, without the locks.
    """
    kits = (
        kit_components({line.product_id for line in lines if line.product_kind == "kit"})
        if any(line.product_kind == "kit" for line in lines)
        else {}
    )
    demands, owners = _demands(order, lines, kits, horizon)
    if supply is None:
        supply = standings(
            company_id=order.company_id,
            product_ids={demand.product_id for demand in demands},
            warehouse_ids=[order.warehouse_id],
        )
    slices = [each for place, standing in supply.items() for each in standing.slices(place, horizon.today)]
    answers = promise(demands, slices, PromisePolicy(not_before=horizon.today))
    found: dict[int, list[Promise]] = {}
    for owner, answer in zip(owners, answers, strict=True):
        found.setdefault(owner.pk, []).append(answer)
    by_id = {line.pk: line for line in lines}
    return {line_id: _summed(by_id[line_id], each, horizon) for line_id, each in found.items()}


def _demands(
    order: Order, lines: Sequence[StoredLine], kits: Mapping[int, Sequence[tuple[int, Decimal]]], horizon: Horizon
) -> tuple[list[Demand], list[StoredLine]]:
    """One demand per stocked line and per component of a kit, as confirming makes them, with the line of each."""
    demands: list[Demand] = []
    owners: list[StoredLine] = []
    for line in lines:
        parts = {"stocked": [(line.product_id, Decimal(1))], "kit": list(kits.get(line.product_id, ()))}
        for product_id, quantity in parts.get(line.product_kind, []):
            group = -order.pk if order.complete_only else line.pk if line.product_kind == "kit" else None
            demands.append(
                Demand(
                    key=len(demands),
                    product_id=product_id,
                    warehouse_ids=(order.warehouse_id,),
                    quantity=line.ordered * quantity,
                    wanted_on=horizon.wanted_on(line.requested_on),
                    complete_only=order.complete_only,
                    group=group,
                )
            )
            owners.append(line)
    return demands, owners


def _summed(line: StoredLine, answers: Sequence[Promise], horizon: Horizon) -> DraftPromise:
    """A line's answer; a kit comes with its last component, so only its first component's parts are counted."""
    parts = tuple((each.quantity, horizon.delivered_on(each.ship_on)) for each in answers[0].lines)
    undated = max((answer.unpromised for answer in answers), default=ZERO)
    last = max((horizon.delivered_on(each.ship_on) for answer in answers for each in answer.lines), default=None)
    from_stock = all(peg.key[0] == "bucket" for answer in answers for each in answer.lines for peg in each.pegs)
    tag = promise_tag(
        requested_on=line.requested_on,
        deliver_on=last,
        has_undated=bool(undated),
        on=horizon.today,
        from_stock=from_stock,
        is_shipped=False,
    )
    return DraftPromise(tag, line.requested_on, parts, undated)

"""When can how much be had, from where, and who holds the rest: the picture that promising decides on, without a lock.

What is shown as free is what the promising engine would give now; it is told anew under the lock when it is promised.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.ledger import Total
from inventory.ledgers import STOCK
from inventory.models import StockBucket, Warehouse
from inventory.places import Place
from inventory.promising.engine import free_by_date, proposals
from inventory.promising.loader import (
    ExpectedReceipt,
    StoredCommitment,
    commitments_in,
    free_slices,
    open_receipts,
)
from inventory.promising.types import Demand, PromisePolicy, Proposal, SupplySlice
from inventory.promising.wording import supply_text

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class ComingReceipt:
    """One expected receipt: when, how much, and how much of it no promise leans on."""

    number: str
    supply_line_id: int
    expected_on: date
    open: Decimal
    free: Decimal
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """One promise that holds supply: which document, how much is still to leave, when, and what it leans on."""

    commitment_id: int
    reference: str
    kind: str
    quantity: Decimal
    ship_on: date
    leans_on: str


@dataclass(frozen=True, slots=True)
class DayStock:
    """What stands at the end of a day, and what can be promised to ship from that day on."""

    on: date
    projected: Decimal
    free: Decimal


@dataclass(frozen=True, slots=True)
class PlaceAvailability:
    """One product in one warehouse."""

    warehouse_id: int
    code: str
    name: str
    on_hand: Decimal
    pegged: Decimal
    receipts: tuple[ComingReceipt, ...]
    claims: tuple[Claim, ...]
    days: tuple[DayStock, ...]

    @property
    def free(self) -> Decimal:
        """On hand that no promise leans on."""
        return self.on_hand - self.pegged


@dataclass(frozen=True, slots=True)
class Availability:
    """One product in every warehouse of a company, the first to promise from first."""

    product_id: int
    on: date
    places: tuple[PlaceAvailability, ...]
    supply: tuple[SupplySlice, ...]

    @property
    def warehouse_ids(self) -> tuple[int, ...]:
        """The candidates of a demand, in their order."""
        return tuple(place.warehouse_id for place in self.places)


def availability(*, product_id: int, company_id: int, on: date) -> Availability:
    """Stock, promises, receipts and the projected line per day of a product in each warehouse. Four queries.

    Supply and promises that are overdue count as of ``on``.
    """
    warehouses = list(
        Warehouse.objects.filter(company_id=company_id, is_active=True)
        .order_by("rank", "code")
        .values_list("id", "code", "name")
    )
    places = [(warehouse_id, product_id) for warehouse_id, _, _ in warehouses]
    buckets = _buckets(company_id, places)
    receipts = open_receipts(places)
    rows = commitments_in(places)
    supply = free_slices(buckets, receipts, on=on)
    return Availability(
        product_id,
        on,
        tuple(
            _place(
                warehouse,
                buckets.get((warehouse[0], product_id)),
                [receipt for receipt in receipts if receipt.warehouse_id == warehouse[0]],
                [row for row in rows if row.warehouse_id == warehouse[0]],
                [entry for entry in supply if entry.warehouse_id == warehouse[0]],
                on,
            )
            for warehouse in warehouses
        ),
        tuple(supply),
    )


def _buckets(company_id: int, places: Collection[Place]) -> dict[Place, Total]:
    """The buckets as they are, without a lock, in one query."""
    rows = StockBucket.objects.filter(
        company_id=company_id,
        warehouse_id__in={place[0] for place in places},
        product_id__in={place[1] for place in places},
    ).values_list("id", *STOCK.key, *STOCK.balances)
    wanted = set(places)
    return {
        (row[2], row[3]): Total(row[0], tuple(row[1:4]), dict(zip(STOCK.balances, row[4:], strict=True)), {})
        for row in rows
        if (row[2], row[3]) in wanted
    }


def _place(
    warehouse: tuple[int, str, str],
    bucket: Total | None,
    receipts: Sequence[ExpectedReceipt],
    rows: Sequence[StoredCommitment],
    supply: Sequence[SupplySlice],
    on: date,
) -> PlaceAvailability:
    names = {receipt.total.id: receipt for receipt in receipts}
    claims = sorted((row for row in rows if row.open), key=lambda row: (row.ship_on, row.id))
    return PlaceAvailability(
        *warehouse,
        on_hand=bucket.balances["on_hand"] if bucket else ZERO,
        pegged=bucket.balances["pegged"] if bucket else ZERO,
        receipts=tuple(
            ComingReceipt(
                receipt.number,
                receipt.total.key[1],
                receipt.expected_on,
                receipt.total.balances["open"],
                receipt.total.balances["open"] - receipt.total.balances["pegged"],
                receipt.expected_on < on,
            )
            for receipt in sorted(receipts, key=lambda receipt: (receipt.expected_on, receipt.total.id))
        ),
        claims=tuple(
            Claim(row.id, row.reference, row.kind, row.open, row.ship_on, _leans_on(row, names)) for row in claims
        ),
        days=_days(bucket, receipts, claims, supply, on),
    )


def _leans_on(row: StoredCommitment, receipts: Mapping[int, ExpectedReceipt]) -> str:
    alone = len(row.pegs) == 1
    return ", ".join(
        supply_text(
            peg.key,
            receipts[peg.key[1]].number if peg.key[0] == "receipt" else "",
            peg.quantity,
            peg.available_on,
            alone=alone,
        )
        for peg in row.pegs
    )


def _days(
    bucket: Total | None,
    receipts: Sequence[ExpectedReceipt],
    claims: Sequence[StoredCommitment],
    supply: Sequence[SupplySlice],
    on: date,
) -> tuple[DayStock, ...]:
    """A step for every day on which something comes or leaves, today first."""
    changes: dict[date, Decimal] = {on: bucket.balances["on_hand"] if bucket else ZERO}
    for receipt in receipts:
        day = max(receipt.expected_on, on)
        changes[day] = changes.get(day, ZERO) + receipt.total.balances["open"]
    for row in claims:
        day = max(row.ship_on, on)
        changes[day] = changes.get(day, ZERO) - row.open
    free = dict(free_by_date(supply))
    stands, promisable, days = ZERO, free.get(date.min, ZERO), []
    for day in sorted(changes):
        stands += changes[day]
        promisable = free.get(day, promisable)
        days.append(DayStock(day, stands, promisable))
    return tuple(days)


def proposals_for(
    *, found: Availability, quantity: Decimal, wanted_on: date, warehouse_ids: tuple[int, ...] = ()
) -> tuple[Proposal, ...]:
    """The different ways to serve a wish from what was found; the first warehouse is home. No query."""
    demand = Demand(1, found.product_id, warehouse_ids or found.warehouse_ids, quantity, wanted_on)
    return proposals(demand, found.supply, PromisePolicy(not_before=found.on))

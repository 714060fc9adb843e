"""The words of promising: what is wanted, what it can lean on, and what was told to the customer.

Quantities are in the product's stock unit (at most six decimal places); dates are business dates of the warehouse.
Nothing here reads a database, a clock or a setting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from core.wording import day, plain
from inventory.promising.wording import lateness, supply_text

SupplyKind = Literal["bucket", "receipt"]
SupplyKey = tuple[SupplyKind, int]

ZERO = Decimal(0)
NO_NAMES: Mapping[int, str] = MappingProxyType({})


class Sourcing(StrEnum):
    """In which order the candidate warehouses of a demand are asked for what meets its date."""

    NEAREST = "nearest"
    FEWEST_SHIPMENTS = "fewest_shipments"


@dataclass(frozen=True, slots=True)
class Demand:
    """A quantity of one product that a document wants on one date, before anything is promised.

    `warehouse_ids` are the candidates, the preferred one first. Served in the order in which demands are given.
    """

    key: int
    product_id: int
    warehouse_ids: tuple[int, ...]
    quantity: Decimal
    wanted_on: date
    complete_only: bool = False  # The whole quantity, or a refusal that takes nothing.
    allow_split: bool = True  # False: one date and one warehouse for the whole quantity, or no date at all.
    step: Decimal | None = None  # Each schedule line is a multiple of it (whole units, cases), but for the last.
    group: int | None = None  # Demands of one group (parts of a kit) ship together: one date, one warehouse.


@dataclass(frozen=True, slots=True)
class SupplySlice:
    """What is still free on one named supply: a bucket's on-hand stock, or one expected receipt.

    `free` is net of every peg already held. It may be negative for a bucket in a warehouse that allows negative stock:
    the debt is then covered from later receipts before anything is promised.
    """

    key: SupplyKey
    product_id: int
    warehouse_id: int
    available_on: date  # A bucket: `date.min` or today. A receipt: the first day its goods can ship.
    free: Decimal
    firm: bool = True
    name: str = ""  # What users call it, such as the number of the supply order.


@dataclass(frozen=True, slots=True)
class PromisePolicy:
    """Which supply may be promised, and from when; the scope of check of the document."""

    not_before: date | None = None  # No promise earlier than this: today, or today plus the offset of the fence.
    horizon_on: date | None = None  # Supply that arrives after it is not promised.
    firm_only: bool = False
    sourcing: Sourcing = Sourcing.NEAREST


@dataclass(frozen=True, slots=True)
class Peg:
    """How much of a promise leans on which supply, and when that supply was expected at that time."""

    key: SupplyKey
    quantity: Decimal
    available_on: date = date.min
    name: str = ""


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """One dated quantity told to the customer; its pegs add up to its quantity, the latest supply first."""

    quantity: Decimal
    ship_on: date
    warehouse_id: int
    pegs: tuple[Peg, ...]


@dataclass(frozen=True, slots=True)
class Promise:
    """The answer to one demand: dated lines, and what no supply covers (a schedule line without date)."""

    demand: Demand
    lines: tuple[ScheduleLine, ...]
    unpromised: Decimal
    refused: bool = False  # A complete-only demand that could not be served in full; it holds nothing.

    @property
    def is_complete(self) -> bool:
        return not self.unpromised

    @property
    def is_late(self) -> bool:
        """Whether any part misses the wanted date or has no date."""
        return bool(self.unpromised) or any(line.ship_on > self.demand.wanted_on for line in self.lines)

    @property
    def on_time_quantity(self) -> Decimal:
        return sum((line.quantity for line in self.lines if line.ship_on <= self.demand.wanted_on), ZERO)

    @property
    def complete_on(self) -> date | None:
        """The date of the last part, or None while some part has no supply."""
        return max((line.ship_on for line in self.lines), default=None) if self.is_complete else None

    @property
    def trace(self) -> tuple[str, ...]:
        return self.explain()

    def explain(self, warehouse_names: Mapping[int, str] = NO_NAMES) -> tuple[str, ...]:
        """Say in plain words what was wanted, what is promised from which supply, and what is missing."""
        wanted = self.demand.wanted_on
        sentences = [f"Wanted {plain(self.demand.quantity)} on {day(wanted)}."]
        for line in self.lines:
            place = warehouse_names.get(line.warehouse_id, f"warehouse {line.warehouse_id}")
            leans_on = ", ".join(
                supply_text(peg.key, peg.name, peg.quantity, peg.available_on, alone=len(line.pegs) == 1)
                for peg in line.pegs
            )
            when = day(line.ship_on) + lateness(wanted, line.ship_on)
            sentences.append(f"{plain(line.quantity)} ship on {when} from {place}: {leans_on}.")
        if self.refused:
            sentences.append("Refused: only the complete quantity is wanted, and supply does not cover it.")
        elif self.unpromised:
            sentences.append(f"No supply for {plain(self.unpromised)}.")
        return tuple(sentences)


@dataclass(frozen=True, slots=True)
class Promises:
    """The answers to a set of demands, in the order in which these were given."""

    results: tuple[Promise, ...]

    def __iter__(self) -> Iterator[Promise]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    def by_key(self) -> dict[int, Promise]:
        return {promise.demand.key: promise for promise in self.results}

    @property
    def late_keys(self) -> tuple[int, ...]:
        return tuple(promise.demand.key for promise in self.results if promise.is_late)

    @property
    def refused_keys(self) -> tuple[int, ...]:
        return tuple(promise.demand.key for promise in self.results if promise.refused)

    def taken(self) -> dict[SupplyKey, Decimal]:
        """How much each supply gives in all: what the pegged totals rise by."""
        totals: dict[SupplyKey, Decimal] = {}
        for promise in self.results:
            for line in promise.lines:
                for peg in line.pegs:
                    totals[peg.key] = totals.get(peg.key, ZERO) + peg.quantity
        return totals


class ProposalKind(StrEnum):
    """The ways to serve a demand that a user can choose from."""

    ON_DATE = "on_date"  # As much as possible on the wanted date.
    COMPLETE = "complete"  # Everything on the earliest date.
    SPLIT = "split"  # What there is on the wanted date, the rest as supply arrives.
    OTHER_WAREHOUSE = "other_warehouse"  # Everything on the earliest date from one other warehouse.
    SPLIT_WAREHOUSES = "split_warehouses"  # Parts from several warehouses.


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way to serve a demand; nothing is taken until it is chosen and promised."""

    kind: ProposalKind
    promise: Promise


@dataclass(frozen=True, slots=True)
class Commitment:
    """A promise that already stands: one quantity of one product from one warehouse, dated, leaning on its pegs."""

    key: int
    product_id: int
    warehouse_id: int
    quantity: Decimal
    ship_on: date
    pegs: tuple[Peg, ...] = ()
    allow_split: bool = True


@dataclass(frozen=True, slots=True)
class BrokenPromise:
    """A quantity that can no longer ship on the date told; `new_ship_on` is None when no supply covers it."""

    key: int
    quantity: Decimal
    old_ship_on: date
    new_ship_on: date | None

    @property
    def sentence(self) -> str:
        told = f"{plain(self.quantity)} promised for {day(self.old_ship_on)}"
        if self.new_ship_on is None:
            return f"{told} has no supply any more."
        return f"{told} can ship on {day(self.new_ship_on)}{lateness(self.old_ship_on, self.new_ship_on)}."


@dataclass(frozen=True, slots=True)
class Repegged:
    """What one commitment leans on after a change of supply."""

    commitment: Commitment
    lines: tuple[ScheduleLine, ...]
    unpromised: Decimal


@dataclass(frozen=True, slots=True)
class Repegging:
    """The outcome of a change of supply: new pegs for every commitment given, and the promises that broke."""

    results: tuple[Repegged, ...]
    broken: tuple[BrokenPromise, ...]

    def peg_changes(self) -> dict[tuple[int, SupplyKey], Decimal]:
        """By (commitment, supply), how much the peg rises (above zero) or falls; unchanged pegs are left out."""
        changes: dict[tuple[int, SupplyKey], Decimal] = {}
        for result in self.results:
            key = result.commitment.key
            for peg in result.commitment.pegs:
                changes[key, peg.key] = changes.get((key, peg.key), ZERO) - peg.quantity
            for line in result.lines:
                for peg in line.pegs:
                    changes[key, peg.key] = changes.get((key, peg.key), ZERO) + peg.quantity
        return {pair: change for pair, change in changes.items() if change}


@dataclass(frozen=True, slots=True)
class HeldPeg:
    """One stored peg as a candidate for release. A higher `priority` is kept longer."""

    commitment_key: int
    supply_key: SupplyKey
    quantity: Decimal
    ship_on: date
    priority: int = 0
    available_on: date = date.min


@dataclass(frozen=True, slots=True)
class Release:
    """How much of one peg is given up."""

    commitment_key: int
    supply_key: SupplyKey
    quantity: Decimal

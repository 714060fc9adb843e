"""Facts that inventory tells the rooms above it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.events import Event


@dataclass(frozen=True, slots=True)
class PromiseMove:
    """A quantity of a commitment that cannot ship on the day that was told.

    ``new_ship_on`` None: no supply covers it any more and nothing carries it. ``new_commitment_id`` is the commitment
    that carries it now: the same one when it moved to another day as a whole, a new one when a part did.
    """

    commitment_id: int
    quantity: Decimal
    old_ship_on: date
    new_ship_on: date | None
    new_commitment_id: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisesMoved(Event):
    """Supply slipped, shrank or was lost, and these promises could not be kept. Commitments and pegs are written."""

    company_id: int
    moves: tuple[PromiseMove, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyAdded(Event):
    """More can be promised than before, or earlier: of these products in these warehouses, and why, in words."""

    company_id: int
    places: tuple[tuple[int, int], ...]  # warehouse, product
    reason: str

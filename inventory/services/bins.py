"""Bins follow their bucket: every receipt, issue and correction moves the bin in the same transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.ledger import Key, Movement
from inventory.ledgers import BINS
from inventory.places import StockPlaces


@dataclass(frozen=True, slots=True)
class BinMove:
    """So much of a product into (above zero) or out of one bin, by one source."""

    bin_id: int
    product_id: int
    quantity: Decimal
    source_id: int


def lock_and_move_bins(
    company_id: int, moves: Mapping[date, Sequence[BinMove]], places: StockPlaces, *, source_type: str, purpose: str
) -> None:
    """Lock the bins in one sorted statement and move them, by business date; three statements.

    Moves of one source in one bin are added up. Raises LedgerRefused when a bin holds less.
    """
    sums: dict[tuple[date, int, Key], Decimal] = {}
    for on, of_day in moves.items():
        for move in of_day:
            entry = (on, move.source_id, (company_id, move.bin_id, move.product_id))
            sums[entry] = sums.get(entry, Decimal(0)) + move.quantity
    keys = {key for _, _, key in sums}
    opening = {key: {"negative_allowed": places.bins_allow_negative(key[1])} for key in keys}
    BINS.post(
        [
            Movement(key, {"quantity": quantity}, source_type, source_id, purpose, on)
            for (on, source_id, key), quantity in sums.items()
            if quantity
        ],
        totals=BINS.lock(list(keys), opening=opening),
    )

"""The free supply of one product in one warehouse, while an engine run hands it out. Private to promising."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from inventory.promising.types import ZERO, Peg, ScheduleLine, SupplySlice

BucketKey = tuple[int, int]  # product, warehouse


class Pool:
    """Slices in date order with what is left of each; used-up slices leave, so every entry is above zero."""

    __slots__ = ("dates", "free", "slices")

    def __init__(self, slices: Iterable[SupplySlice]) -> None:
        ordered = sorted(slices, key=lambda supply: (supply.available_on, supply.key))
        self.slices = [supply for supply in ordered if supply.free > 0]
        self.free = [supply.free for supply in self.slices]
        self.dates = [supply.available_on for supply in self.slices]
        for supply in ordered:
            if supply.free < 0:  # Negative stock is an issue that has happened: supply covers it before any promise.
                self.cover(-supply.free, supply.available_on)

    def copy(self) -> Pool:
        twin = Pool(())
        twin.dates, twin.free, twin.slices = self.dates[:], self.free[:], self.slices[:]
        return twin

    def free_by(self, by: date) -> Decimal:
        """What can ship by a date; with pegs held backward this is ATP with look-ahead."""
        return sum(self.free[: bisect_right(self.dates, by)], ZERO)

    def complete_on(self, quantity: Decimal, due: date) -> date | None:
        """The first date from `due` on by which the whole quantity is free."""
        for on, free in zip(self.dates, self.free, strict=True):
            quantity -= free
            if quantity <= 0:
                return max(on, due)
        return None

    def dates_after(self, due: date) -> list[date]:
        return sorted(set(self.dates[bisect_right(self.dates, due) :]))

    def take(self, quantity: Decimal, by: date) -> list[Peg]:
        """Take up to this quantity from what is available by the date, the latest supply first."""
        top = low = bisect_right(self.dates, by)
        pegs = []
        while low and quantity:
            low -= 1
            free, supply = self.free[low], self.slices[low]
            if free > quantity:
                self.free[low] = free - quantity
                pegs.append(Peg(supply.key, quantity, supply.available_on, supply.name))
                low += 1
                break
            quantity -= free
            pegs.append(Peg(supply.key, free, supply.available_on, supply.name))
        del self.dates[low:top], self.free[low:top], self.slices[low:top]
        return pegs

    def cover(self, debt: Decimal, since: date) -> None:
        """Let what is owed since a date use the latest supply before it, then the earliest after it."""
        for on in (since, *self.dates_after(since)):
            debt -= sum((peg.quantity for peg in self.take(debt, on)), ZERO)
            if not debt:
                return

    def line(self, warehouse_id: int, wanted: Decimal, on: date, step: Decimal | None = None) -> ScheduleLine | None:
        """Give one schedule line of at most the wanted quantity; short of it, whole steps only."""
        if step is not None:
            available = self.free_by(on)
            if available < wanted:
                wanted = available - available % step
        pegs = self.take(wanted, on)
        if not pegs:
            return None
        quantity = pegs[0].quantity if len(pegs) == 1 else sum((peg.quantity for peg in pegs), ZERO)
        return ScheduleLine(quantity, on, warehouse_id, tuple(pegs))


def pools_of(supply: Iterable[SupplySlice]) -> dict[BucketKey, Pool]:
    """Sort supply into one pool per product and warehouse."""
    slices: dict[BucketKey, list[SupplySlice]] = {}
    for entry in supply:
        slices.setdefault((entry.product_id, entry.warehouse_id), []).append(entry)
    return {bucket: Pool(entries) for bucket, entries in slices.items()}

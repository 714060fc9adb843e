"""Derives supply from demand: what a period sends out arrives before it, less what is on hand by then."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from orders_site.replay.survey import ProductPlan


@dataclass(frozen=True, slots=True)
class SupplyLine:
    """Pieces of a product at a cost per piece."""

    sku: str
    quantity: Decimal
    unit_cost: Decimal


@dataclass(frozen=True, slots=True)
class SupplyOrder:
    """One order to the supplier, received complete on its day, before anything of that day is sold."""

    key: str
    day: date
    lines: tuple[SupplyLine, ...]


class SupplyPlanner:
    """Follows what is on hand of each product and orders what the next period lacks; stock is never below zero."""

    def __init__(
        self,
        sent_out: Mapping[date, Mapping[str, Decimal]],
        products: Mapping[str, ProductPlan],
        *,
        lines_per_order: int,
    ) -> None:
        self._to_come = sorted(sent_out.items(), reverse=True)
        self._products = products
        self._lines_per_order = lines_per_order
        self.on_hand: dict[str, Decimal] = dict.fromkeys(products, Decimal(0))

    def orders_until(self, day: date) -> Iterator[SupplyOrder]:
        """Give the supply orders of every period that has begun by this day and was not supplied yet."""
        while self._to_come and self._to_come[-1][0] <= day:
            start, needs = self._to_come.pop()
            lines = [
                SupplyLine(sku, need - self.on_hand[sku], self._products[sku].unit_cost)
                for sku, need in sorted(needs.items())
                if need > self.on_hand[sku]
            ]
            for line in lines:
                self.on_hand[line.sku] += line.quantity
            for number, first in enumerate(range(0, len(lines), self._lines_per_order), start=1):
                part = tuple(lines[first : first + self._lines_per_order])
                yield SupplyOrder(f"supply/{start}/{number}", start, part)

    def move(self, sku: str, quantity: Decimal) -> None:
        """Record what a document moves: positive comes in, negative goes out."""
        self.on_hand[sku] += quantity
        assert self.on_hand[sku] >= 0, f"the survey did not foresee what {sku} sends out"

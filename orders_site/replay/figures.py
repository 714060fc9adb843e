"""Figures of trade by month, country, customer and code, each by class: lines, quantity and net amount."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from orders_site.replay.classify import ClassifiedLine

NO_CUSTOMER = "(none)"


class Dimension(StrEnum):
    """What figures are asked by."""

    MONTH = "month"
    COUNTRY = "country"
    CUSTOMER = "customer"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Figure:
    """Lines, quantity in pieces, and net amount in the currency of the mapping, rounded per line."""

    lines: int = 0
    quantity: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)

    def __add__(self, other: "Figure") -> "Figure":
        return Figure(self.lines + other.lines, self.quantity + other.quantity, self.amount + other.amount)


FigureKey = tuple[str, str]  # value of the dimension, class


class Figures:
    """Adds figures up in every dimension. Filled from lines of a plan, or from rows that the database added up."""

    def __init__(self) -> None:
        self._sums: dict[Dimension, dict[FigureKey, list[Decimal]]] = {d: {} for d in Dimension}
        self._counts: dict[Dimension, dict[FigureKey, int]] = {d: defaultdict(int) for d in Dimension}

    def add_line(self, classified: ClassifiedLine) -> None:
        """Count an accepted line under its month, country, customer and code as written; a rejected one nowhere."""
        if not classified.trade_class:
            return
        line = classified.line
        values = (f"{line.at:%Y-%m}", line.country, line.customer or NO_CUSTOMER, line.code)
        for dimension, value in zip(Dimension, values, strict=True):
            self.add(dimension, value, classified.trade_class, Figure(1, line.quantity, classified.amount))

    def add(self, dimension: Dimension, value: str, trade_class: str, figure: Figure) -> None:
        """Add to one figure of one dimension."""
        key = value, trade_class
        sums = self._sums[dimension].setdefault(key, [Decimal(0), Decimal(0)])
        sums[0] += figure.quantity
        sums[1] += figure.amount
        self._counts[dimension][key] += figure.lines

    def by(self, dimension: Dimension) -> dict[FigureKey, Figure]:
        """Give the figures of one dimension, per value and class."""
        counts = self._counts[dimension]
        return {key: Figure(counts[key], *sums) for key, sums in self._sums[dimension].items()}

    def by_class(self) -> dict[str, Figure]:
        """Give the figures per class over all months."""
        return dict(_totals((trade_class, figure) for (_, trade_class), figure in self.by(Dimension.MONTH).items()))


def _totals(items: Iterable[tuple[str, Figure]]) -> Iterator[tuple[str, Figure]]:
    totals: dict[str, Figure] = {}
    for name, figure in items:
        totals[name] = totals.get(name, Figure()) + figure
    yield from sorted(totals.items())

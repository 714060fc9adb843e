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


class _Sum:
    """A figure while it is added up."""

    __slots__ = ("amount", "lines", "quantity")

    def __init__(self) -> None:
        self.lines, self.quantity, self.amount = 0, Decimal(0), Decimal(0)

    def add(self, lines: int, quantity: Decimal, amount: Decimal) -> None:
        self.lines += lines
        self.quantity += quantity
        self.amount += amount

    def figure(self) -> Figure:
        return Figure(self.lines, self.quantity, self.amount)


class Figures:
    """Adds figures up in every dimension. Filled from lines of a plan, or from rows that the database added up."""

    def __init__(self) -> None:
        self._sums: dict[Dimension, dict[FigureKey, _Sum]] = {d: defaultdict(_Sum) for d in Dimension}

    def add_lines(self, lines: Iterable[ClassifiedLine]) -> None:
        """Count accepted lines under their month, country, customer and code as written; rejected ones nowhere.

        The lines of one document share all but the code, so they are added up before they are added.
        """
        shared: dict[tuple[int, int, str, str, str], _Sum] = defaultdict(_Sum)
        codes = self._sums[Dimension.CODE]
        for line, trade_class, _, _, _, amount, _ in lines:
            if trade_class:
                codes[line.code, trade_class].add(1, line.quantity, amount)
                key = line.at.year, line.at.month, line.country, line.customer, trade_class
                shared[key].add(1, line.quantity, amount)
        for (year, month, country, customer, trade_class), total in shared.items():
            figure = total.figure()
            self.add(Dimension.MONTH, f"{year}-{month:02}", trade_class, figure)
            self.add(Dimension.COUNTRY, country, trade_class, figure)
            self.add(Dimension.CUSTOMER, customer or NO_CUSTOMER, trade_class, figure)

    def add(self, dimension: Dimension, value: str, trade_class: str, figure: Figure) -> None:
        """Add to one figure of one dimension."""
        self._sums[dimension][value, trade_class].add(figure.lines, figure.quantity, figure.amount)

    def by(self, dimension: Dimension) -> dict[FigureKey, Figure]:
        """Give the figures of one dimension, per value and class."""
        return {key: total.figure() for key, total in self._sums[dimension].items()}

    def by_class(self) -> dict[str, Figure]:
        """Give the figures per class over all months."""
        return dict(_totals((trade_class, figure) for (_, trade_class), figure in self.by(Dimension.MONTH).items()))


def _totals(items: Iterable[tuple[str, Figure]]) -> Iterator[tuple[str, Figure]]:
    totals: dict[str, Figure] = {}
    for name, figure in items:
        totals[name] = totals.get(name, Figure()) + figure
    yield from sorted(totals.items())

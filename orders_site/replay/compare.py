"""Compares figures with the expected tables beside a file of trade: equal to the line, the piece and the cent."""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from orders_site.replay.errors import ReplayInputError
from orders_site.replay.figures import Dimension, Figure, FigureKey, Figures

TABLE_NAME = "expected_rounded_by_{dimension}.csv"


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure that is not as expected; an absent figure is zero."""

    dimension: Dimension
    value: str
    trade_class: str
    expected: Figure
    actual: Figure

    def __str__(self) -> str:
        figures = f"expected {_words(self.expected)}, got {_words(self.actual)}"
        return f"{self.dimension} {self.value}, {self.trade_class}: {figures}"


def _words(figure: Figure) -> str:
    return f"{figure.lines} lines, quantity {figure.quantity:f}, amount {figure.amount:f}"


def expected_figures(folder: Path) -> Figures:
    """Read the four expected tables of a folder.

    Raises:
        ReplayInputError: a table is absent or not of the expected form.
    """
    figures = Figures()
    for dimension in Dimension:
        path = folder / TABLE_NAME.format(dimension=dimension)
        try:
            with path.open(encoding="utf-8", newline="") as table:
                for row in csv.DictReader(table, strict=True):
                    figure = Figure(int(row["lines"]), Decimal(row["quantity"]), Decimal(row["amount_2dp"]))
                    figures.add(dimension, row[dimension], row["class"], figure)
        except OSError as error:
            raise ReplayInputError(f"{path.name} cannot be read: {error.strerror}.") from error
        except (KeyError, TypeError, ValueError, InvalidOperation, csv.Error) as error:
            raise ReplayInputError(f"{path.name} is not a table of expected figures.") from error
    return figures


def folded(figures: Mapping[FigureKey, Figure], fold: Callable[[str], str]) -> dict[FigureKey, Figure]:
    """Add up figures whose values become the same, such as codes that are one product (``mapping.codes.sku_of``)."""
    totals: dict[FigureKey, Figure] = {}
    for (value, trade_class), figure in figures.items():
        key = fold(value), trade_class
        totals[key] = totals.get(key, Figure()) + figure
    return totals


def differences(
    dimension: Dimension, expected: Mapping[FigureKey, Figure], actual: Mapping[FigureKey, Figure]
) -> Iterator[Difference]:
    """Name every figure of a dimension that differs, in the order of the keys."""
    for key in sorted(expected.keys() | actual.keys()):
        wanted, found = expected.get(key, Figure()), actual.get(key, Figure())
        if wanted != found:
            yield Difference(dimension, *key, wanted, found)


def all_differences(expected: Figures, actual: Figures) -> list[Difference]:
    """Name every figure that differs, in all four dimensions."""
    return [d for dimension in Dimension for d in differences(dimension, expected.by(dimension), actual.by(dimension))]

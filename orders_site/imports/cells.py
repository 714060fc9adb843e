"""One cell as a file gives it: what is written there, and whether a spreadsheet already made a number or day of it."""

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal, NamedTuple

CellKind = Literal["text", "number", "date", "error"]


class Cell(NamedTuple):
    """A cell. Numbers stand with a decimal point and dates as ISO; an "error" holds the sentence of what is wrong."""

    text: str
    kind: CellKind = "text"

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written there."""
        return not self.text.strip()


EMPTY = Cell("")


def plain(cells: Sequence[Cell]) -> list[Any]:
    """Cells as they are stored: text as it is, anything else with its kind."""
    return [cell.text if cell.kind == "text" else [cell.kind, cell.text] for cell in cells]


def from_plain(stored: Sequence[Any]) -> list[Cell]:
    """The cells of a stored row."""
    return [Cell(value) if isinstance(value, str) else Cell(value[1], value[0]) for value in stored]


def of_value(value: Any) -> Cell:
    """A cell from what a workbook holds: true numbers and days keep their kind, times of day are left to be text."""
    if value is None:
        return EMPTY
    if isinstance(value, bool):
        return Cell("yes" if value else "no")
    if isinstance(value, int | float | Decimal):
        number = Decimal(str(value))
        if not number.is_finite():
            return EMPTY if number.is_nan() else Cell("This is larger than any number that can be kept.", "error")
        return Cell(f"{number:f}", "number")
    if isinstance(value, datetime):
        is_day = value.time() == time()
        return Cell(value.date().isoformat(), "date") if is_day else Cell(value.isoformat(" "))
    if isinstance(value, date):
        return Cell(value.isoformat(), "date")
    return Cell(str(value))

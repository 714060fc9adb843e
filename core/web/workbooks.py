"""Rows as an Excel workbook: written row by row, so that its size costs no memory; numbers are numbers, text is text.

No cell is ever a formula. Text that begins like one is typed as text and marked with the prefix that Excel keeps when
the file is saved in another format.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from django.utils import timezone
from moneyed import Money
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from core.rounding import currency_exponent
from core.web.cells import Row, is_formula_like, shown_tag
from core.web.columns import Column

ROWS_OF_A_SHEET = 1_048_575  # Excel's own limit, less the head
LONGEST_TEXT = 32_767
FIRST_DAY = date(1900, 3, 1)  # before it Excel's calendar is wrong: such a day is written as text
WIDTHS = {"text": 28, "link": 20, "code": 20, "tag": 20, "stamp": 18, "date": 12, "age": 18}
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # Excel would read _x0041_ as a letter

Put = Callable[[Row], Any]


class _Sheet:
    """One sheet with its head, and one reusable cell per kind of content: making a million cells would cost minutes."""

    def __init__(self, book: Workbook, title: str, columns: Sequence[Column], currency: str) -> None:
        self.sheet = book.create_sheet(title)
        self.sheet.freeze_panes = "A2"
        self._cells: dict[str, Any] = {}
        heads = [*(column.label for column in columns), *(["Currency"] if currency else [])]
        for number, column in enumerate(columns, 1):
            self.sheet.column_dimensions[get_column_letter(number)].width = WIDTHS.get(column.cell, 14)
        self.sheet.append([self._head(label) for label in heads])
        self._puts = [self._putter(column) for column in columns]
        if currency:
            self._puts.append(lambda row: self._text(row[currency] or ""))

    def add(self, row: Row) -> None:
        """Write one row."""
        self.sheet.append([put(row) for put in self._puts])

    def _head(self, label: str) -> Any:
        cell = WriteOnlyCell(self.sheet, value=None)
        cell.font = Font(bold=True)
        _write_text(cell, label)
        return cell

    def _cell(self, kind: str, number_format: str = "General") -> Any:
        """A new cell that shares the style of its kind."""
        style = self._cells.get(kind)
        if style is None:
            style = self._cells[kind] = WriteOnlyCell(self.sheet, value=None)
            style.number_format = number_format
            if kind == "disarmed":
                style.quotePrefix = True
        cell = WriteOnlyCell(self.sheet, value=None)
        cell._style = style._style
        return cell

    def _text(self, value: object) -> Any:
        text = str(value)
        cell = self._cell("disarmed" if is_formula_like(text) else "text")
        _write_text(cell, text)
        return cell

    def _number(self, value: Decimal | int, number_format: str) -> Any:
        cell = self._cell(number_format, number_format)
        cell._value, cell.data_type = value, "n"
        return cell

    def _day(self, value: date | datetime) -> Any:
        if isinstance(value, datetime):
            value = timezone.localtime(value).replace(tzinfo=None) if value.tzinfo else value
        day = value.date() if isinstance(value, datetime) else value
        if day < FIRST_DAY:
            return self._text(value.isoformat())
        number_format = "yyyy-mm-dd hh:mm" if isinstance(value, datetime) else "yyyy-mm-dd"
        cell = self._cell(number_format, number_format)
        cell._value, cell.data_type = value, "d"
        return cell

    def _putter(self, column: Column) -> Put:
        def put(row: Row) -> Any:
            value = column.of(row)
            if value is None or value == "":
                return None
            match column.cell:
                case "money":
                    amount = value.amount if isinstance(value, Money) else value
                    code = str(row.get(column.currency) or "") if column.currency else ""
                    return self._number(amount, money_format(code))
                case "quantity":
                    return self._number(value, "General")
                case "count":
                    return self._number(value, "#,##0")
                case "percent" | "bar":
                    return self._number(Decimal(value) / 100, "0.0%")
                case "date" | "stamp" | "age":
                    return self._day(value)
                case "tag":
                    shown = shown_tag(column, value)
                    return self._text(shown.label) if shown else None
                case _:
                    return self._text(value)

        return put


def _write_text(cell: Any, text: str) -> None:
    """Text stays text: the library would turn what begins with "=" into a formula and "#N/A" into an error."""
    cell._value = _ESCAPE.sub("_x005F_", _UNWRITABLE.sub("", text))[:LONGEST_TEXT]
    cell.data_type = "s"


def money_format(currency: str) -> str:
    """How Excel shows amounts: with as many decimals as the currency has."""
    places = currency_exponent(currency) if currency else 2
    return "#,##0" + (f".{'0' * places}" if places else "")


def write_workbook(
    file: IO[bytes], *, title: str, columns: Sequence[Column], currency: str, rows: Iterable[Row]
) -> None:
    """Write the rows under a frozen head; more than a sheet can hold go on in the next one.

    ``currency`` names the field with the row's currency code, for a column of its own at the end; empty for none.
    """
    book = Workbook(write_only=True)
    for number, part in enumerate(_sheets(iter(rows)), 1):
        sheet = _Sheet(book, title[:25] if number == 1 else f"{title[:25]} {number}", columns, currency)
        for row in part:
            sheet.add(row)
    book.save(file)


def _sheets(rows: Iterator[Row]) -> Iterator[Iterator[Row]]:
    """The rows in portions of one sheet; at least one, so that an empty list still has its head."""
    first: list[Row] = []
    while True:
        portion = _first(rows, first)
        yield portion
        following = next(rows, None)
        if following is None:
            return
        first = [following]


def _first(rows: Iterator[Row], held: list[Row]) -> Iterator[Row]:
    yield from held
    for _, row in zip(range(ROWS_OF_A_SHEET - len(held)), rows, strict=False):
        yield row

"""Files of lists: no text becomes a formula in CSV or Excel; numbers and days keep their kind."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from core.web import workbooks
from core.web.cells import Row, csv_field
from core.web.columns import Column
from core.web.parts import Tag
from core.web.workbooks import write_workbook

CALLS = (
    "=1+1", "+1+1", "-1+1", "@SUM(1)", "=cmd|'/c calc'!A0", "=HYPERLINK(\"http://x\",\"y\")", "=WEBSERVICE(\"http://x\")",
    "=IMPORTXML(\"http://x\",\"//a\")", "=DDE(\"cmd\",\"/c calc\",\"x\")", "-2+3+cmd|'/c calc'!A0", "@A1", "=A1",
    "=\u200b1",     "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff201",
)  # fmt: skip
BEFORE = (
    "",
    " ",
    "   ",
    "\u00a0",
    "\t",
    "\r",
    "\n",
    "\r\n",
    "\u200b",
    "\ufeff",
    "\u2003",
    "\u3000",
    "'",
    '"',
    "\x01",
    "\x00",
)
PAYLOADS = sorted(
    {f"{before}{CALLS[0]}" for before in BEFORE}
    | {f"{before}{CALLS[4]}" for before in BEFORE}
    | set(CALLS)
    | {f"bolts{split}=1+1" for split in (";", "\t", "\n", "\r\n", "; ", "\t ", ";\u00a0", ";;")}
    | {f"a,b\"{split}@SUM(1)" for split in (";", "\t", "\n")}
    | {"%0A=1+1", "|calc", "#N/A", "#REF!", "_x003D_1+1", "=" * 40_000, "-5", "+49 30 1234"}
)  # fmt: skip
BEGINS = re.compile(r"[\s\u200b\ufeff\x00-\x1f]*[=+\-@\uff1d\uff0b\uff0d\uff20]")


def book_of(columns: Iterable[Column], rows: Iterable[Row], currency: str = "") -> io.BytesIO:
    file = io.BytesIO()
    write_workbook(file, title="Rows", columns=list(columns), currency=currency, rows=rows)
    file.seek(0)
    return file


def cells_of(column: Column, *values: Any, **more: Any) -> list[Any]:
    rows = [{column.name: value, "currency": "EUR"} | more for value in values]
    sheet = load_workbook(book_of([column], rows)).active
    return [row[0] for row in sheet.iter_rows(min_row=2)]


def test_there_are_enough_payloads() -> None:
    assert len(PAYLOADS) >= 60


@pytest.mark.parametrize("kind", ["text", "code", "link", "tag"])
@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda text: ascii(text[:24]))
def test_no_text_begins_a_formula_in_any_reading_of_the_csv_file(payload: str, kind: Any) -> None:
    written = csv_field(Column("x", "X", kind), {"x": payload})
    line = io.StringIO()
    csv.writer(line).writerow(["first", written, "last"])

    for delimiter in ",;\t":
        for record in csv.reader(io.StringIO(line.getvalue(), newline=""), delimiter=delimiter):
            assert [field for field in record if BEGINS.match(field)] == []
    for broken in re.split(r"[;\t\r\n]", written):
        assert not BEGINS.match(broken)


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda text: ascii(text[:24]))
def test_no_text_becomes_a_formula_or_an_error_in_a_workbook(payload: str) -> None:
    columns = [Column("x", payload, "text"), Column("t", "T", "tag"), Column("c", "C", "code")]
    file = book_of(columns, [{"x": payload, "t": Tag(payload), "c": payload, "currency": payload}], "currency")

    with zipfile.ZipFile(file) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert not re.search(r"<f[ >/]|t=\"(e|b|str)\"", sheet)
    book = load_workbook(file)
    written = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in written} <= {"s"}
    if BEGINS.match(payload):
        assert all(cell.quotePrefix for cell in book.active[2] if cell.value is not None)


def test_numbers_are_numbers_with_the_decimals_of_their_currency() -> None:
    column = Column("x", "X", "money", currency="currency")

    assert [(cell.value, cell.number_format) for cell in cells_of(column, Decimal("-1234.50"))] == [
        (-1234.5, "#,##0.00")
    ]
    assert [cell.number_format for cell in cells_of(column, Decimal(7), currency="JPY")] == ["#,##0"]
    assert [cell.number_format for cell in cells_of(column, Decimal(7), currency="KWD")] == ["#,##0.000"]
    assert [cell.value for cell in cells_of(Column("x", "X", "quantity"), Decimal("1E+3"), Decimal("0.125"))] == [
        1000,
        0.125,
    ]
    assert [(c.value, c.number_format) for c in cells_of(Column("x", "X", "percent"), Decimal(45))] == [(0.45, "0.0%")]
    assert [cell.value for cell in cells_of(Column("x", "X", "count"), None, 0)] == [None, 0]


def test_days_are_days_and_those_before_the_calendar_are_text() -> None:
    day, stamp = Column("x", "X", "date"), Column("x", "X", "stamp")

    found = cells_of(day, date(2026, 12, 1), date(1066, 10, 14))
    assert [(cell.value, cell.is_date) for cell in found] == [
        (datetime.fromisoformat("2026-12-01"), True),
        ("1066-10-14", False),
    ]
    assert [cell.value for cell in cells_of(stamp, datetime(2026, 12, 1, 9, 30, tzinfo=UTC))] == [
        datetime.fromisoformat("2026-12-01T09:30")
    ]


def test_the_head_is_frozen_bold_and_there_without_rows() -> None:
    sheet = load_workbook(book_of([Column("x", "Number"), Column("y", "Total", "money")], [], "currency")).active

    assert sheet.freeze_panes == "A2"
    assert [(cell.value, cell.font.bold) for cell in sheet[1]] == [
        ("Number", True),
        ("Total", True),
        ("Currency", True),
    ]


@pytest.mark.parametrize(("rows", "sheets"), [(0, [0]), (3, [3]), (4, [3, 1]), (6, [3, 3])])
def test_more_rows_than_a_sheet_holds_go_on_in_the_next(monkeypatch: Any, rows: int, sheets: list[int]) -> None:
    monkeypatch.setattr(workbooks, "ROWS_OF_A_SHEET", 3)

    book = load_workbook(book_of([Column("x", "X", "count")], ({"x": number} for number in range(rows))))

    assert [sheet.max_row - 1 for sheet in book.worksheets] == sheets
    assert [cell.value for sheet in book.worksheets for (cell,) in sheet.iter_rows(min_row=2)] == list(range(rows))

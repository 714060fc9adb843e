"""The rows that did not go in, as a file like the uploaded one with a column that says why."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
from django.db.models import Q, QuerySet
from openpyxl.cell import WriteOnlyCell

from core.web.cells import safe_text
from orders_site.imports.cells import EMPTY, Cell, from_plain
from orders_site.imports.models import ImportRow, ImportRun

WHY = "What is wrong"


def bad_rows(run: ImportRun) -> "QuerySet[ImportRow]":
    """Rows that are wrong or were refused, in the order of the file; rows of one key stand together in both files."""
    return run.rows.filter(Q(outcome=ImportRow.Outcome.WRONG) | Q(result=ImportRow.Result.REFUSED)).order_by("number")


def _why(row: ImportRow) -> str:
    words = [f"{label}: {sentence}" for label, sentence in row.problems.items()]
    return " ".join([*words, row.sentence]).strip() or "Another row of the same key is wrong."


def _table(run: ImportRun) -> Iterator[list[Cell]]:
    """The header and the rows, why each is wrong last; that of an earlier round is left out, wherever it stood."""
    own = [place for place, header in enumerate(run.headers) if header != WHY]
    yield [*(Cell(run.headers[place]) for place in own), Cell(WHY)]
    for row in bad_rows(run).iterator(chunk_size=2_000):
        cells = from_plain(row.cells)
        yield [*(cells[place] if place < len(cells) else EMPTY for place in own), Cell(_why(row))]


def as_csv(run: ImportRun) -> Iterator[str]:
    """The file in UTF-8, with the separator that it came with. Text cannot become a formula."""

    class Echo:
        def write(self, text: str) -> str:
            return text

    write = csv.writer(Echo(), delimiter=run.form["separator"]).writerow
    yield "\ufeff"
    for cells in _table(run):
        yield write([_text(cell) for cell in cells])


def _text(cell: Cell) -> str:
    """Numbers stay numbers, below zero too; all else that a spreadsheet would compute is disarmed."""
    is_number = cell.text[:1] == "-" and cell.text[1:].replace(",", "").replace(".", "").isdecimal()
    return cell.text if is_number or cell.kind == "number" else safe_text(cell.text)


def as_workbook(run: ImportRun) -> bytes:
    """The file as a workbook: numbers and days keep their kind, so that no decimal sign becomes doubtful."""
    book = openpyxl.Workbook(write_only=True)
    sheet: Any = book.create_sheet("Rows to correct")
    for cells in _table(run):
        sheet.append([_written(sheet, cell) for cell in cells])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _written(sheet: Any, cell: Cell) -> Any:
    """One cell; text is marked as text, or an equals sign would make a formula of it."""
    if cell.kind == "number" and cell.text:
        return Decimal(cell.text)
    if cell.kind == "date":
        return date.fromisoformat(cell.text)
    made = WriteOnlyCell(sheet, value="" if cell.kind == "error" else cell.text)
    made.data_type = "s"
    return made

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
from orders_site.imports.cells import Cell, from_plain
from orders_site.imports.models import ImportRow, ImportRun

WHY = "What is wrong"


def bad_rows(run: ImportRun) -> "QuerySet[ImportRow]":
    """Rows that are wrong or were refused, in the order of the file; rows of one key stand together in both files."""
    return run.rows.filter(Q(outcome=ImportRow.Outcome.WRONG) | Q(result=ImportRow.Result.REFUSED)).order_by("number")


def _why(row: ImportRow) -> str:
    words = [f"{label}: {sentence}" for label, sentence in row.problems.items()]
    return " ".join([*words, row.sentence]).strip() or "Another row of the same key is wrong."


def _rows(run: ImportRun) -> Iterator[tuple[list[Cell], str]]:
    width = len(run.headers)
    for row in bad_rows(run).iterator(chunk_size=2_000):
        cells = from_plain(row.cells)
        yield [*cells[:width], *[Cell("")] * (width - len(cells))], _why(row)


def _heads(run: ImportRun) -> list[str]:
    """The file's own headers; the column of an earlier round is written anew, not twice."""
    return [*run.headers, WHY] if WHY not in run.headers else list(run.headers)


def as_csv(run: ImportRun) -> Iterator[str]:
    """The file in UTF-8, with the separator that it came with. Text cannot become a formula."""

    class Echo:
        def write(self, text: str) -> str:
            return text

    write = csv.writer(Echo(), delimiter=run.form["separator"]).writerow
    heads = _heads(run)
    yield "\ufeff" + write([safe_text(head) for head in heads])
    for cells, why in _rows(run):
        yield write([*(_text(cell) for cell in cells[: len(heads) - 1]), safe_text(why)])


def _text(cell: Cell) -> str:
    """Numbers stay numbers, below zero too; all else that a spreadsheet would compute is disarmed."""
    is_number = cell.text[:1] == "-" and cell.text[1:].replace(",", "").replace(".", "").isdecimal()
    return cell.text if is_number or cell.kind == "number" else safe_text(cell.text)


def as_workbook(run: ImportRun) -> bytes:
    """The file as a workbook: numbers and days keep their kind, so that no decimal sign becomes doubtful."""
    book = openpyxl.Workbook(write_only=True)
    sheet: Any = book.create_sheet("Rows to correct")
    heads = _heads(run)
    sheet.append([_written(sheet, Cell(head)) for head in heads])
    for cells, why in _rows(run):
        sheet.append([_written(sheet, cell) for cell in [*cells[: len(heads) - 1], Cell(why)]])
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

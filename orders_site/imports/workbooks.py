"""Reading tables from workbooks: nothing is unpacked before the archive's own figures say that it is safe to.

The library reads values row by row and knows no entities (defusedxml stands behind it). A formula is read as the value
that the spreadsheet stored for it; a formula without one is refused at its cell.
"""

import io
import logging
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import openpyxl
from openpyxl.xml import DEFUSEDXML

from orders_site.imports.cells import EMPTY, Cell, of_value
from orders_site.imports.errors import FileRefused

logger = logging.getLogger(__name__)

MOST_UNPACKED = 200 * 1024 * 1024
MOST_RATIO = 100  # sheets pack 10 to 25 times; a bomb a thousand times
RATIO_COUNTS_FROM = 1024 * 1024
MOST_PARTS = 2_000
DAMAGED = "This workbook is damaged or was cut off. Save it again as .xlsx and upload that."
_CHUNK = 1024 * 1024
_MARKS = re.compile(rb"<(?:\w+:)?(mergeCell|f|row|c)[ />]")

assert DEFUSEDXML, "workbooks are only read with defusedxml"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet that is read, the others that are not, and what its XML holds."""

    name: str
    left_out: tuple[str, ...]
    rows: int
    cells: int
    has_formulas: bool


def require_safe_archive(data: bytes) -> None:
    """Refuse what is no workbook, is locked, or would unpack to a flood. Reads only the archive's directory.

    The figures of the directory bind: no more than they say is ever unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, NotImplementedError, OSError):
        raise FileRefused(DAMAGED) from None
    if any(part.flag_bits & 1 for part in parts):
        raise FileRefused("This workbook is protected by a password. Save it without one and upload that.")
    sizes = [(part.file_size, part.compress_size) for part in parts]
    is_bomb = any(full > RATIO_COUNTS_FROM and full > MOST_RATIO * max(packed, 1) for full, packed in sizes)
    if is_bomb or len(parts) > MOST_PARTS or sum(full for full, _ in sizes) > MOST_UNPACKED:
        raise FileRefused("This workbook would unpack to far more than any table holds, so it was not opened.")
    names = {part.filename for part in parts}
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileRefused("There are macros in this workbook. Save it as .xlsx without them and upload that.")
    if "xl/workbook.xml" not in names:
        raise FileRefused("This is an archive, but no .xlsx workbook. Save the table as .xlsx or CSV.")


def sheet_of(data: bytes) -> Sheet:
    """The first sheet that is not hidden. Raises FileRefused for merged cells, hidden sheets only and damage."""
    with _Opened(data, values=True) as book:
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        if not shown:
            raise FileRefused("This workbook shows no sheet. If the one to import is hidden, show it.")
        sheet = shown[0]
        with sheet._get_source() as source:  # the sheet's XML, which the library opens for itself only
            counts = _count(source)
    if counts["mergeCell"]:
        raise FileRefused(
            f"Cells of the sheet “{sheet.title}” are merged, so it is not certain which row they belong to."
            " Unmerge them, fill each row, and upload again."
        )
    others = tuple(other.title for other in book.worksheets if other is not sheet)
    return Sheet(sheet.title, others, counts["row"], counts["c"], bool(counts["f"]))


def _count(source: Any) -> dict[str, int]:
    """How often each mark stands in the XML, read in pieces; a mark across two pieces is found in their overlap.

    Raises FileRefused for XML of two bytes a letter, which no spreadsheet writes and in which no mark would be found.
    """
    counts = {"mergeCell": 0, "f": 0, "row": 0, "c": 0}
    rest = b""
    while chunk := source.read(_CHUNK):
        if b"\x00" in chunk:
            raise FileRefused(DAMAGED)
        piece = rest + chunk
        cut = piece.rfind(b"<")
        whole, rest = (piece[:cut], piece[cut:]) if cut > 0 else (piece, b"")
        for found in _MARKS.finditer(whole):
            counts[found.group(1).decode()] += 1
    for found in _MARKS.finditer(rest):
        counts[found.group(1).decode()] += 1
    return counts


def rows_of(data: bytes, sheet: str, *, has_formulas: bool) -> Iterator[list[Cell]]:
    """Every row of the sheet, the empty ones too. Raises FileRefused when the workbook breaks on the way."""
    with _Opened(data, values=True) as book:
        values = _cells(book[sheet])
        if not has_formulas:
            for row in values:
                yield [_cell(cell) for cell in row]
            return
        with _Opened(data, values=False) as written:
            for row, formulas in zip(values, _cells(written[sheet]), strict=True):
                yield [_cell(*pair) for pair in zip_longest(row, formulas)]


def _cells(sheet: Any) -> Iterator[tuple[Any, ...]]:
    sheet.reset_dimensions()  # what a sheet says of its own size may be wrong, and cells beyond it would be lost
    rows: Iterator[tuple[Any, ...]] = sheet.iter_rows()
    return rows


def _cell(cell: Any, formula: Any = None) -> Cell:
    if cell is None or cell.value is None:
        if formula is not None and formula.data_type == "f":
            return Cell("This is a formula without a stored value. Put the value in its place.", "error")
        return EMPTY
    if cell.data_type == "e":
        return Cell(f"The spreadsheet shows {cell.value} here.", "error")
    return of_value(cell.value)


class _Opened:
    """A workbook opened for reading; whatever breaks in it becomes one refusal, here and while rows are read."""

    def __init__(self, data: bytes, *, values: bool) -> None:
        self._data, self._values = data, values
        self._book: Any = None

    def __enter__(self) -> Any:
        try:
            self._book = openpyxl.load_workbook(
                io.BytesIO(self._data), read_only=True, data_only=self._values, keep_links=False
            )
        except Exception as error:
            self._refuse(error)
        return self._book

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if self._book is not None:
            self._book.close()
        if isinstance(error, Exception) and not isinstance(error, FileRefused):
            self._refuse(error)

    def _refuse(self, error: Exception) -> None:
        """The library raises whatever its parsers do: KeyError, ParseError, zlib.error, EntitiesForbidden."""
        assert not isinstance(error, MemoryError)
        if not isinstance(error, zipfile.BadZipFile | zlib.error):
            logger.info("a workbook could not be read: %s: %s", type(error).__name__, error)
        raise FileRefused(DAMAGED) from error

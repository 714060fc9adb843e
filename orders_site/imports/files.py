"""Uploaded files: known by their content, read as rows, kept outside of everything that is served."""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from orders_site.imports import texts, workbooks
from orders_site.imports.cells import Cell
from orders_site.imports.errors import FileRefused

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 200
MOST_CELLS = 3_000_000
LONGEST_CELL = 20_000
LONGEST_HEADER = 120
KEPT_DAYS = 30
SAMPLE_ROWS = 5
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NOT_TABLES = {
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a compressed archive",
    b"PK\x05\x06": "an empty archive",
    b"7z\xbc\xaf": "a compressed archive",
    b"Rar!": "a compressed archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
}


@dataclass(frozen=True, slots=True)
class Table:
    """What a file turned out to be: how it is read, its header, its first rows, and what the person should know."""

    form: dict[str, Any]
    headers: list[str]
    sample: list[list[Cell]]
    notes: list[str] = field(default_factory=list)


def recognise(data: bytes, *, separator: str = "") -> Table:
    """Read a file by its content, never by its name. Raises FileRefused with the sentence for the person.

    Text is read to its end here, so that an unclosed quote is told at once; a workbook's rows are read by the dry run.
    """
    if not data.strip():
        raise FileRefused("This file is empty.")
    _require_table(data)
    if data.startswith(b"PK"):
        form, notes = _workbook(data)
    else:
        encoding = texts.encoding_of(data)
        form = {"type": "csv", "encoding": encoding}
        form["separator"] = separator or texts.separator_of(texts.text_of(data, encoding))
        notes = []
    rows = numbered(data, form)
    nothing: tuple[int, list[Cell]] = (0, [])
    headers = _headers(next(rows, nothing)[1])
    sample, count = [], 0
    for count, (_, row) in enumerate(rows, 1):
        if count <= SAMPLE_ROWS:
            sample.append(row)
        elif form["type"] == "xlsx":
            break
    if not count:
        raise FileRefused("There is a header, but no row below it. Nothing would be imported.")
    return Table(form, headers, sample, notes)


def _require_table(data: bytes) -> None:
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise FileRefused("This workbook is protected by a password. Save it without one and upload that.")
        raise FileRefused("This is a workbook of the old kind (.xls), whatever its name says. Save it as .xlsx or CSV.")
    for start, what in _NOT_TABLES.items():
        if data.startswith(start):
            raise FileRefused(f"This is {what}, no table. Upload a CSV file or an .xlsx workbook.")


def _workbook(data: bytes) -> tuple[dict[str, Any], list[str]]:
    workbooks.require_safe_archive(data)
    sheet = workbooks.sheet_of(data)
    if sheet.rows > MOST_ROWS + 1:
        raise FileRefused(_too_many_rows())
    if sheet.cells > MOST_CELLS:
        raise FileRefused(f"The sheet has more than {MOST_CELLS:,} cells. Split it.")
    notes = []
    if sheet.left_out:
        notes.append(f"Only the sheet “{sheet.name}” is read. Left out: {', '.join(sheet.left_out)}.")
    if sheet.has_formulas:
        notes.append("There are formulas in it: they are read as the values that the spreadsheet stored.")
    return {"type": "xlsx", "sheet": sheet.name, "has_formulas": sheet.has_formulas}, notes


def _headers(row: list[Cell]) -> list[str]:
    """The names of the columns, each once: repeated ones are counted, empty ones called by their number."""
    texts_ = [" ".join(cell.text.split())[:LONGEST_HEADER] for cell in row]
    while texts_ and not texts_[-1]:
        texts_.pop()
    if not texts_:
        raise FileRefused("The first row should name the columns, but nothing is written there.")
    names: list[str] = []
    for number, text in enumerate(texts_, 1):
        name, times = text or f"Column {number}", 1
        while name in names:
            times += 1
            name = f"{text} ({times})"
        names.append(name)
    return names


def numbered(data: bytes, form: dict[str, Any]) -> Iterator[tuple[int, list[Cell]]]:
    """Every row that is not empty with its number in a spreadsheet, the header first.

    Raises FileRefused where a limit is passed or the file breaks.
    """
    if form["type"] == "xlsx":
        rows = workbooks.rows_of(data, form["sheet"], has_formulas=form["has_formulas"])
    else:
        rows = texts.rows_of(texts.text_of(data, form["encoding"]), form["separator"])
    found = cells = 0
    for number, row in enumerate(rows, 1):
        cells += len(row)
        if cells > MOST_CELLS * 2:  # empty ones, which a stray cell far to the right makes by the million
            raise FileRefused("A cell stands so far to the right that the table is too wide to be read.")
        if all(cell.is_empty for cell in row):
            continue
        found += 1
        _require_within(row, number, found)
        yield number, row


def _require_within(row: list[Cell], number: int, found: int) -> None:
    if found > MOST_ROWS + 1:
        raise FileRefused(_too_many_rows())
    if len(row) > MOST_COLUMNS and any(not cell.is_empty for cell in row[MOST_COLUMNS:]):
        raise FileRefused(f"Row {number} has more than {MOST_COLUMNS} columns. Remove those that are not imported.")
    if any(len(cell.text) > LONGEST_CELL for cell in row):
        raise FileRefused(f"A cell of row {number} holds more than {LONGEST_CELL:,} characters.")


def _too_many_rows() -> str:
    return f"There are more than {MOST_ROWS:,} rows. Split the file and upload its parts one after the other."


def digest_of(data: bytes) -> str:
    """The file's fingerprint."""
    return hashlib.sha256(data).hexdigest()


# --- where files lie -------------------------------------------------------------------------------------------------


def folder() -> Path:
    """The folder of uploads: inside no tree that the web server serves."""
    place = Path(settings.MEDIA_ROOT) / "imports"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def keep(data: bytes) -> str:
    """Store a file under a random name, readable by the process only; returns the name."""
    name = secrets.token_hex(20)
    path = folder() / name
    path.touch(mode=0o600)
    path.write_bytes(data)
    return name


def load(name: str) -> bytes:
    """The stored bytes. Raises FileRefused when they were removed."""
    try:
        return (folder() / name).read_bytes() if name else _gone()
    except FileNotFoundError:
        return _gone()


def _gone() -> bytes:
    raise FileRefused("The uploaded file is not kept any more. Upload it again.")


def remove(name: str) -> None:
    """Delete a stored file; one that is gone already is no error."""
    (folder() / name).unlink(missing_ok=True)


def is_kept(name: str) -> bool:
    """Whether the file is still there."""
    return (folder() / name).is_file()


def remove_old() -> int:
    """Delete what is older than 30 days, also what no run names; returns how many files."""
    before = (timezone.now() - timedelta(days=KEPT_DAYS)).timestamp()
    old = [path for path in folder().iterdir() if path.stat().st_mtime < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def path_of(name: str) -> Path:
    """Where a stored file lies. Raises FileRefused when it was removed."""
    path = folder() / name
    if not name or not path.is_file():
        _gone()
    return path


def sample_of(name: str, form: dict[str, Any]) -> list[list[str]]:
    """The first rows below the header, as text, to be looked at. Raises FileRefused."""
    rows = numbered(load(name), form)
    next(rows, None)
    return [[cell.text[:80] for cell in row] for _, row in islice(rows, SAMPLE_ROWS)]


def how_read(form: dict[str, Any]) -> str:
    """In words how a file is read, so that a wrong guess is seen."""
    if form["type"] == "xlsx":
        return f"Excel workbook, sheet “{form['sheet']}”"
    return f"CSV, {texts.ENCODINGS[form['encoding']]}, divided by {texts.SEPARATORS[form['separator']]}"

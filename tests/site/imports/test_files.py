"""Files as they come: every encoding and separator is read, everything else is refused with a sentence."""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from core.web.uploads import MOST_BYTES
from orders_site.imports import files
from orders_site.imports.cells import Cell
from orders_site.imports.errors import FileRefused
from orders_site.imports.models import ImportRun
from orders_site.imports.values import Reading, Unclear, code, day, flag, number
from tests.site.imports.makers import Importer, Rows, csv_file, outcomes, said, with_sheet, workbook

ROWS: Rows = [["SKU", "Name", "Stock unit"], ["NØT-6", "Nut “M6”", "ea"], ["NUT-8", "Møtrik; stor, 8\tmm", "ea"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators_are_found(encoding: str, separator: str) -> None:
    table = files.recognise(csv_file(ROWS, separator=separator, encoding=encoding))

    assert table.headers == list(ROWS[0])
    assert [[cell.text for cell in row] for row in table.sample] == [list(row) for row in ROWS[1:]]


def test_merged_cells_do_not_hide_in_another_encoding() -> None:
    book = workbook(ROWS, change=lambda made: made.active.merge_cells("A2:A3"))
    with pytest.raises(FileRefused, match="merged"):
        files.recognise(book)

    with pytest.raises(FileRefused, match="damaged"):
        files.recognise(with_sheet(book, lambda part: part.decode().encode("utf-16")))


def test_the_line_ends_of_old_computers_are_read() -> None:
    assert files.recognise(csv_file(ROWS, separator=";").replace(b"\r\n", b"\r")).headers == list(ROWS[0])


def test_a_workbook_is_read_by_its_values() -> None:
    table = files.recognise(workbook([["SKU", "Weight", "From"], ["A", 1.1, None], ["B", 100000000000000000, "x"]]))

    assert table.sample[0] == [Cell("A"), Cell("1.1", "number")]
    assert table.form["type"] == "xlsx"


def _locked(book: bytes) -> bytes:
    """The archive with the flag of encryption on each part."""
    flagged = bytearray(book)
    for mark, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        start = 0
        while (found := flagged.find(mark, start)) >= 0:
            flagged[found + at] |= 1
            start = found + 4
    return bytes(flagged)


def _ole(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + stream.encode("utf-16-le") + bytes(1000)


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", bytes(80_000_000))
    return out.getvalue()


def _with_part(name: str, content: bytes) -> bytes:
    """A sound workbook with one part replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(ROWS))) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, content if part.filename == name else old.read(part.filename))
    return out.getvalue()


def _lying_bomb() -> bytes:
    """A part that says it is small and unpacks to more: the directory's figure binds, so it only is damaged."""
    data = bytearray(_with_part("xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * 900_000))
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        start = 0
        while (found := data.find(mark, start)) >= 0:
            (size,) = struct.unpack_from("<I", data, found + at)
            if size > 500_000:
                struct.pack_into("<I", data, found + at, 1000)
            start = found + 4
    return bytes(data)


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1"'
    b' t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>'
)


def _hidden(book: Any) -> None:
    book.create_sheet("Shown")
    book.worksheets[0].sheet_state = "hidden"
    book.active = 1


UNREADABLE = {
    "nothing at all": (b"", "empty"),
    "only blanks": (b" \r\n \r\n", "empty"),
    "zero bytes": (bytes(5000), "zero bytes"),
    "a header without rows": (csv_file(ROWS[:1]), "no row below it"),
    "a workbook without rows": (workbook(ROWS[:1]), "no row below it"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "a picture"),
    "a PDF": (b"%PDF-1.7 ...", "a PDF"),
    "gzip": (gzip.compress(csv_file(ROWS)), "compressed archive"),
    "gzip cut off": (gzip.compress(csv_file(ROWS))[:20], "compressed archive"),
    "a workbook cut off": (workbook(ROWS)[:3000], "damaged"),
    "an archive that is none": (b"PK\x03\x04" + bytes(100), "damaged"),
    "an archive of something else": (b"", "no .xlsx workbook"),
    "an .xls": (_ole("Workbook"), "old kind (.xls)"),
    "a password": (_ole("EncryptedPackage"), "password"),
    "a locked archive": (_locked(workbook(ROWS)), "password"),
    "a zip bomb": (_bomb(), "unpack to far more"),
    "a lying zip bomb": (_lying_bomb(), "damaged"),
    "entities": (_with_part("xl/worksheets/sheet1.xml", ENTITIES), "damaged"),
    "broken XML": (_with_part("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row"), "damaged"),
    "no sheet": (_with_part("xl/workbook.xml", b"<workbook/>"), "shows no sheet"),
    "a million columns": (b"a," * 1_000_000 + b"\n1\n", "more than 200 columns"),
    "201 columns": (csv_file([[f"c{n}" for n in range(201)], ["1"]]), "more than 200 columns"),
    "a wide workbook": (workbook([[f"c{n}" for n in range(201)], ["1"]]), "more than 200 columns"),
    "an unclosed quote": (b'SKU,Name\nA,"b\nC,d\n', "never closed"),
    "a quote in the middle": (b'SKU,Name\nA,"b"c\n', "quote stands in the middle"),
    "an endless cell": (b'SKU,Name\nA,"' + b"x\n" * 100_000 + b'"\n', "endless cell"),
    "a long cell": (b"SKU,Name\nA," + b"x" * 20_001 + b"\n", "more than 20,000 characters"),
    "100,001 rows": (b"SKU\n" + b"A\n" * 100_001, "more than 100,000 rows"),
    "merged cells": (workbook(ROWS, change=lambda book: book.active.merge_cells("A2:A3")), "merged"),
    "rows on a hidden sheet": (workbook(ROWS, change=_hidden), "nothing is written there"),
    "no names": (b",,,\n1,2,3,4\n", "no row below it"),
}


def _other_archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return out.getvalue()


def _with_macros() -> bytes:
    out = io.BytesIO(workbook(ROWS))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macros")
    return out.getvalue()


UNREADABLE["macros"] = (_with_macros(), "macros")
UNREADABLE["an archive of something else"] = (_other_archive(), "no .xlsx workbook")


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_refused_and_nothing_is_kept(importer: Importer, uploads: Path, name: str) -> None:
    data, sentence = UNREADABLE[name]

    answer = importer.upload("products", data, "table.xlsx")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert not ImportRun.objects.exists()
    assert list(uploads.glob("*")) == []


def test_a_request_that_is_too_long_is_not_even_read(importer: Importer) -> None:
    answer = importer.client.post(
        "/imports/new/", b"--x\r\n", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=MOST_BYTES + 1
    )

    assert answer.status_code == 400


def test_a_file_above_the_cap_is_refused(importer: Importer, monkeypatch: Any) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 100)

    answer = importer.upload("products", csv_file([["SKU"], ["x" * 200]]))

    assert (answer.status_code, "larger than 20 MB" in answer.content.decode()) == (422, True)


def test_formulas_are_read_as_values_or_refused_at_their_cell(importer: Importer) -> None:
    rows = [["SKU", "Name", "Stock unit", "Weight"], ["A-1", "One", "ea", "=1+1"], ["A-2", "=1/0", "ea", 3]]

    run = importer.check("products", workbook(rows), "f.xlsx")  # this library stores formulas without values

    assert outcomes(run) == {2: "wrong", 3: "wrong"}
    assert "formula without a stored value" in said(run, 2)
    assert "There are formulas in it" in run.notes[0]


def test_hidden_sheets_are_left_out_and_named(importer: Importer) -> None:
    def hide(book: Any) -> None:
        book.create_sheet("Secret").sheet_state = "hidden"

    run = importer.take("products", workbook(ROWS, change=hide), "f.xlsx")

    assert run.notes == ["Only the sheet “Sheet” is read. Left out: Secret."]


def test_a_workbook_that_breaks_below_its_head_is_told_on_its_page(importer: Importer, monkeypatch: Any) -> None:
    run = importer.take("products", workbook(ROWS), "f.xlsx")
    path = files.path_of(run.stored_as)
    broken = bytearray(path.read_bytes())
    broken[200:400] = zlib.compress(b"noise" * 50)[:200].ljust(200, b"!")
    path.write_bytes(bytes(broken))

    importer.map(run)
    importer.work(run)

    assert run.state == "unreadable"
    assert not run.rows.exists()
    assert "damaged" in importer.client.get(f"/imports/{run.pk}/").content.decode()


def test_serials_dates_and_numbers_of_a_workbook_keep_their_kind() -> None:
    reading = Reading()
    assert number(Cell("1.234", "number"), reading) == Decimal("1.234")
    assert day(Cell("2026-03-02", "date"), reading).isoformat() == "2026-03-02"
    with pytest.raises(Unclear, match="45000 is a number, not a date"):
        day(Cell("45000", "number"), reading)


def read_or_told(read: Callable[[], str]) -> str:
    """What was read, between bars so that it is the whole; or the sentence of why not."""
    try:
        return f"|{read()}|"
    except Unclear as unclear:
        return str(unclear)


@pytest.mark.parametrize(
    ("text", "sign", "read"),
    [
        ("12.5", "", "|12.5|"),
        ("12,5", "", "|12.5|"),
        ("1,234.5", "", "|1234.5|"),
        ("1.234,5", "", "|1234.5|"),
        ("1.234.567", "", "|1234567|"),
        ("0.125", "", "|0.125|"),
        ("1234.567", "", "|1234.567|"),
        ("-1 234,50", "", "|-1234.50|"),
        ("1.234", "point", "|1.234|"),
        ("1.234", "comma", "|1234|"),
        ("1,234", "point", "|1234|"),
        ("1.234", "", "may be 1.234 or 1234"),
        ("1,234", "", "may be 1.234 or 1234"),
        ("12,5", "point", "no number with a decimal point"),
        ("1.23.4", "", "is no number"),
        ("NaN", "", "is no number"),
        ("1e5", "", "is no number"),
        ("٣", "", "is no number"),
        ("£5", "", "is no number"),
    ],
)
def test_numbers_are_never_guessed(text: str, sign: str, read: str) -> None:
    assert read in read_or_told(lambda: str(number(Cell(text), Reading(decimal_sign=sign))))


@pytest.mark.parametrize(
    ("text", "order", "read"),
    [
        ("2026-12-31", "", "|2026-12-31|"),
        ("31/12/2026", "", "|2026-12-31|"),
        ("12/31/2026", "", "|2026-12-31|"),
        ("05.05.2026", "", "|2026-05-05|"),
        ("02/03/2026", "dmy", "|2026-03-02|"),
        ("02/03/2026", "mdy", "|2026-02-03|"),
        ("02.03.2026", "", "may be two days"),
        ("31/12/2026", "mdy", "no day of the calendar"),
        ("31/12/26", "", "is no date"),
        ("0001-01-01", "", "is not between"),
        ("tomorrow", "", "is no date"),
    ],
)
def test_days_are_never_guessed(text: str, order: str, read: str) -> None:
    assert read in read_or_told(lambda: day(Cell(text), Reading(date_order=order)).isoformat())


def test_codes_that_a_spreadsheet_cut_are_not_taken() -> None:
    assert code(Cell("00042")) == "00042"
    assert code(Cell("'+4420")) == "+4420"
    for cell in (Cell("5,01E+12"), Cell("12345678901234567", "number")):
        with pytest.raises(Unclear, match="has cut this code"):
            code(cell)


@pytest.mark.parametrize(("word", "read"), [("Yes", True), ("ja", True), ("0", False), ("FALSE", False)])
def test_yes_and_no(word: str, read: bool) -> None:
    assert flag(Cell(word)) is read


def test_uploads_lie_outside_of_what_is_served(uploads: Path, importer: Importer) -> None:
    run = importer.take("products", csv_file(ROWS))

    path = files.path_of(run.stored_as)
    assert (len(path.name), path.stat().st_mode & 0o777) == (40, 0o600)
    assert not path.is_relative_to(Path(settings.STATIC_ROOT))
    assert path.read_bytes() == csv_file(ROWS)


def test_a_removed_file_says_so() -> None:
    with pytest.raises(FileRefused, match="not kept any more"):
        files.load("0" * 40)

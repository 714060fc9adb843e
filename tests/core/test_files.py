"""What is kept beside documents, by content: the kinds that can be checked, and nothing that a browser could run."""

import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook
from PIL import Image

from core.codec import for_log
from core.dossiers import NoteRefused, holds_card_number, note_text
from core.files import Content, FileRefused, kept_name, media_type_of

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"
EICAR_LIKE = b"MZ\x90\x00\x03\x00\x00\x00"


def picture(form: str, width: int = 4, height: int = 4) -> bytes:
    made = BytesIO()
    Image.new("RGB", (width, height)).save(made, form)
    return made.getvalue()


def archive(parts: Mapping[str, bytes]) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as zipped:
        for name, content in parts.items():
            zipped.writestr(name, content)
    return made.getvalue()


def workbook() -> bytes:
    made = BytesIO()
    Workbook().save(made)
    return made.getvalue()


WORD = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("paper.pdf", PDF, "application/pdf"),
        ("photo.png", picture("PNG"), "image/png"),
        ("photo.JPEG", picture("JPEG"), "image/jpeg"),
        ("list.csv", "sku;qty\nGröße;2\n".encode(), "text/csv"),
        ("list.txt", b"\xef\xbb\xbfplain, a < b", "text/plain"),
        ("list.xlsx", workbook(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("list.docx", archive(WORD), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)
def test_kinds_that_are_kept(name: str, data: bytes, media_type: str) -> None:
    assert media_type_of(name, data) == media_type


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.txt", b" \n"),
        ("photo.png", PDF),
        ("page.html", b"<!doctype html><p>x"),
        ("page.txt", b"hello <ScRiPt>alert(1)</script>"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("drawing.png", b"<svg onload=alert(1)>"),
        ("run.bat", b"@echo off\r\ndel *"),
        ("run.txt", b"#!/bin/sh\nrm -r /"),
        ("plain.js", b"alert(1)"),
        ("program.exe", EICAR_LIKE),
        ("latin.txt", "Größe".encode("latin-1")),
        ("nul.txt", b"a\x00b"),
        ("cut.pdf", b"%PDF-1.7 and no end"),
        ("script.pdf", PDF.replace(b"<<>>", b"<</S /JavaScript /JS (app.alert(1))>>")),
        ("cut.png", picture("PNG")[:-20]),
        ("behind.png", picture("PNG") + b"<html>"),
        ("behind.jpg", picture("JPEG") + archive(WORD)),
        ("huge.png", picture("PNG", 2_000, 1)),
        ("macro.xlsx", archive({"xl/workbook.xml": b"<w/>", "xl/vbaProject.bin": b"x"})),
        ("macro.docx", archive(WORD | {"[Content_Types].xml": b'"application/vnd.ms-word.document.macroEnabled"'})),
        ("object.docx", archive(WORD | {"word/embeddings/oleObject1.bin": b"x"})),
        ("linked.xlsx", archive({"xl/workbook.xml": b"<w/>", "xl/externalLinks/externalLink1.xml": b"x"})),
        ("up.docx", archive(WORD | {"../../etc/passwd": b"x"})),
        ("behind.docx", archive(WORD) + b"more"),
        ("both.docx", archive(WORD | {"xl/workbook.xml": b"<w/>"})),
        ("plain.zip", archive({"a.txt": b"a"})),
        ("broken.xlsx", b"PK\x03\x04 and nothing else"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ],
)
def test_what_is_not_kept_is_told_at_the_field(name: str, data: bytes, settings: Any) -> None:
    settings.KEPT_PICTURE_MOST_PIXELS = 1_000
    with pytest.raises(FileRefused) as refused:
        media_type_of(name, data)

    assert refused.value.fields == {"file": refused.value.sentence}


def test_a_file_that_is_too_large_or_unpacks_to_far_more_is_not_kept(settings: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("core.files.MOST_UNPACKED", 10)
    with pytest.raises(FileRefused, match="unpacks"):
        media_type_of("list.xlsx", workbook())

    settings.KEPT_FILE_MOST_BYTES = 2**20
    with pytest.raises(FileRefused, match="larger than 1 MB"):
        media_type_of("long.txt", b"a" * (2**20 + 1))


@pytest.mark.parametrize(
    ("name", "kept"), [("C:\\papers\\a.pdf", "a.pdf"), ("../../a.pdf", "a.pdf"), (" Größe 1.pdf ", "Größe 1.pdf")]
)
def test_only_the_last_part_of_a_name_is_kept(name: str, kept: str) -> None:
    assert kept_name(name) == kept


@pytest.mark.parametrize("name", ["", "/", "a" * 118 + ".pdf", "a\u202efdp.exe", "a\x00.pdf", "a\nb.pdf"])
def test_names_that_cannot_be_shown_are_refused(name: str) -> None:
    with pytest.raises(FileRefused):
        kept_name(name)


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111111",
        "card 5555 5555 5555 4444 until 12/29",
        "3782-822463-10005",
        "12 pieces, 4111 1111 1111 1111",
        "٤١١١١١١١١١١١١١١١",
        "4111\u00a01111\u00a01111\u00a01111",
        "4111\u200b111111111111",
        "x4222222222222x",
    ],
)
def test_card_numbers_are_found(text: str) -> None:
    assert holds_card_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112",
        "4006381333931",
        "0000000000000000",
        "12 13 14 15 16 17 18 19",
        "+44 20 7946 0018",
        "SO-10431",
    ],
)
def test_other_numbers_are_none(text: str) -> None:
    assert not holds_card_number(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [(" \n", "Enter"), ("a" * 2_001, "2,001"), ("a\x07b", "cannot be shown"), ("a\u202eb", "cannot be shown")],
)
def test_notes_that_are_not_kept(text: str, said: str) -> None:
    with pytest.raises(NoteRefused, match=said):
        note_text(text)


def test_a_note_keeps_its_lines() -> None:
    assert note_text(" first\r\nsecond\twith a tab \n") == "first\nsecond\twith a tab"


def test_a_log_knows_a_file_by_its_digest() -> None:
    content = Content(b"secret paper")

    assert content.sha256 in for_log({"content": content})
    assert "secret" not in for_log({"content": content})

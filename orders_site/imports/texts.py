"""Reading tables from text: which characters, which separator, and rows in the order of the file."""

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from orders_site.imports.cells import Cell
from orders_site.imports.errors import FileRefused

SEPARATORS = {";": "semicolons", ",": "commas", "\t": "tabs"}
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a mark",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}
SNIFFED_ROWS = 20


def encoding_of(data: bytes) -> str:
    """The encoding by its mark, else UTF-8 if it is sound, else Windows-1252. Raises FileRefused for what is no text.

    UTF-16 without a mark is known by its zero bytes: every other one of a table of mostly Latin letters.
    """
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = data[:4096]
    if len(head) > 3 and head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    if len(head) > 3 and head[::2].count(0) > len(head) // 4:
        return "utf-16-be"
    for encoding in ("utf-8", "cp1252"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise FileRefused("This file is no table: its bytes are no text in UTF-8, UTF-16 or Windows-1252.")


def text_of(data: bytes, encoding: str) -> str:
    """The whole text. Raises FileRefused for damaged text and for what only looks like text."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise FileRefused(f"This file is damaged: it is not sound {ENCODINGS[encoding]}.") from None
    if "\x00" in text:
        raise FileRefused("This file is no table: there are zero bytes in it.")
    return text


def separator_of(text: str) -> str:
    """The separator that cuts the first rows into the most columns of equal number; a comma where there is only one."""

    def worth(separator: str) -> tuple[bool, int]:
        widths = []
        with suppress(csv.Error):  # the rows before it tell enough; the reading tells what is wrong
            for row in islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator), SNIFFED_ROWS):
                widths += [len(row)] if row else []
        return (len(set(widths)) == 1 and widths[0] > 1, widths[0]) if widths else (False, 0)

    return max((",", ";", "\t"), key=worth)


def rows_of(text: str, separator: str) -> Iterator[list[Cell]]:
    """Every row. Raises FileRefused where a quote is not closed or a cell is endless."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileRefused(_sentence(str(error), number)) from None
        yield [Cell(text) for text in row]


def _sentence(error: str, number: int) -> str:
    if "field larger" in error:
        return f"Row {number} holds an endless cell: a quote is probably opened and never closed."
    if "unexpected end" in error:
        return f"Row {number} opens a quote that is never closed."
    return f"Row {number} cannot be read: a quote stands in the middle of a cell. Write it twice inside quotes."

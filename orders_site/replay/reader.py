"""Streams a file of trade, line by line, in bounded memory: each line is understood, or rejected with a sentence.

Faults of the file as a whole (absent, truncated, wrong columns) raise; faults of one line never do. A record is one
physical line, so an unclosed quote costs its own line only and cannot swallow those that follow.
"""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, NamedTuple

from orders_site.replay.errors import ReplayInputError
from orders_site.replay.mapping import Limits, ReplayMapping

PROGRESS_EVERY = 5_000  # records between two reports of progress
EXCERPT_CHARACTERS = 120
Progress = Callable[[int, int], None]  # bytes read, bytes in all

_NUMBER = re.compile(
    r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?"
)  # ASCII on purpose: no NaN, no 1e999, no digits of other scripts
_LINE_NUMBER = re.compile(r"[0-9]{1,9}")


class TradeLine(NamedTuple):
    """One line of the file as understood. ``row`` counts lines of the file from 1, the header being 1.

    A named tuple, as are the records made from it: they are made by the half million, at a third of a dataclass's cost.
    """

    row: int
    document: str
    number: int | None
    code: str  # as written, with its case and outer spaces
    description: str
    quantity: Decimal
    at: datetime  # wall clock of the company
    unit_price: Decimal
    customer: str  # empty: a counter sale
    country: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """One line of the file that cannot become anything, and why."""

    row: int
    reason: str
    excerpt: str


class LineError(Exception):
    """A value of one line is refused. Stays within the reading of that line."""


def read_trade(
    path: Path, mapping: ReplayMapping, *, on_progress: Progress | None = None
) -> Iterator[TradeLine | Rejection]:
    """Give every line of the file, understood or rejected, in its order.

    Raises:
        ReplayInputError: the file is absent, ends in the middle of its compressed data, or lacks a mapped column.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as raw, _text(raw) as text:
            records = _records(text, mapping.limits)
            parse = _LineParser(_header(records, mapping), mapping)
            for count, (row, record) in enumerate(records):
                if on_progress and count % PROGRESS_EVERY == 0:
                    on_progress(raw.tell(), size)
                yield record if isinstance(record, Rejection) else parse(row, record)
            if on_progress:
                on_progress(size, size)
    except EOFError as error:
        raise ReplayInputError(f"{path.name} is truncated: its compressed data ends in the middle.") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise ReplayInputError(f"{path.name} is damaged: its compressed data cannot be read ({error}).") from error
    except OSError as error:
        raise ReplayInputError(f"{path.name} cannot be read: {error.strerror or error}.") from error


def _text(raw: BinaryIO) -> io.TextIOWrapper:
    """Open as text, unpacked when it is gzip by content. Bytes that are not UTF-8 survive as surrogates, per line."""
    start = raw.read(2)
    raw.seek(0)
    content = io.BufferedReader(gzip.GzipFile(fileobj=raw)) if start == b"\x1f\x8b" else raw
    return io.TextIOWrapper(content, encoding="utf-8-sig", errors="surrogateescape", newline="")


def _records(text: io.TextIOWrapper, limits: Limits) -> Iterator[tuple[int, list[str] | Rejection]]:
    """Give (row, cells) for every physical line, or its rejection."""
    limit = limits.record_characters
    row = 0
    while physical := text.readline(limit + 2):  # never more than that in memory, whatever the file holds
        row += 1
        line = physical.rstrip("\r\n")
        if len(line) > limit:
            if line == physical:
                _skip_rest_of_line(text)
            yield row, Rejection(row, f"The line is longer than {limit:,} characters.", excerpt_of(line))
        elif '"' not in line:
            yield row, line.split(",")  # what the CSV parser would say, in a fraction of its time
        else:
            yield row, _quoted(row, line)


def _quoted(row: int, line: str) -> list[str] | Rejection:
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error as error:
        is_open = line.count('"') % 2
        reason = "A quotation mark is opened and never closed." if is_open else f"The line is not CSV: {error}."
        return Rejection(row, reason, excerpt_of(line))


def _skip_rest_of_line(text: io.TextIOWrapper) -> None:
    while (rest := text.readline(65_536)) and not rest.endswith(("\r", "\n")):
        pass


def _header(records: Iterator[tuple[int, list[str] | Rejection]], mapping: ReplayMapping) -> dict[str, int]:
    """Find the column of each mapped field.

    Raises:
        ReplayInputError: there is no header, or it lacks or repeats a mapped column.
    """
    _, header = next(records, (0, None))
    if header is None:
        raise ReplayInputError("The file is empty.")
    if isinstance(header, Rejection):
        raise ReplayInputError(f"The first line is no header. {header.reason}")
    found = [cell.strip() for cell in header]
    wanted = mapping.columns.wanted()
    if missing := [name for name in wanted.values() if name not in found]:
        seen = excerpt_of(", ".join(found)) or "nothing"
        raise ReplayInputError(f"The file lacks the columns {', '.join(missing)}. Its first line says: {seen}.")
    if twice := [name for name in wanted.values() if found.count(name) > 1]:
        raise ReplayInputError(f"The file has the columns {', '.join(twice)} more than once.")
    return {field: found.index(name) for field, name in wanted.items()} | {"": len(found)}


def excerpt_of(text: str) -> str:
    """Give the beginning of a text as it may be shown and stored: printable, and short."""
    start = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:EXCERPT_CHARACTERS].strip())
    return start + "…" if len(text) > EXCERPT_CHARACTERS else start


class _LineParser:
    """Turns the cells of a record into a line, field by field; the same few values recur, and are understood once."""

    def __init__(self, columns: dict[str, int], mapping: ReplayMapping) -> None:
        self._width = columns[""]
        self._dates = mapping.dates
        self._has_line_numbers = "line_number" in columns
        places = [columns.get(field, 0) for field in TradeLine._fields[1:] if field != "number"]
        self._pick = itemgetter(*places, columns.get("line_number", 0))
        limits = mapping.limits
        text, key = limits.text_characters, limits.key_characters
        self._document = lru_cache(256)(lambda cell: _word(cell, "document number", key))
        self._code = lru_cache(65_536)(lambda cell: _code(cell, key))
        self._description = lru_cache(65_536)(lambda cell: _words(cell, "description", text))
        self._customer = lru_cache(65_536)(lambda cell: _word(cell, "customer", key) if cell.strip() else "")
        self._country = lru_cache(1024)(lambda cell: _word(cell, "country", text))
        self._at = lru_cache(256)(self._parse_at)
        self._line_number = lru_cache(4096)(_line_number)
        self._quantity = lru_cache(4096)(
            lambda cell: _number(cell, "quantity", limits.quantity, limits.quantity_places)
        )
        self._price = lru_cache(16_384)(
            lambda cell: _number(cell, "unit price", limits.unit_price, limits.unit_price_places)
        )

    def __call__(self, row: int, cells: list[str]) -> TradeLine | Rejection:
        try:
            return self._parse(row, cells)
        except LineError as refusal:
            return Rejection(row, str(refusal), excerpt_of(",".join(cells)))

    def _parse(self, row: int, cells: list[str]) -> TradeLine:
        if len(cells) != self._width:
            raise LineError(f"The line has {len(cells)} columns where the header has {self._width}.")
        document, code, description, quantity, at, unit_price, customer, country, number = self._pick(cells)
        return TradeLine(
            row,
            self._document(document),
            self._line_number(number) if self._has_line_numbers else None,
            self._code(code),
            self._description(description),
            self._quantity(quantity),
            self._at(at),
            self._price(unit_price),
            self._customer(customer),
            self._country(country),
        )

    def _parse_at(self, cell: str) -> datetime:
        dates = self._dates
        try:
            at = datetime.strptime(cell.strip(), dates.format)  # noqa: DTZ007 - the file gives the company's wall clock
        except ValueError:
            raise LineError(f"The date {excerpt_of(cell)!r} is not written as {dates.format}.") from None
        if not dates.earliest <= at.date() <= dates.latest:
            raise LineError(f"The date {at:%Y-%m-%d} is not between {dates.earliest} and {dates.latest}.")
        return at


def _printable(cell: str, name: str, limit: int) -> str:
    """Give a text without outer spaces, odd spaces as ordinary ones, or refuse what cannot be shown or stored."""
    if len(cell) > limit:
        raise LineError(f"The {name} has {len(cell):,} characters; {limit:,} are allowed.")
    text = cell.strip()
    if text.isprintable():
        return text
    text = " ".join(text.split())
    if any("\udc80" <= c <= "\udcff" for c in text):
        raise LineError(f"The {name} is not valid UTF-8.")
    if not text.isprintable():
        raise LineError(f"The {name} holds characters that cannot be printed.")
    return text


def _words(cell: str, name: str, limit: int) -> str:
    return _printable(cell, name, limit)


def _word(cell: str, name: str, limit: int) -> str:
    if not (text := _printable(cell, name, limit)):
        raise LineError(f"The {name} is missing.")
    return text


def _code(cell: str, limit: int) -> str:
    """Check a code and keep it as written: the figures by code know its outer spaces."""
    text = _word(cell, "product code", limit)
    return cell if cell.isprintable() else text


def _line_number(cell: str) -> int:
    if not _LINE_NUMBER.fullmatch(cell) or not (number := int(cell)):
        raise LineError(f"The line number {excerpt_of(cell)!r} is not a number from 1.")
    return number


def _number(cell: str, name: str, limit: Decimal, places: int) -> Decimal:
    """Read a plain decimal number: an optional minus, digits, a point. Trailing zeros are no decimal places."""
    text = cell.strip()
    if not _NUMBER.fullmatch(text):
        raise LineError(f"The {name} {excerpt_of(cell)!r} is not a number.")
    value = Decimal(text)
    if abs(value) > limit:
        raise LineError(f"The {name} {text} is beyond {limit:,}.")
    fraction = text.partition(".")[2].rstrip("0")
    if len(fraction) > places:
        raise LineError(f"The {name} {text} has more than {places} decimal places.")
    return value

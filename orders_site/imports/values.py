"""What a cell means: numbers, days, yes and no. What can mean two things is never guessed, it is asked about."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.web.cells import safe_text
from core.web.fields import EARLIEST, LATEST
from orders_site.imports.cells import Cell

POINT, COMMA = "point", "comma"
DAY_FIRST, MONTH_FIRST = "dmy", "mdy"
_GROUPED = {
    POINT: re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII),
    COMMA: re.compile(r"\d{1,3}(\.\d{3})+(,\d+)?", re.ASCII),
}
_PLAIN = {POINT: re.compile(r"\d{1,15}(\.\d{1,12})?", re.ASCII), COMMA: re.compile(r"\d{1,15}(,\d{1,12})?", re.ASCII)}
_TWO_WAYS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_WRITTEN = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})", re.ASCII)
_SHORTENED = re.compile(r"\d([.,]\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)
LARGEST = Decimal(10) ** 15  # exclusive: no column of ours holds more
EXACT_DIGITS = 15  # a spreadsheet keeps no more of a number
_YES = {"yes", "y", "true", "1", "x", "ja", "oui", "si", "sí"}
_NO = {"no", "n", "false", "0", "nein", "non"}


class Unclear(ValueError):
    """The cell cannot be read; its text is the sentence for the person."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the person said of the file: the decimal sign and the order of day and month; empty where nothing was."""

    decimal_sign: str = ""
    date_order: str = ""


def text(cell: Cell) -> str:
    """The text without outer blanks. A day or number stays as it is written.

    An apostrophe before a formula's sign is the spreadsheet's mark for text, which our own exports write too.
    """
    _require_readable(cell)
    found = cell.text.strip()
    return found[1:] if found.startswith("'") and safe_text(found[1:]) != found[1:] else found


def code(cell: Cell) -> str:
    """A code, as it is written. Raises Unclear for one that a spreadsheet has shortened to a power of ten."""
    found = text(cell)
    if _SHORTENED.fullmatch(found) or (cell.kind == "number" and len(found.strip("-")) > EXACT_DIGITS):
        raise Unclear(f"A spreadsheet has cut this code to {found}. Format the column as text and enter it again.")
    return found


def number(cell: Cell, reading: Reading) -> Decimal:
    """A number. Raises Unclear for none, and for one like 1.234, which is two numbers until the decimal sign is said.

    The sign that was said holds for every cell of text; true numbers of a workbook have no sign.
    """
    written = text(cell)
    if cell.kind == "number":
        return _kept(written, Decimal(written))
    if cell.kind == "date":
        raise Unclear(f"{written} is a date; a number is needed here.")
    body = written.replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace("'", "").replace("\u2212", "-")
    is_negative, body = body.startswith("-"), body.removeprefix("-")
    if not reading.decimal_sign and _TWO_WAYS.fullmatch(body):
        raise Unclear(
            f"{written} may be {body.replace(',', '.')} or {re.sub('[.,]', '', body)}."
            " Say in the mapping which sign divides decimals."
        )
    for sign in (reading.decimal_sign,) if reading.decimal_sign else (POINT, COMMA):
        if _PLAIN[sign].fullmatch(body) or _GROUPED[sign].fullmatch(body):
            bare = body.replace(",", "") if sign == POINT else body.replace(".", "").replace(",", ".")
            return _kept(written, -Decimal(bare) if is_negative else Decimal(bare))
    raise Unclear(_no_number(written, reading))


def _kept(written: str, found: Decimal) -> Decimal:
    if abs(found) >= LARGEST:
        raise Unclear(f"{written[:40]} is larger than any number that can be kept.")
    return found


def _no_number(written: str, reading: Reading) -> str:
    if reading.decimal_sign and re.fullmatch(r"-?[\d.,]+", written):
        return f"{written[:40]} is no number with a decimal {reading.decimal_sign}."
    return f"{written[:40]} is no number."


def count(cell: Cell, reading: Reading) -> int:
    """A whole number."""
    found = number(cell, reading)
    if found != found.to_integral_value():
        raise Unclear(f"{text(cell)[:40]} is no whole number.")
    return int(found)


def day(cell: Cell, reading: Reading) -> date:
    """A day. Raises Unclear for none, for a bare serial number, and for 02/03/2026 until the order is said."""
    written = text(cell)
    if cell.kind == "number":
        raise Unclear(f"{written[:40]} is a number, not a date. Format the column as dates, or write 2026-12-31.")
    if iso := _ISO.fullmatch(written):
        return _day(written, int(iso[1]), int(iso[2]), int(iso[3]))
    parts = _WRITTEN.fullmatch(written)
    if parts is None:
        raise Unclear(f"{written[:40]} is no date. Write it like 2026-12-31.")
    one, two, year = int(parts[1]), int(parts[3]), int(parts[4])
    order = reading.date_order
    if not order:
        if one != two and one <= 12 and two <= 12:
            raise Unclear(f"{written} may be two days. Say in the mapping whether the day or the month comes first.")
        order = MONTH_FIRST if two > 12 else DAY_FIRST
    return _day(written, year, two, one) if order == DAY_FIRST else _day(written, year, one, two)


def _day(written: str, year: int, month: int, number: int) -> date:
    try:
        found = date(year, month, number)
    except ValueError:
        raise Unclear(f"{written} is no day of the calendar.") from None
    if not EARLIEST <= found <= LATEST:
        raise Unclear(f"{written} is not between {EARLIEST.year} and {LATEST.year}.")
    return found


def flag(cell: Cell) -> bool:
    """Yes or no."""
    word = text(cell).lower()
    if word in _YES | _NO:
        return word in _YES
    raise Unclear(f"{text(cell)[:40]} is neither yes nor no.")


def choice(cell: Cell, words: dict[str, str]) -> str:
    """One of the words, by its code or its label, in any case."""
    word = text(cell)
    for value, label in words.items():
        if word.lower() in (value.lower(), label.lower()):
            return value
    raise Unclear(f"{word[:40]} is none of: {', '.join(words.values())}.")


def _require_readable(cell: Cell) -> None:
    if cell.kind == "error":
        raise Unclear(cell.text)


def shown(value: Any) -> str:
    """A value as pages show what was before and after."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    return value.isoformat() if isinstance(value, date) else str(value)

"""How one value of a list becomes the inside of a table cell, and a field of a CSV file.

A cell is compiled once per column and called once per row: a list of 50 x 9 must cost a few milliseconds. Every value
that came from a person is escaped.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from markupsafe import Markup, escape
from moneyed import Money

from core.rounding import currency_exponent
from core.web import formats
from core.web.parts import Tag

if TYPE_CHECKING:
    from core.web.columns import Column

Row = Mapping[str, Any]
Draw = Callable[[Row], str]
ABSENT = '<span class="muted nil">—</span>'
_SENTINEL = 987654321


@lru_cache(maxsize=512)
def _url_parts(url_name: str) -> tuple[str, str]:
    """The address of any row, split where its key stands: resolving once is cheaper than reversing 50 times."""
    before, after = reverse(url_name, args=[_SENTINEL]).split(str(_SENTINEL))
    return before, after


def url_of(url_name: str, key: int) -> str:
    """The page of a row."""
    before, after = _url_parts(url_name)
    return f"{before}{key}{after}"


def tag(value: Tag | None, extra: str = "") -> Markup:
    """A status tag; shape and word carry the meaning."""
    if value is None:
        return Markup(ABSENT)  # noqa: S704 - a constant
    return Markup('<span class="tag {0}{1}">{2}</span>').format(value.tone, extra, value.label)


def micro_bar(share: Decimal | int | None) -> str:
    """A 40 x 4 bar, always with its number. ``share`` is in percent."""
    if share is None:
        return ABSENT
    width = (min(max(Decimal(share), Decimal(0)), Decimal(100)) * Decimal("0.4")).quantize(
        Decimal("0.1"), ROUND_HALF_UP
    )
    return (
        '<span class="mb"><svg viewBox="0 0 40 4" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="track" width="40" height="4" rx="1"/><rect class="f" width="{width}" height="4" rx="1"/></svg>'
        f'<span class="{"n" if share else "n zero"}">{formats.percent(share, 0)}</span></span>'
    )


def _number(text: str, value: Any) -> str:
    """Zero is muted, a negative stands in the danger colour."""
    amount = value.amount if isinstance(value, Money) else value
    if amount < 0:
        return f'<span class="neg">{text}</span>'
    return text if amount else f'<span class="muted">{text}</span>'


def shown_tag(column: "Column", value: Any) -> Tag | None:
    """The tag of a value: its own, the column's for it, or the plain word."""
    if value is None or isinstance(value, Tag):
        return value
    return (column.tags or {}).get(value) or Tag(str(value))


class Links(str):
    """Words that lead somewhere: drawn as links, in files the words alone."""

    links: Sequence[tuple[str, str]]

    def __new__(cls, links: Sequence[tuple[str, str]]) -> "Links":
        """Join the labels; a link without an address is a plain word."""
        made = super().__new__(cls, ", ".join(label for label, _ in links))
        made.links = links
        return made

    def __html__(self) -> str:
        """The links."""
        return ", ".join(
            str(Markup('<a href="{}">{}</a>').format(url, label)) if url else str(escape(label))
            for label, url in self.links
        )


def _plain(column: "Column", value: Any) -> str:
    text = str(escape(value))
    return f'<span class="code">{text}</span>' if column.cell == "code" else text


def _drawn(column: "Column", value: Any, currency: str, is_mixed: bool) -> str:
    match column.cell:
        case "money":
            return _number(formats.money(value, currency, show="code" if is_mixed else ""), value)
        case "quantity":
            return _number(formats.quantity(value), value)
        case "percent":
            return _number(formats.percent(value), value)
        case "count":
            return _number(f"{value:,}", value)
        case "date":
            return str(formats.time_day(value))
        case "stamp":
            return str(formats.time_stamp(value))
        case "age":
            return formats.age(value)
        case "tag":
            return str(tag(shown_tag(column, value)))
        case "bar":
            return micro_bar(value)
        case _:
            return _plain(column, value)


def drawer(column: "Column", *, is_mixed: bool = False) -> Draw:
    """Compile the column: row in, HTML of the cell's inside out. ``is_mixed`` writes the currency after each amount."""

    def draw(row: Row) -> str:
        value = column.of(row)
        if value is None or value == "":
            return ABSENT
        html = _drawn(column, value, str(row.get(column.currency) or "") if column.currency else "", is_mixed)
        if column.url and row.get(column.url_key) is not None:
            html = f'<a href="{escape(url_of(column.url, row[column.url_key]))}">{html}</a>'
        if column.sub and row.get(column.sub):
            html = f'{html} <span class="muted opt-town">{escape(row[column.sub])}</span>'
        return html

    return draw


# --- CSV -------------------------------------------------------------------------------------------------------------

# OWASP: CSV injection; the last four are full-width forms. Blanks of every kind and marks without width may precede.
_STARTS = "=+\\-@\t\r\n|%\uff1d\uff0b\uff0d\uff20"
_BLANKS = "[ '\"\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000\ufeff\x00-\x08\x0b\x0c\x0e-\x1f]*"
_FORMULA_LIKE = re.compile(f"{_BLANKS}[{_STARTS}]")
# Where a spreadsheet splits fields at semicolons or tabs, or misreads a line break, one may begin inside of a text.
_INNER_FORMULA = re.compile(f"([;\t\r\n])(?={_BLANKS}[=+\\-@\uff1d\uff0b\uff0d\uff20])")


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet could read this text as a formula: by its first character that is not blank."""
    return _FORMULA_LIKE.match(text) is not None


def safe_text(value: object) -> str:
    """Text that a spreadsheet must not read as a formula: an apostrophe before it disarms it."""
    text = _INNER_FORMULA.sub(r"\1'", str(value))
    return f"'{text}" if is_formula_like(text) else text


def plain_number(value: Decimal | int, places: int = 0) -> str:
    """A number as machines read it: point, ASCII minus, no grouping, no exponent, no idle zeros beyond ``places``."""
    number = Decimal(value)
    return f"{number:.{max(places, -int(number.normalize().as_tuple().exponent))}f}"


def csv_field(column: "Column", row: Row) -> str:
    """One field of the file: numbers stay numbers, dates are ISO, text cannot become a formula."""
    value = column.of(row)
    if value is None:
        return ""
    match column.cell:
        case "money":
            amount = value.amount if isinstance(value, Money) else value
            code = str(row.get(column.currency) or "") if column.currency else ""
            return plain_number(amount, currency_exponent(code) if code else 2)
        case "quantity" | "percent" | "bar" | "count":
            return plain_number(value)
        case "date" | "stamp" | "age":
            return str(value.isoformat())
        case "tag":
            shown = shown_tag(column, value)
            return safe_text(shown.label) if shown else ""
        case _:
            return safe_text(value)

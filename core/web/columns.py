"""Columns as data: what a list shows, sorts by, exports, and to whom."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from django.contrib.auth.models import AnonymousUser

from core.access import may
from core.web.cells import Row
from core.web.parts import Tag

if TYPE_CHECKING:
    from core.models import User

CellKind = Literal[
    "text", "code", "link", "money", "quantity", "percent", "count", "date", "stamp", "age", "tag", "bar"
]
NUMBERS: frozenset[str] = frozenset({"money", "quantity", "percent", "count", "bar", "age"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list or table, read from ``values()`` rows.

    ``reads`` are the fields it needs (its own name by default) and ``value`` computes from them, without a query.
    ``sort`` is the ORM path or annotation that orders the list. ``permission`` removes the column for users without
    it, from the page, the query, the export and the sort alike. ``currency`` names the field with the row's currency
    code. ``card`` is its place on a phone: k1 k3 k5 left, k2 k6 k4 right, kw the whole width; without one it is left
    out there, and numbers and days carry their label. ``hide`` is "opt" below 1280 px, "not-s" below 768 px.
    """

    name: str
    label: str
    cell: CellKind = "text"
    sort: str = ""
    reads: tuple[str, ...] = ()
    value: Callable[[Row], Any] | None = None
    tags: Mapping[str, Tag] | None = None
    url: str = ""
    url_key: str = "pk"
    sub: str = ""
    currency: str = ""
    permission: str = ""
    export: bool = True
    card: str = ""
    hide: Literal["", "opt", "not-s"] = ""
    width: Literal["", "clip", "fit", "full", "wrap"] = ""
    is_muted: bool = False
    is_label_hidden: bool = False

    def of(self, row: Row) -> Any:
        """The value in this row."""
        return self.value(row) if self.value else row[self.name]

    @property
    def fields(self) -> tuple[str, ...]:
        """Everything that must be read from the database to draw it."""
        own = self.reads or (() if self.value else (self.name,))
        return (*own, *filter(None, (self.sub, self.currency, self.url_key if self.url else "", self.sort)))

    @property
    def is_number(self) -> bool:
        """Whether the column is right aligned."""
        return self.cell in NUMBERS

    @property
    def css(self) -> str:
        """The classes of its cells."""
        words = ("num" if self.is_number else "", self.width, "muted" if self.is_muted else "", self.hide, self.card)
        return " ".join(word for word in words if word)


def visible_columns(columns: Iterable[Column], user: "User | AnonymousUser") -> list[Column]:
    """The columns that this user may see."""
    return [column for column in columns if not column.permission or may(user, column.permission)]


def fields_of(columns: Iterable[Column], extra: Iterable[str] = ()) -> list[str]:
    """The fields to read for these columns, once each, the key first."""
    return list(dict.fromkeys(["pk", *extra, *(name for column in columns for name in column.fields)]))


def with_currency_in_head(column: Column, rows: Sequence[Row]) -> tuple[Column, bool]:
    """Write the currency once in the head if all rows share it; else say that each amount must carry its own."""
    if column.cell != "money" or not column.currency:
        return column, False
    codes = {row[column.currency] for row in rows if row.get(column.currency)}
    if len(codes) == 1:
        return replace(column, label=f"{column.label}, {codes.pop()}"), False
    return column, bool(codes)

"""Turning pages by key: page 2 of a million rows costs what page 1 costs, and rows that arrive meanwhile shift nothing.

A page continues from the last row's (sort value, key). A missing sort value counts as the greatest, which is
PostgreSQL's own order, so an ordinary index serves both directions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Model, OrderBy, Q, QuerySet

from core.web.cells import Row

_SALT = "kept.list"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page starts: beyond this row. ``first`` is the shown number of the page's first row."""

    value: Any
    pk: int
    first: int


@dataclass(frozen=True, slots=True)
class Ordering:
    """What a list is sorted by: a path of the model or an annotation, then the key, both in one direction.

    ``of`` names the list: places of another one mean nothing here, even where it is sorted by the same word.
    """

    path: str
    is_descending: bool = False
    can_be_absent: bool = False
    of: str = ""

    def expressions(self, *, is_reversed: bool = False) -> list[OrderBy]:
        """For ``order_by``."""
        down = self.is_descending != is_reversed
        paths = [self.path] if self.path == "pk" else [self.path, "pk"]
        return [F(path).desc() if down else F(path).asc() for path in paths]

    def beyond(self, place: Place, *, is_reversed: bool = False) -> Q:
        """The rows after the place (before it, if reversed). Written so that an index on the path bounds the scan."""
        down = self.is_descending != is_reversed
        rest = Q(pk__lt=place.pk) if down else Q(pk__gt=place.pk)
        if self.path == "pk":
            return rest
        if place.value is None:
            absent = Q(**{f"{self.path}__isnull": True}) & rest
            return absent | Q(**{f"{self.path}__isnull": False}) if down else absent
        reach, past = ("lte", "lt") if down else ("gte", "gt")
        present = Q(**{f"{self.path}__{reach}": place.value}) & (Q(**{f"{self.path}__{past}": place.value}) | rest)
        if self.can_be_absent and not down:
            return present | Q(**{f"{self.path}__isnull": True})
        return present


def can_be_absent(queryset: "QuerySet[Any, Any]", path: str) -> bool:
    """Whether a sort value may be null: a nullable field or relation on the way, or any annotation."""
    if path in queryset.query.annotations:
        return True
    model: type[Model] = queryset.model
    for name in path.split("__"):
        if name == "pk":
            return False
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            return True
        if getattr(field, "null", True):
            return True
        if field.related_model and not isinstance(field.related_model, str):
            model = field.related_model
    return False


def _encode(value: Any) -> list[Any]:
    match value:
        case Decimal():
            return ["n", str(value)]
        case datetime():
            return ["t", value.isoformat()]
        case date():
            return ["d", value.isoformat()]
        case _:
            return ["", value]


def _decode(coded: list[Any]) -> Any:
    kind, value = coded
    match kind:
        case "n":
            return Decimal(value)
        case "t":
            return datetime.fromisoformat(value)
        case "d":
            return date.fromisoformat(value)
        case _:
            return value


def write_place(ordering: Ordering, row: Row, first: int) -> str:
    """The place as a signed word for an address; it only fits the list and the sort it was made for."""
    value = _encode(row[ordering.path])
    sort = [ordering.of, ordering.path, ordering.is_descending]
    return signing.Signer(salt=_SALT).sign_object([*sort, value, row["pk"], first])


def read_place(word: str, ordering: Ordering) -> Place | None:
    """The place from an address, or nothing if it is another list's or sort's or was tampered with: then the list
    starts anew.
    """
    try:
        *sort, value, pk, first = signing.Signer(salt=_SALT).unsign_object(word)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if sort != [ordering.of, ordering.path, ordering.is_descending]:
        return None
    return Place(_decode(value), pk, first)


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one page and what lies beyond them."""

    rows: Sequence[Row]
    first: int
    has_earlier: bool
    has_later: bool


def turn_to(
    queryset: "QuerySet[Any, Any]", ordering: Ordering, size: int, *, after: Place | None, before: Place | None
) -> Page:
    """Read one page in one statement; the ``values()`` rows hold the ordering's path and ``pk``."""
    if before is not None:
        found = list(
            queryset.filter(ordering.beyond(before, is_reversed=True)).order_by(
                *ordering.expressions(is_reversed=True)
            )[: size + 1]
        )
        rows = found[size - 1 :: -1] if len(found) > size else found[::-1]
        return Page(rows, max(1, before.first - len(rows)), len(found) > size, True)
    if after is not None:
        queryset = queryset.filter(ordering.beyond(after))
    found = list(queryset.order_by(*ordering.expressions())[: size + 1])
    return Page(found[:size], after.first if after else 1, after is not None, len(found) > size)

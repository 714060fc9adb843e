"""Documents with their lines in one statement: heads, their numbers from a sequence, and the rows that hang on them.

Ids and numbers are drawn in the statement itself, heads in the order given, so that lines can name heads that the same
statement writes. Money is fenced as in ``core.bulk``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db import connection, models

from core import bulk
from core.arrays import array
from core.bulk import Columns
from core.models import Document
from core.numbering import NUMBER_FORMAT


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that hang on heads by the foreign key ``head``; ``places`` gives each row's head by its place from 0."""

    model: type[models.Model]
    head: str
    places: Sequence[int]
    columns: Columns
    same: Mapping[str, Any] = field(default_factory=dict)


def insert(
    model: type[models.Model], columns: Columns, *parts: Rows, same: Mapping[str, Any] | None = None
) -> list[int]:
    """Insert heads and what hangs on them; returns the heads' ids in order. One statement."""
    return [pk for pk, _ in _insert(model, columns, parts, same, is_numbered=False)]


def insert_numbered(
    model: type[Document], columns: Columns, *parts: Rows, same: Mapping[str, Any] | None = None
) -> list[tuple[int, str]]:
    """The same for documents whose numbers come from a sequence, as ``core.numbering.sequence_numbers`` gives them.

    Returns ids and numbers. The business date must be among the columns.
    """
    return _insert(model, columns, parts, same, is_numbered=True)


def _insert(
    model: type[models.Model],
    columns: Columns,
    parts: Sequence[Rows],
    same: Mapping[str, Any] | None,
    is_numbered: bool,
) -> list[tuple[int, str]]:
    size = len(next(iter(columns.values())))
    if size == 0:
        return []
    names, values = bulk.prepared(model, columns, same=same)
    hanging = [(part, *bulk.prepared(part.model, part.columns, same=part.same)) for part in parts if part.places]
    of_parts = tuple((part.model, part.head, tuple(part_names)) for part, part_names, _ in hanging)
    sql = _sql(model, tuple(names), of_parts, is_numbered)
    for part, _, part_values in hanging:
        values += [array("bigint", [place + 1 for place in part.places]), *part_values]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    assert len(rows) == size
    for position, (part, _, _) in enumerate(hanging, 2):
        assert rows[0][position] == len(part.places), f"{rows[0][position]} of {len(part.places)} rows written"
    return [(row[0], row[1]) for row in rows]


Names = tuple[tuple[str, str], ...]


@lru_cache(maxsize=64)
def _sql(
    model: type[models.Model], names: Names, parts: tuple[tuple[type[models.Model], str, Names], ...], is_numbered: bool
) -> str:
    aliases = _aliases(names)
    number = f"{_number(model, names)} AS number" if is_numbered else "NULL AS number"
    targets = f"id, number, {_targets(names)}" if is_numbered else f"id, {_targets(names)}"
    read = f"id, number, {aliases}" if is_numbered else f"id, {aliases}"
    heads = (
        f"heads AS MATERIALIZED (SELECT nextval('{model._meta.db_table}_id_seq') AS id, {number}, g.* FROM ("  # noqa: S608
        f"SELECT * FROM unnest({_sources(names)}) WITH ORDINALITY AS r({aliases}, position) ORDER BY position) g)"
    )
    written = (
        f'written AS (INSERT INTO "{model._meta.db_table}" ({targets}) SELECT {read} FROM heads ORDER BY position)'  # noqa: S608
    )
    queries = [heads, written, *(_hanging(place, *part) for place, part in enumerate(parts))]
    counts = "".join(f", (SELECT count(*) FROM part_{place})" for place in range(len(parts)))  # noqa: S608
    return f"WITH {', '.join(queries)} SELECT id, number{counts} FROM heads ORDER BY position"  # noqa: S608


def _hanging(place: int, model: type[models.Model], head: str, names: Names) -> str:
    return (
        f'part_{place} AS (INSERT INTO "{model._meta.db_table}" ("{head}", {_targets(names)})'  # noqa: S608
        f" SELECT h.id, {_aliases(names, 'r.')} FROM unnest(%s::bigint[], {_sources(names)})"
        f" WITH ORDINALITY AS r(head, {_aliases(names)}, position) JOIN heads h ON h.position = r.head"
        " ORDER BY r.position RETURNING 1)"
    )


def _number(model: type[models.Model], names: Names) -> str:
    """The expression of a sequence's number, as ``sequence_numbers`` writes it."""
    assert issubclass(model, Document)
    day = [column for column, _ in names].index("business_date")
    year = f"extract(year FROM g.c{day})::int"
    value = f"to_char(nextval('number_{model.prefix.lower()}'), '{NUMBER_FORMAT}')"
    return f"concat_ws('-', '{model.prefix}', {year}, {value})"


def _targets(names: Names) -> str:
    return ", ".join(f'"{column}"' for column, _ in names)


def _sources(names: Names) -> str:
    return ", ".join(f"%s::{element}[]" for _, element in names)


def _aliases(names: Names, of: str = "") -> str:
    return ", ".join(f"{of}c{position}" for position in range(len(names)))

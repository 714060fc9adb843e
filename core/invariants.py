"""The invariants I1-I18 as named SQL views that return offending rows: empty is healthy.

The same views serve the audit command, the integrity page, the tests after every scenario, and alerts. Each room
declares its own in ``invariants.py``; its migration creates the view; ``orders_site/wiring.py`` registers it here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

MOST_ROWS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Invariant:
    """One sentence that must always hold. ``view`` returns a row per offence; its first columns name the document."""

    code: str
    name: str
    sentence: str
    view: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The state of one invariant now: ``count`` offending rows, of which some are shown."""

    invariant: Invariant
    count: int
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    @property
    def holds(self) -> bool:
        """Whether no row offends."""
        return self.count == 0


_registry: dict[str, Invariant] = {}


def register(invariants: Iterable[Invariant]) -> None:
    """Make these part of every audit."""
    for invariant in invariants:
        _registry[invariant.view] = invariant


def registered() -> list[Invariant]:
    """All invariants, by code and name."""
    return sorted(_registry.values(), key=lambda each: (int(each.code[1:]), each.name))


def check(invariant: Invariant) -> Finding:
    """Ask the view. Two statements at most: the rows are read only when there are any."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT *, count(*) OVER () FROM "{invariant.view}" LIMIT {MOST_ROWS_SHOWN}')  # noqa: S608
        rows = cursor.fetchall()
        columns = tuple(column.name for column in cursor.description[:-1])
    return Finding(invariant, rows[0][-1] if rows else 0, columns, tuple(row[:-1] for row in rows))


def check_all() -> list[Finding]:
    """Every registered invariant, one statement each."""
    return [check(invariant) for invariant in registered()]


def as_plain(finding: Finding) -> dict[str, Any]:
    """A finding as the audit command's JSON and the stored results of a run have it."""
    return {
        "code": finding.invariant.code,
        "name": finding.invariant.name,
        "sentence": finding.invariant.sentence,
        "view": finding.invariant.view,
        "count": finding.count,
        "columns": list(finding.columns),
        "rows": [dict(zip(finding.columns, map(_plain, row), strict=True)) for row in finding.rows],
    }


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)

"""What rows would do: cells become values, rows become groups, and the kind says what is new, changed, same or wrong.

Reads only. The dry run and the applying ask the same question, so that what was shown is what is done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from core.dates import business_date
from core.models import User
from orders_site.imports.cells import Cell, from_plain
from orders_site.imports.kinds import KINDS, Kind
from orders_site.imports.kinds.base import Field, Group, ReadRow, Scope
from orders_site.imports.mapping import positions
from orders_site.imports.models import ImportRow, ImportRun
from orders_site.imports.values import Reading, Unclear

LONGEST_KEY = 300


@dataclass(frozen=True, slots=True)
class Reader:
    """How the rows of one run are read."""

    kind: Kind
    places: Mapping[str, Any]
    reading: Reading
    width: int

    @classmethod
    def of(cls, run: ImportRun) -> "Reader":
        """The reader of a run that is mapped."""
        places = positions(run.columns, run.headers)
        return cls(KINDS[run.kind], places, Reading(run.decimal_sign, run.date_order), len(run.headers))

    def scope(self, run: ImportRun, actor: User) -> Scope:
        """For whom and when the run is checked; today is the company's own day."""
        return Scope(run.company, actor, business_date(run.company.time_zone), frozenset(self.places))

    def key(self, number: int, cells: Sequence[Cell]) -> str:
        """What makes rows belong together; a row whose key cannot be read stands alone."""
        parts = []
        for name in self.kind.key:
            value, problem = self._value(self.kind.by_name[name], cells)
            if problem:
                return f"row {number}"
            parts.append("" if value is None else str(value).upper())
        return _joined(parts) if any(parts) else f"row {number}"

    def row(self, stored: ImportRow) -> ReadRow:
        """The values of a row, with a sentence at each cell that cannot be read."""
        cells = from_plain(stored.cells)
        found = ReadRow(stored.number, {})
        numbers = set()
        for field in self.kind.fields:
            value, problem = self._value(field, cells)
            if problem:
                found.problems[field.name] = problem
            elif value is not None:
                found.values[field.name] = value
            elif field.is_required:
                found.problems[field.name] = f"“{field.label}” is empty."
            place = self.places.get(field.name)
            if isinstance(place, int) and place < len(cells) and cells[place].kind == "number":
                numbers.add(field.name)
        if any(not cell.is_empty for cell in cells[self.width :]):
            found.problems.setdefault(self.kind.key[0], "There are more cells than columns have a name.")
        found.was_number = frozenset(numbers)
        return found

    def _value(self, field: Field, cells: Sequence[Cell]) -> tuple[Any, str]:
        place = self.places.get(field.name)
        if place is None:
            return None, ""
        cell = Cell(place) if isinstance(place, str) else cells[place] if place < len(cells) else Cell("")
        if cell.is_empty:
            return None, ""
        try:
            value = field.read(cell, self.reading)
        except Unclear as unclear:
            return None, str(unclear)
        return (None, "") if value == "" else (value, "")


def _joined(parts: Sequence[str]) -> str:
    """One word for several, and never the same for others: what divides them is doubled inside of them, and what is
    too long ends with its fingerprint.
    """
    word = " | ".join(part.replace("|", "||") for part in parts)
    return word if len(word) <= LONGEST_KEY else f"{word[:200]}…{sha256(word.encode()).hexdigest()}"


def check_groups(reader: Reader, rows: Sequence[ImportRow], scope: Scope) -> list[Group]:
    """The rows as groups with their outcomes, in the order of their first rows. Statements as the kind needs."""
    by_first: dict[int, list[ReadRow]] = {}
    for stored in rows:
        by_first.setdefault(stored.first, []).append(reader.row(stored))
    groups = [Group(members) for members in by_first.values()]
    for group in groups:
        _note_contradictions(group, reader.kind)
    sound = [group for group in groups if not group.is_wrong]
    if sound:
        reader.kind.check(sound, scope)
    for group in groups:
        if group.is_wrong:
            group.outcome = "wrong"
    return groups


def _note_contradictions(group: Group, kind: Kind) -> None:
    """Rows of one key must not say different things of the whole; where nothing is a part, a key occurs once."""
    if len(group.rows) == 1:
        return
    numbers = ", ".join(str(row.number) for row in group.rows[:5])
    if not kind.has_parts:
        for row in group.rows:
            row.problems.setdefault(kind.key[0], f"The same key stands in rows {numbers}. Keep one of them.")
        return
    for field in kind.fields:
        if field.is_part or field.name in kind.key:
            continue
        said = group.value(field.name)
        for row in group.rows:
            if field.name in row.values and row.values[field.name] != said:
                row.problems.setdefault(field.name, f"Rows {numbers} belong together, but say different things here.")

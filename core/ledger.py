"""Guarded ledgers: append-only movements beside a guarded total per key, implemented once.

Stock, pegs, receipts, credit, contracts, coupons and rebates are instances. Two steps: ``lock(keys)`` locks the totals
in one sorted statement and returns their balances; ``post(movements)`` writes movements and totals in one set-based
statement. What must not be is refused in Python under the lock, so that every failing key is named; CHECK constraints
stand behind it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from django.db import connection, models

from core.arrays import array
from core.errors import LedgerRefused
from core.locks_registry import Rank
from core.models import GuardedTotal, LedgerMovement
from core.runs import current_run

Key = tuple[Any, ...]
ZERO = Decimal(0)


class Guard(Enum):
    """How a posting treats the ceiling. Facts always pass (an invoice is an invoice); promises may be refused."""

    BLOCK = "block"
    FACT = "fact"


@dataclass(frozen=True, slots=True)
class Movement:
    """A change of one total. ``deltas`` per balance; unique by (key, source_type, source_id, purpose)."""

    key: Key
    deltas: Mapping[str, Decimal]
    source_type: str
    source_id: int
    purpose: str
    business_date: date
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Total:
    """A locked total as it stands now."""

    id: int
    key: Key
    balances: Mapping[str, Decimal]
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one key refuses, as the user reads it."""

    key: Key
    sentence: str


Check = Callable[[Total, Mapping[str, Decimal], Guard], str | None]


@dataclass(frozen=True, slots=True)
class Ledger:
    """One ledger of the system: its two tables, its key, its balances and its rule.

    ``key`` names columns of the total, ``company_id`` first. ``facts`` are further columns of the total that the rule
    reads (a ceiling, whether negative stock is allowed). ``check(total, balances_after, guard)`` returns the sentence
    of a refusal, or None. ``extra`` names further columns of the movement, such as a value or a currency. Where
    ``facts_pass``, the rule refuses nothing under ``Guard.FACT``, so that facts are posted without looking first.
    """

    name: str
    total: type[GuardedTotal]
    movement: type[LedgerMovement]
    key: tuple[str, ...]
    balances: tuple[str, ...]
    rank: Rank
    check: Check
    facts: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    facts_pass: bool = False

    def lock(self, keys: Sequence[Key], *, opening: Mapping[Key, Mapping[str, Any]] | None = None) -> dict[Key, Total]:
        """Lock these totals in id order, creating what is missing, and return them by key.

        One statement when all are known, three when not, whatever the number. ``opening`` gives further columns of
        totals that are created here, the same columns for every key; known totals keep theirs. What depends on the
        totals is read after this returned: read in the locking statement it would be as old as the wait was long.
        """
        wanted = sorted(set(keys))
        if not wanted:
            return {}
        columns = self._key_arrays(wanted)
        totals = self._lock_known(columns, len(wanted))
        if not totals:
            self._create(columns, wanted, opening or {})
            totals = self._lock_known(columns, len(wanted))
        assert len(totals) == len(wanted)
        current_run().locks.take(self.rank, self.total._meta.db_table, [total.id for total in totals])
        return {total.key: total for total in totals}

    def _key_arrays(self, keys: Sequence[Key]) -> list[Any]:
        return [
            array(_element(self.total, name), column)
            for name, column in zip(self.key, zip(*keys, strict=True), strict=True)
        ]

    def _lock_known(self, columns: Sequence[Any], number: int) -> list[Total]:
        """Lock all of these totals, or none when one is missing: taken later, it would be taken out of id order."""
        with connection.cursor() as cursor:
            cursor.execute(_locking(self), [*columns, *columns, number])
            return [self._total(row) for row in cursor.fetchall()]

    def _create(self, columns: Sequence[Any], keys: Sequence[Key], opening: Mapping[Key, Mapping[str, Any]]) -> None:
        """Insert what is missing, in key order."""
        given = sorted(opening[keys[0]]) if opening else []
        elements = [_element(self.total, name) for name in (*self.key, *given)]
        names = ", ".join(f'"{name}"' for name in (*self.key, *given))
        arrays = ", ".join(f"%s::{element}[]" for element in elements)
        openings = [array(_element(self.total, name), [opening[key][name] for key in keys]) for name in given]
        with connection.cursor() as cursor:
            cursor.execute(
                f'INSERT INTO "{self.total._meta.db_table}" ({names}) SELECT * FROM unnest({arrays})'  # noqa: S608
                " ON CONFLICT DO NOTHING",
                [*columns, *openings],
            )

    def _total(self, row: Sequence[Any]) -> Total:
        after_key = 1 + len(self.key)
        after_balances = after_key + len(self.balances)
        return Total(
            id=row[0],
            key=tuple(row[1:after_key]),
            balances=dict(zip(self.balances, row[after_key:after_balances], strict=True)),
            facts=dict(zip(self.facts, row[after_balances:], strict=True)),
        )

    def refusals(self, totals: Mapping[Key, Total], movements: Sequence[Movement], guard: Guard) -> list[Refusal]:
        """What would be refused if these movements were posted: every key, with its sentence. Pure."""
        after: dict[Key, dict[str, Decimal]] = {}
        for movement in movements:
            balances = after.setdefault(movement.key, dict(totals[movement.key].balances))
            for name, delta in movement.deltas.items():
                balances[name] += delta
        found = []
        for key, balances in after.items():
            sentence = self.check(totals[key], balances, guard)
            if sentence:
                found.append(Refusal(key, sentence))
        return found

    def post(
        self, movements: Sequence[Movement], *, guard: Guard = Guard.BLOCK, totals: Mapping[Key, Total] | None = None
    ) -> dict[Key, Mapping[str, Decimal]]:
        """Write movements and totals in one statement and return the new balances by key.

        ``totals`` are what ``lock`` returned in this transaction, before any posting to the same keys; without them the
        keys are locked here, and of facts that always pass in the same statement. Raises LedgerRefused naming every
        key; nothing is written then.
        """
        if not movements:
            return {}
        if totals is None and guard is Guard.FACT and self.facts_pass:
            return self._write_facts(movements)
        if totals is None:
            totals = self.lock([movement.key for movement in movements])
        refused = self.refusals(totals, movements, guard)
        if refused:
            raise LedgerRefused(
                " ".join(refusal.sentence for refusal in refused[:10]),
                ledger=self.name,
                keys=tuple(refusal.key for refusal in refused),
            )
        return self._write(movements, totals)

    def _write(self, movements: Sequence[Movement], totals: Mapping[Key, Total]) -> dict[Key, Mapping[str, Decimal]]:
        locks = current_run().locks
        locks.take(self.rank, self.total._meta.db_table, sorted({totals[m.key].id for m in movements}))
        sql, elements = _posting(self)
        columns = [[totals[m.key].id for m in movements], *self._columns(movements)]
        with connection.cursor() as cursor:
            cursor.execute(sql, [array(*column) for column in zip(elements, columns, strict=True)])
            rows = cursor.fetchall()
        return self._balances(rows, movements)

    def _write_facts(self, movements: Sequence[Movement]) -> dict[Key, Mapping[str, Decimal]]:
        """Lock totals in id order, write movements and totals: one statement when all are known, three when not."""
        wanted = sorted({movement.key for movement in movements})
        keys = self._key_arrays(wanted)
        sql, elements = _posting_facts(self)
        columns = [*zip(*(movement.key for movement in movements), strict=True), *self._columns(movements)]
        values = [*keys, *keys, len(wanted), *(array(*column) for column in zip(elements, columns, strict=True))]
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            rows = cursor.fetchall()
            if not rows:
                self._create(keys, wanted, {})
                cursor.execute(sql, values)
                rows = cursor.fetchall()
        current_run().locks.take(self.rank, self.total._meta.db_table, sorted(row[0] for row in rows))
        return self._balances(rows, movements)

    def _columns(self, movements: Sequence[Movement]) -> list[Sequence[Any]]:
        """The columns of a posting, but for the one that tells the total."""
        return [
            [m.source_type for m in movements],
            [m.source_id for m in movements],
            [m.purpose for m in movements],
            [m.business_date for m in movements],
            [current_run().uid] * len(movements),
            *([m.deltas.get(name, ZERO) for m in movements] for name in self.balances),
            *([m.extra.get(name) for m in movements] for name in self.extra),
        ]

    def _balances(
        self, rows: Sequence[Sequence[Any]], movements: Sequence[Movement]
    ) -> dict[Key, Mapping[str, Decimal]]:
        after_key = 1 + len(self.key)
        assert len(rows) == len({movement.key for movement in movements}), "a total went missing under its lock"
        return {tuple(row[1:after_key]): dict(zip(self.balances, row[after_key:], strict=True)) for row in rows}

    def recount_sql(self) -> str:
        """SQL that returns every total that differs from the sum of its movements; empty means healthy."""
        sums = ", ".join(f'coalesce(sum(m."{name}"), 0) AS "{name}"' for name in self.balances)
        differs = " OR ".join(f't."{name}" <> r."{name}"' for name in self.balances)
        read = ", ".join(f't."{name}" AS "{name}_total", r."{name}" AS "{name}_recounted"' for name in self.balances)
        return (
            f"SELECT t.id, {read} FROM {self.total._meta.db_table} t"  # noqa: S608
            f" JOIN (SELECT t2.id, {sums} FROM {self.total._meta.db_table} t2"
            f" LEFT JOIN {self.movement._meta.db_table} m ON m.total_id = t2.id GROUP BY t2.id) r ON r.id = t.id"
            f" WHERE {differs}"
        )


@cache
def _locking(ledger: Ledger) -> str:
    """The statement that locks totals by key, in id order: all of them, or none at all when one is missing."""
    table = ledger.total._meta.db_table
    columns = ", ".join(f'"{name}"' for name in ledger.key)
    arrays = ", ".join(f"%s::{_element(ledger.total, name)}[]" for name in ledger.key)
    read = ", ".join(f't."{name}"' for name in (*ledger.key, *ledger.balances, *ledger.facts))
    matches = " AND ".join(f't."{name}" = k."{name}"' for name in ledger.key)
    source = f'"{table}" t JOIN unnest({arrays}) AS k({columns}) ON {matches}'
    return (
        f"SELECT t.id, {read} FROM {source} WHERE (SELECT count(*) FROM {source}) = %s"  # noqa: S608
        " ORDER BY t.id FOR NO KEY UPDATE OF t"
    )


def _movement_elements(ledger: Ledger) -> dict[str, str]:
    """The columns that a posting gives of each movement beside its total, and their element types."""
    return {
        "source_type": "text",
        "source_id": "bigint",
        "purpose": "text",
        "business_date": "date",
        "command_uid": "uuid",
        **dict.fromkeys(ledger.balances, "numeric"),
        **{name: _element(ledger.movement, name) for name in ledger.extra},
    }


def _totalling(ledger: Ledger) -> str:
    """What every posting ends with: the totals follow from the movements ``written``."""
    sums = ", ".join(f'sum("{name}") AS "{name}"' for name in ledger.balances)
    sets = ", ".join(f'"{name}" = t."{name}" + s."{name}"' for name in ledger.balances)
    read = ", ".join(f't."{name}"' for name in (*ledger.key, *ledger.balances))
    return (
        f"s AS (SELECT total_id, {sums} FROM written GROUP BY total_id)"  # noqa: S608
        f' UPDATE "{ledger.total._meta.db_table}" t SET {sets}, changed_at = now() FROM s WHERE t.id = s.total_id'
        f" RETURNING t.id, {read}"
    )


@cache
def _posting(ledger: Ledger) -> tuple[str, list[str]]:
    """The statement that writes movements and totals, and the element types of its arrays."""
    elements = {"total_id": "bigint", **_movement_elements(ledger)}
    names = ", ".join(f'"{name}"' for name in elements)
    arrays = ", ".join(f"%s::{element}[]" for element in elements.values())
    sql = (
        f'WITH written AS (INSERT INTO "{ledger.movement._meta.db_table}" ({names})'  # noqa: S608
        f" SELECT * FROM unnest({arrays}) RETURNING *), {_totalling(ledger)}"
    )
    return sql, list(elements.values())


@cache
def _posting_facts(ledger: Ledger) -> tuple[str, list[str]]:
    """The statement that locks totals by key, in id order, and writes movements and totals; nothing if one is missing.

    Adding to a row that was waited for adds to what its last holder left: the sums come from the movements alone.
    """
    of_key = {f"key_{name}": _element(ledger.total, name) for name in ledger.key}
    given = _movement_elements(ledger)
    elements = {**of_key, **given}
    names = ", ".join(f'"{name}"' for name in given)
    sent = ", ".join(f'm."{name}"' for name in given)
    aliases = ", ".join(f'"{name}"' for name in elements)
    arrays = ", ".join(f"%s::{element}[]" for element in elements.values())
    matches = " AND ".join(f'l."{name}" = m."key_{name}"' for name in ledger.key)
    sql = (
        f"WITH locked AS ({_locking(ledger)}),"  # noqa: S608
        f' written AS (INSERT INTO "{ledger.movement._meta.db_table}" (total_id, {names})'
        f" SELECT l.id, {sent}"
        f" FROM unnest({arrays}) WITH ORDINALITY AS m({aliases}, position) JOIN locked l ON {matches}"
        f" ORDER BY m.position RETURNING *), {_totalling(ledger)}"
    )
    return sql, list(elements.values())


@cache
def _element(model: type[models.Model], column: str) -> str:
    field = next(f for f in model._meta.concrete_fields if f.column == column)
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    db_type = target.rel_db_type(connection) if isinstance(field, models.ForeignKey) else field.db_type(connection)
    assert db_type is not None
    return db_type.split("(")[0].replace("varchar", "text")

"""The floor: the same rows under the same constraints and triggers, by plain SQL through psycopg, committed durably.

Two databases start as copies of each other. The work is done on the first through the commands; each statement that
writes, locks or takes a number is noted with its values and sent to the second right afterwards: no Django, no reading,
no deciding. Since both see the same writes in the same order, ids and numbers agree; ``require_equal`` proves it. What
the floor cannot show is where fewer writes would do: it carries out the ones that the command chose.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import psycopg
from django.db import connection
from django.db.backends.postgresql.psycopg_any import get_adapters_template

from benchmarks.ground import Ground
from orders_site.boot.roles import APP

R = TypeVar("R")
WRITES = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM|nextval|set_config)\b", re.IGNORECASE)  # FOR UPDATE included
BEGINS = "set_config('lock_timeout'"  # what core.commands sends first
FRAME = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")
Statement = tuple[str, Any, bool]


@dataclass
class Recording:
    """What one command sent: how many statements, and those of them that the floor repeats."""

    count: int = 0
    writes: list[Statement] = field(default_factory=list)

    def note(self, execute: Any, text: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """Django's execute wrapper."""
        sql = str(text)
        if not sql.startswith(FRAME):
            self.count += 1
            if WRITES.search(sql):
                self.writes.append((sql, params, many))
        return execute(text, params, many, context)


@dataclass(frozen=True)
class Step:
    """One command: its answer, its seconds, the seconds of its floor, and its statements without BEGIN and COMMIT."""

    answer: Any
    seconds: float
    floor_seconds: float
    recording: Recording


def best_of(steps: Sequence[Step]) -> str:
    """The quickest of work and floor: what is left of a figure when the machine is busy with other things."""
    best, floor = min(step.seconds for step in steps) * 1000, min(step.floor_seconds for step in steps) * 1000
    return f"best {best:.1f} ms, floor {floor:.1f} ms, {best / floor:.2f} x"


@contextmanager
def recorded() -> Iterator[Recording]:
    """Note what the default connection sends inside the block."""
    recording = Recording()
    with connection.execute_wrapper(recording.note):
        yield recording


def connect(ground: Ground, database: str) -> psycopg.Connection:
    """A plain connection as the application's role, with the settings of the application's own."""
    return psycopg.connect(
        host=str(ground.sockets), dbname=database, user=APP, prepare_threshold=2, autocommit=False,
        context=get_adapters_template(True, None), options="-c TimeZone=UTC",
    )  # fmt: skip


def carry_out(plain: psycopg.Connection, writes: Sequence[Statement]) -> float:
    """Send the writes, with a commit before each further command's first statement; the seconds it took."""
    started = time.perf_counter()
    with plain.cursor() as cursor:
        for position, (sql, params, many) in enumerate(writes):
            if position and BEGINS in sql:
                plain.commit()
            (cursor.executemany if many else cursor.execute)(sql, params)
    plain.commit()
    return time.perf_counter() - started


class Twin:
    """Two equal databases: the work is done on ``kept_work``, its floor on ``kept_floor``, in turns."""

    def __init__(self, ground: Ground, source: str) -> None:
        for name in ("kept_work", "kept_floor"):
            ground.clone(name, source)
            ground.analyze(name)
        ground.checkpoint()
        self.ground = ground
        ground.use("kept_work")
        connection.ensure_connection()
        self.plain = connect(ground, "kept_floor")

    def step(self, call: Callable[[], R]) -> Step:
        """Carry out one command, then its floor."""
        with recorded() as recording:
            started = time.perf_counter()
            answer = call()
            seconds = time.perf_counter() - started
        return Step(answer, seconds, carry_out(self.plain, recording.writes), recording)

    def settle(self) -> None:
        """Let both planners know what the warm-up wrote.

        A foreign key that was first checked against an empty table is checked by scanning it until the table is
        analyzed: with a thousand rows a commit, that is seconds.
        """
        for name in ("kept_work", "kept_floor"):
            self.ground.analyze(name)

    def require_equal(self) -> None:
        """Fail unless every table has as many rows on both sides: a floor that wrote less would be no floor."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT string_agg(format('SELECT %L, count(*) FROM public.%I', relname, relname), ' UNION ALL ')"
                " FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
                " AND has_table_privilege(oid, 'SELECT')"
            )
            sql = cursor.fetchone()[0]
            cursor.execute(sql)
            work = dict(cursor.fetchall())
        floor: dict[str, int] = dict(self.plain.execute(sql).fetchall())
        self.plain.rollback()
        differences = {name: (count, floor[name]) for name, count in work.items() if count != floor[name]}
        assert not differences, f"work and floor differ in rows: {differences}"

    def close(self) -> None:
        """Let go of the floor's connection."""
        self.plain.close()

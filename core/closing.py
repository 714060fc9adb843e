"""What every command writes at its end, in one statement right before its commit.

Timeline, chain, outbox, log row, the answer of an idempotency key and gapless numbers touch nothing that the command
reads again. Sent one by one they would be half of a short command's statements, and a counter would be held over all
that came after it. So they are collected in the run and written together; what fails there refuses the command as
everything else does.
"""

import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeVar

from django.db import connection

from core.runs import Run, current_run

T = TypeVar("T", bound="Collector")


class Place(IntEnum):
    """Where a part stands in the statement. Counters come last, so that nothing is waited for under them (I9)."""

    CHAIN = 1
    TIMELINE = 2
    OUTBOX = 3
    LOG = 4
    ANSWER = 5
    NUMBERS = 6


@dataclass(frozen=True, slots=True)
class Part:
    """Some WITH queries, their values, and one expression over them that is handed back after the statement."""

    place: Place
    queries: str
    values: Sequence[Any]
    expression: str
    receive: Callable[[Any], None]


class Collector:
    """What one kind of part gathers during a command. Made on first use, one of each kind."""

    def part(self) -> Part | None:
        """What is to be written; None when there is nothing."""
        raise NotImplementedError


def collected(kind: type[T]) -> T:
    """The running command's collector of this kind. Asserts that a command is running."""
    collectors = current_run().closing
    if kind not in collectors:
        collectors[kind] = kind()
    return typing.cast(T, collectors[kind])


Reader = Callable[[Run], Part | None]
_readers: list[Reader] = []


def add_reader(reader: Reader) -> None:
    """Let ``reader`` look at what every command collected and add a part of its own. Called from
    ``orders_site/wiring.py``: rooms do not know who reads what they tell. Twice is once.
    """
    if reader not in _readers:
        _readers.append(reader)


def write(run: Run, own: Sequence[Part]) -> None:
    """Send what was collected, what readers make of it and the door's own parts, then hand each part its answer.

    The expressions stand in order of place, and PostgreSQL carries out a part when its expression is read.
    """
    gathered = [part for collector in run.closing.values() if (part := collector.part())]
    gathered += [part for reader in _readers if (part := reader(run))]
    parts = sorted([*gathered, *own], key=lambda part: part.place)
    sql = f"WITH {', '.join(part.queries for part in parts)} SELECT {', '.join(part.expression for part in parts)}"
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for part in parts for value in part.values])
        row = cursor.fetchone()
    assert row is not None
    for part, answer in zip(parts, row, strict=True):
        part.receive(answer)


def require_count(expected: int) -> Callable[[Any], None]:
    """A receiver for counts: fails the command when rows went missing."""

    def receive(written: int) -> None:
        assert written == expected, f"{written} of {expected} rows written at the end of the command"

    return receive

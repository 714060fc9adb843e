"""Carrying out what the outbox holds: at least once, again with growing pauses, then set aside for a person.

A message is *claimed* in a transaction of its own (one more try, a lease until which nobody else takes it), then its
task runs outside of any transaction and calls one command, then the message is marked done. A worker that dies leaves
a lease that runs out. So a task may run twice and must not mind; ``message_key()`` is its idempotency key.
"""

import json
import logging
import random
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now

from core.commands import command
from core.context import RequestContext, use_context
from core.errors import Busy, DomainError, StillRunning
from core.models import OutboxMessage, User
from core.nudge import nudge
from core.outbox import Queue

logger = logging.getLogger(__name__)

MOST_TRIES = 8
LEASE_SECONDS = 60  # four statement time-outs of a worker's command; longer work is a job, which renews its lease
FIRST_PAUSE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 600.0
LONGEST_ERROR = 4_000  # characters kept of an exception
BUDGET_SECONDS = 600.0  # one call of the runner; half the worker's time limit

Task = Callable[..., object]


@dataclass(frozen=True, slots=True)
class RegisteredTask:
    """A task by its name; ``lease_s`` is how long nobody else takes a message that is being carried out."""

    name: str
    function: Task
    lease_s: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this worker may carry out now; ``tries`` counts this one."""

    id: int
    task: str
    payload: dict[str, Any]
    queue: str
    tries: int


@dataclass(slots=True)
class Tally:
    """What became of the messages of one round."""

    done: int = 0
    failed: int = 0
    dead: int = 0

    @property
    def taken(self) -> int:
        """How many were tried."""
        return self.done + self.failed + self.dead


_TABLE = OutboxMessage._meta.db_table
_tasks: dict[str, RegisteredTask] = {}
_message: ContextVar[Claimed | None] = ContextVar("kept_message", default=None)


def register_task(name: str, function: Task, *, lease_s: int = LEASE_SECONDS) -> None:
    """Let messages named ``name`` be carried out by ``function(**payload)``. Called from ``orders_site/wiring.py``.

    Twice is once.
    """
    known = _tasks.get(name)
    assert known is None or known.function == function, f"two tasks are called {name}"
    _tasks[name] = RegisteredTask(name, function, lease_s)


def current_message() -> Claimed | None:
    """The message that is being carried out here, or None outside of one."""
    return _message.get()


def message_key() -> str | None:
    """The idempotency key of the running message: a task that hands it to ``command.once`` has its effect once."""
    message = _message.get()
    return None if message is None else f"message-{message.id}"


def run_messages(message_ids: Collection[int], *, budget_s: float = BUDGET_SECONDS) -> Tally:
    """Carry out these messages, oldest first, each on its own.

    Those taken by others, done or not yet due are left alone. Stops after ``budget_s`` seconds: the sweeper finds the
    rest.
    """
    deadline, tally = time.monotonic() + budget_s, Tally()
    for message_id in sorted(message_ids):
        if time.monotonic() > deadline:
            break
        message = _claim("id = %s", [message_id])
        if message is not None:
            _carry_out(message, tally)
    return tally


def sweep(*, queue: Queue | None = None, limit: int = 200, budget_s: float = 12.0) -> Tally:
    """Carry out what is due and nobody took, oldest first; what died with its worker too often becomes a dead letter.

    Several sweepers share the work through SKIP LOCKED. Bounded by ``limit`` messages and ``budget_s`` seconds.
    """
    tally = Tally(dead=_bury_killers())
    deadline = time.monotonic() + budget_s
    where, values = ("queue = %s", [queue]) if queue else ("true", [])
    while tally.taken < limit and time.monotonic() < deadline:
        message = _claim(where, values)
        if message is None:
            break
        _carry_out(message, tally)
    return tally


@command(permission="core.administer")
def replay_messages(*, message_ids: Collection[int], actor: User) -> int:
    """Give these dead letters eight more tries, from now; returns how many there were. Others are left alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {_TABLE} SET state = 'waiting', tries = 0, run_after = statement_timestamp()"  # noqa: S608
            " WHERE id = ANY(%s) AND state = 'dead' RETURNING queue, id",
            [sorted(message_ids)],
        )
        found = sorted(cursor.fetchall())
    for queue, rows in groupby(found, key=itemgetter(0)):
        transaction.on_commit(partial(nudge, [row[1] for row in rows], queue))
    return len(found)


def renew_lease(lease_s: int = LEASE_SECONDS) -> None:
    """Say that the running message is still being carried out: nobody else takes it for ``lease_s`` seconds more."""
    message = _message.get()
    if message is not None:
        _set_waiting(message, pause_s=lease_s, error=None)


def _claim(where: str, values: list[Any]) -> Claimed | None:
    """Take the oldest due message of those, with one more try and a lease; None when nobody left any."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {_TABLE} m SET tries = tries + 1,"  # noqa: S608
            " run_after = statement_timestamp() + make_interval(secs => coalesce("
            " (SELECT lease FROM unnest(%s::text[], %s::int[]) AS t(name, lease) WHERE name = m.task), %s))"
            f" WHERE m.id = (SELECT id FROM {_TABLE} WHERE state = 'waiting' AND run_after <= statement_timestamp()"
            f" AND tries < %s AND {where} ORDER BY run_after, id LIMIT 1 FOR UPDATE SKIP LOCKED)"
            " RETURNING id, task, payload::text, queue, tries",
            [list(_tasks), [task.lease_s for task in _tasks.values()], LEASE_SECONDS, MOST_TRIES, *values],
        )
        row = cursor.fetchone()
    return None if row is None else Claimed(row[0], row[1], json.loads(row[2]), row[3], row[4])


def _carry_out(message: Claimed, tally: Tally) -> None:
    """Run one claimed message and write down what became of it. Never raises for what the task raises."""
    try:
        with _as_current(message):
            _find(message.task)(**message.payload)
    except Exception as error:
        if _is_final(error, message.tries):
            tally.dead += 1
            logger.exception("message %d (%s) is a dead letter", message.id, message.task)
            _bury(message, error)
        else:
            tally.failed += 1
            logger.warning("message %d (%s) failed, try %d: %s", message.id, message.task, message.tries, error)
            _set_waiting(message, pause_s=pause_seconds(message.tries), error=error)
    else:
        tally.done += 1
        OutboxMessage.objects.filter(pk=message.id).update(state=OutboxMessage.State.DONE, done_at=Now(), last_error="")


def _find(name: str) -> Task:
    if name not in _tasks:
        raise LookupError(f"this worker knows no task {name}")
    return _tasks[name].function


@contextmanager
def _as_current(message: Claimed) -> Iterator[None]:
    token = _message.set(message)
    try:
        with use_context(RequestContext(via="job", request_id=f"message-{message.id}")):
            yield
    finally:
        _message.reset(token)


def pause_seconds(tries: int) -> float:
    """How long to wait after this many failed tries: 5 s doubling up to 10 minutes, spread by a fifth.

    All eight take 11 minutes.
    """
    pause = min(FIRST_PAUSE_SECONDS * 2 ** (tries - 1), LONGEST_PAUSE_SECONDS)
    return pause * random.uniform(0.9, 1.1)  # noqa: S311 - spread, not a secret


def _is_final(error: Exception, tries: int) -> bool:
    """Whether trying again is no use: the business refused (not merely "busy"), or this was the last try."""
    return (isinstance(error, DomainError) and not isinstance(error, (Busy, StillRunning))) or tries >= MOST_TRIES


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:LONGEST_ERROR]


def _bury(message: Claimed, error: Exception) -> None:
    OutboxMessage.objects.filter(pk=message.id).update(
        state=OutboxMessage.State.DEAD, last_error=_words(error), done_at=None
    )


def _set_waiting(message: Claimed, *, pause_s: float, error: Exception | None) -> None:
    """Move the time from which the message may be taken. The clock is the database's: workers' clocks may differ."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {_TABLE} SET run_after = statement_timestamp() + make_interval(secs => %s),"  # noqa: S608
            " last_error = coalesce(%s, last_error) WHERE id = %s AND state = 'waiting'",
            [pause_s, None if error is None else _words(error), message.id],
        )


def _bury_killers() -> int:
    """Set aside messages whose worker died at the last try too: a poison message must not kill workers for ever."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {_TABLE} SET state = 'dead',"  # noqa: S608
            " last_error = 'The worker ended while carrying this out, each time. Before that: ' || last_error"
            f" WHERE id IN (SELECT id FROM {_TABLE} WHERE state = 'waiting' AND tries >= %s"
            " AND run_after <= statement_timestamp() FOR UPDATE SKIP LOCKED)",
            [MOST_TRIES],
        )
        return int(cursor.rowcount)

"""The one door for every change of state.

A command is a keyword-only function with an explicit ``actor``. The door gives each of them, once: a durable
transaction, the permission, time-outs, the idempotency key with its stored answer, a bounded retry, refusals instead of
constraint errors, gapless numbers last, and one row in the log. Called inside another command it joins that one's
transaction. Its shape is always *lock, check, compute (pure), write, audit, publish*.
"""

import functools
import hashlib
import json
import random
import time
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar

from django.conf import settings
from django.db import DataError, IntegrityError, OperationalError, connection, transaction

from core import access, closing
from core.codec import canonical, for_log, from_plain, to_plain
from core.constraints import translate
from core.context import current_context
from core.errors import Busy, KeyReused, StillRunning, Unkeepable
from core.locks_registry import Rank
from core.models import IdempotencyKey
from core.runs import Run, active_run, use_run

P = ParamSpec("P")
R = TypeVar("R")

RETRIED_SQLSTATES = frozenset({"40P01", "40001", "55P03"})  # deadlock, serialization failure, lock time-out
LOCK_TIMEOUT = "55P03"
# Text too long, number out of range, date out of range, NUL in text, NUL in JSON. psycopg finds some NULs itself: no
# SQLSTATE. Any other DataError (a division by zero, say) is a fault of ours and stays one.
UNKEEPABLE_SQLSTATES = frozenset({"22001", "22003", "22008", "22021", "22P05"})
TRIES = 4
DEADLINE_SECONDS = 6.0


# The rows that the door writes itself, in each command: by text, because the time is that of every command.
_CLAIM = """
INSERT INTO core_idempotencykey (principal_id, route, key, request_hash) VALUES (%s, %s, %s, %s)
ON CONFLICT DO NOTHING RETURNING id
"""
_ANSWER = """answered AS (
UPDATE core_idempotencykey SET answer = %s::jsonb WHERE principal_id = %s AND route = %s AND key = %s RETURNING 1)
"""
_LOG = """logged AS (
INSERT INTO core_commandlog (uid, name, actor_id, company_id, via, request_id, reason, arguments, steps)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s::jsonb) RETURNING 1)
"""


@dataclass(frozen=True, slots=True)
class RequestKey:
    """An idempotency key with a digest of the request as its caller wrote it: a repeat is known by that.

    For doors that read more than the caller wrote, such as today, or a line by its place: these may be others when the
    request is repeated. An ordinary key is held against the command's arguments.
    """

    word: str
    asked: str


class Command(Generic[P, R]):
    """A wrapped command.

    Call it, or ``command.once(key)(...)`` to have the stored answer replayed for a repeated key.
    """

    def __init__(self, function: Callable[P, R], permission: str | None) -> None:
        functools.update_wrapper(self, function)
        self.function = function
        self.permission = permission
        self.name = f"{function.__module__.split('.')[0]}.{function.__name__}"

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        assert not args, f"{self.name} takes keywords only"
        return self._enter(None, kwargs)

    def once(self, key: str | RequestKey | None) -> Callable[P, R]:
        """The same command, carried out once per (actor, command, key); then its answer is replayed.

        Only for the outermost command: the answer is kept with the transaction, so a step of another command has no
        key of its own, and asking for one is an error of the caller.
        """

        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            assert not args, f"{self.name} takes keywords only"
            asked = RequestKey(key, _digest(kwargs)) if isinstance(key, str) else key
            return self._enter(asked if asked and asked.word else None, kwargs)

        return call

    def _enter(self, key: RequestKey | None, kwargs: dict[str, Any]) -> R:
        run = active_run()
        if run is None:
            return self._with_retry(key, kwargs)
        assert not key, f"{self.name} is a step of {run.name}: give the key to that one"
        self._require_permission(kwargs["actor"])
        run.steps.append(self.name)
        return self.function(**kwargs)  # type: ignore[call-arg]

    def _with_retry(self, key: RequestKey | None, kwargs: dict[str, Any]) -> R:
        deadline = time.monotonic() + DEADLINE_SECONDS
        for attempt in range(1, TRIES + 1):
            try:
                return self._attempt(key, kwargs)
            except OperationalError as error:
                if _sqlstate(error) not in RETRIED_SQLSTATES:
                    raise
                if attempt == TRIES or time.monotonic() > deadline:
                    raise Busy(
                        "Too many people want the same thing right now. Nothing was changed; please try again."
                    ) from error
            except IntegrityError as error:
                refusal = translate(error)
                if refusal is None:
                    raise
                raise refusal from error
            except DataError as error:
                if not _is_unkeepable(error):
                    raise
                raise Unkeepable("A value is too long or too large to be kept. Nothing was changed.") from error
            time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311 - jitter, not a secret
        raise AssertionError("unreachable")

    def _attempt(self, key: RequestKey | None, kwargs: dict[str, Any]) -> R:
        actor = kwargs["actor"]
        run = Run(name=self.name, actor_id=actor.pk)
        with transaction.atomic(durable=True), use_run(run):
            _prepare_transaction(run)
            self._require_permission(actor)
            if key and (answer := self._claim(key, run)) is not None:
                return typing.cast(R, from_plain(answer["value"], self._answer_kind))
            result = self.function(**kwargs)  # type: ignore[call-arg]
            for work in run.before_commit:
                work()
            closing.write(run, [self._log(run, kwargs), *([self._answer(key, run, result)] if key else ())])
        return result

    def _require_permission(self, actor: Any) -> None:
        if self.permission is not None:
            access.require(actor, self.permission)

    @functools.cached_property
    def _answer_kind(self) -> Any:
        return typing.get_type_hints(self.function).get("return", type(None))

    def _claim(self, key: RequestKey, run: Run) -> dict[str, Any] | None:
        """Claim the key inside this transaction, or return the stored answer. A running twin is waited for, then
        reported.

        Raises KeyReused when the key came with another request, StillRunning when its twin has not finished.
        """
        run.locks.take(Rank.IDEMPOTENCY, IdempotencyKey._meta.db_table, [0])
        try:
            with connection.cursor() as cursor:
                cursor.execute(_CLAIM, [run.actor_id, self.name, key.word, key.asked])
                if cursor.fetchone():
                    return None
        except OperationalError as error:
            if _sqlstate(error) == LOCK_TIMEOUT:
                raise StillRunning(
                    "This request is still being carried out. Nothing was done twice; ask again shortly."
                ) from error
            raise
        stored = IdempotencyKey.objects.get(principal_id=run.actor_id, route=self.name, key=key.word)
        if stored.request_hash != key.asked:
            raise KeyReused("This idempotency key was already used for another request. Nothing was changed.")
        return typing.cast("dict[str, Any] | None", stored.answer)

    def _answer(self, key: RequestKey, run: Run, result: R) -> closing.Part:
        """Keep the answer for whoever asks again, in the transaction of its effect."""
        values = [json.dumps({"value": to_plain(result)}), run.actor_id, self.name, key.word]
        return closing.Part(closing.Place.ANSWER, _ANSWER, values, "(SELECT count(*) FROM answered)", lambda _: None)

    def _log(self, run: Run, kwargs: dict[str, Any]) -> closing.Part:
        context = current_context()
        arguments = {name: value for name, value in kwargs.items() if name != "actor"}
        row = (
            run.uid,
            self.name,
            run.actor_id,
            run.company_id,
            context.via,
            context.request_id,
            str(kwargs.get("reason") or "")[:500],
            for_log(arguments),
            json.dumps(run.steps),
        )
        count = "(SELECT count(*) FROM logged)"
        return closing.Part(closing.Place.LOG, _LOG, row, count, closing.require_count(1))


def _digest(kwargs: dict[str, Any]) -> str:
    """What a request with an ordinary key is known by."""
    return hashlib.sha256(canonical({k: v for k, v in kwargs.items() if k != "actor"}).encode()).hexdigest()


def _sqlstate(error: Exception) -> str:
    return getattr(error.__cause__, "sqlstate", "") or ""


def _is_unkeepable(error: DataError) -> bool:
    state = _sqlstate(error)
    return state in UNKEEPABLE_SQLSTATES if state else "NUL" in str(error)


def _prepare_transaction(run: Run) -> None:
    """Set time-outs and attribution for this transaction only: a pooled connection keeps nothing of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('lock_timeout', %s, true), set_config('statement_timeout', %s, true),"
            " set_config('idle_in_transaction_session_timeout', '30s', true),"
            " set_config('kept.command', %s, true), set_config('kept.actor', %s, true)",
            [settings.KEPT_LOCK_TIMEOUT, settings.KEPT_STATEMENT_TIMEOUT, str(run.uid), str(run.actor_id)],
        )


def command(*, permission: str | None) -> Callable[[Callable[P, R]], Command[P, R]]:
    """Make a keyword-only service the one door to what it changes.

    ``permission`` is held against ``actor`` before anything is read; None only for commands that are merely steps of
    others or belong to the system itself. Raises NotAllowed, Busy, KeyReused, StillRunning beside the service's own
    refusals.
    """

    def wrap(function: Callable[P, R]) -> Command[P, R]:
        return Command(function, permission)

    return wrap

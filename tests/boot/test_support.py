"""The test tools themselves: real concurrency is real, and the statement counter counts."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.db import connection, transaction

from tests.support.concurrency import Outcome
from tests.support.statements import Statements

Counter = Callable[[], AbstractContextManager[Statements]]


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


@pytest.mark.as_app_role
def test_callables_run_in_threads_with_connections_of_their_own(run_together: Callable[..., list[Outcome]]) -> None:
    outcomes = run_together([lambda: (threading.get_ident(), backend())] * 3)

    assert len({outcome.value for outcome in outcomes}) == 3
    assert backend() not in {outcome.value[1] for outcome in outcomes}


@pytest.mark.own_database
def test_a_callable_that_raises_leaves_the_others_alone(run_together: Callable[..., list[Outcome]]) -> None:
    outcomes = run_together([lambda: 1 // 0, backend])

    assert isinstance(outcomes[0].error, ZeroDivisionError)
    assert outcomes[1].error is None


@pytest.mark.own_database
def test_a_hidden_deadlock_is_a_failure_not_a_wait(run_together: Callable[..., list[Outcome]]) -> None:
    release = threading.Event()

    with pytest.raises(AssertionError, match=r"callables \[1\] still running"):
        run_together([backend, release.wait], timeout_s=1)
    release.set()


@pytest.mark.django_db
def test_statements_are_counted_without_the_frames_savepoints(count_statements: Counter) -> None:
    with count_statements() as seen, transaction.atomic():
        backend()
        backend()

    assert seen.count == len(seen) == 2
    assert seen.sql[0] == "SELECT pg_backend_pid()"

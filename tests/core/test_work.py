"""Workers: what the outbox holds is carried out at least once, whatever is lost, and a poison message is set aside."""

import threading
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from kombu.exceptions import OperationalError

from core import outbox, work
from core.commands import command
from core.context import current_context
from core.errors import Busy, DomainError, NotAllowed
from core.models import FxRate, OutboxMessage, User
from core.nudge import nudge_task
from tests.core.makers import rate

done: list[str] = []


class NeverPossible(DomainError):
    """A rule refuses the task for good."""


@command(permission=None)
def emit(*, names: list[str], actor: User, task: str = "test.note") -> None:
    """Write one message per name."""
    outbox.emit(task, [{"name": name} for name in names], queue="integration")


def note(name: str) -> None:
    """The task that works."""
    done.append(name)


def fail(name: str) -> None:
    """The task that breaks."""
    raise ZeroDivisionError(f"broken by {name}")


def refuse(name: str) -> None:
    """The task that a rule refuses."""
    raise NeverPossible("The order is cancelled.")


def be_busy(name: str) -> None:
    """The task that finds the database busy."""
    raise Busy("Try again.")


@pytest.fixture(autouse=True)
def _tasks(monkeypatch: Any) -> None:
    monkeypatch.setattr(work, "_tasks", {})
    monkeypatch.setattr("core.outbox.nudge.nudge", lambda ids, queue: None)
    done.clear()
    for function in (note, fail, refuse, be_busy):
        work.register_task(f"test.{function.__name__}", function)


def message() -> OutboxMessage:
    return OutboxMessage.objects.get()


def make_due() -> None:
    """Let the pause be over."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_outboxmessage SET run_after = statement_timestamp() - interval '1 second'")


def test_a_message_is_carried_out_with_its_payload_and_marked_done(boss: User) -> None:
    emit(names=["a"], actor=boss)

    tally = work.run_messages([message().pk])

    assert done == ["a"]
    assert (tally.done, tally.failed, tally.dead) == (1, 0, 0)
    assert (message().state, message().tries, message().done_at is not None) == ("done", 1, True)


def test_many_payloads_are_written_in_one_statement(boss: User, count_statements: Any) -> None:
    with count_statements() as statements:
        emit(names=[str(number) for number in range(500)], actor=boss)

    # settings, closing (messages, log)
    assert statements.count == 2
    assert OutboxMessage.objects.count() == 500


def test_nothing_is_emitted_by_a_refused_command(boss: User) -> None:
    @command(permission=None)
    def emit_and_refuse(*, actor: User) -> None:
        emit(names=["a"], actor=actor)
        raise NeverPossible("No.")

    with pytest.raises(NeverPossible):
        emit_and_refuse(actor=boss)

    assert not OutboxMessage.objects.exists()


@pytest.mark.own_database
def test_a_lost_broker_fails_no_command_and_the_sweeper_finds_its_messages(boss: User, monkeypatch: Any) -> None:
    asked: list[Any] = []

    def broken(*args: Any, **kwargs: Any) -> None:
        asked.append(kwargs)
        raise OperationalError("no broker")

    monkeypatch.undo()
    monkeypatch.setattr(work, "_tasks", {"test.note": work.RegisteredTask("test.note", note, 60)})
    monkeypatch.setattr("core.nudge.current_app.send_task", broken)
    monkeypatch.setattr("core.nudge._silent_until", 0.0)

    emit(names=["a", "b"], actor=boss)

    assert [call["queue"] for call in asked] == ["integration"]
    assert done == []
    assert work.sweep().done == 2
    assert done == ["a", "b"]


def test_nobody_waits_for_a_broker_that_is_gone(monkeypatch: Any, caplog: pytest.LogCaptureFixture) -> None:
    waited: list[float] = []
    monkeypatch.setattr("kombu.utils.functional.sleep", waited.append)
    monkeypatch.setattr("core.nudge._silent_until", 0.0)

    nudge_task("core.tasks.run_messages", [1], "promising")

    assert "broker not reachable" in caplog.text
    assert waited == []


def test_a_duplicate_nudge_does_nothing(boss: User) -> None:
    emit(names=["a"], actor=boss)
    work.run_messages([message().pk])

    assert work.run_messages([message().pk, message().pk]).taken == 0
    assert done == ["a"]


def test_a_message_that_is_being_carried_out_is_left_alone(boss: User) -> None:
    emit(names=["a"], actor=boss)
    taken: list[int] = []

    def note_and_ask_again(name: str) -> None:
        note(name)
        taken.append(work.run_messages([message().pk]).taken)
        taken.append(work.sweep().taken)

    work._tasks["test.note"] = work.RegisteredTask("test.note", note_and_ask_again, 60)
    work.sweep()

    assert (done, taken) == (["a"], [0, 0])


def test_a_worker_that_died_leaves_a_lease_that_runs_out(boss: User) -> None:
    emit(names=["a"], actor=boss)
    assert work._claim("true", []) is not None

    assert work.sweep().taken == 0
    make_due()
    assert work.sweep().done == 1
    assert (done, message().tries) == (["a"], 2)


def test_a_fault_is_kept_and_tried_again_with_growing_pauses(boss: User) -> None:
    emit(names=["a"], actor=boss, task="test.fail")

    assert work.sweep().failed == 1
    assert (message().state, message().tries) == ("waiting", 1)
    assert message().last_error == "ZeroDivisionError: broken by a"
    assert work.sweep().taken == 0

    pauses = [work.pause_seconds(tries) for tries in range(1, 9)]
    assert all(4.4 < pauses[0] < 5.6 and later > earlier for earlier, later in pairwise(pauses))
    assert max(work.pause_seconds(40) for _ in range(50)) <= 660


def test_after_eight_tries_it_is_a_dead_letter(boss: User) -> None:
    emit(names=["a"], actor=boss, task="test.fail")

    for _ in range(7):
        assert work.sweep().failed == 1
        make_due()
    assert work.sweep().dead == 1

    assert (message().state, message().tries) == ("dead", 8)
    make_due()
    assert work.sweep().taken == 0


def test_a_message_that_kills_its_worker_each_time_is_set_aside(boss: User) -> None:
    emit(names=["a"], actor=boss)
    for _ in range(8):
        assert work._claim("true", []) is not None
        make_due()

    assert work.sweep().dead == 1

    assert message().state == "dead"
    assert message().last_error.startswith("The worker ended while carrying this out, each time.")
    assert done == []


def test_a_refusal_by_a_rule_is_not_tried_again(boss: User) -> None:
    emit(names=["a"], actor=boss, task="test.refuse")

    assert work.sweep().dead == 1
    assert (message().state, message().tries) == ("dead", 1)
    assert message().last_error == "NeverPossible: The order is cancelled."


def test_busy_is_tried_again(boss: User) -> None:
    emit(names=["a"], actor=boss, task="test.be_busy")

    assert work.sweep().failed == 1
    assert message().state == "waiting"


def test_a_task_that_this_worker_does_not_know_waits_for_one_that_does(boss: User) -> None:
    emit(names=["a"], actor=boss, task="test.of_tomorrow")

    assert work.sweep().failed == 1
    assert message().last_error == "LookupError: this worker knows no task test.of_tomorrow"


def test_one_bad_message_does_not_stop_the_others(boss: User) -> None:
    emit(names=["a"], actor=boss)
    emit(names=["b"], actor=boss, task="test.fail")
    emit(names=["c"], actor=boss)

    tally = work.sweep()

    assert (tally.done, tally.failed) == (2, 1)
    assert done == ["a", "c"]


def test_a_sweep_is_bounded_and_keeps_to_its_queue(boss: User) -> None:
    emit(names=["a", "b", "c"], actor=boss)

    assert work.sweep(queue="documents").taken == 0
    assert work.sweep(queue="integration", limit=2).taken == 2
    assert work.sweep(budget_s=0).taken == 0
    assert done == ["a", "b"]


def test_a_dead_letter_is_replayed_with_eight_new_tries(boss: User) -> None:
    emit(names=["a"], actor=boss, task="test.refuse")
    work.sweep()
    work._tasks["test.refuse"] = work.RegisteredTask("test.refuse", note, 60)

    assert work.replay_messages(message_ids=[message().pk], actor=boss) == 1
    assert (message().state, message().tries) == ("waiting", 0)
    assert work.sweep().done == 1
    assert (done, message().last_error) == (["a"], "")


def test_only_dead_letters_are_replayed_and_only_by_who_may(boss: User, charlie: User) -> None:
    emit(names=["a"], actor=boss)

    assert work.replay_messages(message_ids=[message().pk], actor=boss) == 0
    with pytest.raises(NotAllowed):
        work.replay_messages(message_ids=[message().pk], actor=charlie)


def test_a_task_knows_its_message_and_its_door(boss: User) -> None:
    seen: list[Any] = []

    def look(name: str) -> None:
        seen.append((work.message_key(), current_context().via, current_context().request_id))

    work.register_task("test.look", look)
    emit(names=["a"], actor=boss, task="test.look")
    work.sweep()

    key = f"message-{message().pk}"
    assert seen == [(key, "job", key)]
    assert work.message_key() is None
    assert work.current_message() is None


def test_a_task_under_its_messages_key_has_one_effect_however_often_it_runs(boss: User) -> None:
    @command(permission=None)
    def publish(*, currency: str, actor: User) -> int:
        return rate(currency=currency, value="1").pk

    def task(name: str) -> None:
        publish.once(work.message_key())(currency=name, actor=boss)
        if message().tries == 1:
            raise ConnectionError("the worker was cut off after the effect")

    work.register_task("test.publish", task)
    emit(names=["USD"], actor=boss, task="test.publish")
    assert work.sweep().failed == 1
    make_due()

    assert work.sweep().done == 1
    assert FxRate.objects.count() == 1


def test_four_sweepers_share_the_work_and_double_nothing(boss: User, run_together: Any) -> None:
    lock = threading.Lock()

    def note_safely(name: str) -> None:
        with lock:
            done.append(name)

    work._tasks["test.note"] = work.RegisteredTask("test.note", note_safely, 60)
    emit(names=[str(number) for number in range(40)], actor=boss)

    outcomes = run_together([work.sweep] * 4)

    assert [outcome.error for outcome in outcomes] == [None] * 4
    assert sorted(done, key=int) == [str(number) for number in range(40)]
    assert sum(outcome.value.done for outcome in outcomes) == 40


def test_a_name_is_taken_once() -> None:
    work.register_task("test.note", note)

    with pytest.raises(AssertionError, match=r"two tasks are called test\.note"):
        work.register_task("test.note", fail)

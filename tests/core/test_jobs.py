"""Jobs: long work that somebody watches; it survives an interruption, tells its progress, and can be retried."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.db import connection

from core import jobs, work
from core.commands import command
from core.errors import Busy, DomainError, NotAllowed, NotFound, TransitionRefused
from core.jobs import RunningJob, retry_job, start_job
from core.models import Company, FxRate, Job, OutboxMessage, User
from tests.core.makers import make_person, rate

CURRENCIES = ["USD", "GBP", "SEK", "NOK"]


class NotLikeThis(DomainError):
    """A rule refuses a step."""


@command(permission=None)
def publish(*, currency: str, actor: User) -> int:
    """The effect of one step."""
    return rate(currency=currency, value="1").pk


def publish_all(job: RunningJob) -> Mapping[str, Any]:
    """One command per currency, from the checkpoint on; breaks before the currency that the arguments name, once."""
    start = job.checkpoint.get("next", 0)
    for number, currency in list(enumerate(CURRENCIES))[start:]:
        if currency == job.arguments.get("breaks_before") and not job.checkpoint.get("broke"):
            job.save_checkpoint({"next": start, "broke": True}, done=number)
            raise ZeroDivisionError
        publish.once(job.key(currency))(currency=currency, actor=job.actor)
        job.progress(number + 1, len(CURRENCIES))
    return {"sentence": "All published.", "rows": [{"label": "USD", "outcome": "ok", "sentence": ""}]}


def refuse(job: RunningJob) -> None:
    raise NotLikeThis("The year is locked.")


def be_busy(job: RunningJob) -> None:
    raise Busy("Too many want this.")


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: Any) -> None:
    monkeypatch.setattr(work, "_tasks", {})
    monkeypatch.setattr(jobs, "_kinds", {})
    monkeypatch.setattr("core.outbox.nudge.nudge", lambda ids, queue: None)
    for function in (publish_all, refuse, be_busy):
        jobs.register_job(f"test.{function.__name__}", function)


def start(actor: User, kind: str = "test.publish_all", **arguments: Any) -> int:
    return start_job(kind=kind, title="Publish", arguments=arguments, queue="integration", actor=actor)


def make_due() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_outboxmessage SET run_after = statement_timestamp() - interval '1 second'")


def test_a_job_runs_reports_and_keeps_its_result(company: Company, boss: User) -> None:
    job_id = start_job(
        kind="test.publish_all",
        title="Publish",
        arguments={},
        queue="integration",
        company=company,
        total_count=4,
        actor=boss,
    )
    assert Job.objects.get().state == "queued"

    assert work.sweep().done == 1

    job = Job.objects.get(pk=job_id)
    assert (job.state, job.total_count, job.requested_by, job.company) == ("done", 4, boss, company)
    assert job.result["sentence"] == "All published."
    assert job.started_at is not None
    assert job.finished_at is not None
    assert FxRate.objects.count() == 4


def test_a_fault_fails_the_job_with_a_sentence_and_keeps_what_was_done(boss: User) -> None:
    job_id = start(boss, breaks_before="SEK")

    assert work.sweep().done == 1

    job = Job.objects.get(pk=job_id)
    assert (job.state, job.error) == ("failed", jobs.BROKEN)
    assert job.done_count == 2
    assert FxRate.objects.count() == 2


def test_a_retry_goes_on_from_the_checkpoint_and_doubles_nothing(boss: User) -> None:
    job_id = start(boss, breaks_before="SEK")
    work.sweep()

    retry_job(job_id=job_id, actor=boss)
    assert Job.objects.get(pk=job_id).state == "queued"
    work.sweep()

    job = Job.objects.get(pk=job_id)
    assert (job.state, job.error) == ("done", "")
    assert sorted(FxRate.objects.values_list("from_currency", flat=True)) == sorted(CURRENCIES)


def test_a_worker_killed_in_the_middle_is_followed_by_one_that_goes_on(boss: User, monkeypatch: Any) -> None:
    class Killed(BaseException):
        """The process is gone: nothing after this line runs."""

    def publish_two_and_die(job: RunningJob) -> None:
        for currency in CURRENCIES[:2]:
            publish.once(job.key(currency))(currency=currency, actor=job.actor)
        raise Killed

    job_id = start(boss)
    monkeypatch.setitem(jobs._kinds, "test.publish_all", publish_two_and_die)
    with pytest.raises(Killed):
        work.sweep()
    assert Job.objects.get(pk=job_id).state == "running"

    monkeypatch.setitem(jobs._kinds, "test.publish_all", publish_all)
    make_due()
    assert work.sweep().done == 1

    assert Job.objects.get(pk=job_id).state == "done"
    assert FxRate.objects.count() == 4


def test_a_refusal_fails_the_job_with_the_rules_own_sentence(boss: User) -> None:
    job_id = start(boss, kind="test.refuse")

    work.sweep()

    assert Job.objects.get(pk=job_id).error == "The year is locked."


def test_busy_is_left_to_the_next_try_and_fails_at_the_last(boss: User) -> None:
    job_id = start(boss, kind="test.be_busy")

    for _ in range(7):
        assert work.sweep().failed == 1
        assert Job.objects.get(pk=job_id).state == "running"
        make_due()
    assert work.sweep().done == 1

    assert (Job.objects.get(pk=job_id).state, Job.objects.get(pk=job_id).error) == ("failed", "Too many want this.")


def test_a_message_that_comes_twice_runs_a_finished_job_once(boss: User) -> None:
    job_id = start(boss)
    work.sweep()

    jobs.run_job(job_id)

    assert FxRate.objects.count() == 4


def test_progress_is_written_at_most_twice_a_second_and_renews_the_lease(
    boss: User, count_statements: Any, monkeypatch: Any
) -> None:
    clock = iter([0.0, 0.1, 100.0, 100.0, 100.1, 100.6, 100.6])
    job = RunningJob(Job.objects.get(pk=start(boss)))
    monkeypatch.setattr("core.jobs.monotonic", lambda: next(clock))

    with count_statements() as statements:
        job.progress(1, 10)
        job.progress(2, 10)
        job.progress(3, 10)
        job.progress(4, 10)
        job.progress(5, 10)

    assert [sql for sql in statements.sql if "core_job" in sql].__len__() == 2
    assert Job.objects.get().done_count == 5


def test_a_running_job_keeps_its_message_from_others(boss: User) -> None:
    seen: list[int] = []

    def take_long(job: RunningJob) -> None:
        make_due()
        job.save_checkpoint({}, done=1)
        seen.append(work.sweep().taken)

    jobs.register_job("test.take_long", take_long)
    start(boss, kind="test.take_long")
    work.sweep()

    assert seen == [0]


def test_progress_inside_a_command_is_a_programmer_error(boss: User) -> None:
    job = RunningJob(Job.objects.get(pk=start(boss)))

    @command(permission=None)
    def note_inside(*, actor: User) -> None:
        job.save_checkpoint({}, done=1)

    with pytest.raises(AssertionError, match="between commands"):
        note_inside(actor=boss)


def test_only_a_failed_job_can_be_retried(boss: User) -> None:
    job_id = start(boss)

    with pytest.raises(TransitionRefused, match="did not fail"):
        retry_job(job_id=job_id, actor=boss)
    with pytest.raises(NotFound):
        retry_job(job_id=job_id + 1, actor=boss)
    assert OutboxMessage.objects.count() == 1


def test_anothers_job_is_retried_only_by_an_administrator(boss: User, charlie: User) -> None:
    job_id = start(boss, kind="test.refuse")
    work.sweep()

    for stranger in (charlie, make_person(rights=["core.see_jobs"])):
        with pytest.raises(NotAllowed):
            retry_job(job_id=job_id, actor=stranger)
    assert Job.objects.get(pk=job_id).state == "failed"

    retry_job(job_id=job_id, actor=make_person(rights=["core.administer"]))
    assert Job.objects.get(pk=job_id).state == "queued"


def test_two_who_press_retry_start_it_once(boss: User, run_together: Any) -> None:
    job_id = start(boss, kind="test.refuse")
    work.sweep()

    outcomes = run_together([lambda: retry_job(job_id=job_id, actor=boss)] * 2)

    assert sorted(type(outcome.error).__name__ for outcome in outcomes) == ["NoneType", "TransitionRefused"]
    assert OutboxMessage.objects.count() == 2


def test_an_unknown_kind_cannot_be_started(boss: User) -> None:
    with pytest.raises(AssertionError, match=r"no job is called test\.unknown"):
        start(boss, kind="test.unknown")

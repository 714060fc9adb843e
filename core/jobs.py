"""Jobs: long work that a person started and watches, with progress, results per row, and retry from its checkpoint.

A job is a row and one outbox message. Its function runs outside of any transaction and calls one command per step
under ``job.key``, so that a job killed anywhere and taken up again repeats nothing.
"""

import logging
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

from django.db.models.functions import Coalesce, Now

from core import access, outbox, work
from core.commands import command
from core.errors import Busy, DomainError, NotAllowed, NotFound, StillRunning, TransitionRefused
from core.models import Company, Job, User
from core.outbox import Queue
from core.runs import active_run, current_run

logger = logging.getLogger(__name__)

RUN_JOB = "core.run_job"  # the one task behind all jobs
PROGRESS_EVERY_SECONDS = 0.5
LEASE_SECONDS = 300  # a step of a job may take this long; every note of progress renews it
BROKEN = "Something broke. What was done so far is kept; retry continues from there."


class RunningJob:
    """What a job's function works with: what was asked, where it stands, and the way to say how far it is."""

    def __init__(self, job: Job) -> None:
        self.id = job.pk
        self.arguments: Mapping[str, Any] = job.arguments
        self.checkpoint: dict[str, Any] = job.checkpoint
        self.company: Company | None = job.company
        self.actor: User = job.requested_by
        self._noted_at = 0.0

    def key(self, step: object) -> str:
        """The idempotency key of one step: a step that was done before the job was interrupted is not done again."""
        return f"job-{self.id}-{step}"

    def progress(self, done: int, total: int | None = None) -> None:
        """Show how far the job is; at most twice a second, so call it as often as you like."""
        if monotonic() - self._noted_at >= PROGRESS_EVERY_SECONDS:
            self._note(done, total)

    def save_checkpoint(self, checkpoint: Mapping[str, Any], *, done: int, total: int | None = None) -> None:
        """Keep where to go on from after an interruption; always written."""
        self.checkpoint = dict(checkpoint)
        self._note(done, total, checkpoint=self.checkpoint)

    def _note(self, done: int, total: int | None, **columns: Any) -> None:
        assert active_run() is None, "progress is noted between commands: inside one nobody would see it"
        if total is not None:
            columns["total_count"] = total
        Job.objects.filter(pk=self.id).update(done_count=done, **columns)
        work.renew_lease(LEASE_SECONDS)
        self._noted_at = monotonic()


JobFunction = Callable[[RunningJob], Mapping[str, Any] | None]
_kinds: dict[str, JobFunction] = {}


def register_job(kind: str, function: JobFunction) -> None:
    """Let jobs of this kind be carried out by ``function(job)``. Called from ``orders_site/wiring.py``; twice is once.

    What it returns is the job's result: ``sentence`` is shown first, ``rows`` (each with ``label``, ``outcome``,
    ``sentence``) as a table, ``link`` (an address) as where to go next.
    """
    work.register_task(RUN_JOB, run_job, lease_s=LEASE_SECONDS)
    known = _kinds.get(kind)
    assert known is None or known == function, f"two kinds of job are called {kind}"
    _kinds[kind] = function


@command(permission=None)
def start_job(
    *,
    kind: str,
    title: str,
    arguments: Mapping[str, Any],
    queue: Queue,
    actor: User,
    company: Company | None = None,
    total_count: int | None = None,
) -> int:
    """Write down long work and have a worker begin it after the commit; returns the job's id.

    The caller checked the right to it.
    """
    assert kind in _kinds, f"no job is called {kind}"
    current_run().company_id = company.pk if company else current_run().company_id
    job = Job.objects.create(
        kind=kind,
        title=title[:160],
        arguments=dict(arguments),
        queue=queue,
        company=company,
        total_count=total_count,
        requested_by=actor,
    )
    outbox.emit(RUN_JOB, [{"job_id": job.pk}], queue=queue)
    return job.pk


def may_retry(job: Job, person: User) -> bool:
    """Whether this person may restart the job: it acts as its requester, so the right to see it does not suffice."""
    return job.requested_by_id == person.pk or access.may(person, "core.administer")


@command(permission=None)
def retry_job(*, job_id: int, actor: User) -> None:
    """Let a failed job go on from its checkpoint. Its own requester may, and whoever administers the system.

    Raises NotFound, NotAllowed, TransitionRefused (it did not fail).
    """
    job = Job.objects.filter(pk=job_id).first()
    if job is None:
        raise NotFound("There is no such job.")
    if not may_retry(job, actor):
        raise NotAllowed("Only the person who started a job, or an administrator, can retry it.")
    # The condition in the UPDATE is the guard: of two people who press Retry at once the second one finds nothing to
    # do.
    retried = Job.objects.filter(pk=job_id, state=Job.State.FAILED).update(
        state=Job.State.QUEUED, error="", finished_at=None
    )
    if not retried:
        raise TransitionRefused(f"“{job.title}” did not fail; there is nothing to retry.")
    outbox.emit(RUN_JOB, [{"job_id": job_id}], queue=job.queue)  # type: ignore[arg-type]


def run_job(job_id: int) -> None:
    """Carry out one job: the task behind all of them. A job that is done or failed is left alone.

    A refusal or a fault fails the job with its sentence; a busy database leaves it to the next try of its message.
    """
    unfinished = Job.objects.filter(pk=job_id, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    if not unfinished.update(state=Job.State.RUNNING, started_at=Coalesce("started_at", Now())):
        return
    job = Job.objects.select_related("company", "requested_by").get(pk=job_id)
    try:
        result = _kinds[job.kind](RunningJob(job))
    except (Busy, StillRunning) as refusal:
        message = work.current_message()
        if message is not None and message.tries < work.MOST_TRIES:
            raise
        _fail(job_id, refusal.sentence)
    except DomainError as refusal:
        _fail(job_id, refusal.sentence)
    except Exception:
        logger.exception("job %d (%s) failed", job_id, job.kind)
        _fail(job_id, BROKEN)
    else:
        unfinished.update(state=Job.State.DONE, result=dict(result or {}), error="", finished_at=Now())


def _fail(job_id: int, sentence: str) -> None:
    Job.objects.filter(pk=job_id, state=Job.State.RUNNING).update(
        state=Job.State.FAILED, error=sentence, finished_at=Now()
    )

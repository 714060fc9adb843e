"""Asking every invariant and verifying the chain, as a job that the integrity page shows."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from core import invariants
from core.audit.verify import verify_chain
from core.commands import command
from core.jobs import RunningJob, start_job
from core.models import Job, User

KIND = "site.integrity"
RIGHT = "core.see_integrity"


@command(permission=RIGHT)
def start_run(*, actor: User) -> int:
    """Have a worker ask everything; returns the job's id. One run is enough at a time: a waiting one is returned."""
    waiting = Job.objects.filter(kind=KIND, state=Job.State.QUEUED).order_by("-pk").first()
    if waiting is not None:
        return waiting.pk
    return start_job(
        kind=KIND,
        title="Integrity checks",
        arguments={},
        queue="analytics",
        total_count=len(invariants.registered()) + 1,
        actor=actor,
    )


def run(job: RunningJob) -> Mapping[str, Any]:
    """Carry out one run: each invariant, then the chain. Reads only."""
    found = []
    asked = invariants.registered()
    for number, invariant in enumerate(asked, 1):
        found.append(invariants.as_plain(invariants.check(invariant)))
        job.progress(number, len(asked) + 1)
    chain = verify_chain()
    job.save_checkpoint({}, done=len(asked) + 1, total=len(asked) + 1)
    broken = sum(1 for each in found if each["count"]) + (0 if chain.holds else 1)
    return {
        "sentence": f"{broken} of {len(found) + 1} checks broken." if broken else "Everything holds.",
        "link": "/integrity/",
        "invariants": found,
        "chain": {"holds": chain.holds, **asdict(chain)},
        "broken": broken,
    }


def latest_run() -> Job | None:
    """The last run that came to its end."""
    return Job.objects.filter(kind=KIND, state=Job.State.DONE).order_by("-pk").first()


def running() -> Job | None:
    """The run that is under way or waits for a worker."""
    active = [Job.State.QUEUED, Job.State.RUNNING]
    return Job.objects.filter(kind=KIND, state__in=active).order_by("-pk").first()

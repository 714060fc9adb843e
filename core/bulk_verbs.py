"""Verbs for picked rows of a list: every row gets its own answer, whether there are two of them or a hundred thousand.

Each press is a job. Its rows are written down with it, in one statement, so that “all 1,284 matching” stays those
1,284. Few rows are carried out at once by the process that was asked; many, and what takes too long, by a worker. The
second press of the same form finds the job of the first. What a room refuses is halved until the rows that are to
blame stand alone; the others are done.
"""

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from core import access, bulk, outbox, work
from core.commands import RequestKey, command
from core.errors import Busy, DomainError, NotAllowed, StillRunning
from core.jobs import RUN_JOB, RunningJob, register_job
from core.models import Job, JobRow, OutboxMessage, User

KIND = "core.bulk_verb"
MOST_ROWS = 100_000
AT_ONCE_SECONDS = 8.0  # what the process that was asked gives to one press; a worker goes on
GONE = "It is not there any more, or it is not yours to see."
_NOT_OF_A_ROW = (NotAllowed, Busy, StillRunning)
_deadline: ContextVar[float | None] = ContextVar("kept_bulk_deadline", default=None)
Kind = JobRow.Outcome

_ROWS = """
INSERT INTO core_jobrow (job_id, number, object_id, bundle)
SELECT %s, row_number() OVER (ORDER BY bundle, id), id, bundle FROM ({rows}) AS picked(id, bundle)
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row: how it ended, in which word, why, and what was made of it (labels and addresses)."""

    kind: Kind
    word: str
    sentence: str = ""
    made: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class PickedRow:
    """A row as the result names it; rows of one ``group`` may go into one command."""

    label: str
    detail: str = ""
    url: str = ""
    group: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """What a verb is told beside the rows: who acts, what was asked, the group, and the key of this very command."""

    actor: User
    arguments: Mapping[str, Any]
    group: int
    key: RequestKey


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that can be done to the picked rows of a list.

    ``rows`` names those of the keys that the person may see; ``act`` carries the verb out for rows of one group, by
    one command under ``step.key``, and answers for each, or raises what the room refuses. ``done`` is the participle
    ("12 of 14 orders confirmed"); ``bundle`` the path of what must not be parted; ``back`` the name of the list.
    """

    name: str
    title: str
    noun: str
    done: str
    right: str
    back: str
    rows: Callable[[Sequence[int], User], Mapping[int, PickedRow]]
    act: Callable[[Sequence[int], Step], Mapping[int, Outcome]]
    bundle: str = ""
    batch: int = 200
    refused: str = field(default="Not done")


_verbs: dict[str, Verb] = {}


def register_verb(verb: Verb) -> None:
    """Let jobs carry out this verb. Called from ``orders_site/wiring.py``; twice is once."""
    register_job(KIND, run_verb)
    assert _verbs.setdefault(verb.name, verb) is verb, f"two verbs are called {verb.name}"


def verb_of(job: Job) -> Verb:
    """The verb of a job of this kind."""
    return _verbs[job.arguments["verb"]]


def done(word: str, sentence: str = "", made: Sequence[tuple[str, str]] = ()) -> Outcome:
    """The row ended as it was asked."""
    return Outcome(Kind.DONE, word, sentence, made)


def left(sentence: str, word: str = "Left alone") -> Outcome:
    """There was nothing to do for this row."""
    return Outcome(Kind.LEFT, word, sentence)


# --- the press -------------------------------------------------------------------------------------------------------


class Selection:
    """The picked rows as a query, which the command's log is told only by their noun."""

    __slots__ = ("noun", "rows")

    def __init__(self, rows: "QuerySet[Any, Any]", noun: str) -> None:
        self.rows = rows
        self.noun = noun

    def __str__(self) -> str:
        return f"picked {self.noun}"


def press(
    verb: Verb, rows: "QuerySet[Any, Any]", *, asked: Sequence[str], key: str | None, actor: User, **arguments: Any
) -> int:
    """Carry out a verb for these rows, at once or by a worker; returns the job that tells what became of each.

    ``asked`` is what the form said, by which a second press is known. Raises DomainError: no row, too many rows.
    """
    digest = hashlib.sha256(json.dumps([verb.name, sorted(asked), arguments], sort_keys=True).encode()).hexdigest()
    start = start_verb.once(RequestKey(key, digest)) if key else start_verb
    job_id = start(verb=verb.name, selection=Selection(rows, verb.noun), arguments=arguments, actor=actor)
    _begin_at_once(job_id)
    return job_id


@command(permission=None)
def start_verb(*, verb: str, selection: Selection, arguments: Mapping[str, Any], actor: User) -> int:
    """Write down which rows a verb was pressed for, in one statement, and have it carried out. Returns the job's id.

    Raises NotAllowed; DomainError: no row was picked, or more than may be done in one press.
    """
    found = _verbs[verb]
    access.require(actor, found.right)
    job = Job.objects.create(
        kind=KIND,
        title=found.title,
        arguments={"verb": verb, "said": dict(arguments), "companies": sorted(access.company_ids(actor))},
        queue="integration",
        requested_by=actor,
    )
    count = _write_rows(job.pk, selection.rows, found.bundle)
    if not count:
        raise DomainError(f"Pick at least one of the {found.noun}. Nothing was changed.")
    if count > MOST_ROWS:
        raise DomainError(f"At most {MOST_ROWS:,} {found.noun} are changed at once. Narrow the list.")
    title = f"{found.title}: {count:,} {found.noun if count > 1 else 'row'}"
    Job.objects.filter(pk=job.pk).update(total_count=count, title=title[:160])
    is_long = count > settings.KEPT_BULK_AT_ONCE
    outbox.emit(RUN_JOB, [{"job_id": job.pk}], queue="integration", is_nudged=is_long)
    return job.pk


def _write_rows(job_id: int, rows: "QuerySet[Any, Any]", bundle: str) -> int:
    wanted = rows.order_by().values_list("pk", *filter(None, [bundle]))[: MOST_ROWS + 1]
    try:
        sql, values = wanted.query.sql_with_params()
    except EmptyResultSet:
        return 0
    if not bundle:
        sql = f"SELECT each.id, 0 FROM ({sql}) AS each(id)"  # noqa: S608 - what the ORM wrote
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.format(rows=sql), [job_id, *values])
        return int(cursor.rowcount)


def _begin_at_once(job_id: int) -> None:
    """Take a short job's message as a worker would: one that dies here is found by the sweeper."""
    if not Job.objects.filter(pk=job_id, state=Job.State.QUEUED, total_count__lte=settings.KEPT_BULK_AT_ONCE).exists():
        return
    waiting = OutboxMessage.objects.filter(state=OutboxMessage.State.WAITING, task=RUN_JOB, payload__job_id=job_id)
    token = _deadline.set(time.monotonic() + AT_ONCE_SECONDS)
    try:
        work.run_messages(list(waiting.values_list("pk", flat=True)))
    finally:
        _deadline.reset(token)


# --- the job ---------------------------------------------------------------------------------------------------------


def run_verb(job: RunningJob) -> Mapping[str, Any]:
    """Do what is left to do, batch by batch; each batch's answers are written before the next begins.

    A batch that was done before an interruption is answered from its key. Raises StillRunning when the process that
    was asked has spent its time: a worker goes on.
    """
    verb, deadline = _verbs[job.arguments["verb"]], _deadline.get()
    rows = JobRow.objects.filter(job_id=job.id)
    waiting = rows.filter(outcome=Kind.WAITING)
    total = rows.count()
    while batch := _next_batch(waiting, verb):
        _carry_out(job, verb, batch)
        job.progress(total - waiting.count(), total)
        if deadline is not None and time.monotonic() > deadline and waiting.exists():
            raise StillRunning("A worker goes on with it.")
    job.save_checkpoint({}, done=total, total=total)
    well = rows.filter(outcome=Kind.DONE).count()
    return {"sentence": f"{well:,} of {total:,} {verb.noun} {verb.done}"}


def _next_batch(waiting: "QuerySet[JobRow]", verb: Verb) -> list[JobRow]:
    """The next rows, and all others of the last one's bundle."""
    batch = list(waiting.order_by("number")[: verb.batch])
    if batch and verb.bundle:
        batch += waiting.filter(bundle=batch[-1].bundle, number__gt=batch[-1].number).order_by("number")
    return batch


def _carry_out(job: RunningJob, verb: Verb, batch: Sequence[JobRow]) -> None:
    known = verb.rows([row.object_id for row in batch], job.actor)
    groups: defaultdict[int, list[JobRow]] = defaultdict(list)
    for row in batch:
        if row.object_id in known:
            groups[known[row.object_id].group].append(row)
    outcomes: dict[int, Outcome] = {}
    for group, own in sorted(groups.items()):
        outcomes |= _attempt(job, verb, _units(own, verb), group)
    _write(batch, known, outcomes, verb)


def _units(rows: Sequence[JobRow], verb: Verb) -> list[list[int]]:
    """The rows as what must stay together: bundles, or each for itself."""
    if not verb.bundle:
        return [[row.object_id] for row in rows]
    return [[row.object_id for row in own] for _, own in groupby(rows, key=lambda row: row.bundle)]


def _attempt(job: RunningJob, verb: Verb, units: Sequence[Sequence[int]], group: int) -> dict[int, Outcome]:
    """One command for these rows; what is refused is halved until each refusal stands alone."""
    ids = [key for unit in units for key in unit]
    word = job.key(f"{group}-{ids[0]}-{ids[-1]}-{len(ids)}")
    try:
        return dict(verb.act(ids, Step(job.actor, job.arguments["said"], group, RequestKey(word, word))))
    except _NOT_OF_A_ROW:
        raise
    except DomainError as refusal:
        if len(units) == 1:
            return dict.fromkeys(ids, Outcome(Kind.REFUSED, verb.refused, refusal.sentence))
    middle = len(units) // 2
    return _attempt(job, verb, units[:middle], group) | _attempt(job, verb, units[middle:], group)


def _write(
    batch: Sequence[JobRow], known: Mapping[int, PickedRow], outcomes: Mapping[int, Outcome], verb: Verb
) -> None:
    """Note with the rows what became of them, in one statement."""
    told = list(_told(batch, known, outcomes, verb))
    names = ("outcome", "word", "label", "detail", "url", "sentence", "made")
    bulk.update(JobRow, [row.pk for row in batch], {name: [each[at] for each in told] for at, name in enumerate(names)})


def _told(
    batch: Collection[JobRow], known: Mapping[int, PickedRow], outcomes: Mapping[int, Outcome], verb: Verb
) -> Iterator[tuple[Any, ...]]:
    gone = Outcome(Kind.REFUSED, verb.refused, GONE)
    for row in batch:
        outcome = outcomes.get(row.object_id, gone)
        name = known.get(row.object_id) or PickedRow(f"#{row.object_id}")
        yield (
            str(outcome.kind),
            outcome.word[:24],
            name.label[:80],
            name.detail[:160],
            name.url[:200],
            outcome.sentence[:500],
            [list(each) for each in outcome.made],
        )

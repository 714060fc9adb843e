"""The two jobs of an import: the dry run and the applying. Both go on from where they were killed."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from core.context import RequestContext, use_context
from core.errors import Busy, DomainError, NotAllowed, StillRunning
from core.jobs import RunningJob
from orders_site.imports import files, services
from orders_site.imports.cells import plain
from orders_site.imports.checking import Reader, check_groups
from orders_site.imports.errors import FileRefused, NotNow, Rehearsed
from orders_site.imports.kinds.base import Group, Kind
from orders_site.imports.models import ImportRow, ImportRun

READ_BATCH = 1_000
STOPPED = {"sentence": "Stopped. What was done so far is kept."}
_NOT_OF_A_ROW = (Busy, StillRunning, NotAllowed, NotNow)  # these end or repeat the step; they say nothing of its rows


def check(job: RunningJob) -> Mapping[str, Any]:
    """Read the file, then say of every row what it would do. Writes nothing but the import's own rows."""
    run_id = int(job.arguments["run_id"])
    with use_context(RequestContext(via="import")):
        try:
            problem = _read_and_check(job, run_id)
            services.finish_check(run_id=run_id, job_id=job.id, problem=problem, actor=job.actor)
        except NotNow:
            return STOPPED
    return {"sentence": problem or "Every row was checked; nothing was changed.", "link": f"/imports/{run_id}/"}


def _read_and_check(job: RunningJob, run_id: int) -> str:
    """Do the dry run; returns why the file cannot be read, or nothing. Raises NotNow once stopped."""
    try:
        _read(job, _run(run_id))
        _check(job, _run(run_id))
    except FileRefused as refusal:
        return refusal.sentence
    return ""


def apply(job: RunningJob) -> Mapping[str, Any]:
    """Apply the rows that are new or changed, batch by batch, each batch in one transaction with the note of it."""
    run_id = int(job.arguments["run_id"])
    run = _run(run_id)
    kind = Reader.of(run).kind
    open_rows = ImportRow.objects.filter(run_id=run_id, outcome__in=["new", "changed"])
    total = open_rows.count()
    with use_context(RequestContext(via="import")):
        try:
            while firsts := _next_firsts(open_rows.filter(result=""), 0, kind.batch):
                _apply(job, run_id, firsts)
                job.progress(total - open_rows.filter(result="").count(), total)
            services.finish_applying(run_id=run_id, job_id=job.id, actor=job.actor)
        except NotNow:
            return STOPPED
    job.save_checkpoint({}, done=total, total=total)
    refused = open_rows.filter(result=ImportRow.Result.REFUSED).count()
    words = f"{total - refused:,} rows applied" + (f", {refused:,} refused." if refused else ".")
    return {"sentence": words, "link": f"/imports/{run_id}/"}


def _run(run_id: int) -> ImportRun:
    return ImportRun.objects.select_related("company").get(pk=run_id)


def _batched(rows: Iterator[Any], size: int) -> Iterator[list[Any]]:
    while batch := list(islice(rows, size)):
        yield batch


def _read(job: RunningJob, run: ImportRun) -> None:
    """Keep the rows of the file, from the last one on that was kept."""
    if job.checkpoint.get("joined"):
        return
    reader = Reader.of(run)
    data = files.load(run.stored_as)
    kept = int(job.checkpoint.get("read", 0))
    rows = islice(files.numbered(data, run.form), 1, None)  # without the header
    new = (row for row in rows if row[0] > kept)
    for number, batch in enumerate(_batched(new, READ_BATCH), 1):
        services.keep_rows(
            run_id=run.pk,
            job_id=job.id,
            rows=[(at, reader.key(at, cells), plain(cells)) for at, cells in batch],
            actor=job.actor,
        )
        job.save_checkpoint({"read": batch[-1][0]}, done=kept + number * len(batch))
    services.join_rows(run_id=run.pk, job_id=job.id, actor=job.actor)
    job.save_checkpoint({"joined": True, "checked": 0}, done=0, total=run.rows.count())


def _next_firsts(rows: Any, after: int, size: int) -> list[int]:
    """The next so many groups by their first rows."""
    found = rows.filter(first__gt=after).order_by("first").values_list("first", flat=True).distinct()
    return list(found[:size])


def _check(job: RunningJob, run: ImportRun) -> None:
    """Say of the rows what they would do, from the last group on that was told."""
    reader = Reader.of(run)
    scope = reader.scope(run, job.actor)
    total = run.rows.count()
    done = int(job.checkpoint.get("done", 0))
    after = int(job.checkpoint["checked"])
    while firsts := _next_firsts(run.rows.all(), after, reader.kind.batch):
        rows = list(run.rows.filter(first__in=firsts).order_by("first", "number"))
        groups = check_groups(reader, rows, scope)
        if reader.kind.rehearses:
            by_first = {group.head.number: group for group in groups if group.outcome in ("new", "changed")}
            for first, sentence in _rehearse(job, run.pk, sorted(by_first)):
                by_first[first].wrong(reader.kind.key[0], sentence)
                by_first[first].outcome = "wrong"
        services.keep_outcomes(run_id=run.pk, job_id=job.id, told=_told(groups, reader.kind), actor=job.actor)
        after, done = firsts[-1], done + len(rows)
        job.save_checkpoint({"joined": True, "checked": after, "done": done}, done=done, total=total)


def _told(groups: Sequence[Group], kind: Kind) -> list[services.Told]:
    """What is kept of each row of these groups."""
    labels = {field.name: field.label for field in kind.fields}

    def labelled(sentences: Mapping[str, str]) -> dict[str, str]:
        return {labels[name]: sentence[:500] for name, sentence in sentences.items()}

    return [
        services.Told(
            number=row.number,
            outcome=group.outcome,
            problems=labelled(row.problems),
            warnings=labelled(row.warnings),
            changes=[list(change) for change in group.changes] if row is group.head else [],
        )
        for group in groups
        for row in group.rows
    ]


def _rehearse(job: RunningJob, run_id: int, firsts: Sequence[int]) -> list[tuple[int, str]]:
    """Which of these groups the room would refuse, and why: halved until each refusal stands alone."""
    if not firsts:
        return []
    try:
        services.rehearse_rows(run_id=run_id, job_id=job.id, firsts=firsts, actor=job.actor)
    except Rehearsed:
        return []
    except _NOT_OF_A_ROW:
        raise
    except DomainError as refusal:
        if len(firsts) == 1:
            return [(firsts[0], refusal.sentence)]
        return [found for half in _halves(firsts) for found in _rehearse(job, run_id, half)]
    raise AssertionError("a rehearsal always ends by raising")


def _apply(job: RunningJob, run_id: int, firsts: Sequence[int]) -> None:
    """Apply a batch; what the room refuses is halved until the rows that are to blame stand alone."""
    try:
        once = services.apply_rows.once(job.key(f"{firsts[0]}-{firsts[-1]}"))
        once(run_id=run_id, job_id=job.id, firsts=firsts, actor=job.actor)
    except _NOT_OF_A_ROW:
        raise
    except DomainError as refusal:
        if len(firsts) == 1:
            services.refuse_rows(
                run_id=run_id, job_id=job.id, first=firsts[0], sentence=refusal.sentence, actor=job.actor
            )
            return
        for half in _halves(firsts):
            _apply(job, run_id, half)


def _halves(firsts: Sequence[int]) -> tuple[Sequence[int], Sequence[int]]:
    middle = len(firsts) // 2
    return firsts[:middle], firsts[middle:]

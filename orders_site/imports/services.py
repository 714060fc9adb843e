"""The commands of imports. They write the import's own rows; what is imported goes through the rooms' commands."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count

from core import access, bulk
from core.commands import command
from core.errors import NotFound
from core.jobs import start_job
from core.models import Job, User
from orders_site.imports import files
from orders_site.imports.checking import Reader, check_groups
from orders_site.imports.errors import MappingRefused, NotNow, Rehearsed
from orders_site.imports.kinds import KINDS
from orders_site.imports.kinds.base import Group
from orders_site.imports.mapping import Columns, headers_hash, require_usable
from orders_site.imports.models import ImportMapping, ImportRow, ImportRun

RIGHT = "orders_site.import_files"
CHECK, APPLY = "imports.check", "imports.apply"
State = ImportRun.State


class Told(NamedTuple):
    """What the dry run found of one row. Sentences by the label of the field; changes at the first row of a key."""

    number: int
    outcome: str
    problems: dict[str, str]
    warnings: dict[str, str]
    changes: list[list[str]]


_FIRST = """
UPDATE orders_site_importrow r SET first = k.first
FROM (SELECT key, min(number) AS first FROM orders_site_importrow WHERE run_id = %s GROUP BY key) k
WHERE r.run_id = %s AND r.key = k.key AND r.first <> k.first
"""


@command(permission=RIGHT)
def create_run(
    *,
    company_id: int,
    kind: str,
    file_name: str,
    stored_as: str,
    digest: str,
    size_bytes: int,
    form: dict[str, Any],
    headers: list[str],
    notes: list[str],
    actor: User,
) -> int:
    """Note an uploaded file; returns the import's id. Raises NotAllowed without the right of the kind, NotFound."""
    if kind not in KINDS or company_id not in access.company_ids(actor):
        raise NotFound("There is no such company or kind of import.")
    access.require(actor, KINDS[kind].right)
    run = ImportRun.objects.create(
        company_id=company_id,
        kind=kind,
        file_name=file_name,
        stored_as=stored_as,
        digest=digest,
        size_bytes=size_bytes,
        form=form,
        headers=headers,
        notes=notes,
        created_by=actor,
    )
    return run.pk


@command(permission=RIGHT)
def map_columns(
    *,
    run_id: int,
    columns: Columns,
    decimal_sign: str,
    date_order: str,
    save_as: str,
    actor: User,
) -> int:
    """Say what the columns mean and have a worker do the dry run; returns the job's id.

    Raises:
        MappingRefused: a needed field has no column, or a column stands for two fields.
        NotNow: the rows are being checked or applied, or some are applied already.
    """
    run = _begin(run_id, actor, [State.UPLOADED, State.CHECKED, State.UNREADABLE], State.CHECKING)
    kind = KINDS[run.kind]
    require_usable(kind, columns, run.headers)
    if decimal_sign not in ImportRun.DecimalSign.values or date_order not in ImportRun.DateOrder.values:
        raise MappingRefused("Choose the decimal sign and the order of dates from the lists.")
    said = {name: dict(value) for name, value in columns.items()}
    if save_as:
        ImportMapping.objects.update_or_create(
            company_id=run.company_id,
            kind=run.kind,
            name=save_as,
            defaults={
                "headers_hash": headers_hash(run.headers),
                "columns": said,
                "decimal_sign": decimal_sign,
                "date_order": date_order,
            },
        )
    ImportRow.objects.filter(run_id=run_id).delete()
    job_id = _start(run, CHECK, f"Check {run.file_name}", actor)
    ImportRun.objects.filter(pk=run_id).update(
        columns=said,
        decimal_sign=decimal_sign,
        date_order=date_order,
        mapping_name=save_as,
        counts={},
        problem="",
        job_id=job_id,
    )
    return job_id


@command(permission=RIGHT)
def start_applying(*, run_id: int, actor: User) -> int:
    """Have a worker apply the good rows; returns the job's id. Goes on where it was stopped. Raises NotNow."""
    run = _begin(run_id, actor, [State.CHECKED, State.STOPPED], State.APPLYING)
    job_id = _start(run, APPLY, f"Import {run.file_name}", actor)
    ImportRun.objects.filter(pk=run_id).update(job_id=job_id)
    return job_id


@command(permission=RIGHT)
def stop_run(*, run_id: int, actor: User) -> None:
    """Stop after the batch under way. What was applied stays; nothing else is. Raises NotNow."""
    run = _seen(run_id, actor)
    after = {State.CHECKING: State.UPLOADED, State.APPLYING: State.STOPPED}.get(State(run.state))
    if after is None or not ImportRun.objects.filter(pk=run_id, state=run.state).update(state=after):
        raise NotNow("Nothing is under way that could be stopped.")


def _seen(run_id: int, actor: User) -> ImportRun:
    """The run, if the actor works for its company and may import its kind. Raises NotFound, NotAllowed."""
    run = ImportRun.objects.select_related("company", "job").filter(pk=run_id).first()
    if run is None or run.company_id not in access.company_ids(actor):
        raise NotFound("There is no such import.")
    access.require(actor, KINDS[run.kind].right)
    return run


def _begin(run_id: int, actor: User, before: Sequence[State], after: State) -> ImportRun:
    """Move a run on, in one UPDATE whose condition is the guard: of two who press at once one is refused.

    A run whose job broke counts as where it was before, so that it can be begun anew.
    """
    run = _seen(run_id, actor)
    states = [str(state) for state in before]
    if run.job and run.job.state == Job.State.FAILED and not run.rows.exclude(result="").exists():
        states.append(State.CHECKING)
    if not ImportRun.objects.filter(pk=run_id, state__in=states).update(state=after):
        raise NotNow("This import is not at that step any more. Look at its page.")
    return run


def _start(run: ImportRun, kind: str, title: str, actor: User) -> int:
    return start_job(
        kind=kind,
        title=title,
        arguments={"run_id": run.pk},
        queue="integration",
        company=run.company,
        actor=actor,
    )


# --- steps of the dry run --------------------------------------------------------------------------------------------


@command(permission=RIGHT)
def keep_rows(*, run_id: int, job_id: int, rows: Sequence[tuple[int, str, list[Any]]], actor: User) -> None:
    """Keep so many rows of the file as (number, key, cells). Kept before: left alone. Raises NotNow once stopped."""
    _require_step(run_id, job_id, State.CHECKING)
    bulk.insert(
        ImportRow,
        {
            "number": [number for number, _, _ in rows],
            "first": [number for number, _, _ in rows],
            "key": [key for _, key, _ in rows],
            "cells": [cells for _, _, cells in rows],
        },
        same={"run_id": run_id, "problems": {}, "warnings": {}, "changes": []},
        skip_known=True,
    )


@command(permission=RIGHT)
def join_rows(*, run_id: int, job_id: int, actor: User) -> None:
    """Let the rows of each key know the first of them. One statement. Raises NotNow once stopped."""
    _require_step(run_id, job_id, State.CHECKING)
    with connection.cursor() as cursor:
        cursor.execute(_FIRST, [run_id, run_id])


@command(permission=RIGHT)
def keep_outcomes(*, run_id: int, job_id: int, told: Sequence[Told], actor: User) -> None:
    """Keep what the dry run found of these rows. Two statements. Raises NotNow once stopped."""
    _require_step(run_id, job_id, State.CHECKING)
    rows = ImportRow.objects.filter(run_id=run_id, number__in=[row.number for row in told])
    ids = dict(rows.values_list("number", "pk"))
    names = ("outcome", "problems", "warnings", "changes")
    columns = {name: [getattr(row, name) for row in told] for name in names}
    bulk.update(ImportRow, [ids[row.number] for row in told], columns)


@command(permission=RIGHT)
def finish_check(*, run_id: int, job_id: int, problem: str, actor: User) -> None:
    """End the dry run: count the outcomes, or note why the file cannot be read. Raises NotNow once stopped."""
    _require_step(run_id, job_id, State.CHECKING)
    if problem:
        ImportRow.objects.filter(run_id=run_id).delete()
    counted = ImportRow.objects.filter(run_id=run_id).values_list("outcome").annotate(rows=Count("pk"))
    ImportRun.objects.filter(pk=run_id).update(
        state=State.UNREADABLE if problem else State.CHECKED, problem=problem[:500], counts=dict(counted)
    )


@command(permission=None)
def rehearse_rows(*, run_id: int, job_id: int, firsts: Sequence[int], actor: User) -> None:
    """Carry these rows out and take all of it back. Always raises: Rehearsed, or the room's refusal."""
    _, reader, groups = _look_again(run_id, job_id, firsts, State.CHECKING, actor)
    scope = reader.scope(_seen(run_id, actor), actor)
    reader.kind.apply([group for group in groups if group.outcome in ("new", "changed")], scope)
    raise Rehearsed("Rehearsed.")


# --- steps of the applying -------------------------------------------------------------------------------------------


@command(permission=None)
def apply_rows(*, run_id: int, job_id: int, firsts: Sequence[int], actor: User) -> int:
    """Apply these groups, named by their first rows, and note it with them; returns how many rows were applied.

    Looks again first: what would not do any more what the dry run showed is refused, row by row. Locks the import, so
    that two workers never apply one row twice. Raises the refusals of the room, and then nothing of the batch is
    applied; NotNow once stopped.
    """
    stored, reader, groups = _look_again(run_id, job_id, firsts, State.APPLYING, actor)
    shown = {row.first: row for row in stored if row.number == row.first}
    good, told = [], []
    for group in groups:
        before = shown[group.head.number]
        if group.outcome == "same":
            told.append((group, ImportRow.Result.DONE, "It was so already.", group.target_id))
        elif (group.outcome, [list(change) for change in group.changes]) == (before.outcome, before.changes):
            good.append(group)
        else:
            told.append((group, ImportRow.Result.REFUSED, _moved(group), None))
    became = reader.kind.apply(good, reader.scope(_seen(run_id, actor), actor)) if good else []
    told += [(group, ImportRow.Result.DONE, "", pk) for group, pk in zip(good, became, strict=True)]
    ids = {row.number: row.pk for row in stored}
    rows = [(ids[row.number], result, words, pk) for group, result, words, pk in told for row in group.rows]
    bulk.update(
        ImportRow,
        [row[0] for row in rows],
        {
            "result": [row[1] for row in rows],
            "sentence": [row[2] for row in rows],
            "became_id": [row[3] for row in rows],
        },
    )
    return len(rows)


def _moved(group: Group) -> str:
    problem = next((sentence for row in group.rows for sentence in row.problems.values()), "")
    words = problem or "Upload the bad rows again to see what they would do now."
    return f"Something changed since the dry run. {words}"[:500]


@command(permission=RIGHT)
def refuse_rows(*, run_id: int, job_id: int, first: int, sentence: str, actor: User) -> None:
    """Note with the rows of one key why the room refused them. Raises NotNow once stopped."""
    _require_step(run_id, job_id, State.APPLYING)
    rows = ImportRow.objects.filter(run_id=run_id, first=first, result="")
    rows.update(result=ImportRow.Result.REFUSED, sentence=sentence[:500])


@command(permission=RIGHT)
def finish_applying(*, run_id: int, job_id: int, actor: User) -> None:
    """Nothing is left to apply. Raises NotNow once stopped."""
    _require_step(run_id, job_id, State.APPLYING)
    ImportRun.objects.filter(pk=run_id).update(state=State.DONE)


def _require_step(run_id: int, job_id: int, state: State) -> ImportRun:
    """Lock the run by writing what it is. Raises NotNow when it is at another step, because somebody stopped it, and
    when another job does this step by now: one that was begun under an earlier mapping must not write under a new one.
    """
    if not ImportRun.objects.filter(pk=run_id, job_id=job_id, state=state).update(state=state):
        raise NotNow("The import was stopped.")
    return ImportRun.objects.select_related("company").get(pk=run_id)


def _look_again(
    run_id: int, job_id: int, firsts: Sequence[int], state: State, actor: User
) -> tuple[list[ImportRow], Reader, list[Group]]:
    """The rows of these groups that are not applied yet, checked as things are now, under the kind's own locks."""
    run = _require_step(run_id, job_id, state)
    access.require(actor, KINDS[run.kind].right)
    if run.company_id not in access.company_ids(actor):
        raise NotFound("There is no such import.")
    reader = Reader.of(run)
    scope = reader.scope(run, actor)
    stored = list(ImportRow.objects.filter(run_id=run_id, first__in=firsts, result="").order_by("first", "number"))
    if reader.kind.lock and stored:
        reader.kind.lock(check_groups(reader, stored, scope), scope)
    return stored, reader, check_groups(reader, stored, scope)


def remove_old_files() -> int:
    """Delete uploads older than 30 days and forget their names; the rows and what became of them stay."""
    gone = files.remove_old()
    if gone:
        for run in ImportRun.objects.exclude(stored_as="").only("stored_as"):
            if not files.is_kept(run.stored_as):
                ImportRun.objects.filter(pk=run.pk).update(stored_as="")
    return gone

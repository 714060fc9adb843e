"""The page of one import: its steps, what the dry run counted, and the verbs of the step it is at."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from core.models import Job
from core.web import formats
from core.web.parts import ActionButton, Confirm, DocumentPage, Fact, Kpi, Link, Step
from core.web.tables import Table
from orders_site.imports import files, tables
from orders_site.imports.kinds import KINDS
from orders_site.imports.models import ImportRow, ImportRun

State = ImportRun.State
_RANK = {
    State.UPLOADED: 1, State.UNREADABLE: 1, State.CHECKING: 2, State.CHECKED: 3, State.APPLYING: 3, State.STOPPED: 3,
    State.DONE: 4,
}  # fmt: skip
SHOWN_ROWS = 50
LONGEST_TITLE = 32


def run_page(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    """What the template needs. The statements do not depend on the number of rows."""
    kind = KINDS[run.kind]
    applied = {
        result: run.rows.filter(result=result).count() for result in (ImportRow.Result.DONE, ImportRow.Result.REFUSED)
    }
    good = sum(run.counts.get(outcome, 0) for outcome in ("new", "changed"))
    bad = run.counts.get("wrong", 0) + applied[ImportRow.Result.REFUSED]
    return {
        "page": DocumentPage(
            title=short(run.file_name),
            crumb=Link("Imports", reverse("imports:list")),
            tag=tables.STATE_TAGS[run.state],
            meta=kind.label,
            actions=_actions(run, good=good, bad=bad),
            facts=[
                Fact("File", run.file_name),
                Fact("Company", run.company.name),
                Fact("Read as", files.how_read(run.form)),
                Fact("Uploaded", formats.stamp(run.created_at)),
                Fact("By", str(run.created_by)),
            ],
        ),
        "run": run,
        "job": run.job if run.job and run.state in (State.CHECKING, State.APPLYING) else None,
        "may_retry": bool(run.job and run.job.state == Job.State.FAILED),
        "steps": _steps(run),
        "kpis": _kpis(run, applied) if run.counts else [],
        "bad": bad,
        "rows": _rows(request, run),
    }


def short(name: str) -> str:
    """A file's name as a heading: its beginning and its end."""
    return name if len(name) <= LONGEST_TITLE else f"{name[:20]}…{name[-10:]}"


def _steps(run: ImportRun) -> list[Step]:
    labels = ("Upload", "Mapping", "Dry run", "Apply")
    at = _RANK[State(run.state)]
    return [
        Step(label, state="done" if number < at else "here" if number == at else "todo")
        for number, label in enumerate(labels)
    ]


def _actions(run: ImportRun, *, good: int, bad: int) -> list[ActionButton]:
    """The verbs of the step it is at, the next one last."""

    def link(label: str, name: str, style: Any = "") -> ActionButton:
        return ActionButton(label, reverse(f"imports:{name}", args=[run.pk]), style=style, is_link=True)

    found = [link("Uploaded file", "file")] if run.stored_as else []
    if bad:
        found.append(link("Download bad rows", "bad-rows"))
    match run.state:
        case State.UPLOADED | State.UNREADABLE:
            found.append(link("Map columns", "mapping", "primary"))
        case State.CHECKED:
            found.append(link("Change mapping", "mapping"))
    if run.state in (State.CHECKING, State.APPLYING):
        found.append(ActionButton("Stop", reverse("imports:stop", args=[run.pk]), name="stop"))
    if run.state in (State.CHECKED, State.STOPPED) and good:
        words = formats.plural(good, "good row")
        ask = Confirm(
            f"Apply {words}?", "They are written through the same rules as by hand, and stand in the audit.", "Apply"
        )
        found.append(
            ActionButton(
                "Go on" if run.state == State.STOPPED else f"Apply {words}",
                reverse("imports:apply", args=[run.pk]),
                name="apply",
                style="primary",
                confirm=ask,
            )
        )
    return found


def _kpis(run: ImportRun, applied: dict[Any, int]) -> list[Kpi]:
    rows = reverse("imports:rows", args=[run.pk])

    def kpi(outcome: str, label: str, words: str) -> Kpi:
        count = run.counts.get(outcome, 0)
        url = f"{rows}?outcome={outcome}" if count else ""
        return Kpi(label, f"{count:,}", words, url=url, is_bad=outcome == "wrong" and count > 0)

    found = [
        kpi("new", "New", "rows that create"),
        kpi("changed", "Changed", "rows that change"),
        kpi("same", "Same", "rows that change nothing"),
        kpi("wrong", "Wrong", "rows to be corrected"),
    ]
    done, refused = applied[ImportRow.Result.DONE], applied[ImportRow.Result.REFUSED]
    if done or refused:
        words = f"{refused:,} refused" if refused else "none refused"
        url = f"{rows}?result=refused" if refused else ""
        found.append(Kpi("Applied", f"{done:,}", words, url=url, is_bad=refused > 0))
    return found


def _rows(request: HttpRequest, run: ImportRun) -> Table | None:
    """The rows to look at first: wrong and refused, else those with a warning, else what changes."""
    reads = ("pk", "number", "outcome", "result", "cells", "problems", "warnings", "changes", "sentence")
    every = run.rows.order_by("number")
    for caption, rows in (
        ("Rows to correct", every.filter(outcome="wrong") | every.filter(result="refused")),
        ("Rows to look at", every.exclude(warnings={})),
        ("Rows that do something", every.filter(outcome__in=["new", "changed"])),
    ):
        found = list(rows.values(*reads)[:SHOWN_ROWS])
        if found:
            return Table(tables.ROWS, found, user=request.user, caption=caption)
    return None

"""What became of each picked row: the page that every bulk verb leads to. It survives a reload; its rows are a list."""

from collections.abc import Sequence
from typing import ClassVar

import django_filters
from django.db.models import Count
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.access import company_ids, may
from core.bulk_verbs import KIND, verb_of
from core.errors import NotAllowed
from core.models import Job, JobRow
from core.web.access import signed_in
from core.web.cells import Links, Row
from core.web.columns import Column
from core.web.filters import ListFilterSet
from core.web.lists import ListPage
from core.web.parts import ActionButton, Empty, Link, Tab, Tag, Tone
from core.web.posted import actor_of

Kind = JobRow.Outcome
_TONES: dict[str, Tone] = {Kind.DONE: "ok", Kind.REFUSED: "bad", Kind.LEFT: "neutral"}


def _label(row: Row) -> Links:
    return Links([(row["label"], row["url"])])


def _tag(row: Row) -> Tag:
    return Tag(row["word"], _TONES.get(row["outcome"], "neutral"))


def _made(row: Row) -> Links:
    return Links([(label, url) for label, url in row["made"]])


COLUMNS = (
    Column("label", "What", sort="number", reads=("label", "url"), value=_label, card="k1"),
    Column("detail", "Of", card="k3"),
    Column("outcome", "Outcome", "tag", reads=("outcome", "word"), value=_tag, card="k2"),
    Column("made", "Made", reads=("made",), value=_made, card="k4"),
    Column("sentence", "Why", width="wrap", card="kw"),
)


class RowFilter(ListFilterSet):
    """Narrow results by how they ended and by what they are about."""

    search_paths: ClassVar[tuple[str, ...]] = ("label", "detail", "sentence")
    search_hint = "Number, customer, reason"

    outcome = django_filters.ChoiceFilter(
        choices=[(kind.value, kind.label) for kind in (Kind.DONE, Kind.REFUSED, Kind.LEFT)], label="Outcome"
    )

    class Meta:
        model = JobRow
        fields: tuple[str, ...] = ()


def _tabs(request: HttpRequest, job: Job) -> Sequence[Tab]:
    """All, and each way to end that occurs, with its count: one statement."""
    counted = dict(job.rows.exclude(outcome=Kind.WAITING).values_list("outcome").annotate(rows=Count("pk")))
    current = request.GET.get("outcome", "")
    tabs = [Tab("All", "?", f"{sum(counted.values()):,}", not current)]
    return tabs + [
        Tab(str(kind.label), f"?outcome={kind}", f"{counted[kind]:,}", kind == current)
        for kind in (Kind.DONE, Kind.REFUSED, Kind.LEFT)
        if kind in counted
    ]


@require_safe
@signed_in
def results(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What became of each row, to who pressed, while they hold the right and the companies that they pressed with."""
    user = actor_of(request)
    job = get_object_or_404(Job, pk=pk, kind=KIND, requested_by=user)
    verb = verb_of(job)
    if not (may(user, verb.right) and set(job.arguments["companies"]) <= company_ids(user)):
        raise NotAllowed("Your rights have changed since then, so these results are not shown any more.")
    listing = ListPage(
        request,
        JobRow.objects.filter(job=job).exclude(outcome=Kind.WAITING),
        COLUMNS,
        noun="results",
        default_sort="label",
        filterset=RowFilter,
        tabs=_tabs(request, job),
        empty=Empty("Nothing is done yet." if job.state in ("queued", "running") else "No such rows.", "clock"),
        also_reads=("number",),
    )
    back = Link(f"Back to {verb.noun}", reverse(verb.back))
    title = job.result.get("sentence") or job.title
    retry = ActionButton("Retry", reverse("work:job-retry", args=[pk])) if job.state == Job.State.FAILED else None
    return listing.response("core/bulk.html", {"job": job, "back": back, "title": title, "retry": retry})

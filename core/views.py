"""Pages of work: jobs with progress and retry, messages with replay."""

from typing import Any

import django_filters
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from core import selectors, tables
from core.access import may
from core.bulk_verbs import KIND as BULK
from core.jobs import may_retry, retry_job
from core.models import Job, OutboxMessage, User
from core.web import formats, shell
from core.web.access import requires, signed_in
from core.web.exports import hand_out
from core.web.filters import ListFilterSet
from core.web.lists import ListPage
from core.web.parts import ActionButton, DocumentPage, Empty, Fact, Kpi, Link, Tab, Tag
from core.web.posted import actor_of, key_of, see_other, whole_number
from core.web.tables import Table
from core.work import replay_messages

ADMINISTER = "core.administer"
MOST_REPLAYED = 1_000
MOST_ROWS_SHOWN = 2_000
FINISHED = (Job.State.DONE, Job.State.FAILED)
STOP_POLLING = 286  # htmx asks no more after this status
OUTCOMES = {"ok": Tag("Done", "ok"), "refused": Tag("Refused", "bad"), "skipped": Tag("Left out", "warn")}


class JobFilter(ListFilterSet):
    """Narrow jobs by title and state."""

    search_paths = ("title",)
    search_hint = "Title"

    state = django_filters.MultipleChoiceFilter(choices=Job.State.choices, label="State")

    class Meta:
        model = Job
        fields: tuple[str, ...] = ()


@require_safe
@signed_in
def job_list(request: HttpRequest) -> HttpResponseBase:
    """Long work: one's own, or everybody's for who may see all."""
    return ListPage(
        request,
        selectors.jobs_visible_to(actor_of(request)),
        tables.JOBS,
        noun="jobs",
        default_sort="-created_at",
        filterset=JobFilter,
        empty=Empty("No jobs here. Long work that you start shows up in this list."),
    ).response("core/jobs.html")


@require_safe
@signed_in
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """One job: how far it is, what came of each row, and retry when it failed."""
    found = get_object_or_404(
        selectors.jobs_visible_to(actor_of(request)).select_related("requested_by", "company"), pk=pk
    )
    if found.kind == BULK and found.requested_by_id == actor_of(request).pk:
        return redirect("work:bulk", pk)
    rows = [_result_row(row) for row in found.result.get("rows", [])[:MOST_ROWS_SHOWN]]
    results = Table(tables.RESULT_ROWS, rows, user=request.user, caption="Results by row") if rows else None
    file = found.result.get("file") if found.requested_by_id == actor_of(request).pk else None
    context = {
        "page": _job_page(found, actor_of(request)),
        "job": found,
        "results": results,
        "link": found.result.get("link", ""),
        "file": file,
        "file_size": filesizeformat(file["size"]) if file else "",
    }
    return render(request, "core/job.html", context)


def _job_page(found: Job, person: User) -> DocumentPage:
    facts = [
        Fact("Started by", str(found.requested_by)),
        Fact("Started", formats.stamp(found.created_at)),
        Fact("Finished", formats.stamp(found.finished_at)),
        Fact("Done", f"{found.done_count:,}" + (f" of {found.total_count:,}" if found.total_count else "")),
    ]
    retry = ActionButton("Retry", reverse("work:job-retry", args=[found.pk]), name="retry", style="primary")
    return DocumentPage(
        title=found.title,
        crumb=Link("Jobs", reverse("work:jobs")),
        tag=tables.JOB_TAGS[found.state],
        meta=str(found.company or ""),
        actions=[retry] if found.state == Job.State.FAILED and may_retry(found, person) else [],
        facts=facts,
    )


def _result_row(row: dict[str, Any]) -> dict[str, Any]:
    outcome = str(row.get("outcome", ""))
    return {
        "pk": 0,
        "label": row.get("label", ""),
        "outcome": OUTCOMES.get(outcome) or Tag(outcome or "Done"),
        "sentence": row.get("sentence", ""),
    }


@require_safe
@signed_in
def job_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress bar alone, for htmx. When the job is over it stops asking and the whole page is drawn anew."""
    found = get_object_or_404(selectors.jobs_visible_to(actor_of(request)), pk=pk)
    is_over = found.state in FINISHED
    body = render_to_string("core/_progress.html", {"job": found}, request, using="jinja2")
    headers = {"HX-Refresh": "true"} if is_over else {}
    return HttpResponse(body, status=STOP_POLLING if is_over else 200, headers=headers)


@require_safe
@signed_in
def bell(request: HttpRequest) -> HttpResponse:
    """How the person's jobs stand: asked for by the bell while one of them runs."""
    desk = shell.desk(request)
    asked = {whole_number(word) for word in request.GET.get("running", "")[:200].split(",")}
    finished = [job.title for job in desk.jobs if job.id in asked and not job.is_running]
    return render(request, "core/bell.html", {"desk": desk, "finished": finished})


@require_safe
@signed_in
def job_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file that a job made, to the person who asked for it, while their rights are those it was made with."""
    found = get_object_or_404(selectors.jobs_visible_to(actor_of(request)), pk=pk)
    return hand_out(found, actor_of(request))


@require_POST
@signed_in
def job_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a failed job go on from its checkpoint."""
    found = get_object_or_404(selectors.jobs_visible_to(actor_of(request)), pk=pk)
    retry_job.once(key_of(request))(job_id=found.pk, actor=actor_of(request))
    return see_other("work:job", pk)


class MessageFilter(ListFilterSet):
    """Narrow messages by task, state and queue."""

    search_paths = ("task", "last_error")
    search_hint = "Task or error"

    state = django_filters.ChoiceFilter(choices=OutboxMessage.State.choices, label="State")
    queue = django_filters.AllValuesFilter(label="Queue")

    class Meta:
        model = OutboxMessage
        fields: tuple[str, ...] = ()


def _messages(request: HttpRequest) -> ListPage:
    state = request.GET.get("state", "")
    tabs = [("All", ""), ("Dead letters", "dead"), ("Waiting", "waiting"), ("Done", "done")]
    replay = ActionButton("Replay", reverse("work:messages-replay"))
    return ListPage(
        request,
        OutboxMessage.objects.all(),
        tables.MESSAGES,
        noun="messages",
        default_sort="-pk",
        filterset=MessageFilter,
        tabs=[Tab(label, f"?state={code}" if code else "?", is_current=code == state) for label, code in tabs],
        empty=Empty("No messages here."),
        bulk=[replay] if may(actor_of(request), ADMINISTER) else (),
    )


@require_safe
@requires(selectors.SEE_ALL)
def message_list(request: HttpRequest) -> HttpResponseBase:
    """What leaves transactions: waiting, done, and the dead letters that a person must look at."""
    outbox = selectors.outbox_state()
    behind = formats.age(outbox.oldest_due) if outbox.oldest_due and outbox.oldest_due < timezone.now() else ""
    kpis = [
        Kpi("Waiting", f"{outbox.waiting:,}", f"the oldest is due since {behind}" if behind else "none is late"),
        Kpi(
            "Dead letters",
            f"{outbox.dead:,}",
            "gave up after 8 tries or a refusal" if outbox.dead else "nothing was given up",
            url="?state=dead",
            is_bad=outbox.dead > 0,
        ),
    ]
    return _messages(request).response("core/messages.html", {"kpis": kpis})


@require_POST
@requires(ADMINISTER)
def replay(request: HttpRequest) -> HttpResponse:
    """Give picked dead letters eight more tries."""
    listing, known = _messages(request), OutboxMessage.objects.all()
    picked = listing.picked_keys(limit=MOST_REPLAYED, among=known)[:MOST_REPLAYED]
    count = replay_messages.once(key_of(request))(message_ids=picked, actor=actor_of(request))
    messages.success(request, f"{formats.plural(count, 'dead letter')} will be tried again now.")
    return see_other("work:messages")

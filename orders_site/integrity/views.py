"""The integrity page: each invariant green or with its offending rows, and the state of the audit chain."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from core.access import company_ids, may
from core.models import Company, Job, SealedBlock, User
from core.web import formats
from core.web.access import requires
from core.web.columns import Column
from core.web.parts import ActionButton, Fact, Tag
from core.web.posted import actor_of, key_of, see_other
from core.web.tables import Table
from orders_site.integrity.run import RIGHT, latest_run, running, start_run

ADMINISTER = "core.administer"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the page. ``rows`` is the table of offending rows, or None when the invariant holds or they may be
    of companies that the person does not belong to.
    """

    code: str
    name: str
    sentence: str
    result: Tag
    rows: Table | None


@require_safe
@requires(RIGHT)
def page(request: HttpRequest) -> HttpResponse:
    """What the last run found, and whether one is under way. Everybody with the right sees the counts; the rows are of
    all companies together, so they are for their members and administrators.
    """
    last, active, sees_rows = latest_run(), running(), _sees_rows(actor_of(request))
    result: Mapping[str, Any] = last.result if last else {}
    context = {
        "last": last,
        "took": _took(last),
        "active": active,
        "verdict": _verdict(result) if last else Tag("Never run"),
        "checks": [_check(request, each, sees_rows=sees_rows) for each in result.get("invariants", ())],
        "hides_rows": not sees_rows and any(each["count"] for each in result.get("invariants", ())),
        "chain": result.get("chain"),
        "chain_facts": _chain_facts(result.get("chain")),
        "run": ActionButton("Run all checks", reverse("integrity:run"), style="primary", icon="refresh"),
    }
    return render(request, "site/integrity.html", context)


@require_POST
@requires(RIGHT)
def run_all(request: HttpRequest) -> HttpResponse:
    """Have a worker ask everything again."""
    start_run.once(key_of(request))(actor=actor_of(request))
    return see_other("integrity:page")


def _took(last: Job | None) -> str:
    if last is None or last.started_at is None or last.finished_at is None:
        return ""
    return f"{(last.finished_at - last.started_at).total_seconds():.1f} s"


def _verdict(result: Mapping[str, Any]) -> Tag:
    broken = result.get("broken", 0)
    return Tag(f"{formats.plural(broken, 'check')} broken", "bad") if broken else Tag("Everything holds", "ok")


def _sees_rows(user: User) -> bool:
    """Whether no company is hidden from the person. One query at most."""
    return may(user, ADMINISTER) or not Company.objects.exclude(pk__in=company_ids(user)).exists()


def _check(request: HttpRequest, found: Mapping[str, Any], *, sees_rows: bool) -> Check:
    count = found["count"]
    rows = None
    if count and sees_rows:
        columns = [Column(name, name.replace("_", " ").capitalize()) for name in found["columns"]]
        told = [{"pk": 0, **{name: _text(value) for name, value in row.items()}} for row in found["rows"]]
        rows = Table(columns, told, user=request.user, caption=f"Rows that break: {found['name']}")
    result = Tag(f"Broken by {formats.plural(count, 'row')}", "bad") if count else Tag("Holds", "ok")
    return Check(found["code"], found["name"], found["sentence"], result, rows)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _chain_facts(chain: Mapping[str, Any] | None) -> list[Fact]:
    """The chain as it is now, beside what the last run verified."""
    last = SealedBlock.objects.order_by("-number").values("number", "sealed_at", "digest").first()
    if last is None:
        return [Fact("Sealed", "Nothing yet")]
    behind = timezone.now() - last["sealed_at"]
    return [
        Fact("Blocks", f"{last['number']:,}"),
        Fact("Last sealed", formats.age(last["sealed_at"]), delta="late" if behind.total_seconds() > 600 else ""),
        Fact("Rows verified", f"{chain['rows']:,}" if chain else formats.ABSENT),
        Fact("Head", bytes(last["digest"]).hex()[:12]),
    ]

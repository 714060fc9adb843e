"""The periods of a company: which are open for posting, lock one, reopen one."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounting.models import Period
from accounting.selectors import periods_visible_to
from accounting.services import lock_period, reopen_period
from accounting.tables import PERIOD_TAGS
from core.access import may
from core.errors import DomainError
from core.models import Company
from core.web.access import requires
from core.web.companies import company_of, company_tabs
from core.web.parts import ActionButton, Confirm
from core.web.posted import actor_of, key_of, reason_of, see_other
from core.web.step_up import confirmed

VIEW, LOCK, REOPEN = "accounting.view_ledger", "accounting.lock_period", "accounting.reopen_period"


@require_safe
@requires(VIEW)
def periods(request: HttpRequest) -> HttpResponse:
    """Every period of one company, the latest first."""
    return _periods_page(request, company_of(request))


def _periods_page(request: HttpRequest, company: Company, refusal: DomainError | None = None) -> HttpResponse:
    rows = periods_visible_to(request.user).filter(company=company).select_related("locked_by").order_by("-starts_on")
    context = {
        "company": company,
        "tabs": company_tabs(request, company),
        "rows": [(period, PERIOD_TAGS[period.is_locked], _verb(request, period)) for period in rows],
        "refusal": refusal.sentence if refusal else "",
    }
    return render(request, "accounting/periods.html", context, status=refusal.status if refusal else 200)


def _verb(request: HttpRequest, period: Period) -> ActionButton | None:
    """What this person may do with the period now."""
    if period.is_locked:
        if not may(request.user, REOPEN):
            return None
        url = reverse("accounting:period-reopen", args=[period.pk])
        return ActionButton("Reopen", url, f"reopen-{period.pk}", style="quiet", needs_reason=True)
    if not may(request.user, LOCK):
        return None
    question = Confirm(
        f"Lock {period.name}?",
        "Nothing can be posted into it afterwards. Postings that are under way are waited for.",
        f"Lock {period.name}",
        "Keep it open",
    )
    return ActionButton(
        "Lock",
        reverse("accounting:period-lock", args=[period.pk]),
        f"lock-{period.pk}",
        style="quiet",
        confirm=question,
    )


def _carry_out(request: HttpRequest, pk: int, work: Callable[[Period], Any], done: str) -> HttpResponse:
    period = get_object_or_404(periods_visible_to(request.user).select_related("company"), pk=pk)
    try:
        work(period)
    except DomainError as refusal:
        return _periods_page(request, period.company, refusal)
    messages.success(request, f"{period.name} is {done}.")
    return see_other(f"{reverse('accounting:periods')}?company={period.company.code}")


@require_POST
@requires(LOCK)
@confirmed
def period_lock(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a period for posting."""
    lock = lock_period.once(key_of(request))
    return _carry_out(request, pk, lambda period: lock(period_id=period.pk, actor=actor_of(request)), "locked")


@require_POST
@requires(REOPEN)
@confirmed
def period_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a locked period again, for a reason."""
    reopen = reopen_period.once(key_of(request))
    reason = reason_of(request)
    return _carry_out(
        request, pk, lambda period: reopen(period_id=period.pk, reason=reason, actor=actor_of(request)), "open again"
    )

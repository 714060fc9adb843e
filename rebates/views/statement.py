"""The page of an agreement: where it stands, its tiers, what counted, and its verbs."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from billing.models import Invoice
from core.access import may
from core.dates import business_date
from core.errors import DomainError
from core.web.access import requires
from core.web.formats import day, money, percent
from core.web.parts import ActionButton, Confirm, DocumentPage, Fact, Kpi, Link, Tag
from core.web.posted import actor_of, key_of, see_other, version_of
from core.web.story import chain_of, timeline_address, timeline_of
from core.web.tables import Table
from rebates.forms import RateForm, SettleForm
from rebates.models import RebateAgreement
from rebates.selectors import Statement, agreements_visible_to, movements_of, statement_of
from rebates.services import activate_agreement, change_expected_rate, settle_agreement
from rebates.states import AgreementStatus
from rebates.tables import AGREEMENT_TAGS, AHEAD, MOVEMENTS, SETTLEMENTS, TIERS
from rebates.tiers import MilestoneKind
from rebates.views.common import source_link, typed

SEE, MAINTAIN, SETTLE = "rebates.see_rebates", "rebates.maintain_agreement", "rebates.settle_agreement"


@require_safe
@requires(SEE)
def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """One agreement with its statement."""
    return _page(request, _visible(request, pk))


def _visible(request: HttpRequest, pk: int) -> RebateAgreement:
    rows = agreements_visible_to(request.user).select_related("account", "company", "category")
    return get_object_or_404(rows, pk=pk)


def _page(
    request: HttpRequest,
    found: RebateAgreement,
    *,
    settle: SettleForm | None = None,
    rate: RateForm | None = None,
    refusal: DomainError | None = None,
) -> HttpResponse:
    today = business_date(found.company.time_zone)
    statement = statement_of(found, on=today)
    is_active = found.status == AgreementStatus.ACTIVE
    page = DocumentPage(
        title=str(found),
        crumb=Link("Rebates", reverse("rebates:agreements")),
        tag=AGREEMENT_TAGS[found.status],
        meta=f"{found.name} · {found.account.name}",
        actions=_actions(request, found),
        chain=chain_of(found.kind, found.pk, request.user),
        facts=_facts(found),
        sums=_sums(found, statement),
        sums_title=f"So far, {found.currency}",
        timeline=timeline_of(found.kind, found.pk),
        timeline_url=timeline_address(found.kind, found.pk),
        refusal=refusal.sentence if refusal else "",
    )
    context: dict[str, Any] = {
        "page": page,
        "found": found,
        "kpis": _kpis(found, statement),
        "tables": _tables(request, found, statement),
        "settle": None,
        "rate": None,
    }
    if is_active and may(request.user, SETTLE):
        until = min(today, found.valid_until)
        context["settle"] = settle or SettleForm(initial={"until": until, "final": today >= found.valid_until})
    if is_active and may(request.user, MAINTAIN):
        context["rate"] = rate or RateForm(initial={"expected_percent": typed(found.expected_percent)})
    invalid = any(form is not None and form.errors for form in (settle, rate))
    return render(
        request, "rebates/agreement.html", context, status=refusal.status if refusal else 422 if invalid else 200
    )


def _facts(found: RebateAgreement) -> list[Fact]:
    return [
        Fact("Customer", str(found.account)),
        Fact("Period", f"{day(found.valid_from)} to {day(found.valid_until)}"),
        Fact("Counts", str(found.category) if found.category else "Everything but freight and fees"),
        Fact("Tiers", found.get_method_display()),
        Fact("Expected", percent(found.expected_percent, 4)),
    ]


def _sums(found: RebateAgreement, statement: Statement | None) -> list[Fact]:
    if statement is None:
        return []
    balances, code = statement.balances, found.currency
    return [
        Fact("Net purchases", money(balances.base, code)),
        Fact("Earned by the tiers", money(statement.earned.earned, code)),
        Fact("Accrued", money(balances.accrued, code)),
        Fact("Settled", money(balances.settled, code)),
        Fact("Earned, not settled", money(statement.to_settle, code), style="sum"),
    ]


def _kpis(found: RebateAgreement, statement: Statement | None) -> list[Kpi]:
    if statement is None or found.status != AgreementStatus.ACTIVE:
        return []
    expected, code = statement.outlook.expected, found.currency
    reached = statement.earned.reached or "No tier"
    return [
        Kpi("Reached", reached, f"{percent(statement.earned.effective_rate, 2)} on the whole"),
        Kpi(
            "At this pace",
            money(expected.earned, code, show="code"),
            f"on {money(expected.basis, code, show='code')} until {day(found.valid_until)}",
        ),
        Kpi(
            "Accrued, not settled",
            money(statement.balances.outstanding, code, show="code"),
            f"{money(statement.to_settle, code, show='code')} earned and not settled",
        ),
    ]


def _tables(request: HttpRequest, found: RebateAgreement, statement: Statement | None) -> dict[str, Table]:
    if statement is None:
        return {}
    code, user = found.currency, request.user
    tiers = [
        {
            "pk": number,
            "starts": start,
            "percent": rate,
            "currency": code,
            "state": Tag("Reached", "ok") if statement.balances.base >= start and statement.balances.base > 0 else None,
        }
        for number, (start, rate) in enumerate(statement.tiers)
    ]
    ahead = [
        {"pk": number, "sentence": each.sentence}
        for number, each in enumerate(statement.outlook.milestones)
        if each.kind is MilestoneKind.REACH
    ]
    settlements = [
        {
            "pk": row.pk,
            "number": row.number,
            "business_date": row.business_date,
            "earned": row.earned,
            "amount": row.amount,
            "currency": code,
            "final": Tag("Final", "ok") if row.is_final else Tag("In part"),
        }
        for row in statement.settlements
    ]
    return {
        "tiers": Table(TIERS, tiers, user=user, caption="Tiers"),
        "ahead": Table(AHEAD, ahead, user=user, caption="How much more earns what"),
        "settlements": Table(SETTLEMENTS, settlements, user=user, caption="Settlements"),
        "movements": Table(MOVEMENTS, _movements(found), user=user, caption="What counted"),
    }


def _movements(found: RebateAgreement) -> list[dict[str, Any]]:
    counted = movements_of(found.pk)
    ids = {each.source_id for each in counted if each.source_type == "invoice"}
    numbers = dict(Invoice.objects.filter(pk__in=ids).values_list("pk", "number"))
    return [
        {
            "pk": number,
            "document": source_link(each.source_type, each.source_id, numbers.get(each.source_id) or ""),
            "business_date": each.business_date,
            "base": each.base,
            "accrued": each.accrued,
            "settled": each.settled,
            "currency": found.currency,
        }
        for number, each in enumerate(counted)
    ]


def _actions(request: HttpRequest, found: RebateAgreement) -> list[ActionButton]:
    if found.status != AgreementStatus.DRAFT or not may(request.user, MAINTAIN):
        return []
    return [
        ActionButton("Change", reverse("rebates:edit", args=[found.pk]), "change", is_link=True),
        ActionButton(
            "Activate",
            reverse("rebates:activate", args=[found.pk]),
            "activate",
            style="primary",
            version=found.version,
            confirm=Confirm(
                f"Activate {found}?",
                "Invoices of its period are counted and accrue from now on. Its terms do not change any more.",
                "Activate it",
            ),
        ),
    ]


@require_POST
@requires(MAINTAIN)
def activate(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the agreement binding."""
    found = _visible(request, pk)
    try:
        activate_agreement.once(key_of(request))(
            agreement_id=found.pk, business_date=business_date(found.company.time_zone), actor=actor_of(request)
        )
    except DomainError as refusal:
        return _page(request, found, refusal=refusal)
    messages.success(request, f"{found} is active.")
    return see_other("rebates:agreement", found.pk)


@require_POST
@requires(SETTLE)
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Credit what was earned and not settled, today."""
    found, form = _visible(request, pk), SettleForm(request.POST)
    if not form.is_valid():
        return _page(request, found, settle=form)
    try:
        settle_agreement.once(key_of(request))(
            agreement_id=found.pk,
            until=form.cleaned_data["until"],
            final=form.cleaned_data["final"],
            business_date=business_date(found.company.time_zone),
            actor=actor_of(request),
        )
    except DomainError as refusal:
        return _page(request, found, settle=form, refusal=refusal)
    messages.success(request, "The rebate is credited to the account. It can be set against invoices now.")
    return see_other("rebates:agreement", found.pk)


@require_POST
@requires(MAINTAIN)
def change_rate(request: HttpRequest, pk: int) -> HttpResponse:
    """Expect another rate from today on; what counted so far is corrected."""
    found, form = _visible(request, pk), RateForm(request.POST)
    if not form.is_valid():
        return _page(request, found, rate=form)
    try:
        change_expected_rate.once(key_of(request))(
            agreement_id=found.pk,
            version=version_of(request),
            percent=form.cleaned_data["expected_percent"],
            business_date=business_date(found.company.time_zone),
            reason=form.cleaned_data["reason"],
            actor=actor_of(request),
        )
    except DomainError as refusal:
        return _page(request, found, rate=form, refusal=refusal)
    messages.success(request, "The accrual follows the new rate.")
    return see_other("rebates:agreement", found.pk)

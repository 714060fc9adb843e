"""Rebate agreements: list, writing and changing one."""

from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError
from core.web.access import requires
from core.web.lists import ListPage
from core.web.parts import Empty
from core.web.posted import actor_of, key_of, see_other, version_of
from rebates.filters import AgreementFilter
from rebates.forms import AgreementForm, Tiers, TierSet
from rebates.models import RebateAgreement
from rebates.selectors import agreements_visible_to, tiers_of
from rebates.services import change_agreement, create_agreement
from rebates.states import AgreementStatus
from rebates.tables import AGREEMENTS
from rebates.views.common import typed

SEE, MAINTAIN = "rebates.see_rebates", "rebates.maintain_agreement"


@require_safe
@requires(SEE)
def agreement_list(request: HttpRequest) -> HttpResponseBase:
    """Every agreement, the one that ends last first."""
    owed = Coalesce(F("totals__accrued") - F("totals__settled"), Value(0), output_field=_amount())
    return ListPage(
        request,
        agreements_visible_to(request.user).annotate(owed=owed),
        AGREEMENTS,
        noun="rebate agreements",
        default_sort="-valid_until",
        filterset=AgreementFilter,
        empty=Empty("No rebate agreements here.", "price"),
    ).response("rebates/list.html")


def _amount() -> Any:
    return RebateAgreement._meta.get_field("totals").related_model._meta.get_field("accrued")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAINTAIN)
def agreement_new(request: HttpRequest) -> HttpResponse:
    """Write a draft agreement."""
    form = AgreementForm(request.user, request.POST or None)
    tiers = Tiers(request.POST if request.method == "POST" else None, prefix="tiers")
    if request.method != "POST":
        return _form(request, form, tiers)
    if not all([form.is_valid(), tiers.is_valid()]):
        return _form(request, form, tiers, status=422)
    try:
        agreement_id = create_agreement.once(key_of(request))(draft=form.draft(tiers.drafts()), actor=actor_of(request))
    except DomainError as refusal:
        return _form(request, form, tiers, refusal=tiers.show(refusal, form), status=refusal.status)
    return see_other("rebates:agreement", agreement_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAINTAIN)
def agreement_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a draft agreement anew."""
    found = get_object_or_404(agreements_visible_to(request.user).select_related("account"), pk=pk)
    is_post = request.method == "POST"
    rows = [{"starts_at": typed(start), "percent": typed(percent)} for start, percent in tiers_of(found)]
    form = AgreementForm(request.user, request.POST if is_post else None, initial=_initial(found))
    tiers = Tiers(request.POST if is_post else None, prefix="tiers", initial=None if is_post else rows)
    if not is_post:
        return _form(request, form, tiers, found=found)
    if not all([form.is_valid(), tiers.is_valid()]):
        return _form(request, form, tiers, found=found, status=422)
    try:
        change_agreement.once(key_of(request))(
            agreement_id=found.pk,
            version=version_of(request),
            draft=form.draft(tiers.drafts()),
            actor=actor_of(request),
        )
    except DomainError as refusal:
        sentence = tiers.show(refusal, form)
        return _form(request, form, tiers, found=found, refusal=sentence, status=refusal.status)
    return see_other("rebates:agreement", found.pk)


def _initial(found: RebateAgreement) -> dict[str, Any]:
    names = ("name", "valid_from", "valid_until", "method", "category", "expected_percent", "currency", "company")
    return {name: getattr(found, name) for name in names} | {
        "account": found.account.code,
        "expected_percent": typed(found.expected_percent),
    }


def _form(
    request: HttpRequest,
    form: AgreementForm,
    tiers: TierSet,
    *,
    found: RebateAgreement | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "tiers": tiers,
        "found": found,
        "refusal": refusal,
        "is_draft": found is None or found.status == AgreementStatus.DRAFT,
    }
    return render(request, "rebates/edit.html", context, status=status)

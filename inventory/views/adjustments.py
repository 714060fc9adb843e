"""Corrections of stock: list, form, page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError
from core.web.access import requires
from core.web.formats import day, stamp
from core.web.lists import ListPage
from core.web.parts import DocumentPage, Empty, Fact, Link
from core.web.posted import actor_of, key_of, see_other, with_more_lines
from core.web.story import chain_of, timeline_address, timeline_of
from core.web.tables import Table
from inventory.filters import AdjustmentFilter
from inventory.forms import AdjustmentForm, AdjustmentLines
from inventory.selectors import adjustments_visible_to
from inventory.services import AdjustmentDraft, adjust_stock
from inventory.tables import ADJUSTMENT_LINES, ADJUSTMENTS, RECEIPT_TAG, rows_of

SEE, ADJUST = "inventory.view_stock", "inventory.adjust_stock"


@require_safe
@requires(SEE)
def adjustment_list(request: HttpRequest) -> HttpResponseBase:
    """Every correction, the latest first."""
    return ListPage(
        request,
        adjustments_visible_to(request.user),
        ADJUSTMENTS,
        noun="stock adjustments",
        default_sort="-business_date",
        filterset=AdjustmentFilter,
        empty=Empty("Stock was never corrected here.", "stock"),
    ).response("inventory/adjustments.html")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ADJUST)
def adjustment_new(request: HttpRequest) -> HttpResponse:
    """Write a correction; “More lines” keeps what was typed."""
    form = AdjustmentForm(request.user, request.POST or None)
    lines = AdjustmentLines(with_more_lines(request) if request.method == "POST" else None, prefix="lines")
    if request.method != "POST" or "more" in request.POST:
        return _form(request, form, lines)
    valid = [form.is_valid(), lines.is_valid()]
    bins = lines.bins_in(form.cleaned_data["warehouse"]) if all(valid) else {}
    if not all(valid) or lines.has_problem:
        return _form(request, form, lines, status=422)
    try:
        ids = adjust_stock.once(key_of(request))(drafts=[_draft(form, lines, bins)], actor=actor_of(request))
    except DomainError as refusal:
        return _form(request, form, lines, refusal=refusal.sentence, status=refusal.status)
    return see_other("inventory:adjustment", ids[0])


def _draft(form: AdjustmentForm, lines: Any, bins: dict[str, int]) -> AdjustmentDraft:
    data = form.cleaned_data
    return AdjustmentDraft(
        company=data["warehouse"].company,
        warehouse_id=data["warehouse"].pk,
        reason=data["reason"],
        business_date=data["business_date"],
        lines=lines.adjustment_lines(bins),
    )


def _form(request: HttpRequest, form: Any, lines: Any, *, refusal: str = "", status: int = 200) -> HttpResponse:
    context = {"form": form, "lines": lines, "refusal": refusal}
    return render(request, "inventory/adjustment_new.html", context, status=status)


@require_safe
@requires(SEE)
def adjustment(request: HttpRequest, pk: int) -> HttpResponse:
    """One correction: what was found or lost, and why."""
    rows = adjustments_visible_to(request.user).select_related("warehouse", "company", "posted_by")
    found = get_object_or_404(rows, pk=pk)
    lines = rows_of(ADJUSTMENT_LINES, found.lines.order_by("pk"))
    page = DocumentPage(
        title=str(found),
        crumb=Link("Adjustments", reverse("inventory:adjustments")),
        tag=RECEIPT_TAG,
        meta=found.reason,
        chain=chain_of(found.kind, found.pk, request.user),
        facts=[
            Fact("Warehouse", found.warehouse.name),
            Fact("Business date", day(found.business_date)),
            Fact("Reason", found.reason),
            Fact("Posted", stamp(found.posted_at)),
            Fact("By", str(found.posted_by or "")),
        ],
        timeline=timeline_of(found.kind, found.pk),
        timeline_url=timeline_address(found.kind, found.pk),
    )
    table = Table(ADJUSTMENT_LINES, lines, user=request.user, caption="Lines")
    return render(request, "inventory/document.html", {"page": page, "table": table})

"""Goods arrive: the form, and the receipt that it leaves."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core.dates import business_date
from core.errors import DomainError
from core.web.access import requires
from core.web.formats import day, stamp
from core.web.parts import DocumentPage, Fact, Link
from core.web.posted import actor_of, key_of, see_other
from core.web.story import chain_of, timeline_address, timeline_of
from core.web.tables import Table
from inventory.forms import ReceiveForm
from inventory.models import SupplyOrder
from inventory.selectors import receipts_visible_to, supply_orders_visible_to
from inventory.services import receive_supply
from inventory.tables import RECEIPT_LINES, RECEIPT_TAG, rows_of
from inventory.views.supply import RECEIVE, SEE, open_lines


@require_http_methods(["GET", "HEAD", "POST"])
@requires(RECEIVE)
def receive(request: HttpRequest, pk: int) -> HttpResponse:
    """What arrived of an order: proposed is everything that is still to come."""
    rows = supply_orders_visible_to(request.user).select_related("supplier", "warehouse", "company")
    order = get_object_or_404(rows, pk=pk)
    today = business_date(order.company.time_zone)
    form = ReceiveForm(request.user, open_lines(order), today, request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _form(request, order, form, status=422 if request.method == "POST" else 200)
    try:
        receipt_id = receive_supply.once(key_of(request))(
            supply_order_id=order.pk,
            business_date=form.cleaned_data["business_date"],
            lines=form.receipt_lines(),
            actor=actor_of(request),
        )
    except DomainError as refusal:
        return _form(request, order, form, refusal=refusal.sentence, status=refusal.status)
    messages.success(request, "The goods are received.")
    return see_other("inventory:receipt", receipt_id)


def _form(
    request: HttpRequest, order: SupplyOrder, form: ReceiveForm, *, status: int, refusal: str = ""
) -> HttpResponse:
    context: dict[str, Any] = {"order": order, "form": form, "refusal": refusal}
    return render(request, "inventory/receive.html", context, status=status)


@require_safe
@requires(SEE)
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """One receipt: what arrived, into which bin, at which value."""
    rows = receipts_visible_to(request.user).select_related("supplier", "warehouse", "company", "posted_by")
    found = get_object_or_404(rows, pk=pk)
    lines = rows_of(RECEIPT_LINES, found.lines.order_by("pk"))
    page = DocumentPage(
        title=str(found),
        crumb=Link("Inbound orders", reverse("inventory:supply")),
        tag=RECEIPT_TAG,
        meta=found.supplier.name,
        chain=chain_of(found.kind, found.pk, request.user),
        facts=[
            Fact("Supplier", str(found.supplier)),
            Fact("Warehouse", found.warehouse.name),
            Fact("Business date", day(found.business_date)),
            Fact("Posted", stamp(found.posted_at)),
            Fact("By", str(found.posted_by or "")),
        ],
        timeline=timeline_of(found.kind, found.pk),
        timeline_url=timeline_address(found.kind, found.pk),
    )
    table = Table(RECEIPT_LINES, lines, user=request.user, caption="Lines")
    return render(request, "inventory/document.html", {"page": page, "table": table})

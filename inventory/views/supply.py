"""Inbound orders: list, page, create, new dates, place, close, cancel."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Min, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import may
from core.errors import DomainError
from core.states import available_actions
from core.web.access import requires
from core.web.formats import day
from core.web.lists import ListPage
from core.web.parts import ActionButton, Confirm, DocumentPage, Empty, Fact, Link, action_buttons
from core.web.posted import actor_of, key_of, reason_of, see_other, with_more_lines
from core.web.story import chain_of, timeline_address, timeline_of
from core.web.tables import Table
from inventory.filters import SupplyFilter
from inventory.forms import DatesForm, SupplyLines, SupplyOrderForm
from inventory.models import SupplyLine, SupplyOrder
from inventory.selectors import supply_orders_visible_to
from inventory.services import (
    SupplyDraft,
    cancel_supply_orders,
    change_expected_dates,
    close_supply_orders,
    create_supply_orders,
    place_supply_orders,
)
from inventory.states import SupplyOrderStatus
from inventory.tables import SUPPLY_LINES, SUPPLY_ORDERS, SUPPLY_TAGS, rows_of

SEE, MAINTAIN, RECEIVE = "inventory.view_supply", "inventory.maintain_supply", "inventory.receive_supply"


@require_safe
@requires(SEE)
def supply_list(request: HttpRequest) -> HttpResponseBase:
    """Every inbound order, the latest first."""
    rows = supply_orders_visible_to(request.user).annotate(
        next_on=Min("lines__expected_on", filter=Q(lines__is_open=True, status=SupplyOrderStatus.ORDERED))
    )
    return ListPage(
        request,
        rows,
        SUPPLY_ORDERS,
        noun="inbound orders",
        default_sort="-business_date",
        filterset=SupplyFilter,
        empty=Empty("No inbound orders here.", "inbox"),
    ).response("inventory/supply.html")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAINTAIN)
def supply_new(request: HttpRequest) -> HttpResponse:
    """Write an inbound order; “More lines” keeps what was typed."""
    form = SupplyOrderForm(request.user, request.POST or None)
    lines = SupplyLines(with_more_lines(request) if request.method == "POST" else None, prefix="lines")
    if request.method != "POST" or "more" in request.POST:
        return _form(request, form, lines)
    valid = [form.is_valid(), lines.is_valid()]
    if not all(valid):
        return _form(request, form, lines, status=422)
    try:
        ids = create_supply_orders.once(key_of(request))(
            drafts=[_draft(form.cleaned_data, lines.supply_lines())],
            actor=actor_of(request),
            place="draft" not in request.POST,
        )
    except DomainError as refusal:
        return _form(request, form, lines, refusal=refusal.sentence, status=refusal.status)
    return see_other("inventory:supply-order", ids[0])


def _draft(data: dict[str, Any], lines: tuple[Any, ...]) -> SupplyDraft:
    return SupplyDraft(
        company_id=data["warehouse"].company_id,
        supplier_id=data["supplier"].pk,
        warehouse_id=data["warehouse"].pk,
        currency=data["supplier"].currency,
        business_date=data["business_date"],
        lines=lines,
        reference=data["reference"],
    )


def _form(request: HttpRequest, form: Any, lines: Any, *, refusal: str = "", status: int = 200) -> HttpResponse:
    return render(
        request, "inventory/supply_new.html", {"form": form, "lines": lines, "refusal": refusal}, status=status
    )


@require_safe
@requires(SEE)
def supply_order(request: HttpRequest, pk: int) -> HttpResponse:
    """One inbound order: its lines, what leans on them, its receipts."""
    return _page(request, _visible(request, pk))


def _visible(request: HttpRequest, pk: int) -> SupplyOrder:
    rows = supply_orders_visible_to(request.user).select_related("supplier", "warehouse", "company")
    return get_object_or_404(rows, pk=pk)


def open_lines(order: SupplyOrder) -> list[SupplyLine]:
    """The lines that are still to come, in their order."""
    if order.status != SupplyOrderStatus.ORDERED:
        return []
    return list(order.lines.filter(is_open=True).select_related("product", "order").order_by("position"))


def _page(
    request: HttpRequest, order: SupplyOrder, *, dates: DatesForm | None = None, refusal: DomainError | None = None
) -> HttpResponse:
    lines = open_lines(order)
    if dates is None and lines and may(request.user, MAINTAIN):
        dates = DatesForm(lines)
    page = DocumentPage(
        title=str(order),
        crumb=Link("Inbound orders", reverse("inventory:supply")),
        tag=SUPPLY_TAGS[order.status],
        meta=order.supplier.name,
        actions=_actions(request, order, has_open=bool(lines)),
        chain=chain_of(order.kind, order.pk, request.user),
        facts=[
            Fact("Supplier", str(order.supplier)),
            Fact("Warehouse", order.warehouse.name),
            Fact("Ordered", day(order.business_date)),
            Fact("Currency", order.currency),
            Fact("Their reference", order.supplier_reference),
        ],
        timeline=timeline_of(order.kind, order.pk),
        timeline_url=timeline_address(order.kind, order.pk),
        refusal=refusal.sentence if refusal else "",
    )
    table = Table(
        SUPPLY_LINES, rows_of(SUPPLY_LINES, order.lines.order_by("position")), user=request.user, caption="Lines"
    )
    status = refusal.status if refusal else 422 if dates is not None and dates.errors else 200
    return render(
        request,
        "inventory/supply_order.html",
        {"page": page, "table": table, "dates": dates, "order": order},
        status=status,
    )


def _actions(request: HttpRequest, order: SupplyOrder, *, has_open: bool) -> list[ActionButton]:
    buttons = action_buttons(
        available_actions(order, actor_of(request)),
        url_for=lambda verb: reverse("inventory:supply-verb", args=[order.pk, verb]),
        version=order.version,
        primary="order",
        confirm={
            "close": Confirm(
                f"Close {order}?",
                "Nothing more is expected of it. Promises that lean on the rest are moved or lose their date.",
                "Close it",
            )
        },
    )
    if has_open and may(request.user, RECEIVE):
        address = reverse("inventory:supply-receive", args=[order.pk])
        buttons.append(ActionButton("Receive", address, "receive", style="primary", icon="inbox", is_link=True))
    return buttons


VERBS: dict[str, Callable[..., None]] = {
    "order": lambda *, key, reason, **facts: place_supply_orders.once(key)(**facts),
    "close": lambda *, key, reason, **facts: close_supply_orders.once(key)(reason=reason, **facts),
    "cancel": lambda *, key, reason, **facts: cancel_supply_orders.once(key)(reason=reason, **facts),
}


@require_POST
@requires(MAINTAIN)
def supply_verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Place, close or cancel the order."""
    order = _visible(request, pk)
    if verb not in VERBS:
        raise Http404
    try:
        reason = reason_of(request)
        VERBS[verb](key=key_of(request), reason=reason, order_ids=[order.pk], actor=actor_of(request))
    except DomainError as refusal:
        return _page(request, order, refusal=refusal)
    return see_other("inventory:supply-order", order.pk)


@require_POST
@requires(MAINTAIN)
def supply_dates(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what the supplier says now; promises are kept or moved."""
    order = _visible(request, pk)
    form = DatesForm(open_lines(order), request.POST)
    if not form.is_valid():
        return _page(request, order, dates=form)
    try:
        change_expected_dates.once(key_of(request))(
            changes=form.changes(), reason=form.cleaned_data["reason"], actor=actor_of(request)
        )
    except DomainError as refusal:
        return _page(request, order, dates=form, refusal=refusal)
    messages.success(request, "The expected dates are written down.")
    return see_other("inventory:supply-order", order.pk)

"""The page of an order: answers the phone in ten seconds."""

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.access import SEE_CREDIT, may
from core.dates import business_date
from core.models import User
from core.web.access import requires
from core.web.parts import DocumentPage, Link, Tag
from core.web.posted import actor_of
from core.web.story import chain_of, timeline_address, timeline_of
from orders.creditview import credit_card, order_credit
from orders.line_documents import documents_of_lines
from orders.models import Order, OrderLine
from orders.page import (
    QuantityRow,
    buttons_of,
    facts_of,
    missing_step,
    open_holds_of,
    past_holds_of,
    quantity_row,
    sums_of,
)
from orders.selectors import line_promises, promise_history
from orders.services.release import RELEASE_RIGHTS
from orders.states import HoldKind, OrderStatus
from orders.status import display_status
from orders.views.common import order_or_404

HISTORY_SHOWN = 30


@require_safe
@requires("orders.see_orders")
def detail(request: HttpRequest, order_id: int) -> HttpResponse:
    """An order with every quantity, promise and document; a draft is opened for editing by who may."""
    order = order_or_404(request, order_id)
    if order.status == OrderStatus.DRAFT and may(request.user, "orders.enter_order"):
        return redirect("orders:edit", order.pk)
    return order_page(request, order)


def order_page(request: HttpRequest, order: Order, *, refusal: str = "", status: int = 200) -> HttpResponse:
    """Draw the page, with a refusal on top when a verb was refused. About 20 queries, whatever the number of lines."""
    user, today = actor_of(request), business_date(order.warehouse.time_zone)
    prefetch_related_objects([order], "holds__created_by")
    lines = list(OrderLine.objects.filter(order=order).select_related("product").order_by("position"))
    holds = open_holds_of(order)
    rows = quantity_rows(request, order, lines)
    word = display_status(
        order.status,
        order.fulfillment_state,
        order.billing_state,
        [hold.kind for hold in holds],
        has_undated=any(row.from_promise is not None and bool(row.from_promise.undated) for row in rows),
    )
    chain = chain_of(order.kind, order.pk, user, missing=missing_step(order, rows))
    page = DocumentPage(
        title=order.number or "Order",
        crumb=Link("Orders", reverse("orders:list")),
        tag=Tag(word.word, word.tone),
        meta=" · ".join(part for part in (order.account.name, order.customer_reference) if part),
        actions=buttons_of(order, rows, user),
        chain=chain,
        facts=facts_of(order, rows),
        sums=sums_of(order, lines, user),
        sums_title=f"Total, {order.currency}",
        timeline=timeline_of(order.kind, order.pk, chain=chain),
        timeline_url=timeline_address(order.kind, order.pk),
        refusal=refusal,
    )
    own = [line for line in lines if line.parent_id is None]
    context = {
        "page": page,
        "order": order,
        "rows": rows,
        "totals": _totals(rows),
        "history": list(promise_history(order.pk)[:HISTORY_SHOWN]),
        "holds": [(hold, why_not_released(hold.kind, hold.created_by_id, user)) for hold in holds],
        "past_holds": past_holds_of(order),
        "credit": credit_card(order_credit(order, own, today)) if may(user, SEE_CREDIT) else None,
    }
    return render(request, "orders/detail.html", context, status=status)


def quantity_rows(request: HttpRequest, order: Order, lines: list[OrderLine]) -> list[QuantityRow]:
    """The lines in order, each kit followed by its components."""
    today = business_date(order.warehouse.time_zone)
    promises = line_promises([order.pk])
    documents = documents_of_lines(order.pk, actor_of(request))
    word = request.GET.get("line", "")
    opened = int(word) if word.isascii() and word.isdecimal() and len(word) < 18 else 0
    is_promised = order.status in (OrderStatus.CONFIRMED, OrderStatus.COMPLETED)
    rank = {line.pk: line.position for line in lines}
    return [
        quantity_row(
            line, promises.get(line.pk), documents.get(line.pk, ()), today=today, opened=opened, is_promised=is_promised
        )
        for line in sorted(lines, key=lambda each: (rank.get(each.parent_id or each.pk, 0), each.position))
    ]


def _totals(rows: list[QuantityRow]) -> dict[str, object]:
    """The sums under the quantities; the components of kits are counted with their kit."""
    own = [row for row in rows if not row.is_component]
    return {
        "lines": len(own),
        "ordered": sum(row.line.ordered for row in own),
        "promised": sum(row.promised for row in own),
        "shipped": sum(row.line.shipped for row in own),
        "invoiced": sum(row.billed for row in own),
        "open": sum(row.to_ship for row in own),
    }


def why_not_released(kind: str, maker_id: int, person: User) -> str:
    """Why this person cannot release a hold; empty when they can."""
    if not may(person, "orders.release_order"):
        return "The right to release orders is missing."
    right = RELEASE_RIGHTS.get(HoldKind(kind))
    if right and not may(person, right):
        return "A credit manager releases it."
    if kind != HoldKind.MANUAL and maker_id == person.pk:
        return "Somebody else than the person who submitted the order must release it."
    return ""

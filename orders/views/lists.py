"""The list of orders, and what is done to many of them at once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core.access import may
from core.errors import DomainError
from core.models import User
from core.web.access import requires
from core.web.lists import ALL_MATCHING, PICKED, ListPage
from core.web.parts import ActionButton, Empty, Link, Tab, Tag
from core.web.posted import actor_of, key_of, reason_of
from orders.filters import VIEWS, OrderFilter
from orders.models import Order, OrderHold
from orders.selectors import for_list, orders_visible_to
from orders.services import confirm_orders, hold_orders
from orders.states import HoldKind, OrderStatus
from orders.tables import COLUMNS
from orders.views.common import sentences_for

AT_ONCE = 1_000  # orders of one bulk verb; more is a job
EMPTY = {
    "held": Empty("No orders on hold."),
    "drafts": Empty("No drafts. Everything entered is confirmed."),
    "late": Empty("No late promises."),
    "to-bill": Empty("Everything shipped is invoiced."),
}


def _view_name(request: HttpRequest) -> str:
    asked = request.GET.get("view", "open")
    return asked if asked in VIEWS else "open"


def _listing(request: HttpRequest) -> ListPage:
    current, user = _view_name(request), actor_of(request)
    bulk = []
    if may(user, "orders.confirm_order"):
        bulk.append(ActionButton("Confirm", reverse("orders:bulk-confirm")))
    if may(user, "orders.hold_order"):
        bulk.append(ActionButton("Hold", reverse("orders:bulk-hold"), icon="hold"))
    new = Link("New order", reverse("orders:new")) if may(user, "orders.enter_order") else None
    return ListPage(
        request,
        VIEWS[current][1](for_list(orders_visible_to(user))),
        COLUMNS,
        noun="orders",
        default_sort="-number",
        filterset=OrderFilter,
        tabs=[Tab(label, f"?view={name}", is_current=name == current) for name, (label, _) in VIEWS.items()],
        empty=EMPTY.get(current) or Empty("No orders here.", icon="order", action=new),
        bulk=bulk,
    )


@require_safe
@requires("orders.see_orders")
def order_list(request: HttpRequest) -> HttpResponseBase:
    """All orders in saved views, with the worst promise and both bars; picked rows are confirmed or held."""
    return _listing(request).response("orders/list.html")


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of one picked order."""

    order_id: int
    number: str
    customer: str
    outcome: Tag
    sentences: Sequence[str]


OUTCOMES = {
    "confirmed": Tag("Confirmed", "info"),
    "submitted": Tag("On hold", "bad"),
    "refused": Tag("Not confirmed", "warn"),
    "held": Tag("On hold", "bad"),
    "left": Tag("Left alone", "neutral"),
}


def _picked(request: HttpRequest) -> list[Order]:
    """The orders that a bulk verb means: those picked, also when the verb itself has moved them out of the view since,
    so that a second press is answered as the first; or all that match.
    """
    keys = _listing(request).picked_keys(AT_ONCE, among=orders_visible_to(request.user))
    if len(keys) > AT_ONCE:
        raise DomainError(f"At most {AT_ONCE:,} orders are changed at once. Narrow the list; nothing was changed.")
    return list(orders_visible_to(request.user).filter(pk__in=keys).select_related("account").order_by("pk"))


def _results(request: HttpRequest, title: str, results: Sequence[BulkResult], refusal: str = "") -> HttpResponse:
    context = {"title": title, "results": results, "refusal": refusal}
    return render(request, "orders/bulk_result.html", context, status=422 if refusal else 200)


@require_POST
@requires("orders.confirm_order")
def bulk_confirm(request: HttpRequest) -> HttpResponse:
    """Confirm the picked orders, one command per company, and tell what became of each."""
    orders = _picked(request)
    if not orders:
        return _results(request, "Nothing was picked", [])
    by_company: defaultdict[int, list[Order]] = defaultdict(list)
    for order in orders:
        by_company[order.company_id].append(order)
    results, refusals = [], []
    for company_id, group in by_company.items():
        key = f"{key_of(request)}-{company_id}" if key_of(request) else None
        done, refusal = _confirm_group(group, key, actor_of(request))
        results += done
        refusals += [refusal] if refusal else []
    confirmed = sum(each.outcome is OUTCOMES["confirmed"] for each in results)
    return _results(request, f"{confirmed:,} of {len(results):,} orders confirmed", results, " ".join(refusals))


def _confirm_group(orders: Sequence[Order], key: str | None, user: User) -> tuple[list[BulkResult], str]:
    """One command for one company's orders; when it refuses every one of them, its sentence is told above."""
    try:
        answers = confirm_orders.once(key)(order_ids=[order.pk for order in orders], actor=user)
    except DomainError as refusal:
        return [_result(order, "refused") for order in orders], refusal.sentence
    by_id = {answer.order_id: answer for answer in answers}
    found = []
    for order in orders:
        answer = by_id[order.pk]
        sentences = list(sentences_for(user, answer))
        if answer.no_supply_line_ids:
            sentences.append(f"{len(answer.no_supply_line_ids)} without supply.")
        if answer.late_line_ids:
            sentences.append(f"{len(answer.late_line_ids)} later than requested.")
        found.append(_result(order, answer.outcome, sentences))
    return found, ""


def _result(order: Order, outcome: str, sentences: Sequence[str] = ()) -> BulkResult:
    return BulkResult(order.pk, order.number or "", order.account.name, OUTCOMES[outcome], sentences)


@require_POST
@requires("orders.hold_order")
def bulk_hold(request: HttpRequest) -> HttpResponse:
    """Ask for one reason, then hold the picked orders that can be held; finished and held ones are left alone."""
    orders = _picked(request)
    reason = reason_of(request)
    if not orders or not reason:
        asked = "reason" in request.POST
        context = {"orders": orders, "is_asked": asked, "picked": PICKED, "all_matching": ALL_MATCHING}
        return render(request, "orders/bulk_hold.html", context, status=422 if asked and orders else 200)
    by_hand = OrderHold.objects.filter(order__in=orders, kind=HoldKind.MANUAL, released_at=None)
    held = set(by_hand.values_list("order_id", flat=True))
    done = (OrderStatus.COMPLETED, OrderStatus.CANCELLED)
    wanted = [order for order in orders if order.pk not in held and order.status not in done]
    refusals = _hold_by_company(wanted, reason, key_of(request), actor_of(request))
    results = [
        _result(order, "left", ["Held already." if order.pk in held else f"{order.get_status_display()}."])
        if order not in wanted
        else _result(order, "left" if refusals else "held")
        for order in orders
    ]
    count = sum(each.outcome is OUTCOMES["held"] for each in results)
    return _results(request, f"{count:,} of {len(results):,} orders on hold", results, " ".join(refusals))


def _hold_by_company(orders: Sequence[Order], reason: str, key: str | None, user: User) -> list[str]:
    """Hold these orders, one command per company; the sentences of those that refused."""
    refusals = []
    for company_id in sorted({order.company_id for order in orders}):
        ids = [order.pk for order in orders if order.company_id == company_id]
        try:
            hold_orders.once(f"{key}-{company_id}" if key else None)(order_ids=ids, reason=reason[:500], actor=user)
        except DomainError as refusal:
            refusals.append(refusal.sentence)
    return refusals

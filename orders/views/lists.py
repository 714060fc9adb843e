"""The list of orders, and what is done to many of them at once."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core.access import may
from core.errors import DomainError
from core.web.access import requires
from core.web.bulk import carry_out
from core.web.lists import ALL_MATCHING, PICKED, ListPage
from core.web.parts import ActionButton, Empty, Link, Tab
from core.web.posted import actor_of, reason_of
from orders.bulk import CONFIRM, HOLD
from orders.filters import VIEWS, OrderFilter
from orders.models import Order
from orders.selectors import for_list, orders_visible_to
from orders.tables import COLUMNS

KEYS_IN_A_FORM = 1_000  # the reason page carries the picked orders along
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


def _picked(request: HttpRequest) -> "QuerySet[Order]":
    """The orders that a bulk verb means: those picked, also when the verb itself has moved them out of the view since,
    so that a second press is answered as the first; or all that match.
    """
    return _listing(request).picked(among=orders_visible_to(request.user))


@require_POST
@requires("orders.confirm_order")
def bulk_confirm(request: HttpRequest) -> HttpResponse:
    """Confirm the picked orders and tell what became of each."""
    return carry_out(request, CONFIRM, _picked(request))


@require_POST
@requires("orders.hold_order")
def bulk_hold(request: HttpRequest) -> HttpResponse:
    """Ask for one reason, then hold the picked orders that can be held; finished and held ones are left alone."""
    picked, reason = _picked(request), reason_of(request)
    if reason:
        return carry_out(request, HOLD, picked, reason=reason)
    is_all = ALL_MATCHING in request.POST
    count = picked.count()
    if not is_all and count > KEYS_IN_A_FORM:
        raise DomainError(f"Pick at most {KEYS_IN_A_FORM:,} orders by hand, or all that match.")
    rows = picked.order_by("pk").select_related("account")[: 12 if is_all else KEYS_IN_A_FORM]
    asked = "reason" in request.POST
    context = {
        "orders": list(rows),
        "count": count,
        "is_asked": asked,
        "picked": PICKED,
        "all_matching": request.POST.get(ALL_MATCHING, ""),
    }
    return render(request, "orders/bulk_hold.html", context, status=422 if asked and count else 200)

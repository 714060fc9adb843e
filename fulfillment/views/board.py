"""The fulfilment board, the due promises, and the verbs for picked rows."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core.access import may
from core.web.access import requires
from core.web.bulk import carry_out
from core.web.formats import count
from core.web.lists import ListPage
from core.web.parts import ActionButton, Empty, Kpi, Link, Tab
from fulfillment import bulk
from fulfillment.filters import VIEWS, DeliveryFilter, DueFilter
from fulfillment.models import Delivery
from fulfillment.selectors import COMPANYS_TODAY, board_counts, deliveries_visible_to, due_orders
from fulfillment.selectors import board as with_progress
from fulfillment.tables import DELIVERIES, DUE
from fulfillment.views.common import PICK, RELEASE, SEE, SHIP
from orders.selectors import orders_visible_to

DUE_VIEWS = {"today": "Due today", "all": "All on hand"}


@require_safe
@requires(SEE)
def board(request: HttpRequest) -> HttpResponseBase:
    """Everything between the promise and the door, by the day on which it must leave."""
    counts = board_counts(request.user)
    due = due_orders(request.user, until=COMPANYS_TODAY).count()
    kpis = [
        Kpi("Due today", count(due), "orders with goods on hand", reverse("fulfillment:due"), is_bad=bool(due)),
        *(Kpi(VIEWS[name][0], count(counts[name]), words, f"?view={name}") for name, words in _KPIS),
    ]
    return _listing(request, counts).response("fulfillment/board.html", {"kpis": kpis})


_KPIS = (
    ("planned", "wait for their release"),
    ("released", "wait for a picker"),
    ("picking", "on the floor"),
    ("packed", "ready to leave"),
)
_BULK = (
    ("Release", "fulfillment:bulk-release", RELEASE, ""),
    ("Pick as planned", "fulfillment:bulk-pick", PICK, ""),
    ("Print pick lists", "fulfillment:bulk-print", SEE, "print"),
    ("Post goods issue", "fulfillment:bulk-ship", SHIP, ""),
)


def _listing(request: HttpRequest, counts: dict[str, int] | None = None) -> ListPage:
    name = request.GET.get("view", "")
    name = name if name in VIEWS else "open"
    known = (counts or {}) | {"open": sum((counts or {}).values())}
    tabs = [
        Tab(label, f"?view={key}", count(known[key]) if key in known else "", key == name)
        for key, (label, _) in VIEWS.items()
    ]
    return ListPage(
        request,
        with_progress(VIEWS[name][1](deliveries_visible_to(request.user))),
        DELIVERIES,
        noun="deliveries",
        default_sort="-number" if name in ("shipped", "all") else "ship_on",
        filterset=DeliveryFilter,
        tabs=tabs,
        also_reads=("order_id", "short_count", "status"),
        empty=Empty("Everything that is due has left.", "ship", link=Link("Due promises", reverse("fulfillment:due"))),
        bulk=[
            ActionButton(label, reverse(url), icon=icon)
            for label, url, right, icon in _BULK
            if may(request.user, right)
        ],
    )


def picked_deliveries(request: HttpRequest) -> "QuerySet[Delivery]":
    """The deliveries that a bulk verb of the board means, also when the verb itself has moved them out of the view."""
    return _listing(request).picked(among=deliveries_visible_to(request.user))


@require_POST
@requires(RELEASE)
def bulk_release(request: HttpRequest) -> HttpResponse:
    """Release the picked deliveries and tell what became of each."""
    return carry_out(request, bulk.RELEASE, picked_deliveries(request))


@require_POST
@requires(PICK)
def bulk_pick(request: HttpRequest) -> HttpResponse:
    """Report the picked deliveries as picked as planned and tell what became of each."""
    return carry_out(request, bulk.PICK, picked_deliveries(request))


@require_POST
@requires(SHIP)
def bulk_ship(request: HttpRequest) -> HttpResponse:
    """Post the goods issue of the picked deliveries and tell what became of each."""
    return carry_out(request, bulk.SHIP, picked_deliveries(request))


def _due_listing(request: HttpRequest) -> ListPage:
    name = request.GET.get("view", "")
    name = name if name in DUE_VIEWS else "today"
    until = COMPANYS_TODAY if name == "today" else None
    return ListPage(
        request,
        due_orders(request.user, until=until),
        DUE,
        noun="orders",
        default_sort="due_on",
        filterset=DueFilter,
        tabs=[Tab(label, f"?view={key}", is_current=key == name) for key, label in DUE_VIEWS.items()],
        empty=Empty("Nothing that is due waits for a delivery.", "check", Link("Board", reverse("fulfillment:board"))),
        bulk=[ActionButton("Create deliveries", reverse("fulfillment:create"), style="primary")],
    )


@require_safe
@requires(RELEASE)
def due(request: HttpRequest) -> HttpResponseBase:
    """Orders whose promises are due and lean on stock: pick some, make deliveries of them."""
    return _due_listing(request).response("fulfillment/due.html")


@require_POST
@requires(RELEASE)
def create(request: HttpRequest) -> HttpResponse:
    """Make deliveries of the picked orders and say for each what became of it."""
    picked = _due_listing(request).picked(among=orders_visible_to(request.user))
    return carry_out(request, bulk.CREATE, picked, is_all=request.GET.get("view") == "all")

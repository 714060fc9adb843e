"""The fulfilment board, the due promises, and the verbs for picked rows."""

from collections import defaultdict
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core.access import may
from core.dates import business_date
from core.errors import DomainError
from core.models import Company, User
from core.web.access import requires
from core.web.formats import count, plural
from core.web.lists import ListPage
from core.web.parts import ActionButton, Empty, Kpi, Link, Tab
from core.web.posted import actor_of, key_of, see_other
from fulfillment.drafts import DeliveryOutcome
from fulfillment.filters import VIEWS, DeliveryFilter, DueFilter
from fulfillment.models import Delivery
from fulfillment.selectors import COMPANYS_TODAY, board_counts, deliveries_visible_to, due_orders
from fulfillment.selectors import board as with_progress
from fulfillment.services import deliver_orders, pick_all, release_deliveries, ship_deliveries
from fulfillment.tables import DELIVERIES, DUE
from fulfillment.views.common import MOST_AT_ONCE, PICK, RELEASE, SEE, SHIP
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


def picked_deliveries(request: HttpRequest) -> list[int]:
    """The deliveries that a bulk verb of the board means, also when the verb itself has moved them out of the view.

    Raises DomainError for too many or none.
    """
    ids = _listing(request).picked_keys(MOST_AT_ONCE, among=deliveries_visible_to(request.user))
    if not ids:
        raise DomainError("Pick at least one delivery.")
    if len(ids) > MOST_AT_ONCE:
        raise DomainError(f"Pick at most {MOST_AT_ONCE:,} deliveries at once.")
    return ids


def _for_each_company(request: HttpRequest, verb: Callable[[list[int], Delivery], object], done: str) -> HttpResponse:
    """Carry out a verb for the picked deliveries of each warehouse: one command each, all or none of it."""
    try:
        groups: defaultdict[int, list[int]] = defaultdict(list)
        firsts: dict[int, Delivery] = {}
        rows = Delivery.objects.filter(pk__in=picked_deliveries(request)).select_related("warehouse").order_by("pk")
        for delivery in rows:
            groups[delivery.warehouse_id].append(delivery.pk)
            firsts.setdefault(delivery.warehouse_id, delivery)
        for warehouse_id, ids in groups.items():
            verb(ids, firsts[warehouse_id])
            messages.success(request, f"{plural(len(ids), 'delivery', 'deliveries')} {done}.")
    except DomainError as refusal:
        messages.error(request, refusal.sentence)
    query = request.GET.urlencode()
    return see_other(reverse("fulfillment:board") + (f"?{query}" if query else ""))


def _key(request: HttpRequest, delivery: Delivery) -> str | None:
    key = key_of(request)
    return f"{key}-{delivery.warehouse_id}" if key else None


@require_POST
@requires(RELEASE)
def bulk_release(request: HttpRequest) -> HttpResponse:
    """Release the picked deliveries."""
    actor = actor_of(request)
    return _for_each_company(
        request,
        lambda ids, first: release_deliveries.once(_key(request, first))(delivery_ids=ids, actor=actor),
        "released",
    )


@require_POST
@requires(PICK)
def bulk_pick(request: HttpRequest) -> HttpResponse:
    """Report the picked deliveries as picked as planned."""
    actor = actor_of(request)
    return _for_each_company(
        request, lambda ids, first: pick_all.once(_key(request, first))(delivery_ids=ids, actor=actor), "picked"
    )


@require_POST
@requires(SHIP)
def bulk_ship(request: HttpRequest) -> HttpResponse:
    """Post the goods issue of the picked deliveries."""
    actor = actor_of(request)
    return _for_each_company(
        request,
        lambda ids, first: ship_deliveries.once(_key(request, first))(
            delivery_ids=ids, business_date=business_date(first.warehouse.time_zone), actor=actor
        ),
        "shipped",
    )


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
    """Make deliveries of the picked orders and say for each what became of it. Reloading repeats only the answer."""
    listing = _due_listing(request)
    ids = listing.picked_keys(MOST_AT_ONCE, among=orders_visible_to(request.user))
    if not ids or len(ids) > MOST_AT_ONCE:
        words = "Pick at least one order." if not ids else f"Pick at most {MOST_AT_ONCE:,} orders at once."
        return listing_refused(request, listing, words)
    try:
        outcomes = _deliver(request, ids, actor_of(request))
    except DomainError as refusal:
        return listing_refused(request, listing, refusal.sentence, refusal.status)
    numbers = Delivery.objects.in_bulk([key for outcome in outcomes for key in outcome.delivery_ids])
    return render(request, "fulfillment/created.html", {"outcomes": outcomes, "numbers": numbers})


def _deliver(request: HttpRequest, ids: list[int], actor: User) -> list[DeliveryOutcome]:
    """One command per company of the picked orders."""
    is_all = request.GET.get("view") == "all"
    rows = orders_visible_to(request.user).filter(pk__in=ids).order_by("pk").values_list("company_id", "pk")
    by_company: defaultdict[int, list[int]] = defaultdict(list)
    for company_id, order_id in rows:
        by_company[company_id].append(order_id)
    outcomes: list[DeliveryOutcome] = []
    for company in Company.objects.filter(pk__in=by_company).order_by("pk"):
        key, today = key_of(request), business_date(company.time_zone)
        outcomes += deliver_orders.once(f"{key}-{company.pk}" if key else None)(
            company_id=company.pk,
            order_ids=by_company[company.pk],
            due_until=None if is_all else today,
            business_date=today,
            actor=actor,
        )
    return outcomes


def listing_refused(request: HttpRequest, listing: ListPage, sentence: str, status: int = 422) -> HttpResponse:
    """The list again, with why nothing was done."""
    return render(request, "fulfillment/due.html", {"list": listing, "refusal": sentence}, status=status)

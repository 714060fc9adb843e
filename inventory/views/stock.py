"""Stock on hand, and every move of it."""

from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from core.access import SEE_COST, may
from core.money import totals_by_currency
from core.web.access import requires
from core.web.formats import money
from core.web.lists import ListPage
from core.web.parts import Empty
from core.web.posted import actor_of
from inventory.filters import MoveFilter, StockFilter
from inventory.models import StockBucket
from inventory.selectors import moves_visible_to, stock_visible_to
from inventory.tables import CURRENCY, MOVES, ON_HAND

SEE = "inventory.view_stock"


@require_safe
@requires(SEE)
def on_hand(request: HttpRequest) -> HttpResponseBase:
    """What is there, promised and free, by product and warehouse."""
    shows_value = may(actor_of(request), SEE_COST)
    return ListPage(
        request,
        stock_visible_to(request.user).annotate(free_quantity=F("on_hand") - F("pegged")),
        ON_HAND,
        noun="stock on hand",
        default_sort="product__sku",
        filterset=StockFilter,
        empty=Empty("Nothing is on hand here.", "stock"),
        totals=_value if shows_value else None,
    ).response("inventory/on_hand.html")


def _value(rows: "QuerySet[StockBucket]") -> list[tuple[str, str]]:
    """The value of the listed stock per currency."""
    totals = totals_by_currency(rows, "value", currency=CURRENCY)
    return [("Value", money(total.amount, code, show="code")) for code, total in totals.items()]


@require_safe
@requires(SEE)
def moves(request: HttpRequest) -> HttpResponseBase:
    """Every receipt, issue, return and correction, the latest first."""
    return ListPage(
        request,
        moves_visible_to(request.user),
        MOVES,
        noun="stock moves",
        default_sort="-business_date",
        filterset=MoveFilter,
        empty=Empty("No goods moved here.", "stock"),
    ).response("inventory/moves.html")

"""The invoicing worklist: what was shipped and not billed, what orders put on a bill by themselves, what to credit."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.core import signing
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from billing import bulk
from billing.selectors import due_deliveries, due_orders, due_returns
from billing.services import preview_invoices
from billing.tables import DUE_DELIVERIES, DUE_ORDERS, DUE_RETURNS
from billing.views.common import CREDIT, MOST_PREVIEWED, POST
from core.access import company_ids, may
from core.bulk_verbs import MOST_ROWS
from core.dates import business_date
from core.errors import Conflict, DomainError
from core.models import Company
from core.web.access import requires
from core.web.bulk import carry_out
from core.web.columns import Column
from core.web.formats import money
from core.web.lists import ALL_MATCHING, PICKED
from core.web.parts import Tab
from core.web.posted import text_of, whole_number
from core.web.tables import Table
from fulfillment.models import Delivery
from fulfillment.selectors import deliveries_visible_to, returns_visible_to
from orders.selectors import orders_visible_to

SHOWN = 500

_WAITING = signing.Signer(salt="kept.billing.waiting")


@require_safe
@requires(POST)
def worklist(request: HttpRequest) -> HttpResponse:
    """Everything that waits for its bill."""
    return _show(request)


def _show(request: HttpRequest, refusal: DomainError | None = None) -> HttpResponse:
    view = request.GET.get("view", "")
    view = view if view in _TABS else "deliveries"
    if view == "returns" and not may(request.user, CREDIT):
        view = "deliveries"
    text = text_of(request.GET, "q", 80)
    rows, columns, verb = _rows(request, view, text)
    context = {
        "table": Table(
            columns, rows[:SHOWN], user=request.user, caption=_TABS[view], select_name="picked" if rows else ""
        ),
        "tabs": [
            Tab(label, f"?view={name}", is_current=name == view)
            for name, label in _TABS.items()
            if name != "returns" or may(request.user, CREDIT)
        ],
        "view": view,
        "verb": verb,
        "text": text,
        "more": len(rows) > SHOWN,
        "sums": _sums(rows),
        "count": min(len(rows), SHOWN),
        "all": len(_due_keys(request, view, text)) if len(rows) > SHOWN else 0,
        "all_matching": _WAITING.sign_object([request.user.pk, view, text]),
        "refusal": refusal.sentence if refusal else "",
    }
    return render(request, "billing/worklist.html", context, status=refusal.status if refusal else 200)


_TABS = {"deliveries": "Shipped, not billed", "orders": "Services and advance bills", "returns": "Returns to credit"}


def _rows(request: HttpRequest, view: str, text: str) -> tuple[list[dict[str, Any]], tuple[Column, ...], str]:
    """The rows of one tab, its columns, and its verb."""
    if view == "orders":
        orders = due_orders(request.user, limit=SHOWN + 1)
        return [{"pk": row.order_id, **asdict(row)} for row in orders], DUE_ORDERS, "Post invoices"
    if view == "returns":
        returns = due_returns(request.user, limit=SHOWN + 1)
        return [{"pk": row.return_id, **asdict(row)} for row in returns], DUE_RETURNS, "Post credit notes"
    zones = Company.objects.filter(pk__in=company_ids(request.user)).values_list("pk", "time_zone")
    today = {pk: business_date(zone) for pk, zone in zones}
    deliveries = due_deliveries(request.user, text=text, limit=SHOWN + 1)
    rows = [{"pk": row.delivery_id, "days": row.days(today[row.company_id]), **asdict(row)} for row in deliveries]
    return rows, DUE_DELIVERIES, "Post invoices"


def _sums(rows: Sequence[dict[str, Any]]) -> list[str]:
    """What waits, per currency, as text."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if "net" in row:
            sums[row["currency"]] += row["net"]
    return [money(amount, currency, show="code") for currency, amount in sorted(sums.items())]


@require_POST
@requires(POST)
def post_deliveries(request: HttpRequest) -> HttpResponse:
    """Bill the picked deliveries, or show how they would be billed."""
    if "preview" in request.POST:
        picked = _picked(request, "deliveries")[: MOST_PREVIEWED + 1].values_list("pk", flat=True)
        if 0 < len(picked) <= MOST_PREVIEWED:
            return _preview(request, list(picked))
        words = f"A preview shows at most {MOST_PREVIEWED:,}." if picked else "Pick at least one row."
        return _show(request, DomainError(words))
    return _post(request, "deliveries")


def _preview(request: HttpRequest, ids: Collection[int]) -> HttpResponse:
    documents = []
    try:
        for company in Company.objects.filter(pk__in=_companies(Delivery, ids)).order_by("pk"):
            documents += preview_invoices(
                company=company, delivery_ids=ids, business_date=business_date(company.time_zone)
            )
    except DomainError as refusal:
        return _show(request, refusal)
    names = dict(
        Delivery.objects.filter(pk__in=ids).order_by("account_id").values_list("account_id", "account__name").distinct()
    )
    context = {"documents": documents, "names": names, "ids": sorted(ids)}
    return render(request, "billing/preview.html", context)


@require_POST
@requires(POST)
def post_orders(request: HttpRequest) -> HttpResponse:
    """Bill what the picked orders put on a bill by themselves."""
    return _post(request, "orders")


@require_POST
@requires(CREDIT)
def post_returns(request: HttpRequest) -> HttpResponse:
    """Credit the picked returns."""
    return _post(request, "returns")


def _post(request: HttpRequest, view: str) -> HttpResponse:
    try:
        return carry_out(request, _VERBS[view], _picked(request, view))
    except Conflict:
        raise
    except DomainError as refusal:
        return _show(request, refusal)


_VERBS = {"deliveries": bulk.DELIVERIES, "orders": bulk.ORDERS, "returns": bulk.RETURNS}


def _picked(request: HttpRequest, view: str) -> "QuerySet[Any, Any]":
    """The picked rows that the person may see, due or not, so that a second press finds the same ones; or all that
    wait, where the signed word stands for this very search. Raises Conflict where it stands for another one.
    """
    visible: dict[str, Callable[[Any], QuerySet[Any, Any]]] = {
        "deliveries": deliveries_visible_to,
        "orders": orders_visible_to,
        "returns": returns_visible_to,
    }
    if word := request.POST.get(ALL_MATCHING, ""):
        text = text_of(request.GET, "q", 80)
        if _read(word) != [request.user.pk, view, text]:
            raise Conflict("The search is not that under which you chose all. Nothing was changed.")
        keys = _due_keys(request, view, text)
    else:
        keys = [key for key in map(whole_number, request.POST.getlist(PICKED)) if key is not None]
    return visible[view](request.user).filter(pk__in=keys)


def _read(word: str) -> object:
    try:
        return _WAITING.unsign_object(word)
    except (signing.BadSignature, ValueError):
        return None


def _due_keys(request: HttpRequest, view: str, text: str) -> list[int]:
    """Everything that waits in one tab."""
    if view == "orders":
        return [row.order_id for row in due_orders(request.user, limit=MOST_ROWS + 1)]
    if view == "returns":
        return [row.return_id for row in due_returns(request.user, limit=MOST_ROWS + 1)]
    return [row.delivery_id for row in due_deliveries(request.user, text=text, limit=MOST_ROWS + 1)]


def _companies(model: type[Model], ids: Collection[int]) -> dict[int, list[int]]:
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for company_id, pk in model._default_manager.filter(pk__in=ids).order_by("pk").values_list("company_id", "pk"):
        groups[company_id].append(pk)
    return dict(groups)

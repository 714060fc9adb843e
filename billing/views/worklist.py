"""The invoicing worklist: what was shipped and not billed, what orders put on a bill by themselves, what to credit."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from billing.errors import NothingToBill, NothingToCredit
from billing.models import Invoice
from billing.selectors import due_deliveries, due_orders, due_returns, invoices_of_deliveries
from billing.services import credit_returns, invoice_deliveries, invoice_orders, preview_invoices
from billing.tables import DUE_DELIVERIES, DUE_ORDERS, DUE_RETURNS
from billing.views.common import CREDIT, MOST_AT_ONCE, POST
from core.access import company_ids, may
from core.dates import business_date
from core.errors import DomainError
from core.models import Company
from core.web.access import requires
from core.web.columns import Column
from core.web.formats import money, plural
from core.web.parts import Tab
from core.web.posted import actor_of, key_of, see_other, text_of, whole_number
from core.web.tables import Table
from fulfillment.models import Delivery
from fulfillment.selectors import deliveries_visible_to, returns_visible_to
from orders.selectors import orders_visible_to

SHOWN = 500

Verb = Callable[[list[int], Company, str | None], object]  # for rows of one company, under a key


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one picked row."""

    label: str
    sentence: str
    invoices: Sequence[Invoice] = ()


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
    """Bill the picked deliveries, or show how they would be billed; then say for each what became of it."""
    ids = _picked(request, deliveries_visible_to(request.user))
    if isinstance(ids, DomainError):
        return _show(request, ids)
    if "preview" in request.POST:
        return _preview(request, ids)
    done, refusal = _for_each_company(
        request,
        Delivery,
        ids,
        lambda own, company, key: invoice_deliveries.once(key)(
            delivery_ids=own, business_date=business_date(company.time_zone), actor=actor_of(request)
        ),
    )
    if refusal is not None and not isinstance(refusal, NothingToBill):
        return _back(request, done, refusal, "deliveries")
    billed = invoices_of_deliveries(ids)
    outcomes = [
        Outcome(
            delivery.number or "",
            "" if delivery.pk in billed else "Nothing of it is left to bill.",
            billed.get(delivery.pk, ()),
        )
        for delivery in Delivery.objects.filter(pk__in=ids).order_by("pk")
    ]
    return _outcomes(request, outcomes, refusal)


def _outcomes(request: HttpRequest, outcomes: Sequence[Outcome], refusal: DomainError | None) -> HttpResponse:
    invoices = {invoice.pk for outcome in outcomes for invoice in outcome.invoices}
    context = {"outcomes": outcomes, "invoices": len(invoices), "refusal": refusal.sentence if refusal else ""}
    return render(request, "billing/posted.html", context, status=refusal.status if refusal else 200)


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
    return _post(
        request,
        "orders",
        orders_visible_to(request.user),
        lambda own, company, key: invoice_orders.once(key)(
            order_ids=own, business_date=business_date(company.time_zone), actor=actor_of(request)
        ),
    )


@require_POST
@requires(CREDIT)
def post_returns(request: HttpRequest) -> HttpResponse:
    """Credit the picked returns."""
    return _post(
        request,
        "returns",
        returns_visible_to(request.user),
        lambda own, company, key: credit_returns.once(key)(
            return_ids=own, business_date=business_date(company.time_zone), actor=actor_of(request)
        ),
    )


def _post(request: HttpRequest, view: str, visible: QuerySet[Any], verb: Verb) -> HttpResponse:
    ids = _picked(request, visible)
    if isinstance(ids, DomainError):
        return _show(request, ids)
    done, refusal = _for_each_company(request, visible.model, ids, verb)
    return _back(request, done, refusal, view)


_DONE = {
    "deliveries": ("delivery", "deliveries", "billed"),
    "orders": ("order", "orders", "billed"),
    "returns": ("return", "returns", "credited"),
}


def _back(request: HttpRequest, done: Collection[int], refusal: DomainError | None, view: str) -> HttpResponse:
    """Tell what was done, also when a later company refused; then the list again."""
    if done:
        one, many, word = _DONE[view]
        messages.success(request, f"{plural(len(done), one, many)} {word}.")
    return _show(request, refusal) if refusal else see_other(f"{reverse('billing:worklist')}?view={view}")


def _picked(request: HttpRequest, visible: QuerySet[Any]) -> list[int] | DomainError:
    """The picked rows that the person may see: due or not, so that a second press finds the same ones."""
    keys = [key for key in map(whole_number, request.POST.getlist("picked")) if key is not None]
    if len(keys) > MOST_AT_ONCE:
        return DomainError(f"Pick at most {MOST_AT_ONCE:,} at once.")
    found = list(visible.filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))
    return found or DomainError("Pick at least one row.")


def _companies(model: type[Model], ids: Collection[int]) -> dict[int, list[int]]:
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for company_id, pk in model._default_manager.filter(pk__in=ids).order_by("pk").values_list("company_id", "pk"):
        groups[company_id].append(pk)
    return dict(groups)


def _for_each_company(
    request: HttpRequest,
    model: type[Model],
    ids: Collection[int],
    verb: Verb,
) -> tuple[list[int], DomainError | None]:
    """One command per company, all or none of it. What was done is returned, and the first refusal.

    Where there is nothing to bill the other companies go on; any other refusal ends it.
    """
    groups, key = _companies(model, ids), key_of(request)
    done: list[int] = []
    refused: DomainError | None = None
    for company in Company.objects.filter(pk__in=groups).order_by("pk"):
        try:
            verb(groups[company.pk], company, f"{key}-{company.pk}" if key else None)
            done += groups[company.pk]
        except (NothingToBill, NothingToCredit) as refusal:
            refused = refused or refusal
        except DomainError as refusal:
            return done, refusal
    return done, refused

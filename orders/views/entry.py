"""Where orders begin: for a customer, from a quote, from pasted rows."""

from typing import Any
from uuid import NAMESPACE_OID, uuid5

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST

from catalog.models import Account, AccountInCompany
from core.access import company_ids
from core.dates import business_date
from core.errors import DomainError
from core.web import formats
from core.web.access import requires
from core.web.posted import actor_of, key_of
from inventory.models import Warehouse
from orders.drafts import OrderDraft
from orders.services import GridLine, create_order_from_quote, create_orders, save_order_lines
from orders.states import OrderStatus
from orders.typed import MOST_LINES, TypedLine, read_lines
from orders.views.common import order_or_404, own_place
from quotes.models import QuoteVersion

SHOWN = 8
LONGEST_PASTE = 200_000  # characters: 2,000 rows of a hundred


def _customers(request: HttpRequest) -> QuerySet[AccountInCompany]:
    """Active customers of the person's companies: one row per company that an account buys from."""
    return (
        AccountInCompany.objects.filter(
            company_id__in=company_ids(request.user),
            account__is_customer=True,
            account__status=Account.Status.ACTIVE,
        )
        .select_related("account", "company")
        .order_by("account__code", "company")
    )


def _matching(request: HttpRequest, text: str) -> list[AccountInCompany]:
    """Customers by code or name; an exact code alone. At most two queries."""
    typed = " ".join(text.replace("\x00", "").split())[:80]
    if not typed:
        return []
    exact = list(_customers(request).filter(account__code__iexact=typed)[:SHOWN])
    found = _customers(request).filter(account__code__istartswith=typed) | _customers(request).filter(
        account__name__icontains=typed
    )
    return exact or list(found[:SHOWN])


@require_http_methods(["GET", "HEAD", "POST"])
@requires("orders.enter_order")
def new(request: HttpRequest) -> HttpResponse:
    """Choose the customer; the draft is made at once and opened. One match, or the exact code, needs no choice."""
    text = (request.GET.get("q") or request.GET.get("customer", ""))[:80]
    refusal = ""
    if request.method == "POST":
        text = request.POST.get("customer", "")[:80]
        chosen = request.POST.get("agreement", "")
        key = int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) < 18 else 0
        found = list(_customers(request).filter(pk=key)) if chosen else _matching(request, text)
        if len(found) == 1:
            try:
                return redirect("orders:edit", _start(request, found[0]))
            except DomainError as error:
                refusal = own_place(error).sentence
        elif not found:
            refusal = f"No customer is called “{text}”." if text else "Enter a customer’s name or number."
        else:
            refusal = f"{len(found)} customers match “{text}”. Choose one."
    context = {"text": text, "found": _matching(request, text), "refusal": refusal}
    template = "orders/_customers.html" if request.headers.get("HX-Target") == "customers" else "orders/new.html"
    answer = render(request, template, context, status=422 if refusal else 200)
    patch_vary_headers(answer, ["HX-Request", "HX-Target"])
    return answer


def _start(request: HttpRequest, agreement: AccountInCompany) -> int:
    """Make an empty draft for the customer, to be shipped from the company's first warehouse, wanted today."""
    place = Warehouse.objects.filter(company_id=agreement.company_id, is_active=True).order_by("rank", "pk").first()
    if place is None:
        raise DomainError(f"{agreement.company.name} has no warehouse in use. Set one up first; no order was made.")
    today = business_date(place.time_zone)
    draft = OrderDraft(
        company_id=agreement.company_id,
        account_id=agreement.account_id,
        business_date=today,
        requested_on=today,
        warehouse_id=place.pk,
        lines=(),
    )
    return create_orders.once(key_of(request))(drafts=[draft], actor=actor_of(request))[0]


@require_POST
@requires("orders.enter_order")
def from_quote(request: HttpRequest, version_id: int) -> HttpResponse:
    """Make a draft from an accepted quote, with nothing retyped, and open it."""
    version = get_object_or_404(
        QuoteVersion.objects.select_related("quote__company"),
        pk=version_id,
        quote__company_id__in=company_ids(request.user),
    )
    today = business_date(version.quote.company.time_zone)
    made = create_order_from_quote.once(key_of(request))(
        quote_version_id=version.pk, actor=actor_of(request), business_date=today
    )
    return redirect("orders:edit", made)


def _split(text: str, key: str) -> list[TypedLine]:
    """Rows of a spreadsheet or CSV: SKU, quantity, price. A header row is left out.

    ``key`` is the request's own: the same request sent twice means the same rows.
    """
    rows: list[Any] = []
    for line in text.replace("\x00", "").splitlines():
        cells = [cell.strip().strip('"') for cell in line.replace(";", "\t").split("\t")]
        if len(cells) == 1 and "," in line and line.count(",") < 4:
            cells = [cell.strip().strip('"') for cell in line.split(",")]
        if not any(cells) or cells[0].lower() in ("sku", "code", "item", "article"):
            continue
        sku, quantity, price = [*cells[:3], "", ""][:3]
        rows.append(
            TypedLine(
                key=uuid5(NAMESPACE_OID, f"{key}:{len(rows)}"), sku=sku[:64], quantity=quantity[:64], price=price[:64]
            )
        )
    return rows


@require_http_methods(["GET", "HEAD", "POST"])
@requires("orders.enter_order")
def paste(request: HttpRequest, order_id: int) -> HttpResponse:
    """Rows from a spreadsheet: read and checked, then the clean ones are added; what failed stays to be mended."""
    order = order_or_404(request, order_id)
    if order.status != OrderStatus.DRAFT:
        return redirect("orders:detail", order.pk)
    text, refusal = request.POST.get("rows", ""), ""
    rows = _split(text, key_of(request) or "") if len(text) <= LONGEST_PASTE else []
    if request.method == "POST":
        if not rows or len(rows) > MOST_LINES:
            refusal = f"Paste between 1 and {MOST_LINES:,} rows: SKU, quantity."
        else:
            read_lines(rows, account_id=order.account_id)
    clean = [GridLine(row.key, row.draft) for row in rows if row.draft is not None]
    if "apply" in request.POST and clean and not refusal:
        try:
            save_order_lines.once(key_of(request))(order_id=order.pk, lines=clean, actor=actor_of(request))
        except DomainError as error:
            refusal = own_place(error).sentence
        else:
            messages.success(request, f"{formats.plural(len(clean), 'line')} added.")
            rows = [row for row in rows if row.error]
            if not rows:
                return redirect("orders:edit", order.pk)
            text, clean = "\n".join(f"{row.sku}\t{row.quantity}\t{row.price}".rstrip() for row in rows), []
    context = {"order": order, "text": text, "rows": rows, "clean": len(clean), "refusal": refusal}
    return render(request, "orders/paste.html", context, status=422 if refusal else 200)

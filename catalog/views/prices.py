"""Price lists and the prices in them: lists, page, add, change, end."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from catalog import tables
from catalog.filters import PriceFilter, PriceListFilter
from catalog.forms.prices import (
    EndPriceForm,
    PriceListForm,
    change_page,
    changed_draft,
    kind_of,
    price_draft,
    price_page,
)
from catalog.forms.rows import EditPage, first_day_after, last_day, sent
from catalog.models import ConditionRecord, PriceList
from catalog.selectors import pages
from catalog.services import create_price_list, end_conditions, set_conditions
from catalog.views.shared import row_table, show_edit
from core.access import may
from core.errors import DomainError
from core.web.access import requires
from core.web.columns import Column
from core.web.formats import ABSENT, day, money
from core.web.lists import ListPage
from core.web.parts import ActionButton, DocumentPage, Empty, Fact, Link
from core.web.posted import actor_of, key_of, see_other

MAINTAIN = "catalog.maintain_price"
SEE = "catalog.view_pricelist"
_SCALE = (Column("start", "From quantity", "quantity"), Column("rate", "Rate", "money"))


@require_safe
@requires(SEE)
def price_lists(request: HttpRequest) -> HttpResponseBase:
    """The price lists of the user's companies."""
    return ListPage(
        request,
        pages.price_lists_with_count(pages.price_lists_visible_to(actor_of(request))),
        tables.PRICE_LISTS,
        noun="price lists",
        default_sort="code",
        filterset=PriceListFilter,
        empty=Empty("No price lists yet.", "price", link=Link("All prices", reverse("catalog:prices"))),
    ).response("catalog/price_lists.html", {"may_create": may(actor_of(request), MAINTAIN)})


def _prices(request: HttpRequest, price_list: PriceList | None) -> HttpResponseBase:
    records = pages.conditions_visible_to(actor_of(request))
    if price_list:
        records = records.filter(price_list=price_list)
    return ListPage(
        request,
        pages.conditions_with_state(records, pages.today_of(actor_of(request))),
        tables.PRICES,
        noun="prices",
        default_sort="product__sku",
        filterset=PriceFilter,
        empty=Empty("No prices here.", "price"),
        row_css=lambda row: "" if row["state"] in (pages.IN_FORCE, pages.COMING) else "off",
    ).response("catalog/prices.html", {"price_list": price_list, "may_create": may(actor_of(request), MAINTAIN)})


@require_safe
@requires(SEE)
def prices(request: HttpRequest) -> HttpResponseBase:
    """Every price and discount of the user's companies."""
    return _prices(request, None)


@require_safe
@requires(SEE)
def price_list(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The prices of one list."""
    return _prices(request, get_object_or_404(pages.price_lists_visible_to(actor_of(request)), pk=pk))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAINTAIN)
def price_list_new(request: HttpRequest) -> HttpResponse:
    """Create an empty price list."""
    form = PriceListForm(sent(request), user=actor_of(request))
    page = EditPage(form)
    if request.method == "POST" and page.is_valid():
        try:
            made = create_price_list.once(key_of(request))(draft=form.draft(), actor=actor_of(request))
        except DomainError as refusal:
            page.show(refusal)
        else:
            messages.success(request, "The price list was created.")
            return see_other("catalog:price-list", made)
    return show_edit(request, "catalog/edit.html", page, title="New price list", back=reverse("catalog:price-lists"))


def _add(request: HttpRequest, found: PriceList | None, back: str) -> HttpResponse:
    initial = {"valid_from": pages.today_of(actor_of(request)), "product": request.GET.get("product", "")[:40]}
    page = price_page(sent(request), user=actor_of(request), price_list=found, initial=initial)
    if request.method == "POST" and page.is_valid():
        try:
            (made,) = set_conditions.once(key_of(request))(drafts=[price_draft(page)], actor=actor_of(request))
        except DomainError as refusal:
            page.show(refusal)
        else:
            messages.success(request, "The price was entered.")
            return see_other("catalog:price", made)
    title = f"Add to {found.code}" if found else "New price or discount"
    return show_edit(request, "catalog/price_edit.html", page, title=title, back=back)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAINTAIN)
def price_new(request: HttpRequest) -> HttpResponse:
    """Enter a price or discount that belongs to no list."""
    return _add(request, None, reverse("catalog:prices"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAINTAIN)
def price_list_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a price in a list."""
    found = get_object_or_404(pages.price_lists_visible_to(actor_of(request)), pk=pk)
    return _add(request, found, reverse("catalog:price-list", args=[pk]))


def _record(request: HttpRequest, pk: int) -> ConditionRecord:
    mine = pages.conditions_visible_to(actor_of(request))
    return get_object_or_404(mine.select_related("product", "account", "price_group", "price_list"), pk=pk)


@require_safe
@requires(SEE)
def price(request: HttpRequest, pk: int) -> HttpResponse:
    """One price or discount: its key, its validity, its scale."""
    found = _record(request, pk)
    scale = row_table(request, _SCALE, found.scale.order_by("start").values("pk", "start", "rate"), "Scale")
    return render(request, "catalog/price.html", {"page": _document(request, found), "scale": scale})


def _document(request: HttpRequest, found: ConditionRecord) -> DocumentPage:
    """The frame of the page: what it is, for whom, and what the user may do with it."""
    on = pages.today_of(actor_of(request))
    row = pages.conditions_with_state(ConditionRecord.objects.filter(pk=found.pk), on).values("state").get()
    verbs = []
    if may(actor_of(request), MAINTAIN) and row["state"] in (pages.IN_FORCE, pages.COMING):
        verbs = [
            ActionButton("End", reverse("catalog:price-end", args=[found.pk]), is_link=True),
            ActionButton(
                "Change", reverse("catalog:price-change", args=[found.pk]), style="primary", is_link=True, key="e"
            ),
        ]
    crumb = Link("Prices", reverse("catalog:prices"))
    if found.price_list:
        crumb = Link(found.price_list.code, reverse("catalog:price-list", args=[found.price_list.pk]))
    values = {name: getattr(found, name) for name in ("calculation", "unit", "price_unit", "currency")}
    return DocumentPage(
        title=f"{kind_of(found)} {found.product.sku if found.product else ''}".strip(),
        crumb=crumb,
        tag=tables.STATE_TAGS[row["state"]],
        meta=f"Record {found.pk}, by {found.access}",
        actions=verbs,
        facts=[
            Fact("Product", found.product.name if found.product else "Everything"),
            Fact("For", str(found.account or found.price_group or "Everybody")),
            Fact("Rate", f"{money(found.rate)} {tables.rate_unit(values)}"),
            Fact("First day", ABSENT if found.valid.isempty else day(found.valid.lower)),
            Fact("Last day", ABSENT if found.valid.isempty else day(last_day(found.valid.upper))),
            Fact("Promotions", "None on top" if found.excludes_promotions else "Allowed"),
        ],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAINTAIN)
def price_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Let another figure hold from a day on."""
    found = _record(request, pk)
    page = change_page(sent(request), found, pages.today_of(actor_of(request)))
    if request.method == "POST" and page.is_valid():
        try:
            drafts = [changed_draft(page, found)]
            (made,) = set_conditions.once(key_of(request))(drafts=drafts, replace=True, actor=actor_of(request))
        except DomainError as refusal:
            page.show(refusal)
        else:
            messages.success(request, "The new price was entered; the old one ends the day before.")
            return see_other("catalog:price", made)
    back = reverse("catalog:price", args=[pk])
    return show_edit(request, "catalog/price_edit.html", page, title="Change the price", back=back)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAINTAIN)
def price_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a price not hold any more."""
    _record(request, pk)
    form = EndPriceForm(sent(request), initial={"last_day": pages.today_of(actor_of(request))})
    page = EditPage(form)
    if request.method == "POST" and page.is_valid():
        ends = first_day_after(form.cleaned_data["last_day"]) or form.cleaned_data["last_day"]
        try:
            end_conditions.once(key_of(request))(record_ids=[pk], on=ends, actor=actor_of(request))
        except DomainError as refusal:
            page.show(refusal)
        else:
            messages.success(request, "The price ends. Documents keep what they were priced with.")
            return see_other("catalog:price", pk)
    back = reverse("catalog:price", args=[pk])
    return show_edit(request, "catalog/edit.html", page, title="End the price", back=back)

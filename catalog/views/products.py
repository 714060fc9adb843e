"""Products: list, page, create, change, kits, relations."""

from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from catalog import selectors, tables
from catalog.filters import ProductFilter
from catalog.forms.products import RelationForm, kit_page, kit_parts, product_draft, product_page
from catalog.forms.rows import EditPage, sent
from catalog.models import Product, ProductRelation
from catalog.selectors import pages
from catalog.services import change_product, create_product, create_relation, end_relation, set_kit
from catalog.views.shared import EndForm, row_table, show_edit
from core.access import may
from core.errors import DomainError
from core.web.access import requires
from core.web.formats import ABSENT, quantity
from core.web.lists import ListPage
from core.web.parts import ActionButton, DocumentPage, Empty, Fact, Link
from core.web.posted import actor_of, key_of, see_other
from core.web.story import timeline_address, timeline_of

MAINTAIN = "catalog.maintain_product"
SEE = "catalog.view_product"


@require_safe
@requires(SEE)
def product_list(request: HttpRequest) -> HttpResponseBase:
    """Every product of the group."""
    return ListPage(
        request,
        selectors.products(),
        tables.PRODUCTS,
        noun="products",
        default_sort="sku",
        filterset=ProductFilter,
        empty=Empty("No products here.", "stock", link=Link("Show all", reverse("catalog:products"))),
    ).response("catalog/products.html", {"may_create": may(actor_of(request), MAINTAIN)})


@require_safe
@requires(SEE)
def product(request: HttpRequest, pk: int) -> HttpResponse:
    """One product: units, parts, what goes with it, its prices."""
    found = get_object_or_404(selectors.products().select_related("replaced_by"), pk=pk)
    today = pages.today_of(actor_of(request))
    prices = (
        pages.prices_beside(actor_of(request), today, product=found)
        if may(actor_of(request), "catalog.view_pricelist")
        else None
    )
    context = {
        "page": _document(request, found),
        "units": row_table(request, tables.UNITS, pages.units_of(found), "Units"),
        "parts": row_table(request, tables.PARTS, pages.parts_of(found), "Parts of the kit"),
        "relations": row_table(request, _relation_columns(request), pages.relations_listed(found), "Related products"),
        "prices": prices is not None
        and row_table(
            request,
            tables.PRICES_OF_PRODUCT,
            prices.values(*tables.fields_of(tables.PRICES_OF_PRODUCT))[:100],
            "Prices",
        ),
        "product": found,
    }
    return render(request, "catalog/product.html", context)


def _relation_columns(request: HttpRequest) -> tuple[tables.Column, ...]:
    return tables.RELATIONS if may(actor_of(request), MAINTAIN) else tables.RELATIONS[:-1]


def _document(request: HttpRequest, found: Product) -> DocumentPage:
    """The frame of the page: what it is, and what the user may do with it."""
    verbs = [ActionButton("Price check", f"{reverse('catalog:price-check')}?product={found.sku}", is_link=True)]
    if may(actor_of(request), MAINTAIN):
        verbs.append(ActionButton("Relate", reverse("catalog:relation-new", args=[found.pk]), is_link=True))
        if found.kind == Product.Kind.KIT:
            verbs.append(ActionButton("Change parts", reverse("catalog:kit", args=[found.pk]), is_link=True))
        edit = reverse("catalog:product-edit", args=[found.pk])
        verbs.append(ActionButton("Change", edit, style="primary", is_link=True, key="e"))
    successor = found.replaced_by
    return DocumentPage(
        title=found.sku,
        crumb=Link("Products", reverse("catalog:products")),
        tag=tables.PRODUCT_TAGS[Product.Status(found.status)],
        meta=found.name,
        actions=verbs,
        facts=[
            Fact("Kind", Product.Kind(found.kind).label),
            Fact("Stock unit", str(found.stock_unit)),
            Fact("Tax category", found.tax_category.capitalize()),
            Fact("Barcode", found.barcode or ABSENT),
            Fact("Minimum", quantity(found.minimum_quantity or None)),
            Fact("In multiples of", quantity(found.multiple_quantity or None)),
        ],
        sums=[
            Fact("Category", found.category.name if found.category else ABSENT),
            Fact("Posting group", found.posting_group),
            Fact("Weight", quantity(found.weight_kg or None, "kg" if found.weight_kg else "")),
            Fact(
                "Replaced by",
                successor.sku if successor else ABSENT,
                reverse("catalog:product", args=[successor.pk]) if successor else "",
            ),
        ],
        sums_title="About",
        timeline=timeline_of("product", found.pk),
        timeline_url=timeline_address("product", found.pk),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAINTAIN)
def product_new(request: HttpRequest) -> HttpResponse:
    """Create a product."""
    page = product_page(sent(request))
    if request.method == "POST" and page.is_valid():
        try:
            made = create_product.once(key_of(request))(draft=product_draft(page), actor=actor_of(request))
        except DomainError as refusal:
            page.show(refusal)
        else:
            messages.success(request, "The product was created.")
            return see_other("catalog:product", made)
    return show_edit(request, "catalog/product_edit.html", page, title="New product", back=reverse("catalog:products"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAINTAIN)
def product_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a product."""
    found = get_object_or_404(selectors.products().select_related("replaced_by"), pk=pk)
    page = product_page(sent(request), found)
    if request.method == "POST" and page.is_valid():
        try:
            change_product.once(key_of(request))(product_id=pk, draft=product_draft(page), actor=actor_of(request))
        except DomainError as refusal:
            page.show(refusal)
        else:
            messages.success(request, "The product was saved.")
            return see_other("catalog:product", pk)
    back = reverse("catalog:product", args=[pk])
    return show_edit(request, "catalog/product_edit.html", page, title=f"Change {found.sku}", back=back)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAINTAIN)
def kit(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what a kit consists of."""
    found = get_object_or_404(Product, pk=pk, kind=Product.Kind.KIT)
    page = kit_page(sent(request), found)
    if request.method == "POST" and page.is_valid():
        try:
            set_kit.once(key_of(request))(product_id=pk, parts=kit_parts(page), actor=actor_of(request))
        except DomainError as refusal:
            page.show(refusal)
        else:
            messages.success(request, "The parts were saved. Confirmed orders keep theirs.")
            return see_other("catalog:product", pk)
    back = reverse("catalog:product", args=[pk])
    return show_edit(request, "catalog/rows_edit.html", page, title=f"Parts of {found.sku}", back=back)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAINTAIN)
def relation_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Relate a product to another."""
    found = get_object_or_404(Product, pk=pk)
    form = RelationForm(sent(request), initial={"valid_from": pages.today_of(actor_of(request))})
    page = EditPage(form)
    if request.method == "POST" and page.is_valid():
        try:
            create_relation.once(key_of(request))(draft=form.draft(pk), actor=actor_of(request))
        except DomainError as refusal:
            page.show(refusal)
        else:
            messages.success(request, "The relation was saved.")
            return see_other("catalog:product", pk)
    back = reverse("catalog:product", args=[pk])
    return show_edit(request, "catalog/edit.html", page, title=f"Relate {found.sku}", back=back)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAINTAIN)
def relation_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a relation."""
    found = get_object_or_404(ProductRelation.objects.select_related("product", "related"), pk=pk)
    form: forms.Form = EndForm(sent(request), initial={"on": pages.today_of(actor_of(request))})
    page = EditPage(form)
    if request.method == "POST" and page.is_valid():
        on: date = form.cleaned_data["on"]
        end_relation.once(key_of(request))(relation_id=pk, on=on, actor=actor_of(request))
        messages.success(request, "The relation ends.")
        return see_other("catalog:product", found.product_id)
    title = f"End: {found.related.sku} for {found.product.sku}"
    back = reverse("catalog:product", args=[found.product_id])
    return show_edit(request, "catalog/edit.html", page, title=title, back=back)

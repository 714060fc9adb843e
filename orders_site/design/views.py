"""The design pages: the catalogue, and each page frame on its own."""

import django_filters
from django.contrib import messages
from django.contrib.auth.models import Permission
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.web.access import requires
from core.web.columns import Column
from core.web.filters import ListFilterSet
from core.web.formats import plural
from core.web.lists import ListPage
from core.web.parts import ActionButton, DocumentPage, Link, Tag
from core.web.tables import Table
from orders_site.design import samples
from orders_site.design.forms import SampleForm

SEE = "core.administer"


@require_safe
@requires(SEE)
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every component in all its states."""
    table = Table(samples.COLUMNS, samples.ROWS, user=request.user, caption="Sample lines", foot={"ordered": "420.5"})
    refused = SampleForm(
        {
            "refused-name": "Tillbrook Stores",
            "refused-vat_number": "GB 2910448",
            "refused-credit_limit": "five thousand",
        },
        prefix="refused",
    )
    return render(
        request,
        "design/catalogue.html",
        {
            "s": samples,
            "table": table,
            "actions": samples.actions(request.path),
            "form": SampleForm(),
            "refused": refused,
            "jobs": samples.JOBS,
        },
    )


class RightsFilter(ListFilterSet):
    """Narrow the rights by app."""

    search_paths = ("codename", "name")
    search_hint = "Code or name"

    app = django_filters.AllValuesFilter(field_name="content_type__app_label", label="App")

    class Meta:
        model = Permission
        fields: tuple[str, ...] = ()


RIGHTS = (
    Column("codename", "Right", "link", sort="codename", url="design:right", card="k1"),
    Column("name", "Name", sort="name", width="clip", card="k3"),
    Column("content_type__app_label", "App", sort="content_type__app_label", card="k2"),
    Column("content_type__model", "Record", hide="not-s", is_muted=True),
    Column("pk", "Key", "count", sort="pk", hide="not-s"),
)


def _listing(request: HttpRequest) -> ListPage:
    return ListPage(
        request,
        Permission.objects.all(),
        RIGHTS,
        noun="rights",
        default_sort="codename",
        filterset=RightsFilter,
        tabs=samples.TABS,
        bulk=[ActionButton("Count them", reverse("design:count"))],
    )


@require_safe
@requires(SEE)
def rights_list(request: HttpRequest) -> HttpResponseBase:
    """A list page over rows that every installation has: the rights themselves."""
    return _listing(request).response("design/list.html")


@require_POST
@requires(SEE)
def count_rights(request: HttpRequest) -> HttpResponse:
    """The sample's verb for picked rows: it only counts them."""
    picked = _listing(request).picked_keys(limit=1000, among=Permission.objects.all())
    messages.success(request, f"{plural(len(picked), 'right')} picked.")
    return redirect("design:list")


@require_safe
@requires(SEE)
def right(request: HttpRequest, pk: int) -> HttpResponse:
    """The target of the list's links."""
    found = get_object_or_404(Permission.objects.select_related("content_type"), pk=pk)
    page = DocumentPage(title=found.codename, crumb=Link("Rights", "../"), tag=Tag("Granted by roles"), meta=found.name)
    return render(request, "design/document.html", {"page": page, "table": None})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(SEE)
def document(request: HttpRequest) -> HttpResponse:
    """A document page. Its verbs only say that they arrived: nothing is behind them."""
    if request.method == "POST":
        messages.success(request, f"“{request.POST.get('reason') or 'The verb'}” arrived. Nothing is behind this page.")
        return redirect("design:document")
    page = DocumentPage(
        title="SO-10431",
        crumb=Link("Orders", "../list/"),
        tag=Tag("Part shipped", "warn"),
        meta="Coastwise Living · CW-PO-3044",
        actions=samples.actions(request.path),
        chain=samples.CHAIN,
        facts=samples.FACTS,
        sums=samples.SUMS,
        sums_title="Total, GBP",
        timeline=samples.TIMELINE,
        timeline_url="#",
        refusal="Line 8 has no supply, so the order cannot be released." if "refused" in request.GET else "",
    )
    table = Table(samples.COLUMNS, samples.ROWS, user=request.user, caption="Order lines", foot={"sku": "3 lines"})
    return render(request, "design/document.html", {"page": page, "table": table}, status=422 if page.refusal else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(SEE)
def sample_form(request: HttpRequest) -> HttpResponse:
    """A form page: 422 with the summary when refused, the typed values kept."""
    form = SampleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        messages.success(request, "The sample customer was checked. Nothing was saved.")
        return redirect("design:form")
    return render(request, "design/form.html", {"form": form}, status=422 if form.errors else 200)

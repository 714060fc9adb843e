"""Tax rates: list, and entering the next one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from catalog import tables
from catalog.filters import TaxRateFilter
from catalog.forms.rows import EditPage, sent
from catalog.forms.taxes import TaxRateForm
from catalog.selectors import pages
from catalog.services import set_tax_rates
from catalog.views.shared import show_edit
from core.access import may
from core.errors import DomainError
from core.web.access import requires
from core.web.lists import ListPage
from core.web.parts import Empty
from core.web.posted import actor_of, key_of, see_other

MAINTAIN = "catalog.maintain_tax"
SEE = "catalog.view_pricelist"


@require_safe
@requires(SEE)
def tax_rates(request: HttpRequest) -> HttpResponseBase:
    """The tax rates of the user's companies."""
    return ListPage(
        request,
        pages.tax_rates_with_days(pages.tax_rates_visible_to(actor_of(request))),
        tables.TAX_RATES,
        noun="tax rates",
        default_sort="code",
        filterset=TaxRateFilter,
        empty=Empty("No tax rates here.", "price"),
    ).response("catalog/tax_rates.html", {"may_create": may(actor_of(request), MAINTAIN)})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAINTAIN)
def tax_rate_new(request: HttpRequest) -> HttpResponse:
    """Enter a tax rate; the one in force for its category and class ends the day before."""
    form = TaxRateForm(sent(request), user=actor_of(request), initial={"valid_from": pages.today_of(actor_of(request))})
    page = EditPage(form)
    if request.method == "POST" and page.is_valid():
        try:
            set_tax_rates.once(key_of(request))(drafts=[form.draft()], replace=True, actor=actor_of(request))
        except DomainError as refusal:
            page.show(refusal)
        else:
            messages.success(request, "The tax rate was entered.")
            return see_other("catalog:tax-rates")
    return show_edit(request, "catalog/edit.html", page, title="New tax rate", back=reverse("catalog:tax-rates"))

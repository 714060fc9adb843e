"""Coupons: list, page, create, change of limits."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from catalog import tables
from catalog.filters import CouponFilter
from catalog.forms.coupons import CouponForm, CouponLimitsForm
from catalog.forms.rows import EditPage, last_day, sent
from catalog.selectors import pages
from catalog.services import change_coupon, create_coupon
from catalog.views.shared import show_edit
from core.access import may
from core.errors import DomainError
from core.web.access import requires
from core.web.formats import ABSENT, count, day, money
from core.web.lists import ListPage
from core.web.parts import ActionButton, DocumentPage, Empty, Fact, Link, Tag
from core.web.posted import actor_of, key_of, see_other

MAINTAIN = "catalog.maintain_coupon"
SEE = "catalog.view_pricelist"


@require_safe
@requires(SEE)
def coupon_list(request: HttpRequest) -> HttpResponseBase:
    """The coupons of the user's companies."""
    return ListPage(
        request,
        pages.coupons_with_uses(pages.coupons_visible_to(actor_of(request))),
        tables.COUPONS,
        noun="coupons",
        default_sort="code",
        filterset=CouponFilter,
        empty=Empty("No coupons here.", "price"),
    ).response("catalog/coupons.html", {"may_create": may(actor_of(request), MAINTAIN)})


@require_safe
@requires(SEE)
def coupon(request: HttpRequest, pk: int) -> HttpResponse:
    """One coupon with its uses."""
    found = get_object_or_404(pages.coupons_with_uses(pages.coupons_visible_to(actor_of(request))), pk=pk)
    today = pages.today_of(actor_of(request))
    is_over = found.valid_until is not None and found.valid_until <= today
    verbs = []
    if may(actor_of(request), MAINTAIN):
        edit = reverse("catalog:coupon-edit", args=[pk])
        verbs = [ActionButton("Change", edit, style="primary", is_link=True, key="e")]
    values = {name: getattr(found, name) for name in ("percent_off", "amount_off", "currency")}
    page = DocumentPage(
        title=found.code,
        crumb=Link("Coupons", reverse("catalog:coupons")),
        tag=Tag("Ended") if is_over else Tag("Valid", "ok") if found.valid_from <= today else Tag("Coming", "info"),
        meta=found.name,
        actions=verbs,
        facts=[
            Fact("Takes off", tables.benefit(values)),
            Fact("From order value", money(found.minimum_order_net, found.currency, show="code")),
            Fact("First day", day(found.valid_from)),
            Fact("Last day", day(last_day(found.valid_until))),
            Fact("Used", f"{int(found.uses):,}"),
            Fact("Uses in all", count(found.most_uses, cap=10**9) if found.most_uses else ABSENT),
            Fact("Uses per account", f"{found.most_uses_per_account:,}" if found.most_uses_per_account else ABSENT),
        ],
    )
    return render(request, "components/document.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAINTAIN)
def coupon_new(request: HttpRequest) -> HttpResponse:
    """Create a coupon."""
    form = CouponForm(sent(request), user=actor_of(request), initial={"valid_from": pages.today_of(actor_of(request))})
    page = EditPage(form)
    if request.method == "POST" and page.is_valid():
        try:
            made = create_coupon.once(key_of(request))(draft=form.draft(), actor=actor_of(request))
        except DomainError as refusal:
            page.show(refusal)
        else:
            messages.success(request, "The coupon was created.")
            return see_other("catalog:coupon", made)
    return show_edit(request, "catalog/edit.html", page, title="New coupon", back=reverse("catalog:coupons"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAINTAIN)
def coupon_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change how long and how often a coupon can be used."""
    found = get_object_or_404(pages.coupons_visible_to(actor_of(request)), pk=pk)
    initial = {name: getattr(found, name) for name in ("name", "most_uses", "most_uses_per_account")}
    form = CouponLimitsForm(sent(request), initial=initial | {"last_day": last_day(found.valid_until)})
    page = EditPage(form)
    if request.method == "POST" and page.is_valid():
        try:
            change_coupon.once(key_of(request))(coupon_id=pk, actor=actor_of(request), **form.limits())
        except DomainError as refusal:
            page.show(refusal)
        else:
            messages.success(request, "The coupon was saved.")
            return see_other("catalog:coupon", pk)
    back = reverse("catalog:coupon", args=[pk])
    return show_edit(request, "catalog/edit.html", page, title=f"Change {found.code}", back=back)

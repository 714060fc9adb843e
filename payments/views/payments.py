"""Payments: list, entering, page, reversal."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounting.models import OpenItem
from core.access import SEE_BANK, may
from core.dates import business_date
from core.errors import DomainError
from core.states import available_actions
from core.web.access import requires
from core.web.formats import day, money
from core.web.lists import ListPage
from core.web.parts import ActionButton, Confirm, DocumentPage, Empty, Fact, Link, action_buttons
from core.web.posted import actor_of, key_of, reason_of, see_other
from core.web.story import chain_of, timeline_address, timeline_of
from core.web.tables import Table
from payments.filters import PaymentFilter
from payments.forms import PaymentForm
from payments.gateways import LocalGateway
from payments.models import Payment
from payments.selectors import applications_of, payments_visible_to, with_rest
from payments.services import receive_payments, request_payment, reverse_payment
from payments.states import PaymentStatus
from payments.tables import APPLICATIONS, PAYMENT_TAGS, PAYMENTS, state_of
from payments.views.common import document_link

SEE, RECEIVE, REVERSE = "payments.see_payments", "payments.receive_payment", "payments.reverse_payment"


@require_safe
@requires(SEE)
def payment_list(request: HttpRequest) -> HttpResponseBase:
    """Every payment, the latest first."""
    return ListPage(
        request,
        with_rest(payments_visible_to(request.user)),
        PAYMENTS,
        noun="payments",
        default_sort="-business_date",
        filterset=PaymentFilter,
        empty=Empty("No payments here.", "payment"),
    ).response("payments/list.html")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(RECEIVE)
def payment_new(request: HttpRequest) -> HttpResponse:
    """Enter a payment, or ask the card provider for it."""
    form = PaymentForm(request.user, request.POST or None)
    if request.method != "POST":
        return render(request, "payments/new.html", {"form": form, "refusal": ""})
    if not form.is_valid():
        return render(request, "payments/new.html", {"form": form, "refusal": ""}, status=422)
    try:
        payment_id = _enter(request, form)
    except DomainError as refusal:
        context = {"form": form, "refusal": refusal.sentence}
        return render(request, "payments/new.html", context, status=refusal.status)
    return see_other("payments:payment", payment_id)


def _enter(request: HttpRequest, form: PaymentForm) -> int:
    key, actor = key_of(request), actor_of(request)
    if "ask" in request.POST:
        return request_payment.once(key)(draft=form.draft(), provider=LocalGateway.name, actor=actor)
    return receive_payments.once(key)(drafts=[form.draft()], actor=actor)[0]


@require_safe
@requires(SEE)
def payment(request: HttpRequest, pk: int) -> HttpResponse:
    """One payment: where it came from, what it paid, what is left."""
    return _page(request, _visible(request, pk))


def _visible(request: HttpRequest, pk: int) -> Payment:
    rows = with_rest(payments_visible_to(request.user)).select_related("account", "company", "order")
    return get_object_or_404(rows, pk=pk)


def _page(request: HttpRequest, found: Payment, refusal: DomainError | None = None) -> HttpResponse:
    left = found.left  # type: ignore[attr-defined] # annotated by with_rest
    page = DocumentPage(
        title=str(found),
        crumb=Link("Payments", reverse("payments:payments")),
        tag=PAYMENT_TAGS[state_of(found.status, left)],
        meta=found.account.name,
        actions=_actions(request, found, has_rest=bool(left)),
        chain=chain_of(found.kind, found.pk, request.user),
        facts=_facts(request, found),
        sums=[
            Fact("Received" if found.received_at else "Asked for", money(found.amount)),
            Fact("Not applied", money(left, found.currency), style="sum"),
        ],
        sums_title=f"Total, {found.currency}",
        timeline=timeline_of(found.kind, found.pk),
        timeline_url=timeline_address(found.kind, found.pk),
        refusal=refusal.sentence if refusal else "",
    )
    rows = [
        {
            "pk": number,
            "document": document_link(each.source_type, each.source_id, each.reference),
            "business_date": each.business_date,
            "amount": each.amount,
            "currency": found.currency,
            "fx_difference": each.fx_difference or None,
            "functional_currency": found.company.functional_currency,
        }
        for number, each in enumerate(applications_of(found.pk))
    ]
    table = Table(APPLICATIONS, rows, user=request.user, caption="What it was applied to")
    status = refusal.status if refusal else 200
    return render(request, "payments/payment.html", {"page": page, "table": table}, status=status)


def _facts(request: HttpRequest, found: Payment) -> list[Fact]:
    facts = [
        Fact("Customer", str(found.account)),
        Fact("Received on", day(found.business_date)),
        Fact("Method", found.get_method_display()),
    ]
    if may(request.user, SEE_BANK):
        facts.append(Fact("Reference", found.reference))
    if found.provider:
        facts.append(Fact("Provider", found.provider))
    if found.order is not None:
        facts.append(Fact("Advance for", str(found.order)))
    if found.currency != found.company.functional_currency:
        facts.append(Fact("Rate", f"{found.fx_rate:f}".rstrip("0").rstrip(".")))
    return facts


def _actions(request: HttpRequest, found: Payment, *, has_rest: bool) -> list[ActionButton]:
    buttons = [
        button
        for button in action_buttons(
            available_actions(found, actor_of(request)),
            url_for=lambda verb: reverse("payments:reverse", args=[found.pk]),
            version=found.version,
            confirm={
                "reverse": Confirm(
                    f"Reverse {found}?",
                    "What it paid is open again, and the ledger gets the opposite entry of today.",
                    "Reverse it",
                )
            },
        )
        if button.name == "reverse"
    ]
    if has_rest and found.status == PaymentStatus.RECEIVED and may(request.user, RECEIVE):
        item = OpenItem.objects.get(source_type="payment", source_id=found.pk, instalment=1)
        address = f"{reverse('payments:apply')}?item={item.pk}"
        buttons.append(ActionButton("Apply", address, "apply", style="primary", icon="link", is_link=True))
    return buttons


@require_POST
@requires(REVERSE)
def payment_reverse(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the payment back, today."""
    found = _visible(request, pk)
    facts: dict[str, Any] = {
        "payment_id": found.pk,
        "business_date": max(business_date(found.company.time_zone), found.business_date),
        "reason": reason_of(request),
        "actor": actor_of(request),
    }
    try:
        reverse_payment.once(key_of(request))(**facts)
    except DomainError as refusal:
        return _page(request, found, refusal)
    messages.success(request, f"{found} is reversed.")
    return see_other("payments:payment", found.pk)

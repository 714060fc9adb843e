"""The credit desk: who waits for a decision, the arithmetic, what would clear it, and the decision itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from catalog.models import Account
from core.access import SEE_CREDIT, may, require
from core.dates import business_date
from core.errors import DomainError
from core.rounding import round_amount
from core.web import formats
from core.web.access import requires
from core.web.companies import company_of
from core.web.parts import Tag
from core.web.posted import actor_of, key_of, text_of
from orders.credit.services import agreement_version, set_credit_limit
from orders.creditview import OrderCredit, credit_tag, order_credit, overdue
from orders.forms import CreditLimitForm
from orders.models import CreditProfile, CreditTotal, Order, OrderHold, OrderLine
from orders.selectors import open_holds, orders_visible_to
from orders.states import HoldKind, OrderStatus
from orders.status import display_status
from orders.views.common import order_or_404, own_place
from orders.views.document import why_not_released

SHOWN = 100
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One order on credit hold as the desk's list shows it. ``value`` is in functional currency."""

    hold: OrderHold
    value: Decimal
    tag: Tag


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of the exposure bar, in thousandths of its width."""

    label: str
    amount: Decimal
    css: str
    x: Decimal
    width: Decimal


@require_safe
@requires("core.see_credit")
def desk(request: HttpRequest, order_id: int = 0) -> HttpResponse:
    """Orders on credit hold, and one of them with everything that its decision needs."""
    found = open_holds(actor_of(request)).filter(kind=HoldKind.CREDIT)
    found = found.select_related("order__company", "order__account", "created_by")
    holds = list(found[:SHOWN])
    if order_id and all(hold.order_id != order_id for hold in holds):
        holds.append(get_object_or_404(found, order_id=order_id))  # beyond the first hundred: shown at their end
    waiting = _waiting(holds)
    chosen = next((each for each in waiting if each.hold.order_id == order_id), waiting[0] if waiting else None)
    context = {"waiting": waiting, "chosen": chosen, "case": _case(request, chosen) if chosen else None}
    return render(request, "orders/credit_desk.html", context)


def _waiting(holds: Sequence[OrderHold]) -> list[Waiting]:
    """The list's chips: by how much each order goes over, or that another check stopped it. Two queries."""
    accounts = {hold.order.account_id for hold in holds}
    limits = {
        (row.company_id, row.account_id): row.limit for row in CreditProfile.objects.filter(account_id__in=accounts)
    }
    used = {
        (row.company_id, row.account_id): row.open_orders + row.delivered + row.open_items - row.unapplied
        for row in CreditTotal.objects.filter(account_id__in=accounts)
    }
    found = []
    for hold in holds:
        key = (hold.order.company_id, hold.order.account_id)
        gross = hold.order.gross.amount if hold.order.gross is not None else ZERO
        value = round_amount(gross * hold.order.fx_rate, hold.order.company.functional_currency)
        limit = limits.get(key)
        excess = used.get(key, ZERO) + value - limit if limit is not None else ZERO
        tag = Tag(f"Over by {formats.money(excess)}", "bad") if excess > 0 else Tag("Within the limit", "neutral")
        found.append(Waiting(hold, value, tag))
    return found


def _case(request: HttpRequest, chosen: Waiting) -> dict[str, Any]:
    """The arithmetic of one order, its ways out, and what else the account has open. About eight queries."""
    order = order_or_404(request, chosen.hold.order_id)
    today = business_date(order.warehouse.time_zone)
    lines = list(OrderLine.objects.filter(order=order, parent=None).select_related("product").order_by("position"))
    credit = order_credit(order, lines, today)
    _, days, _ = overdue(credit.state.open_items, today)
    others = orders_visible_to(request.user).filter(
        company_id=order.company_id,
        account_id=order.account_id,
        status__in=(OrderStatus.SUBMITTED, OrderStatus.CONFIRMED),
    )
    others = others.exclude(pk=order.pk).order_by("-pk")
    return {
        "order": order,
        "credit": credit,
        "tag": credit_tag(credit.result, days),
        "currency": order.company.functional_currency,
        "segments": _segments(credit),
        "limit_at": _limit_at(credit),
        "late_items": [item for item in credit.state.open_items if item.due_on < today and item.amount > 0][:8],
        "others": [(other, _other_tag(other)) for other in others.prefetch_related("holds")[:8]],
        "today": today,
        "why_not": why_not_released(HoldKind.CREDIT, chosen.hold.created_by_id, actor_of(request)),
        "may_reject": may(request.user, "orders.cancel_order"),
        "may_limit": may(request.user, "orders.maintain_credit"),
    }


def _other_tag(order: Order) -> Tag:
    kinds = [hold.kind for hold in order.holds.all() if hold.released_at is None]
    shown = display_status(order.status, order.fulfillment_state, order.billing_state, kinds)
    return Tag(shown.word, shown.tone)


def _parts(credit: OrderCredit) -> list[tuple[str, Decimal, str]]:
    exposure = credit.state.exposure
    return [
        ("Open items", exposure.open_items - exposure.unapplied, "c7"),
        ("Delivered", exposure.delivered_unbilled, "c8"),
        ("Open orders", exposure.open_orders, "c1"),
        ("This order", credit.amount, "c2"),
    ]


def _whole(credit: OrderCredit) -> Decimal:
    drawn = sum((max(amount, ZERO) for _, amount, _ in _parts(credit)), ZERO)
    return max(drawn, credit.result.limit or ZERO) or Decimal(1)


def _segments(credit: OrderCredit) -> list[Segment]:
    """The exposure with this order as parts of one bar, drawn to scale with the limit."""
    whole, x, found = _whole(credit), ZERO, []
    for label, amount, css in _parts(credit):
        width = (max(amount, ZERO) * 1000 / whole).quantize(Decimal("0.1"))
        if width:
            found.append(Segment(label, amount, css, x, width))
            x += width
    return found


def _limit_at(credit: OrderCredit) -> Decimal | None:
    if credit.result.limit is None:
        return None
    return (credit.result.limit * 1000 / _whole(credit)).quantize(Decimal("0.1"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("orders.maintain_credit")
def limit(request: HttpRequest, account_id: int) -> HttpResponse:
    """Agree how much an account may owe the company that the address names."""
    require(request.user, SEE_CREDIT)
    account = get_object_or_404(Account, pk=account_id)
    company = company_of(request, must_be_named=True)
    profile = CreditProfile.objects.filter(company=company, account=account).first()
    form = CreditLimitForm(request.POST or None, instance=profile)
    refusal, status = "", 200
    if request.method == "POST" and form.is_valid():
        try:
            set_credit_limit.once(key_of(request))(
                company=company,
                account_id=account.pk,
                limit=form.cleaned_data["limit"],
                limit_reaction=form.cleaned_data["limit_reaction"],
                oldest_item_days=form.cleaned_data["oldest_item_days"],
                reason=form.cleaned_data["reason"],
                seen=text_of(request.POST, "version", 80),
                actor=actor_of(request),
            )
        except DomainError as error:
            refusal, status = own_place(error).sentence, error.status
        else:
            messages.success(request, f"The credit of {account.name} is agreed.")
            return redirect("orders:credit-desk")
    version = agreement_version(company.pk, account.pk)
    context = {"form": form, "account": account, "company": company, "refusal": refusal, "version": version}
    return render(request, "orders/credit_limit.html", context, status=422 if form.errors else status)

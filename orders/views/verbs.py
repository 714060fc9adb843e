"""What is done to one order: each verb is one POST, carried out once, and answered by the order's page."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from core.dates import business_date
from core.errors import DomainError
from core.web.access import requires
from core.web.fields import DayField
from core.web.posted import actor_of, key_of, reason_of, version_of
from orders.drafts import LineChange
from orders.forms import ReasonForm, require_near
from orders.models import Order, OrderHold, OrderLine
from orders.selectors import orders_visible_to
from orders.services import (
    cancel_orders,
    cancel_rest,
    change_order,
    confirm_orders,
    hold_orders,
    release_holds,
    repromise_orders,
)
from orders.typed import LONGEST_CELL, Unreadable, read_number
from orders.views.common import order_or_404, own_place
from orders.views.document import order_page
from orders.views.editor import tell


def _carry_out(request: HttpRequest, order_id: int, work: Callable[[Order, str], Any], done: str) -> HttpResponse:
    """Carry out a verb on an order; a refusal is told on the order's page, where nothing has changed."""
    order = get_object_or_404(orders_visible_to(request.user).only("number"), pk=order_id)  # the command reads its own
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"].replace("\x00", "") if form.is_valid() else ""
    try:
        work(order, reason)
    except DomainError as error:
        refusal = own_place(error)
        return order_page(request, order_or_404(request, order_id), refusal=refusal.sentence, status=refusal.status)
    if done:
        messages.success(request, done.format(number=order.number))
    return redirect("orders:detail", order.pk)


@require_POST
@requires("orders.confirm_order")
def confirm(request: HttpRequest, order_id: int) -> HttpResponse:
    """Make an order binding, as it is stored."""

    def work(order: Order, reason: str) -> None:
        tell(request, confirm_orders.once(key_of(request))(order_ids=[order.pk], actor=actor_of(request))[0])

    return _carry_out(request, order_id, work, "")


@require_POST
@requires("orders.hold_order")
def hold(request: HttpRequest, order_id: int) -> HttpResponse:
    """Stop an order until somebody releases it."""

    def work(order: Order, reason: str) -> None:
        hold_orders.once(key_of(request))(order_ids=[order.pk], reason=reason, actor=actor_of(request))

    return _carry_out(request, order_id, work, "{number} is on hold.")


@require_POST
@requires("orders.release_order")
def release(request: HttpRequest, hold_id: int) -> HttpResponse:
    """Release one hold with a reason; the last release confirms the order."""
    found = get_object_or_404(OrderHold, pk=hold_id, order__in=orders_visible_to(request.user))

    def work(order: Order, reason: str) -> None:
        run = release_holds.once(key_of(request))
        for answer in run(hold_ids=[found.pk], reason=reason, actor=actor_of(request)):
            tell(request, answer)

    return _carry_out(request, found.order_id, work, "The hold of {number} is released.")


@require_POST
@requires("orders.cancel_order")
def cancel(request: HttpRequest, order_id: int) -> HttpResponse:
    """Cancel a whole order before anything left."""

    def work(order: Order, reason: str) -> None:
        cancel_orders.once(key_of(request))(order_ids=[order.pk], reason=reason, actor=actor_of(request))

    return _carry_out(request, order_id, work, "{number} is cancelled.")


@require_POST
@requires("orders.cancel_order")
def cancel_the_rest(request: HttpRequest, order_id: int) -> HttpResponse:
    """Cancel what was not shipped yet."""

    def work(order: Order, reason: str) -> None:
        cancel_rest.once(key_of(request))(order_ids=[order.pk], reason=reason, actor=actor_of(request))

    return _carry_out(request, order_id, work, "The rest of {number} is cancelled.")


@require_POST
@requires("orders.confirm_order")
def repromise(request: HttpRequest, order_id: int) -> HttpResponse:
    """Ask anew for what is late or has no date, without losing what is promised."""

    def work(order: Order, reason: str) -> None:
        repromise_orders.once(key_of(request))(order_ids=[order.pk], actor=actor_of(request))

    return _carry_out(request, order_id, work, "{number} was promised again.")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("orders.change_order_after_confirm")
def change(request: HttpRequest, order_id: int) -> HttpResponse:
    """Change quantities and days of a confirmed order, with every check that confirming makes."""
    order = order_or_404(request, order_id)
    lines = list(OrderLine.objects.filter(order=order, parent=None).select_related("product").order_by("position"))
    errors: dict[str, str] = {}
    refusal, status = "", 200
    if request.method == "POST":
        changes, errors = _read_changes(request, order, lines)
        reason = reason_of(request)
        if not reason:
            errors["reason"] = "Enter the reason for the change."
        status = 422
        if not errors:
            try:
                change_order.once(key_of(request))(
                    order_id=order.pk,
                    version=version_of(request),
                    changes=changes,
                    reason=reason,
                    actor=actor_of(request),
                )
            except DomainError as error:
                refusal, errors, status = own_place(error).sentence, dict(error.fields), error.status
            else:
                messages.success(request, f"{order.number} is changed.")
                return redirect("orders:detail", order.pk)
    context = {"order": order, "lines": lines, "refusal": refusal, "errors": errors, "typed": request.POST}
    return render(request, "orders/change.html", context, status=status)


def _read_changes(
    request: HttpRequest, order: Order, lines: list[OrderLine]
) -> tuple[list[LineChange], dict[str, str]]:
    """What was typed for each line that differs; errors by input: ``line-`` its quantity, ``day-`` its day."""
    changes, errors = [], {}
    today = business_date(order.warehouse.time_zone)
    for line in lines:
        ordered, day = None, None
        try:
            ordered = _read_quantity(request.POST.get(f"ordered-{line.pk}", "")[:LONGEST_CELL], line.ordered)
        except Unreadable as error:
            errors[f"line-{line.pk}"] = f"Line {line.position}: {error}"
        try:
            day = _read_day(request.POST.get(f"requested_on-{line.pk}", "")[:LONGEST_CELL], line.requested_on, today)
        except Unreadable as error:
            errors[f"day-{line.pk}"] = f"Line {line.position}: {error}"
        if ordered is not None or day is not None:
            changes.append(LineChange(line.pk, ordered, day))
    return changes, errors


def _read_quantity(text: str, now: Decimal) -> Decimal | None:
    if not text.strip():
        return None
    try:
        quantity = read_number(text)
    except Unreadable:
        raise Unreadable("enter a quantity like 12 or 1.5.") from None
    if quantity.as_tuple().exponent < -6:  # type: ignore[operator]  # no NaN: it was read from digits
        raise Unreadable("a quantity has at most six decimal places.")
    return None if quantity == now else quantity


def _read_day(text: str, now: date, today: date) -> date | None:
    if not text.strip():
        return None
    field = DayField()
    try:
        day = field.clean(text)
        assert day is not None, "a required field gives a day"
        if day != now:
            require_near(day, today)
    except ValidationError as error:
        raise Unreadable("; ".join(error.messages).lower() + ".") from None
    return None if day == now else day

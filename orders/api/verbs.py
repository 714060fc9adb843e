"""What is done to one order by its number: each verb is one command, and answered by the order as it is then."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Path, Query

from core.api.finding import CallRefused, person_of
from core.api.routes import MATCH, Routes, key_of, version_of
from core.api.schemas import Code, OfCompany, ReasonIn
from core.dates import business_date
from orders.api.read import SEE, answer_of, order_again, order_named
from orders.api.shapes import ChangeIn, ConfirmationOut, OrderOut, ReleaseIn
from orders.api.write import line_ids, require_near
from orders.drafts import Confirmation, LineChange
from orders.models import Order, OrderHold, OrderLine
from orders.services import (
    cancel_orders,
    cancel_rest,
    change_order,
    confirm_orders,
    hold_orders,
    release_holds,
    repromise_orders,
)
from orders.views.common import sentences_for

routes = Routes(tags=["Orders"], sees=SEE)
CONFIRM, CANCEL = "orders.confirm_order", "orders.cancel_order"


def _done(
    request: HttpRequest, response: HttpResponse, number: str, company: str, work: Callable[[Order], object]
) -> dict[str, Any]:
    order = order_named(request, number, company)
    work(order)
    return answer_of(response, order_again(request, order.pk))


@routes.act("/orders/{number}/confirm", right=CONFIRM, answer=ConfirmationOut)
def confirm_order(
    request: HttpRequest, response: HttpResponse, number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Make an order binding, as it is stored: stock is promised and credit is taken, or it waits for its holds."""
    order = order_named(request, number, asked.company)
    answers = confirm_orders.once(key_of(request))(order_ids=[order.pk], actor=person_of(request))
    return _confirmation(request, response, order, answers[0])


def _confirmation(request: HttpRequest, response: HttpResponse, order: Order, answer: Confirmation) -> dict[str, Any]:
    positions = dict(OrderLine.objects.filter(order=order).values_list("pk", "position"))
    return {
        "outcome": answer.outcome,
        "holds": list(answer.holds),
        "late_lines": [positions[line_id] for line_id in answer.late_line_ids if line_id in positions],
        "lines_without_supply": [positions[line_id] for line_id in answer.no_supply_line_ids if line_id in positions],
        "sentences": list(sentences_for(person_of(request), answer)),
        "order": answer_of(response, order_again(request, order.pk)),
    }


@routes.act("/orders/{number}/change", right="orders.change_order_after_confirm", answer=OrderOut, headers=[MATCH])
def change_confirmed_order(
    request: HttpRequest, response: HttpResponse, wanted: ChangeIn, number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Change quantities and days of a confirmed order, with every check that confirming makes."""
    version, order = version_of(request), order_named(request, number, asked.company)
    ids = line_ids(order)
    unknown = {
        f"body.changes.{place}.line": f"{order.number} has no line {change.line}."
        for place, change in enumerate(wanted.changes)
        if change.line not in ids
    }
    if unknown:
        raise CallRefused(" ".join(list(unknown.values())[:5]), fields=unknown)
    days = {f"changes.{place}.requested_on": change.requested_on for place, change in enumerate(wanted.changes)}
    require_near(days, business_date(order.company.time_zone))
    changes = [LineChange(ids[each.line], each.ordered, each.requested_on) for each in wanted.changes]
    change_order.once(key_of(request))(
        order_id=order.pk, version=version, changes=changes, reason=wanted.reason, actor=person_of(request)
    )
    return answer_of(response, order_again(request, order.pk))


@routes.act("/orders/{number}/cancel", right=CANCEL, answer=OrderOut)
def cancel_order(
    request: HttpRequest, response: HttpResponse, wanted: ReasonIn, number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Cancel a whole order before anything left."""
    run = cancel_orders.once(key_of(request))
    return _done(
        request,
        response,
        number,
        asked.company,
        lambda order: run(order_ids=[order.pk], reason=wanted.reason, actor=person_of(request)),
    )


@routes.act("/orders/{number}/cancel-rest", right=CANCEL, answer=OrderOut)
def cancel_rest_of_order(
    request: HttpRequest, response: HttpResponse, wanted: ReasonIn, number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Cancel what was not shipped yet."""
    run = cancel_rest.once(key_of(request))
    return _done(
        request,
        response,
        number,
        asked.company,
        lambda order: run(order_ids=[order.pk], reason=wanted.reason, actor=person_of(request)),
    )


@routes.act("/orders/{number}/hold", right="orders.hold_order", answer=OrderOut)
def hold_order(
    request: HttpRequest, response: HttpResponse, wanted: ReasonIn, number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Stop an order until somebody releases it."""
    run = hold_orders.once(key_of(request))
    return _done(
        request,
        response,
        number,
        asked.company,
        lambda order: run(order_ids=[order.pk], reason=wanted.reason, actor=person_of(request)),
    )


@routes.act("/orders/{number}/release", right="orders.release_order", answer=OrderOut)
def release_order(
    request: HttpRequest, response: HttpResponse, wanted: ReleaseIn, number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Release one hold; the last release confirms the order."""
    order = order_named(request, number, asked.company)
    hold = OrderHold.objects.filter(order=order, kind=wanted.kind).order_by("-pk").first()
    if hold is None:
        raise Http404
    release_holds.once(key_of(request))(hold_ids=[hold.pk], reason=wanted.reason, actor=person_of(request))
    return answer_of(response, order_again(request, order.pk))


@routes.act("/orders/{number}/promise-again", right=CONFIRM, answer=OrderOut)
def promise_order_again(
    request: HttpRequest, response: HttpResponse, number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Ask anew for what is late or has no date, without losing what is promised."""
    run = repromise_orders.once(key_of(request))
    return _done(
        request, response, number, asked.company, lambda order: run(order_ids=[order.pk], actor=person_of(request))
    )

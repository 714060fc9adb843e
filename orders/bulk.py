"""What can be done to the picked orders of a list, each told what became of it."""

from collections.abc import Mapping, Sequence

from django.urls import reverse

from core.bulk_verbs import Outcome, PickedRow, Step, Verb, done, left
from core.models import JobRow, User
from orders.models import Order, OrderHold
from orders.selectors import orders_visible_to
from orders.services import confirm_orders, hold_orders
from orders.states import HoldKind, OrderStatus
from orders.views.common import sentences_for

_FINISHED = (OrderStatus.COMPLETED, OrderStatus.CANCELLED)


def _rows(ids: Sequence[int], user: User) -> dict[int, PickedRow]:
    orders = orders_visible_to(user).filter(pk__in=ids).select_related("account")
    return {
        order.pk: PickedRow(
            order.number or "", order.account.name, reverse("orders:detail", args=[order.pk]), order.company_id
        )
        for order in orders
    }


def _confirm(ids: Sequence[int], step: Step) -> dict[int, Outcome]:
    """One command for one company's orders; it answers for each, also for those that it cannot confirm."""
    answers = confirm_orders.once(step.key)(order_ids=ids, actor=step.actor)
    found = {}
    for answer in answers:
        sentences = list(sentences_for(step.actor, answer))
        if answer.no_supply_line_ids:
            sentences.append(f"{len(answer.no_supply_line_ids)} without supply.")
        if answer.late_line_ids:
            sentences.append(f"{len(answer.late_line_ids)} later than requested.")
        kind, word = _CONFIRMED[answer.outcome]
        found[answer.order_id] = Outcome(kind, word, " ".join(sentences))
    return found


_CONFIRMED = {
    "confirmed": (JobRow.Outcome.DONE, "Confirmed"),
    "submitted": (JobRow.Outcome.REFUSED, "On hold"),
    "refused": (JobRow.Outcome.REFUSED, "Not confirmed"),
}


def _hold(ids: Sequence[int], step: Step) -> Mapping[int, Outcome]:
    """Hold those that can be held; finished and held ones are left alone."""
    by_hand = OrderHold.objects.filter(order__in=ids, kind=HoldKind.MANUAL, released_at=None)
    held = set(by_hand.values_list("order_id", flat=True))
    finished = {order.pk: order for order in Order.objects.filter(pk__in=ids, status__in=_FINISHED)}
    wanted = [pk for pk in ids if pk not in held and pk not in finished]
    if wanted:
        hold_orders.once(step.key)(order_ids=wanted, reason=step.arguments["reason"], actor=step.actor)
    told = {pk: left("Held already.") for pk in held}
    told |= {pk: left(f"{order.get_status_display()}.") for pk, order in finished.items()}
    return told | {pk: done("On hold") for pk in wanted}


CONFIRM = Verb(
    name="orders.confirm",
    title="Confirm orders",
    noun="orders",
    done="confirmed",
    right="orders.confirm_order",
    back="orders:list",
    rows=_rows,
    act=_confirm,
    refused="Not confirmed",
)
HOLD = Verb(
    name="orders.hold",
    title="Hold orders",
    noun="orders",
    done="on hold",
    right="orders.hold_order",
    back="orders:list",
    rows=_rows,
    act=_hold,
    refused="Not held",
)
VERBS = (CONFIRM, HOLD)

"""What can be done to the picked deliveries and due orders of a list, each told what became of it."""

from collections.abc import Callable, Mapping, Sequence

from django.urls import reverse

from core.bulk_verbs import Outcome, PickedRow, Step, Verb, done
from core.dates import business_date
from core.models import Company, JobRow, User
from fulfillment.models import Delivery
from fulfillment.selectors import deliveries_visible_to
from fulfillment.services import deliver_orders, pick_all, release_deliveries, ship_deliveries
from inventory.models import Warehouse
from orders.selectors import orders_visible_to


def _deliveries(ids: Sequence[int], user: User) -> dict[int, PickedRow]:
    """One command takes the deliveries of one warehouse: its day is theirs."""
    rows = deliveries_visible_to(user).filter(pk__in=ids).select_related("account")
    return {
        each.pk: PickedRow(
            each.number or "", each.account.name, reverse("fulfillment:delivery", args=[each.pk]), each.warehouse_id
        )
        for each in rows
    }


def _release(ids: Sequence[int], step: Step) -> Mapping[int, Outcome]:
    release_deliveries.once(step.key)(delivery_ids=ids, actor=step.actor)
    return dict.fromkeys(ids, done("Released"))


def _pick(ids: Sequence[int], step: Step) -> Mapping[int, Outcome]:
    pick_all.once(step.key)(delivery_ids=ids, actor=step.actor)
    return dict.fromkeys(ids, done("Picked"))


def _ship(ids: Sequence[int], step: Step) -> Mapping[int, Outcome]:
    zone = Warehouse.objects.values_list("time_zone", flat=True).get(pk=step.group)
    ship_deliveries.once(step.key)(delivery_ids=ids, business_date=business_date(zone), actor=step.actor)
    return dict.fromkeys(ids, done("Shipped"))


def _of_deliveries(
    name: str, title: str, past: str, right: str, act: Callable[[Sequence[int], Step], Mapping[int, Outcome]]
) -> Verb:
    return Verb(
        name=f"fulfillment.{name}",
        title=title,
        noun="deliveries",
        done=past,
        right=f"fulfillment.{right}",
        back="fulfillment:board",
        rows=_deliveries,
        act=act,
        refused=f"Not {past}",
    )


RELEASE = _of_deliveries("release", "Release deliveries", "released", "release_delivery", _release)
PICK = _of_deliveries("pick", "Report deliveries as picked", "picked", "pick_delivery", _pick)
SHIP = _of_deliveries("ship", "Post goods issues", "shipped", "ship_delivery", _ship)


def _orders(ids: Sequence[int], user: User) -> dict[int, PickedRow]:
    rows = orders_visible_to(user).filter(pk__in=ids).select_related("account")
    return {
        each.pk: PickedRow(
            each.number or "", each.account.name, reverse("orders:detail", args=[each.pk]), each.company_id
        )
        for each in rows
    }


def _create(ids: Sequence[int], step: Step) -> Mapping[int, Outcome]:
    """One command for one company's orders: it answers for each and refuses none."""
    today = business_date(Company.objects.values_list("time_zone", flat=True).get(pk=step.group))
    outcomes = deliver_orders.once(step.key)(
        company_id=step.group,
        order_ids=ids,
        due_until=None if step.arguments["is_all"] else today,
        business_date=today,
        actor=step.actor,
    )
    numbers = Delivery.objects.in_bulk([pk for outcome in outcomes for pk in outcome.delivery_ids])
    return {
        each.order_id: Outcome(
            JobRow.Outcome.DONE if each.delivery_ids else JobRow.Outcome.REFUSED,
            "Created" if each.delivery_ids else "Not created",
            each.sentence,
            [(numbers[pk].number or "", reverse("fulfillment:delivery", args=[pk])) for pk in each.delivery_ids],
        )
        for each in outcomes
    }


CREATE = Verb(
    name="fulfillment.create",
    title="Create deliveries",
    noun="orders",
    done="put on deliveries",
    right="fulfillment.release_delivery",
    back="fulfillment:due",
    rows=_orders,
    act=_create,
    refused="Not created",
)
VERBS = (RELEASE, PICK, SHIP, CREATE)

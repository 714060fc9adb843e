"""The goods issue: one moment in which stock leaves, its cost is posted, and the promise is kept or broken."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal

from accounting.services import post_entries
from core import bulk
from core.commands import command
from core.models import Company, User
from core.timeline import TimelineEntry
from core.transitions import advance, require_transition
from core.wording import day, days_text, plain
from fulfillment.drafts import Shipped
from fulfillment.errors import DeliveryNotReady
from fulfillment.loading import LoadedLine, delivering_of, lines_of
from fulfillment.models import Delivery, DeliveryLine
from fulfillment.postings import goods_issue_entry
from fulfillment.services.holds import require_none_held
from fulfillment.services.locking import lock_deliveries_with_orders
from fulfillment.services.packing import settled
from fulfillment.states import DeliveryStatus
from inventory import services as inventory
from orders.drafts import Progress
from orders.services import record_shipped

ZERO = Decimal(0)


@command(permission="fulfillment.ship_delivery")
def ship_deliveries(*, delivery_ids: Collection[int], business_date: date, actor: User) -> list[Shipped]:
    """Post the goods issue of these deliveries: stock out at its cost, order counters, credit, journal, promise.

    A released delivery of which nobody reported a pick leaves as planned. More than planned leaves within the order
    line's tolerance and takes free stock. Costs are in functional currency. Locks orders, deliveries, credit, buckets
    and bins, journal, in this order; statements do not depend on the number of deliveries or lines.

    Raises:
        TransitionRefused: one has left already or was cancelled meanwhile.
        OrderHeld: an order is on hold; what is packed waits until the hold is released.
        DeliveryNotReady: a line is not picked, or more was picked than its order line allows.
        NotEnoughStock: the goods are not there.
    """
    locked = lock_deliveries_with_orders(delivery_ids)  # the second of two who ship the same one finds it shipped
    if locked is None:
        return []
    company, deliveries = locked.company, locked.deliveries
    require_transition(deliveries, "ship")
    loaded = lines_of([delivery.pk for delivery in deliveries])
    require_none_held(line for own in loaded.values() for line in own)
    busy = delivering_of(line for lines in loaded.values() for line in lines)
    closed = {
        delivery.pk: [line for line in own if line.picked]
        for delivery, own in zip(deliveries, _closed(deliveries, loaded), strict=True)
    }
    lines = [line for own in closed.values() for line in own]
    _require_within_tolerance(lines)

    waiting = record_shipped(
        company=company, progress=_progress(lines), freed=busy, business_date=business_date, actor=actor
    )
    costs = _issue(company, deliveries, closed, business_date, actor=actor)
    _write(lines, costs)
    _post(company, deliveries, closed, costs, business_date, actor=actor)
    shipped = [_shipped(delivery, closed[delivery.pk], costs, business_date) for delivery in deliveries]
    story = _story(deliveries, closed, shipped, business_date)
    advance(deliveries, "ship", actor=actor, same={"shipped_on": business_date}, also=story)
    _note_paid_in_advance(closed, waiting)
    return shipped


def _closed(deliveries: Sequence[Delivery], loaded: Mapping[int, Sequence[LoadedLine]]) -> list[list[LoadedLine]]:
    """The closed lines of each delivery, in the order given; packed ones were closed when they were packed."""
    open_ones = [delivery for delivery in deliveries if delivery.status != DeliveryStatus.PACKED]
    closed = settled(open_ones, loaded)
    return [closed.get(delivery.pk, list(loaded[delivery.pk])) for delivery in deliveries]


def _require_within_tolerance(lines: Sequence[LoadedLine]) -> None:
    """Name every order line that would get more than it allows; the CHECK behind it names none."""
    picked: dict[int, Decimal] = {}
    allowed: dict[int, LoadedLine] = {}
    for line in lines:
        picked[line.order_line_id] = picked.get(line.order_line_id, ZERO) + line.picked
        allowed[line.order_line_id] = line
    over = [line for line_id, line in allowed.items() if picked[line_id] > line.may_still_ship]
    if over:
        raise DeliveryNotReady(
            " ".join(
                f"{line.sku}: {plain(picked[line.order_line_id])} picked, {plain(line.may_still_ship)} may leave."
                for line in over[:10]
            )
        )


def _progress(lines: Sequence[LoadedLine]) -> list[Progress]:
    return [
        Progress(line.order_line_id, line.picked, "delivery", line.delivery_id, line.schedule_line_id) for line in lines
    ]


def _issue(
    company: Company,
    deliveries: Sequence[Delivery],
    closed: Mapping[int, Sequence[LoadedLine]],
    on: date,
    *,
    actor: User,
) -> dict[int, Decimal]:
    issues = [
        inventory.IssueDraft(
            line.id, line.commitment_id, line.product_id, delivery.warehouse_id, line.bin_id, line.picked
        )
        for delivery in deliveries
        for line in closed[delivery.pk]
    ]
    return inventory.issue(company=company, issues=issues, source_type="delivery_line", business_date=on, actor=actor)


def _write(lines: Sequence[LoadedLine], costs: Mapping[int, Decimal]) -> None:
    bulk.update(
        DeliveryLine,
        [line.id for line in lines],
        {
            "picked": [line.picked for line in lines],
            "is_picked": [True for _ in lines],
            "shipped": [line.picked for line in lines],
            "cost": [costs[line.id] for line in lines],
        },
    )


def _post(
    company: Company,
    deliveries: Sequence[Delivery],
    closed: Mapping[int, Sequence[LoadedLine]],
    costs: Mapping[int, Decimal],
    on: date,
    *,
    actor: User,
) -> None:
    drafts = [
        goods_issue_entry(
            delivery.pk,
            delivery.number or "",
            on,
            [(line.posting_group, costs[line.id]) for line in closed[delivery.pk]],
            currency=company.functional_currency,
        )
        for delivery in deliveries
    ]
    post_entries(company=company, drafts=drafts, actor=actor)


def _shipped(delivery: Delivery, lines: Sequence[LoadedLine], costs: Mapping[int, Decimal], on: date) -> Shipped:
    cost = sum((costs[line.id] for line in lines), ZERO)
    late = max((line.days_late(on) for line in lines), default=0)
    return Shipped(delivery.pk, delivery.number or "", delivery.order_id, cost, late)


def _note_paid_in_advance(closed: Mapping[int, Sequence[LoadedLine]], waiting: Collection[int]) -> None:
    """Keep off the due list what was billed before it left; ``waiting`` are the order lines that still are to be."""
    billed = [pk for pk, lines in closed.items() if not any(line.order_line_id in waiting for line in lines)]
    if billed:
        Delivery.objects.filter(pk__in=billed).update(is_billed=True)


def _story(
    deliveries: Sequence[Delivery],
    closed: Mapping[int, Sequence[LoadedLine]],
    shipped: Sequence[Shipped],
    on: date,
) -> list[TimelineEntry]:
    """What the timeline of each order tells: what left, and whether its promise was kept."""
    entries = []
    for delivery, result in zip(deliveries, shipped, strict=True):
        late = [line for line in closed[delivery.pk] if line.days_late(on)]
        promised = [line.ship_on for line in closed[delivery.pk] if line.ship_on]
        if late:
            verb = "promise_broken"
            names = ", ".join(line.sku for line in late[:5])
            text = f"{delivery.number} left {days_text(result.days_late)} late: {names}."
        else:
            verb, text = (
                "promise_kept",
                f"{delivery.number} left as promised for {day(min(promised))}." if promised else "",
            )
        data = {"delivery": delivery.pk, "days_late": result.days_late}
        entries.append(TimelineEntry("order", delivery.order_id, verb, text=text, data=data))
    return entries

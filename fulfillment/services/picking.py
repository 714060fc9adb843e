"""Picking: what was found. By scan, all as planned, or less than planned."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.db import connection

from core import bulk
from core.cases import CaseDraft, open_cases
from core.commands import command
from core.dates import business_date as business_date_in
from core.errors import NotFound
from core.models import User
from core.rounding import exact_quantity
from core.system import system_user
from core.timeline import TimelineEntry, record
from core.transitions import advance, require_transition
from core.wording import plain
from fulfillment.drafts import Cause
from fulfillment.errors import PickRefused
from fulfillment.loading import LoadedLine, lines_of
from fulfillment.models import Delivery, DeliveryLine
from fulfillment.services.locking import lock_deliveries, lock_deliveries_with_orders
from fulfillment.states import DeliveryStatus
from inventory import services as inventory
from inventory.models import BinStock
from orders.services import record_delivering

SHORT_PICK = "short_pick"
WAREHOUSE = "warehouse"
ON_THE_FLOOR = frozenset({DeliveryStatus.RELEASED, DeliveryStatus.PICKING})
CAUSES = {"missing": "not in the bin", "damaged": "damaged", "later": "left for later"}

_PICK_ALL = """
    UPDATE fulfillment_deliveryline SET picked = greatest(picked, quantity), is_picked = true
    WHERE delivery_id = ANY(%s) AND NOT is_picked
"""


@command(permission="fulfillment.pick_delivery")
def pick_all(*, delivery_ids: Collection[int], actor: User) -> None:
    """Report these deliveries as picked as planned: for work by paper. Lines that were closed before stay so.

    Raises TransitionRefused for one that is not with the pickers.
    """
    deliveries = lock_deliveries(delivery_ids)
    if not deliveries:
        return
    require_transition(deliveries, "pick")
    with connection.cursor() as cursor:
        cursor.execute(_PICK_ALL, [[delivery.pk for delivery in deliveries]])
    start_picking(deliveries, actor=actor)


def start_picking(deliveries: Sequence[Delivery], *, actor: User) -> None:
    """Move released ones to picking; one that is being picked stays and gets no further row on its timeline."""
    advance([each for each in deliveries if each.status == DeliveryStatus.RELEASED], "pick", actor=actor)


def write_picked(lines: Sequence[LoadedLine]) -> None:
    """Write what was found of these lines, in one statement. Under the deliveries' locks."""
    bulk.update(
        DeliveryLine,
        [line.id for line in lines],
        {"picked": [line.picked for line in lines], "is_picked": [line.is_picked for line in lines]},
    )


@command(permission="fulfillment.pick_delivery")
def short_pick(
    *, delivery_line_id: int, picked: Decimal, actor: User, cause: Cause = "missing", business_date: date | None = None
) -> None:
    """Close a line with less than planned. The delivery goes on without the rest, which is free to be delivered again.

    Physical truth always posts: what is missing or damaged leaves the stock at once, in the system's name, so that
    nobody is promised it; promises that leaned on it are given new dates in the same transaction
    (``inventory.events.PromisesMoved``), and the warehouse is asked to count the bin. Without ``business_date`` the
    loss is of today where the warehouse stands: the delivery's own day may lie in a locked period. Locks the order,
    the delivery, then stock.

    Raises:
        PickRefused: the line is closed already, or ``picked`` is not less than planned.
    """
    delivery, line = _lock_line(delivery_line_id)
    if delivery.status not in ON_THE_FLOOR or line.is_picked:
        raise PickRefused(f"{line.sku} on {delivery.number} is picked already, or the delivery is not being picked.")
    if not 0 <= exact_quantity(picked) < line.quantity:
        raise PickRefused(
            f"{line.sku}: enter what was found, less than the {plain(line.quantity)} planned.",
            fields={"picked": f"Enter a quantity from 0 to less than {plain(line.quantity)}"},
        )
    rest = line.quantity - picked
    write_picked([replace(line, picked=picked, is_picked=True)])
    record_delivering(deltas={line.schedule_line_id: -rest}, actor=actor)
    start_picking([delivery], actor=actor)
    sentence = f"{plain(rest)} of {plain(line.quantity)} {line.sku} {CAUSES[cause]}" + (
        f", bin {line.bin_code}." if line.bin_code else "."
    )
    record([TimelineEntry.about(delivery, SHORT_PICK, text=sentence, data={"line": line.id})], actor=actor)
    if cause != "later":
        _report(delivery, line, rest, sentence, business_date, actor=actor)


def _lock_line(delivery_line_id: int) -> tuple[Delivery, LoadedLine]:
    delivery_id = DeliveryLine.objects.filter(pk=delivery_line_id).values_list("delivery_id", flat=True).first()
    if delivery_id is None:
        raise NotFound("delivery line not found.")
    locked = lock_deliveries_with_orders([delivery_id])
    assert locked is not None
    (delivery,) = locked.deliveries
    delivery.company = locked.company
    return delivery, next(line for line in lines_of([delivery_id])[delivery_id] if line.id == delivery_line_id)


def _report(
    delivery: Delivery, line: LoadedLine, rest: Decimal, sentence: str, on: date | None, *, actor: User
) -> None:
    """Put the loss on the warehouse's desk and take it out of stock."""
    company = delivery.company
    open_cases(
        cases=[
            CaseDraft(
                company.pk,
                SHORT_PICK,
                WAREHOUSE,
                delivery.kind,
                delivery.pk,
                f"{delivery.number}: {sentence} It was taken out of stock; count the bin.",
            )
        ],
        actor=actor,
    )
    lost = min(rest, _in_the_books(delivery, line))
    if not lost:
        return
    inventory.adjust_stock(
        drafts=[
            inventory.AdjustmentDraft(
                company,
                delivery.warehouse_id,
                f"Short pick of {delivery.number}: {sentence}"[:200],
                on or business_date_in(delivery.warehouse.time_zone),
                (inventory.AdjustmentLineDraft(line.product_id, line.bin_id, -lost),),
            )
        ],
        actor=system_user(),
    )


def _in_the_books(delivery: Delivery, line: LoadedLine) -> Decimal:
    """What the books say lies in the line's bin, or the default one: no more than that can be missing."""
    bins = BinStock.objects.filter(company_id=delivery.company_id, product_id=line.product_id)
    if line.bin_id is None:
        bins = bins.filter(bin__warehouse_id=delivery.warehouse_id, bin__is_default=True)
    else:
        bins = bins.filter(bin_id=line.bin_id)
    return bins.values_list("quantity", flat=True).first() or Decimal(0)

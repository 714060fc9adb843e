"""What order lines ask of supply, wherever they ask: at confirmation, after a change, and again."""

from datetime import date, timedelta
from decimal import Decimal

from inventory import services as inventory
from orders.loading import ConfirmableLine, LoadedOrder


def demand_of(
    order: LoadedOrder,
    line: ConfirmableLine,
    quantity: Decimal,
    *,
    on: date,
    instead_of: tuple[tuple[int, Decimal], ...] = (),
) -> inventory.DemandDraft:
    """A quantity of one line, from the order's warehouse, in time for the day it is wanted, in its delivery group.

    ``on``: today, before which nothing ships. ``instead_of``: the commitments that would be given back for it.
    """
    return inventory.DemandDraft(
        key=line.line_id,
        product_id=line.product_id,
        warehouse_ids=(order.warehouse_id,),
        quantity=quantity,
        wanted_on=max(on, ship_by(order, line)),
        complete_only=order.complete_only,
        group=order.delivery_group(line),
        reference=order.number,
        instead_of=instead_of,
    )


def ship_by(order: LoadedOrder, line: ConfirmableLine) -> date:
    """The last day on which the line can leave and still be there when it is wanted."""
    return line.requested_on - timedelta(days=order.transit_days)

"""Promising again what waits, when supply was added: in batches, whoever was confirmed first coming first."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from core import outbox
from core.commands import command
from core.errors import Busy
from core.models import User
from inventory.errors import PromiseChanged
from orders.services.repromise import repromise_orders

REPROMISE_WAITING = "orders.repromise_waiting"
ORDERS_AT_ONCE = 100  # of one transaction; the next message takes the rest
BEGINNING = ("0001-01-01T00:00:00+00:00", 0)

_WAITING = """
    SELECT o.id, o.confirmed_at
    FROM unnest(%s::bigint[], %s::bigint[]) AS added(warehouse_id, product_id)
    JOIN orders_orderline l ON l.product_id = added.product_id AND l.open > 0
    JOIN orders_order o ON o.id = l.order_id AND o.warehouse_id = added.warehouse_id
    JOIN orders_scheduleline s ON s.order_line_id = l.id
    WHERE o.company_id = %s AND o.status = 'confirmed' AND (o.confirmed_at, o.id) > (%s, %s)
      AND s.quantity > s.cancelled + s.shipped + s.delivering
      AND (s.deliver_on IS NULL OR s.deliver_on > l.requested_on)
    GROUP BY o.id
    ORDER BY o.confirmed_at, o.id
    LIMIT %s
"""


@command(permission=None)
def repromise_waiting(
    *, company_id: int, places: Sequence[Sequence[int]], reason: str, after: Sequence[str | int] | None, actor: User
) -> int:
    """Promise again the next orders that wait for these products in these warehouses, and return how many there were.

    They wait with a line without date, or promised later than wanted; what is free goes to who was confirmed first.
    ``after`` (time of confirmation, id) is where the batch before ended; a full batch leaves a message for the next.
    What waits is read now and again under the orders' locks, so two messages at once promise nothing twice.

    Raises Busy where an order was not told yet that its supply has gone: messages come in any order, and once that one
    is carried out this one finds the order as it stands. A refusal would end the message, for all that wait.
    """
    found = _next_waiting(company_id, places, after or BEGINNING)
    if not found:
        return 0
    try:
        repromise_orders(
            order_ids=[order_id for order_id, _ in found],
            cause="supply added",
            reason=reason,
            places=frozenset((warehouse_id, product_id) for warehouse_id, product_id in places),
            actor=actor,
        )
    except PromiseChanged as error:
        raise Busy(f"A change of supply is still to be told to these orders. {error}") from error
    if len(found) == ORDERS_AT_ONCE:
        order_id, confirmed_at = found[-1]
        rest = {"company_id": company_id, "places": [list(place) for place in places], "reason": reason}
        outbox.emit(REPROMISE_WAITING, [rest | {"after": [confirmed_at.isoformat(), order_id]}], queue="promising")
    return len(found)


def _next_waiting(
    company_id: int, places: Sequence[Sequence[int]], after: Sequence[str | int]
) -> list[tuple[int, datetime]]:
    """The next orders in turn, in one query."""
    warehouses, products = [place[0] for place in places], [place[1] for place in places]
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [warehouses, products, company_id, *after, ORDERS_AT_ONCE])
        return cursor.fetchall()

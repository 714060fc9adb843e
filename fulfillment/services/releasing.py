"""Releasing deliveries to the floor: from now on pickers walk for them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from django.db import connection

from core import bulk
from core.commands import command
from core.locks import Rank
from core.models import User
from core.runs import current_run
from core.transitions import advance, require_transition
from fulfillment.bins import BinContent, Take, Want, choose_bins
from fulfillment.loading import IN_HAND, LoadedLine, lines_of
from fulfillment.models import Delivery, DeliveryLine
from fulfillment.services.holds import require_none_held
from fulfillment.services.locking import lock_deliveries
from inventory.models import BinStock

# What lies in the sellable bins of these buckets, locked in the one order.
_CONTENTS = """
    SELECT t.id, t.bin_id, b.warehouse_id, t.product_id, b.path, t.quantity - t.assigned
    FROM inventory_binstock t JOIN inventory_bin b ON b.id = t.bin_id
    WHERE b.is_sellable AND t.quantity > 0
      AND (b.warehouse_id, t.product_id) IN (SELECT * FROM unnest(%s::bigint[], %s::bigint[]))
    ORDER BY t.id FOR NO KEY UPDATE OF t
"""

# What open picks were sent for, by bin and product; read under the bins' locks.
_SENT = """
    SELECT l.bin_id, l.product_id, sum(CASE WHEN l.is_picked THEN least(l.picked, l.quantity) ELSE l.quantity END)
    FROM fulfillment_deliveryline l JOIN fulfillment_delivery d ON d.id = l.delivery_id
    WHERE l.bin_id = ANY(%s) AND d.status = ANY(%s)
    GROUP BY l.bin_id, l.product_id
"""


@command(permission="fulfillment.release_delivery")
def release_deliveries(*, delivery_ids: Collection[int], actor: User) -> None:
    """Choose the bins and hand these deliveries to the pickers. A line that lies in several bins becomes several lines.

    Locks the deliveries and the bins, so that two releases do not send two pickers for the same goods.
    Raises TransitionRefused, and OrderHeld when an order is on hold.
    """
    deliveries = lock_deliveries(delivery_ids)
    if not deliveries:
        return
    require_transition(deliveries, "release")
    lines = [line for lines in lines_of([delivery.pk for delivery in deliveries]).values() for line in lines]
    require_none_held(lines)
    warehouses = {delivery.pk: delivery.warehouse_id for delivery in deliveries}
    contents = lock_bin_contents({(warehouses[line.delivery_id], line.product_id) for line in lines})
    _assign(deliveries, lines, contents)
    advance(deliveries, "release", actor=actor)


def lock_bin_contents(places: Collection[tuple[int, int]]) -> dict[tuple[int, int], list[BinContent]]:
    """Lock what lies in the bins of these (warehouse, product) and return what no open pick was sent for."""
    wanted = sorted(places)
    with connection.cursor() as cursor:
        cursor.execute(_CONTENTS, [[place[0] for place in wanted], [place[1] for place in wanted]])
        rows = cursor.fetchall()
        current_run().locks.take(Rank.BIN_TOTAL, BinStock._meta.db_table, [row[0] for row in rows])
        cursor.execute(_SENT, [sorted({row[1] for row in rows}), list(IN_HAND)])
        sent = {(bin_id, product_id): quantity for bin_id, product_id, quantity in cursor.fetchall()}
    found: defaultdict[tuple[int, int], list[BinContent]] = defaultdict(list)
    for _, bin_id, warehouse_id, product_id, path, free in rows:
        content = BinContent(bin_id, path, free - sent.get((bin_id, product_id), Decimal(0)))
        found[warehouse_id, product_id].append(content)
    return found


def _assign(
    deliveries: Sequence[Delivery], lines: Sequence[LoadedLine], contents: Mapping[tuple[int, int], list[BinContent]]
) -> None:
    takes: dict[int, list[Take]] = {}
    for warehouse_id in sorted({delivery.warehouse_id for delivery in deliveries}):
        mine = {delivery.pk for delivery in deliveries if delivery.warehouse_id == warehouse_id}
        here = {product_id: found for (place, product_id), found in contents.items() if place == warehouse_id}
        wants = [Want(line.id, line.product_id, line.quantity) for line in lines if line.delivery_id in mine]
        takes |= choose_bins(wants, here)
    moved = [line for line in lines if takes[line.id][0] != Take(None, line.quantity)]
    bulk.update(
        DeliveryLine,
        [line.id for line in moved],
        {
            "bin_id": [takes[line.id][0].bin_id for line in moved],
            "quantity": [takes[line.id][0].quantity for line in moved],
        },
    )
    _split(lines, takes)


def _split(lines: Sequence[LoadedLine], takes: Mapping[int, list[Take]]) -> None:
    """Write a further line for every further bin."""
    last = {line.delivery_id: 0 for line in lines}
    for line in lines:
        last[line.delivery_id] = max(last[line.delivery_id], line.position)
    rows: list[tuple[LoadedLine, int, Take]] = []
    for line in lines:
        for take in takes[line.id][1:]:
            last[line.delivery_id] += 1
            rows.append((line, last[line.delivery_id], take))
    bulk.insert(
        DeliveryLine,
        {
            "delivery_id": [line.delivery_id for line, _, _ in rows],
            "position": [position for _, position, _ in rows],
            "schedule_line_id": [line.schedule_line_id for line, _, _ in rows],
            "order_line_id": [line.order_line_id for line, _, _ in rows],
            "product_id": [line.product_id for line, _, _ in rows],
            "bin_id": [take.bin_id for _, _, take in rows],
            "quantity": [take.quantity for _, _, take in rows],
        },
    )

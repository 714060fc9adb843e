"""Writing the components of kits: generated and frozen at the moment of confirmation."""

from collections.abc import Mapping, Sequence

from core import bulk
from core.money import zero
from orders.loading import ConfirmableLine, LoadedOrder
from orders.models import Order, OrderLine


def write_components(orders: Sequence[LoadedOrder], headers: Mapping[int, Order]) -> dict[int, int]:
    """Write the components that loading generated, in one statement, and return the new line id by temporary key.

    They carry no price: the kit's line is priced and billed. Under the orders' header locks.
    """
    pairs: list[tuple[LoadedOrder, ConfirmableLine]] = [
        (order, line) for order in orders for line in order.lines if line.line_id < 0
    ]
    if not pairs:
        return {}
    nothing = {order.order_id: zero(headers[order.order_id].currency) for order, _ in pairs}
    ids = bulk.insert(
        OrderLine,
        {
            "order_id": [order.order_id for order, _ in pairs],
            "company_id": [headers[order.order_id].company_id for order, _ in pairs],
            "position": [line.position for _, line in pairs],
            "parent_id": [line.parent_id for _, line in pairs],
            "product_id": [line.product_id for _, line in pairs],
            "product_kind": [line.product_kind for _, line in pairs],
            "description": [line.sku for _, line in pairs],
            "sales_quantity": [line.ordered for _, line in pairs],
            "ordered": [line.ordered for _, line in pairs],
            "cancelled": [line.cancelled for _, line in pairs],
            "requested_on": [line.requested_on for _, line in pairs],
            "currency": [headers[order.order_id].currency for order, _ in pairs],
            "discount": [nothing[order.order_id] for order, _ in pairs],
            "net": [nothing[order.order_id] for order, _ in pairs],
            "tax": [nothing[order.order_id] for order, _ in pairs],
            "gross": [nothing[order.order_id] for order, _ in pairs],
        },
        same={"sales_unit": ""},
    )
    written = dict(zip((line.line_id for _, line in pairs), ids, strict=True))
    for _, line in pairs:
        line.line_id = written[line.line_id]
    return written

"""Held orders: nothing of them is put on a delivery, handed to pickers or leaves until the hold is released."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from fulfillment.errors import OrderHeld
from fulfillment.loading import LoadedLine
from orders.models import OrderHold

MOST_NAMED = 10


def words_of_holds(order_ids: Collection[int]) -> dict[int, str]:
    """Each held order's open holds with their reasons, as "on hold (credit: Over the limit)". One query, or none."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    if not order_ids:
        return {}
    for hold in OrderHold.objects.filter(order_id__in=order_ids, released_at=None).order_by("order_id", "id"):
        found[hold.order_id].append(f"{hold.get_kind_display().lower()}: {hold.reason.rstrip('.')}")
    return {order_id: f"on hold ({'; '.join(words)})" for order_id, words in found.items()}


def require_none_held(lines: Iterable[LoadedLine]) -> None:
    """Refuse lines of held orders, naming each order and its hold.

    Whether an order is held came with the lines; a statement is spent only on the refusal. Read under the orders'
    locks it is final; without them, as at release, a hold that comes a moment later is met at the goods issue.

    Raises OrderHeld.
    """
    held = {line.order_id for line in lines if line.is_held}
    if not held:
        return
    numbers = dict(OrderHold.objects.filter(order_id__in=held).values_list("order_id", "order__number"))
    words = words_of_holds(held)
    raise OrderHeld(
        " ".join(
            f"{numbers[order_id]} is {words[order_id]}. Release the hold first."
            for order_id in sorted(words)[:MOST_NAMED]
        )
    )

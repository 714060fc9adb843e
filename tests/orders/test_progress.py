"""What fulfilment tells orders is taken only from who holds their locks."""

from decimal import Decimal

import pytest

from orders.models import ScheduleLine
from orders.services import record_delivering
from tests.orders.makers import confirmed
from tests.world import World


def test_what_is_on_deliveries_is_noted_under_the_locks_of_the_orders_only(world: World) -> None:
    order = confirmed(world, bolt="10")
    part = ScheduleLine.objects.get(order_line__order=order)

    with pytest.raises(AssertionError, match="orders_order must be locked by the caller"):
        record_delivering(deltas={part.pk: Decimal(4)}, actor=world.bob)

    part.refresh_from_db()
    assert part.delivering == 0

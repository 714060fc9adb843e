"""What is due is due by the company's own day, not by the day of UTC."""

from datetime import UTC, datetime, timedelta

import pytest

from core.dates import business_date
from core.models import Company
from fulfillment.selectors import COMPANYS_TODAY, due_orders
from orders.models import ScheduleLine
from tests.fulfillment.conftest import MakeConfirmed
from tests.world import World

# At every instant at least one of them has another day than UTC.
ZONES = ("Pacific/Kiritimati", "Pacific/Niue")


@pytest.fixture
def elsewhere(world: World) -> str:
    """A zone that has another day than UTC now; the company is there."""
    zone = next(zone for zone in ZONES if business_date(zone) != datetime.now(UTC).date())
    Company.objects.filter(pk=world.company.pk).update(time_zone=zone)
    return zone


def test_promises_are_due_by_the_day_of_the_company(
    world: World, make_confirmed: MakeConfirmed, elsewhere: str
) -> None:
    order, today = make_confirmed({world.bolt: "10"}), business_date(elsewhere)
    lines = ScheduleLine.objects.filter(order_line__order=order)

    lines.update(ship_on=today)
    assert list(due_orders(world.bob, until=COMPANYS_TODAY)) == [order]

    lines.update(ship_on=today + timedelta(days=1))
    assert not due_orders(world.bob, until=COMPANYS_TODAY).exists()

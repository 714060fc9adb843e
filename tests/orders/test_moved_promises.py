"""What supply did to promises, carried into what customers were told: in whatever order the messages come."""

from datetime import timedelta

import pytest
from django.db.models import F

from core.models import OutboxMessage
from core.system import system_user
from inventory.models import Commitment
from inventory.services import change_expected_dates
from orders.models import PromiseEvent, ScheduleLine
from orders.services import confirm_orders
from orders.tasks import note_moved_promises_task
from orders_site.wiring import carry_moved_promises  # noqa: F401 - supply's events reach the outbox
from tests.factories import TODAY
from tests.inventory.makers import expect
from tests.orders.makers import draft
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("order_of_arrival", [(0, 1), (1, 0)])
def test_the_newest_date_stands_whatever_message_comes_last(world: World, order_of_arrival: tuple[int, int]) -> None:
    inbound = expect(warehouse=world.main, product=world.bolt, quantity="200", on=TODAY + timedelta(days=5))
    confirm_orders(order_ids=[draft(world, bolt="150", complete_only=True).pk], actor=world.alice, business_date=TODAY)
    for days, reason in ((9, "storm"), (12, "ice")):
        change_expected_dates(
            changes={inbound.pk: TODAY + timedelta(days=days)},
            reason=reason,
            actor=system_user(),
            business_date=TODAY,
        )
    messages = list(OutboxMessage.objects.filter(task="orders.note_moved_promises").order_by("pk"))
    assert len(messages) == 2

    for number in order_of_arrival:
        note_moved_promises_task(**messages[number].payload)

    told = dict(ScheduleLine.objects.filter(quantity__gt=F("cancelled")).values_list("commitment_id", "ship_on"))
    assert told == dict(Commitment.objects.exclude(quantity=0).values_list("pk", "ship_on"))
    assert max(day for day in told.values() if day) > TODAY + timedelta(days=11)
    assert PromiseEvent.objects.filter(is_first=False).count() == 1

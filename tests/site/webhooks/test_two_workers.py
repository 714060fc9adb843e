"""Two workers at once: each message goes out once, although both look for what is due."""

from collections.abc import Callable
from typing import Any

import pytest

from core.models import User
from orders_site.webhooks import sending, services
from orders_site.webhooks.models import WebhookDelivery
from tests.site.webhooks.conftest import Receiver, Subscribe

pytestmark = pytest.mark.own_database


def test_workers_that_look_at_once_send_each_message_once(
    subscribe: Subscribe, adam: User, receiver: Receiver, run_together: Callable[..., Any]
) -> None:
    found = subscribe()
    for _ in range(12):
        services.send_test(subscription_id=found.pk, actor=adam)

    outcomes = run_together([sending.send_due] * 4)

    assert sum(each.value for each in outcomes) == 12
    assert len(receiver.ids) == len(set(receiver.ids)) == 12
    assert not WebhookDelivery.objects.exclude(state="done", tries=1).exists()

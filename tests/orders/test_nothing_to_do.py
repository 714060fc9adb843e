"""A command over no documents does nothing, whatever asks: a worker, a program, a list of which nothing is left."""

from collections.abc import Callable
from typing import Any

import pytest

from core.models import DocumentEvent
from core.system import system_user
from orders.services import cancel_orders, cancel_rest, confirm_orders, release_holds, repromise_orders


@pytest.mark.parametrize(
    ("verb", "of_nothing"),
    [
        (confirm_orders, {"order_ids": []}),
        (cancel_orders, {"order_ids": [], "reason": "because"}),
        (cancel_rest, {"order_ids": [], "reason": "because"}),
        (release_holds, {"hold_ids": [], "reason": "because"}),
        (repromise_orders, {"order_ids": []}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_command_over_no_orders_does_nothing(verb: Callable[..., Any], of_nothing: dict[str, Any], db: None) -> None:
    verb(**of_nothing, actor=system_user())

    assert not DocumentEvent.objects.exists()

"""Stories that most billing tests start from: confirmed orders, shipped deliveries."""

import pytest

from tests.billing.makers import Trade
from tests.world import World, world

__all__ = ["world"]


@pytest.fixture
def trade(world: World) -> Trade:
    """Orders and deliveries of the small named world, made through the services."""
    return Trade(world)

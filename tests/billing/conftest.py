"""Stories that most billing tests start from: confirmed orders, shipped deliveries."""

from collections.abc import Iterator

import pytest

from accounting.invariants import INVARIANTS as OF_ACCOUNTING
from billing.invariants import INVARIANTS
from core import invariants
from tests.billing.makers import Trade
from tests.world import World, world

__all__ = ["world"]


@pytest.fixture
def trade(world: World) -> Trade:
    """Orders and deliveries of the small named world, made through the services."""
    return Trade(world)


@pytest.fixture(autouse=True)
def _books_are_right_afterwards(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hold every invariant of billing and of the ledger after each test; those of the invariants break them."""
    if "world" not in request.fixturenames or request.path.name == "test_invariants.py":
        yield
        return
    request.getfixturevalue("world")  # so that the database is still there when this one looks at it
    yield
    findings = [invariants.check(each) for each in (*INVARIANTS, *OF_ACCOUNTING)]
    assert [finding for finding in findings if not finding.holds] == []

"""Counting tries on a real broker: exact when they come at once, and nothing passes where nobody can count."""

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.cache.backends.redis import RedisCache

from core.errors import Busy, TooMany
from core.web import limits
from core.web.limits import Limit, take
from orders_site.boot.broker import Broker
from orders_site.boot.places import temp_base

FIVE = Limit("test", 5, 60)


@pytest.fixture
def broker() -> Iterator[Broker]:
    """A broker of our own."""
    with tempfile.TemporaryDirectory(prefix="kept-limits-", dir=temp_base()) as place:
        running = Broker(Path(place) / "broker.sock", Path(place) / "log")
        running.start()
        yield running
        running.stop()


@pytest.fixture
def counters(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> Broker:
    """The counters kept there."""
    monkeypatch.setattr(limits, "cache", RedisCache(f"unix://{broker.socket}?db=1", {}))
    return broker


def _passes(_: Any = None) -> bool:
    try:
        take(FIVE, "Ana")
    except TooMany as refusal:
        return not 0 < refusal.retry_after_seconds <= 60
    return True


def test_of_forty_tries_at_once_five_pass(counters: Broker) -> None:
    with ThreadPoolExecutor(20) as pool:
        passed = list(pool.map(_passes, range(40)))
    take(FIVE, "somebody else")

    assert sum(passed) == 5


def test_a_new_window_begins_when_the_old_one_has_passed(counters: Broker) -> None:
    brief = Limit("brief", 1, 1)
    take(brief, "Ana")
    time.sleep(1.2)

    take(brief, "Ana")


def test_writing_a_name_in_capitals_gives_no_more_tries(counters: Broker) -> None:
    for name in ("ana", "ANA", "Ana", "aNa", "anA"):
        take(FIVE, name)

    with pytest.raises(TooMany):
        take(FIVE, "ana")


def test_nothing_passes_without_a_broker(counters: Broker) -> None:
    counters.stop()

    with pytest.raises(Busy):
        take(FIVE, "Ana")

"""How often something may be tried: counters in the cache, shared by all processes.

A window begins with the first try. Counting is atomic, so tries that come at once are all counted. Where the counters
cannot be reached nothing may be tried: whoever guards a door asks here, and an unguarded door stays closed.
"""

import hashlib
import time
from dataclasses import dataclass

from django.core.cache import cache
from redis.exceptions import RedisError

from core.errors import Busy, TooMany


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many tries in so many seconds, counted for each key apart."""

    name: str
    tries: int
    seconds: int


def take(limit: Limit, key: str) -> None:
    """Count one try.

    Raises TooMany, which says when the next one may come, and Busy when nobody can count.
    """
    name = f"limit:{limit.name}:{hashlib.sha256(key.casefold().encode()).hexdigest()[:32]}"
    try:
        count, ends = _count(name, limit.seconds)
    except (RedisError, OSError) as error:
        raise Busy("This is not possible at the moment. Please try again in a little while.") from error
    if count > limit.tries:
        wait = max(1, ends - int(time.time()))
        raise TooMany(f"That was tried too often. Please wait {_in_words(wait)}.", retry_after_seconds=wait)


def _count(name: str, seconds: int) -> tuple[int, int]:
    """The number of this try in its window, and when the window ends (seconds since 1970)."""
    ends = int(time.time()) + seconds
    for _ in range(3):
        if cache.add(name, 0, timeout=seconds):
            cache.set(f"{name}:ends", ends, timeout=seconds)
        try:
            count = cache.incr(name)
        except ValueError:  # the window ended between the two lines
            continue
        if count == 1:  # a counter that ended while it was counted up would be one for ever
            cache.touch(name, seconds)
        return count, int(cache.get(f"{name}:ends", ends))
    raise OSError("the counter cannot be kept")


def _in_words(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"

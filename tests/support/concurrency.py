"""Real concurrency for tests: threads with database connections of their own, started at one barrier."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections


@dataclass(frozen=True)
class Outcome:
    """What one of the concurrent callables did: returned a value or raised."""

    value: Any = None
    error: BaseException | None = None


def run_together(callables: Sequence[Callable[[], Any]], *, timeout_s: int = 60) -> list[Outcome]:
    """Run all callables at the same moment and return their outcomes in the order given.

    Fails instead of hanging when one does not end in time, because a hidden deadlock must be seen.
    """
    barrier = threading.Barrier(len(callables))
    outcomes: list[Outcome | None] = [None] * len(callables)

    def run(index: int, call: Callable[[], Any]) -> None:
        try:
            connections["default"].ensure_connection()
            barrier.wait(timeout_s)
            outcomes[index] = Outcome(value=call())
        except BaseException as error:
            barrier.abort() if barrier.n_waiting else None
            outcomes[index] = Outcome(error=error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(i, call), daemon=True) for i, call in enumerate(callables)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout_s)
    late = [i for i, thread in enumerate(threads) if thread.is_alive()]
    assert not late, f"callables {late} still running after {timeout_s} s"
    return [outcome for outcome in outcomes if outcome is not None]

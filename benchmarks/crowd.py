"""Many at once: processes with database connections of their own, started at one barrier and joined with a time-out."""

import multiprocessing
import queue
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connections

TIMEOUT_S = 240
_context = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class CrowdResult:
    """What every worker returned, and the seconds from the first start to the last end."""

    answers: list[Any]
    seconds: float


def together(
    workers: int, work: Callable[[int, Any], Any], *, prepare: Callable[[int], Any] = lambda worker: None
) -> CrowdResult:
    """Run ``work(worker, prepared)`` in so many processes at the same moment. What ``prepare`` does is not timed.

    Raises RuntimeError when a worker fails or does not end in time: a hidden deadlock must be seen.
    """
    connections.close_all()  # a connection must not be shared with a child
    barrier, done = _context.Barrier(workers), _context.Queue()

    def run(worker: int) -> None:
        connections.close_all()
        try:
            prepared = prepare(worker)
            barrier.wait(TIMEOUT_S)
            started = time.perf_counter()
            answer = work(worker, prepared)
            done.put((worker, started, time.perf_counter(), answer, ""))
        except BaseException:
            barrier.abort()
            done.put((worker, 0.0, 0.0, None, traceback.format_exc()))

    processes = [_context.Process(target=run, args=(worker,), daemon=True) for worker in range(workers)]
    for process in processes:
        process.start()
    try:
        rows = sorted(done.get(timeout=TIMEOUT_S) for _ in processes)
    except queue.Empty:
        raise RuntimeError(f"a worker did not end in {TIMEOUT_S} s") from None
    finally:
        for process in processes:
            process.join(5)
            if process.is_alive():
                process.kill()
    if failed := [row[4] for row in rows if row[4]]:
        raise RuntimeError(failed[0])
    return CrowdResult([row[3] for row in rows], max(row[2] for row in rows) - min(row[1] for row in rows))

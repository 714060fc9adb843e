"""Real concurrency with real processes: each with its own interpreter state and its own database connection."""

import multiprocessing
from collections.abc import Callable, Sequence
from queue import Empty
from typing import Any

from django.db import connections

_fork = multiprocessing.get_context("fork")


def in_processes(work: Callable[..., Any], arguments: Sequence[tuple[Any, ...]], *, timeout_s: int = 90) -> list[Any]:
    """Run ``work(*arguments)`` in one process per tuple, started at one barrier; their answers in the order given.

    A process that raises answers with its exception. Fails instead of hanging when one does not end in time.
    """
    connections.close_all()  # a connection must not be shared across a fork
    barrier, answers = _fork.Barrier(len(arguments)), _fork.Queue()
    children = [
        _fork.Process(target=_child, args=(work, each, index, barrier, answers), daemon=True)
        for index, each in enumerate(arguments)
    ]
    for child in children:
        child.start()
    found: dict[int, Any] = {}
    try:
        for _ in children:
            index, answer = answers.get(timeout=timeout_s)
            found[index] = answer
    except Empty:
        raise AssertionError(f"processes still running after {timeout_s} s") from None
    finally:
        for child in children:
            child.join(5)
            child.kill()
    return [found[index] for index in range(len(children))]


def _child(work: Callable[..., Any], arguments: tuple[Any, ...], index: int, barrier: Any, answers: Any) -> None:
    try:
        connections["default"].ensure_connection()
        barrier.wait(60)
        answers.put((index, work(*arguments)))
    except Exception as error:
        answers.put((index, error))
    finally:
        connections.close_all()

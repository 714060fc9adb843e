"""The running command: one per transaction, with its lock registry, its pre-commit work and its place in the log."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from core.locks_registry import LockRegistry


@dataclass(slots=True)
class Run:
    """One outermost command and everything that joined it. Lives as long as its transaction, one try of it."""

    name: str
    actor_id: int
    uid: uuid.UUID = field(default_factory=uuid.uuid4)
    locks: LockRegistry = field(default_factory=LockRegistry)
    steps: list[str] = field(default_factory=list)
    before_commit: list[Callable[[], None]] = field(default_factory=list)
    closing: dict[type, Any] = field(default_factory=dict)  # by kind, see core.closing
    company_id: int | None = None


_run: ContextVar[Run | None] = ContextVar("kept_run", default=None)


def active_run() -> Run | None:
    """The running command, or None outside of one."""
    return _run.get()


def current_run() -> Run:
    """The running command. Asserts that there is one: state changes only through commands."""
    run = _run.get()
    assert run is not None, "state changes only inside a command"
    return run


@contextmanager
def use_run(run: Run) -> Iterator[Run]:
    """Make ``run`` the running command for the block."""
    token = _run.set(run)
    try:
        yield run
    finally:
        _run.reset(token)

"""Who asks, through which door: ambient facts of one request, stored with everything that it changes."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal

Door = Literal["page", "api", "import", "job", "shell", "token"]


@dataclass(frozen=True, slots=True)
class RequestContext:
    """One request, job or shell session. ``request_id`` is shown to users as the reference of an error."""

    via: Door = "shell"
    request_id: str = field(default_factory=lambda: uuid.uuid4().hex[:16])


_current: ContextVar[RequestContext | None] = ContextVar("kept_request_context", default=None)


def current_context() -> RequestContext:
    """The context of this request, or a fresh one for code outside any door."""
    return _current.get() or RequestContext()


@contextmanager
def use_context(context: RequestContext) -> Iterator[RequestContext]:
    """Make ``context`` the ambient one for the block."""
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)

"""Typed facts that rooms tell each other inside one transaction. All subscriptions stand in ``orders_site/wiring.py``.

A handler may post to ledgers of a higher lock rank and locks no documents; anything else goes by the outbox
(docs/architecture.md).
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from core.runs import current_run


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact in the past tense. ``actor_id`` is who caused it."""

    actor_id: int


EventT = TypeVar("EventT", bound=Event)
_handlers: defaultdict[type[Event], list[Callable[[Any], None]]] = defaultdict(list)


def subscribe(kind: type[EventT], handler: Callable[[EventT], None]) -> None:
    """Call ``handler`` synchronously for every published event of exactly this kind; subscribing twice is once."""
    if handler not in _handlers[kind]:
        _handlers[kind].append(handler)


def publish(event: Event) -> None:
    """Tell every subscriber now, in this transaction; a handler that refuses rolls the whole command back."""
    current_run()
    for handler in _handlers[type(event)]:
        handler(event)

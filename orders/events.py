"""What orders tells other rooms."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersCancelled(Event):
    """These orders were cancelled, or their rest was."""

    company_id: int
    order_ids: tuple[int, ...]

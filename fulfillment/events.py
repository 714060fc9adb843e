"""Facts that fulfilment tells the rooms above it."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveriesShipped(Event):
    """Goods issues were posted: stock is out, cost of sales is posted, these deliveries can be billed."""

    company_id: int
    delivery_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnsReceived(Event):
    """Goods are back: these returns can be credited."""

    company_id: int
    return_ids: tuple[int, ...]

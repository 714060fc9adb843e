"""Questions about stock and supply: nothing here writes or locks."""

from inventory.selectors.availability import (
    Availability,
    Claim,
    ComingReceipt,
    PlaceAvailability,
    availability,
    proposals_for,
)
from inventory.selectors.stock import (
    adjustments_visible_to,
    moves_visible_to,
    receipts_visible_to,
    stock_visible_to,
    supply_orders_visible_to,
    unit_costs,
    warehouses_visible_to,
)

__all__ = [
    "Availability",
    "Claim",
    "ComingReceipt",
    "PlaceAvailability",
    "adjustments_visible_to",
    "availability",
    "moves_visible_to",
    "proposals_for",
    "receipts_visible_to",
    "stock_visible_to",
    "supply_orders_visible_to",
    "unit_costs",
    "warehouses_visible_to",
]

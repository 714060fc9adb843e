"""The verbs of fulfilment. Import from here."""

from fulfillment.drafts import (
    DeliveryOutcome,
    PackageDraft,
    ReturnDraft,
    ReturnLineDraft,
    ScanResult,
    Shipped,
)
from fulfillment.services.creating import cancel_deliveries, create_deliveries, deliver_orders
from fulfillment.services.locking import lock_deliveries, lock_returns
from fulfillment.services.packing import pack_deliveries
from fulfillment.services.picking import pick_all, short_pick
from fulfillment.services.receiving import receive_returns
from fulfillment.services.releasing import release_deliveries
from fulfillment.services.returns import cancel_returns, create_return, create_returns
from fulfillment.services.scanning import record_scan, undo_scan
from fulfillment.services.shipping import ship_deliveries

__all__ = [
    "DeliveryOutcome",
    "PackageDraft",
    "ReturnDraft",
    "ReturnLineDraft",
    "ScanResult",
    "Shipped",
    "cancel_deliveries",
    "cancel_returns",
    "create_deliveries",
    "create_return",
    "create_returns",
    "deliver_orders",
    "lock_deliveries",
    "lock_returns",
    "pack_deliveries",
    "pick_all",
    "receive_returns",
    "record_scan",
    "release_deliveries",
    "ship_deliveries",
    "short_pick",
    "undo_scan",
]

"""The verbs of inventory. Drafts, which they take, are named here too, so that other rooms need only this module."""

from inventory.drafts import (
    AdjustmentDraft,
    AdjustmentLineDraft,
    DemandDraft,
    IssueDraft,
    PromisedLine,
    ReceiptDraft,
    ReceiptLineDraft,
    SupplyDraft,
    SupplyLineDraft,
    TakeBackDraft,
)
from inventory.services.adjustments import adjust_stock
from inventory.services.again import promise_again
from inventory.services.holds import expire_holds, hold_for_quote, release_holds
from inventory.services.promising import lock_supply, promise, release
from inventory.services.receiving import receive_supplies, receive_supply
from inventory.services.slips import change_expected_dates
from inventory.services.stock import issue, take_back
from inventory.services.supply import (
    cancel_supply_orders,
    close_supply_orders,
    create_supply_orders,
    place_supply_orders,
)
from inventory.services.warehouses import create_bin, create_warehouse

__all__ = [
    "AdjustmentDraft",
    "AdjustmentLineDraft",
    "DemandDraft",
    "IssueDraft",
    "PromisedLine",
    "ReceiptDraft",
    "ReceiptLineDraft",
    "SupplyDraft",
    "SupplyLineDraft",
    "TakeBackDraft",
    "adjust_stock",
    "cancel_supply_orders",
    "change_expected_dates",
    "close_supply_orders",
    "create_bin",
    "create_supply_orders",
    "create_warehouse",
    "expire_holds",
    "hold_for_quote",
    "issue",
    "lock_supply",
    "place_supply_orders",
    "promise",
    "promise_again",
    "receive_supplies",
    "receive_supply",
    "release",
    "release_holds",
    "take_back",
]

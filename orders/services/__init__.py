"""The verbs of orders. Import from here."""

from orders.services.cancel import cancel_orders, cancel_rest
from orders.services.changes import change_order
from orders.services.confirm import confirm_orders
from orders.services.entry import create_orders
from orders.services.from_quote import create_order_from_quote
from orders.services.grid import LONG_ORDER, GridLine, SavedGrid, save_draft, save_grid, save_order_lines
from orders.services.holds import hold_orders
from orders.services.locking import lock_orders
from orders.services.moved import note_moved_promises
from orders.services.progress import (
    record_credited,
    record_delivering,
    record_invoiced,
    record_returned,
    record_shipped,
)
from orders.services.release import release_holds
from orders.services.repromise import repromise_orders
from orders.services.saving import save_order
from orders.services.waiting import repromise_waiting
from orders.stored import line_key

__all__ = [
    "LONG_ORDER",
    "GridLine",
    "SavedGrid",
    "cancel_orders",
    "cancel_rest",
    "change_order",
    "confirm_orders",
    "create_order_from_quote",
    "create_orders",
    "hold_orders",
    "line_key",
    "lock_orders",
    "note_moved_promises",
    "record_credited",
    "record_delivering",
    "record_invoiced",
    "record_returned",
    "record_shipped",
    "release_holds",
    "repromise_orders",
    "repromise_waiting",
    "save_draft",
    "save_grid",
    "save_order",
    "save_order_lines",
]

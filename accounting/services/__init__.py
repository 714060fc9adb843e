"""The verbs of accounting: set up books, post and reverse entries, open and apply items, lock and reopen periods."""

from accounting.services.books import set_up_books
from accounting.services.locking import lock_items_behind, lock_open_items
from accounting.services.manual import ManualLine, post_manual_entry, reverse_manual_entry
from accounting.services.periods import lock_period, reopen_period
from accounting.services.posting import post_entries, reverse_entries
from accounting.services.receivables import (
    apply_items,
    as_opened,
    numbered_items,
    open_items,
    unapply_items,
)

__all__ = [
    "ManualLine",
    "apply_items",
    "as_opened",
    "lock_items_behind",
    "lock_open_items",
    "lock_period",
    "numbered_items",
    "open_items",
    "post_entries",
    "post_manual_entry",
    "reopen_period",
    "reverse_entries",
    "reverse_manual_entry",
    "set_up_books",
    "unapply_items",
]

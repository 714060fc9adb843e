"""Rules about people as data: who needs a second factor, how long sessions idle, which rights exclude each other."""

from typing import NamedTuple

# Who may give rights away, close the books or approve what others entered.
SECOND_FACTOR = frozenset(
    {
        "core.administer",
        "core.maintain_people",
        "accounting.post_entry",
        "accounting.reverse_entry",
        "accounting.maintain_chart",
        "accounting.lock_period",
        "accounting.reopen_period",
        "orders.release_order",
        "orders.release_credit",
        "orders.maintain_credit",
    }
)

# After so many minutes without use a session of the role ends; every other role has 30.
IDLE_MINUTES = {"Warehouse": 12 * 60, "Warehouse lead": 12 * 60}


class Conflict(NamedTuple):
    """Two rights that one person must not hold together, and what could go wrong."""

    one: str
    other: str
    because: str


CONFLICTS = (
    Conflict("orders.enter_order", "orders.release_credit", "who enters an order must not approve its credit"),
    Conflict("catalog.maintain_account", "payments.receive_payment", "who keeps bank data must not book payments"),
    Conflict("accounting.post_entry", "accounting.lock_period", "who posts must not close the books"),
    Conflict("accounting.post_entry", "accounting.reopen_period", "who posts must not open closed books"),
    Conflict("inventory.maintain_supply", "inventory.adjust_stock", "who buys must not write stock off"),
    Conflict("fulfillment.receive_return", "billing.credit_invoice", "who takes goods back must not credit them"),
    Conflict("core.maintain_people", "accounting.post_entry", "who gives rights must not move money"),
    Conflict("core.maintain_people", "payments.receive_payment", "who gives rights must not move money"),
)

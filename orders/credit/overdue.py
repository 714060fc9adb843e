"""What an account should have paid by a day. Private to the credit engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from orders.credit.types import ZERO, OpenItem


@dataclass(frozen=True, slots=True)
class OverdueView:
    """The payable items of an account on a day, the oldest due date first."""

    on: date
    items: tuple[OpenItem, ...]

    @property
    def payable(self) -> Decimal:
        return sum((item.amount for item in self.items), ZERO)

    @property
    def overdue(self) -> Decimal:
        return sum((item.amount for item in self.older_than(0)), ZERO)

    def older_than(self, days: int) -> list[OpenItem]:
        """Items overdue by more than this number of days."""
        return [item for item in self.items if (self.on - item.due_on).days > days]


def overdue_view(open_items: Sequence[OpenItem], on: date) -> OverdueView:
    """Leave out credit notes and disputed items, and sort the rest by age."""
    payable = [item for item in open_items if item.amount > 0 and not item.is_disputed]
    return OverdueView(on, tuple(sorted(payable, key=lambda item: (item.due_on, item.key))))

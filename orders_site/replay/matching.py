"""Finds the sale that a credit refers to: the file gives none, so the latest earlier one that fits is taken."""

from collections.abc import Mapping
from decimal import Decimal

from orders_site.replay.survey import SaleKey


class SaleMatcher:
    """Keeps the sale lines that a later credit may refer to, and what is left of each.

    Memory holds only lines whose account, product and price a credit still to come shares.
    """

    def __init__(self, credits_per_sale_key: Mapping[SaleKey, int]) -> None:
        self._credits_to_come = dict(credits_per_sale_key)
        self._sales: dict[SaleKey, list[tuple[str, Decimal]]] = {}

    def offer(self, sale_key: SaleKey, line_key: str, quantity: Decimal) -> None:
        """Keep a sale line in case it comes back."""
        if sale_key in self._credits_to_come:
            self._sales.setdefault(sale_key, []).append((line_key, quantity))

    def take(self, sale_key: SaleKey, quantity: Decimal) -> str | None:
        """Give the latest sale line with so much left and take it off, or nothing: no credit is split over lines."""
        found = self._take(self._sales.get(sale_key, []), quantity)
        left = self._credits_to_come.get(sale_key, 0) - 1
        if left > 0:
            self._credits_to_come[sale_key] = left
        else:
            self._credits_to_come.pop(sale_key, None)
            self._sales.pop(sale_key, None)
        return found

    @staticmethod
    def _take(sales: list[tuple[str, Decimal]], quantity: Decimal) -> str | None:
        for position in reversed(range(len(sales))):
            line_key, left = sales[position]
            if left >= quantity:
                sales[position] = line_key, left - quantity
                return line_key
        return None

"""Supply as it stands now, without a lock: what a draft would be promised if it were confirmed this moment."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from inventory.promising import SupplySlice

ZERO = Decimal(0)
Place = tuple[int, int]  # warehouse, product


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an expected receipt still brings that nobody leans on."""

    id: int
    number: str
    expected_on: date
    free: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """One product in one warehouse: on hand, promised from it, and what is to come."""

    bucket_id: int
    on_hand: Decimal = ZERO
    promised: Decimal = ZERO
    receipts: tuple[Receipt, ...] = ()
    value: Decimal = ZERO  # of what is on hand, in functional currency

    @property
    def unit_cost(self) -> Decimal | None:
        """Moving average per stock unit, not rounded; None where nothing is on hand (``inventory.unit_costs``)."""
        return self.value / self.on_hand if self.on_hand > 0 else None

    @property
    def free(self) -> Decimal:
        """On hand that no promise leans on."""
        return self.on_hand - self.promised

    def slices(self, place: Place, on: date) -> list[SupplySlice]:
        """The same as the promising engine takes it; what should have come already can come today at the earliest."""
        warehouse_id, product_id = place
        found = [SupplySlice(("bucket", self.bucket_id), product_id, warehouse_id, date.min, self.free)]
        return found + [
            SupplySlice(
                ("receipt", receipt.id),
                product_id,
                warehouse_id,
                max(receipt.expected_on, on),
                receipt.free,
                name=receipt.number,
            )
            for receipt in self.receipts
        ]


# Both kinds of supply in one answer: what is on hand, then what is to come, by its day.
_SUPPLY = """
SELECT b.warehouse_id, b.product_id, b.id, b.on_hand, b.pegged, b.value, NULL::date AS expected_on, NULL AS number
FROM inventory_stockbucket b
WHERE b.company_id = %(company)s AND b.warehouse_id = ANY(%(places)s::bigint[])
  AND b.product_id = ANY(%(products)s::bigint[])
UNION ALL
SELECT l.warehouse_id, l.product_id, t.id, t.open, t.pegged, 0, l.expected_on, o.number
FROM inventory_supplyline l
JOIN inventory_receipttotal t ON t.supply_line_id = l.id AND t.company_id = %(company)s AND t.open > t.pegged
JOIN inventory_supplyorder o ON o.id = l.order_id
WHERE l.is_open AND l.warehouse_id = ANY(%(places)s::bigint[]) AND l.product_id = ANY(%(products)s::bigint[])
ORDER BY expected_on NULLS FIRST, id
"""


def standings(
    *, company_id: int, product_ids: Collection[int], warehouse_ids: Collection[int]
) -> dict[Place, Standing]:
    """How these products stand in these warehouses. One query for any number of products."""
    if not product_ids:
        return {}
    found: dict[Place, Standing] = {}
    coming: dict[Place, list[Receipt]] = {}
    asked: dict[str, Any] = {
        "company": company_id,
        "places": sorted(set(warehouse_ids)),
        "products": sorted(set(product_ids)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SUPPLY, asked)
        for place, product, row_id, quantity, pegged, value, expected_on, number in cursor.fetchall():
            if expected_on is None:
                found[place, product] = Standing(row_id, quantity, pegged, value=value)
            else:
                receipt = Receipt(row_id, number or "", expected_on, quantity - pegged)
                coming.setdefault((place, product), []).append(receipt)
    for key, receipts in coming.items():
        found[key] = replace(found.get(key, Standing(0)), receipts=tuple(receipts))
    return found

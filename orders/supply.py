"""Supply as it stands now, without a lock: what a draft would be promised if it were confirmed this moment."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import F

from inventory.models import ReceiptTotal, StockBucket
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


def standings(
    *, company_id: int, product_ids: Collection[int], warehouse_ids: Collection[int]
) -> dict[Place, Standing]:
    """How these products stand in these warehouses. Two queries for any number of products."""
    if not product_ids:
        return {}
    scope = {"warehouse_id__in": set(warehouse_ids), "product_id__in": set(product_ids)}
    buckets = StockBucket.objects.filter(company_id=company_id, **scope).values_list(
        "warehouse_id", "product_id", "id", "on_hand", "pegged"
    )
    facts = {(place, product): Standing(bucket, on_hand, pegged) for place, product, bucket, on_hand, pegged in buckets}
    coming: dict[Place, list[Receipt]] = {}
    rows = (
        ReceiptTotal.objects.filter(
            company_id=company_id,
            supply_line__is_open=True,
            open__gt=F("pegged"),
            **{f"supply_line__{name}": value for name, value in scope.items()},
        )
        .order_by("supply_line__expected_on", "id")
        .values_list(
            "supply_line__warehouse_id",
            "supply_line__product_id",
            "id",
            "supply_line__order__number",
            "supply_line__expected_on",
            "open",
            "pegged",
        )
    )
    for place, product, receipt_id, number, expected_on, still, pegged in rows:
        coming.setdefault((place, product), []).append(Receipt(receipt_id, number or "", expected_on, still - pegged))
    return {key: replace(facts.get(key, Standing(0)), receipts=tuple(coming.get(key, ()))) for key in {*facts, *coming}}

"""Who sees which stock and supply, and what a unit of stock is worth."""

from collections.abc import Collection
from decimal import Decimal
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import QuerySet

from core.access import company_ids
from inventory.models import StockAdjustment, StockBucket, StockMovement, SupplyOrder, SupplyReceipt, Warehouse

if TYPE_CHECKING:
    from core.models import User


def warehouses_visible_to(user: "User | AnonymousUser") -> QuerySet[Warehouse]:
    """The warehouses of the user's companies, the first to promise from first."""
    return Warehouse.objects.filter(company__in=company_ids(user)).order_by("company", "rank", "code")


def stock_visible_to(user: "User | AnonymousUser") -> QuerySet[StockBucket]:
    """The buckets of the user's companies."""
    return StockBucket.objects.filter(company__in=company_ids(user))


def moves_visible_to(user: "User | AnonymousUser") -> QuerySet[StockMovement]:
    """Every change of stock of the user's companies; pegs alone move no goods and are left out."""
    return StockMovement.objects.filter(total__company__in=company_ids(user)).exclude(on_hand=0, value=0)


def supply_orders_visible_to(user: "User | AnonymousUser") -> QuerySet[SupplyOrder]:
    """The inbound orders of the user's companies."""
    return SupplyOrder.objects.filter(company__in=company_ids(user))


def receipts_visible_to(user: "User | AnonymousUser") -> QuerySet[SupplyReceipt]:
    """The receipts of the user's companies."""
    return SupplyReceipt.objects.filter(company__in=company_ids(user))


def adjustments_visible_to(user: "User | AnonymousUser") -> QuerySet[StockAdjustment]:
    """The corrections of stock of the user's companies."""
    return StockAdjustment.objects.filter(company__in=company_ids(user))


_VALUES = """
SELECT b.warehouse_id, b.product_id, b.on_hand, b.value
FROM unnest(%s::bigint[], %s::bigint[]) AS w(warehouse_id, product_id)
JOIN inventory_stockbucket b ON b.warehouse_id = w.warehouse_id AND b.product_id = w.product_id
WHERE b.company_id = %s AND b.on_hand > 0
"""


def unit_costs(*, company_id: int, pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], Decimal]:
    """Moving-average cost per stock unit by (warehouse, product), in functional currency, not rounded. One query.

    A product of which nothing is on hand has no average and is absent.
    """
    wanted = sorted(set(pairs))
    with connection.cursor() as cursor:
        cursor.execute(_VALUES, [[pair[0] for pair in wanted], [pair[1] for pair in wanted], company_id])
        return {(place, product): value / on_hand for place, product, on_hand, value in cursor.fetchall()}

"""Where stock is: what a stock command must know of warehouses and bins, in one query each."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from inventory.errors import PlaceUnknown
from inventory.models import Bin

Place = tuple[int, int]  # warehouse, product: one promising bucket

_WAREHOUSES = """
SELECT id, code, name, time_zone, allows_negative_stock FROM inventory_warehouse
WHERE company_id = %s AND id = ANY(%s) AND is_active
"""


@dataclass(frozen=True, slots=True)
class WarehouseFacts:
    """One warehouse of the company, and whether its stock may go below zero."""

    id: int
    code: str
    name: str
    time_zone: str
    negative_allowed: bool


@dataclass(frozen=True, slots=True)
class StockPlaces:
    """The warehouses and bins of one stock command."""

    warehouses: dict[int, WarehouseFacts]
    default_bins: dict[int, int]  # by warehouse
    warehouse_of_bin: dict[int, int]

    def bin_for(self, warehouse_id: int, bin_id: int | None) -> int:
        """The bin that was named, or the default one. Raises PlaceUnknown for one that holds no sellable stock."""
        found = self.default_bins.get(warehouse_id) if bin_id is None else bin_id
        if found is None or self.warehouse_of_bin.get(found) != warehouse_id:
            name = self.warehouses[warehouse_id].name
            what = "no default bin" if bin_id is None else "no such bin for sellable stock"
            raise PlaceUnknown(f"{name} has {what}. Choose a bin of this warehouse, or set up one.")
        return found

    def bins_allow_negative(self, bin_id: int) -> bool:
        """Whether the bin's warehouse lets stock go below zero."""
        return self.warehouses[self.warehouse_of_bin[bin_id]].negative_allowed


def warehouse_facts(ids: Collection[int], *, company_id: int) -> dict[int, WarehouseFacts]:
    """The warehouses by id, in one query. Raises PlaceUnknown for one that is not this company's or not in use."""
    with connection.cursor() as cursor:
        cursor.execute(_WAREHOUSES, [company_id, sorted(set(ids))])
        return _require_all({row[0]: WarehouseFacts(*row) for row in cursor.fetchall()}, ids)


def stock_places(warehouse_ids: Collection[int], bin_ids: Iterable[int | None], *, company_id: int) -> StockPlaces:
    """These warehouses with their default bins, and these bins, in one query. Raises PlaceUnknown."""
    named = {bin_id for bin_id in bin_ids if bin_id is not None}
    wanted = Q(warehouse__in=set(warehouse_ids), is_default=True) | Q(pk__in=named)
    rows = Bin.objects.filter(wanted, warehouse__company_id=company_id, is_sellable=True).values_list(
        "id",
        "is_default",
        "warehouse_id",
        "warehouse__code",
        "warehouse__name",
        "warehouse__time_zone",
        "warehouse__allows_negative_stock",
    )
    places = StockPlaces({}, {}, {})
    for bin_id, is_default, warehouse_id, code, name, time_zone, negative in rows:
        places.warehouses[warehouse_id] = WarehouseFacts(warehouse_id, code, name, time_zone, negative)
        places.warehouse_of_bin[bin_id] = warehouse_id
        if is_default:
            places.default_bins[warehouse_id] = bin_id
    _require_all(places.warehouses, warehouse_ids)
    return places


def _require_all(found: dict[int, WarehouseFacts], ids: Collection[int]) -> dict[int, WarehouseFacts]:
    if set(ids) - found.keys():
        raise PlaceUnknown("This company has no such warehouse in use. Choose one of its own.")
    return found

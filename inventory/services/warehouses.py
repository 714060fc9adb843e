"""Warehouses and bins: where stock may be."""

from core.commands import command
from core.models import Company, User
from inventory.errors import PlaceUnknown
from inventory.models import Bin, Warehouse

DEFAULT_BIN = "STOCK"


@command(permission="inventory.maintain_warehouse")
def create_warehouse(
    *,
    company: Company,
    code: str,
    name: str,
    country: str,
    actor: User,
    time_zone: str = "",
    address: str = "",
    allows_negative_stock: bool = False,
    rank: int = 1,
) -> int:
    """Set up a warehouse of the company with its default bin. The lowest ``rank`` is promised from first."""
    warehouse = Warehouse(
        company=company,
        code=code.strip().upper(),
        name=name.strip(),
        country=country,
        time_zone=time_zone or company.time_zone,
        address=address,
        allows_negative_stock=allows_negative_stock,
        rank=rank,
    )
    warehouse.save(force_insert=True)
    Bin.objects.create(warehouse=warehouse, code=DEFAULT_BIN, is_default=True)
    return int(warehouse.pk)


@command(permission="inventory.maintain_warehouse")
def create_bin(*, warehouse_id: int, code: str, actor: User, path: int = 0) -> int:
    """Add a storage place for sellable stock. ``path`` orders the walk of a picker. Returns its id."""
    if not Warehouse.objects.filter(pk=warehouse_id).exists():
        raise PlaceUnknown("There is no such warehouse.")
    return int(Bin.objects.create(warehouse_id=warehouse_id, code=code.strip().upper(), path=path).pk)

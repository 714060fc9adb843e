"""Makers of inventory's small world: keyword-only, through services where there is state."""

import itertools
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accounting.services import set_up_books
from catalog.models import Account, Product, UnitOfMeasure
from core.commands import command
from core.models import Company, User
from core.system import system_user
from inventory.models import SupplyLine, Warehouse
from inventory.services import (
    AdjustmentDraft,
    AdjustmentLineDraft,
    DemandDraft,
    IssueDraft,
    PromisedLine,
    SupplyDraft,
    SupplyLineDraft,
    adjust_stock,
    create_supply_orders,
    create_warehouse,
    promise,
)

TODAY = date(2026, 3, 2)
_numbers = itertools.count(1)


def day(offset: int) -> date:
    """So many days after today."""
    return TODAY + timedelta(days=offset)


def make_company(*, code: str = "HP", currency: str = "GBP") -> Company:
    """A company with open books for 2025 to 2027."""
    company = Company.objects.create(
        code=code, name=f"{code} Trading", functional_currency=currency, country="GB", time_zone="UTC"
    )
    set_up_books(company=company, first_year=2025, last_year=2027, actor=system_user())
    return company


def make_product(*, sku: str | None = None, **facts: Any) -> Product:
    """A stocked product counted in pieces."""
    unit = UnitOfMeasure.objects.get_or_create(code="ea", defaults={"name": "each"})[0]
    sku = sku or f"P-{next(_numbers):04d}"
    return Product.objects.create(sku=sku, name=f"Product {sku}", stock_unit=unit, **facts)


def make_warehouse(*, company: Company, code: str = "MAIN", **facts: Any) -> Warehouse:
    """A warehouse with its default bin."""
    number = create_warehouse(
        company=company, code=code, name=f"Warehouse {code}", country="GB", actor=system_user(), **facts
    )
    return Warehouse.objects.get(pk=number)


def make_supplier(*, currency: str = "GBP") -> Account:
    """A supplier."""
    code = f"S-{next(_numbers):04d}"
    return Account.objects.create(code=code, name=f"Supplier {code}", is_supplier=True, currency=currency, country="GB")


def put_in_stock(*, warehouse: Warehouse, product: Product, quantity: str, unit_cost: str = "4") -> None:
    """Find so many pieces at a cost each."""
    line = AdjustmentLineDraft(product.pk, None, Decimal(quantity), Decimal(unit_cost))
    draft = AdjustmentDraft(warehouse.company, warehouse.pk, "opening stock", TODAY, (line,))
    adjust_stock(drafts=[draft], actor=system_user())


def put_all_in_stock(*, warehouse: Warehouse, products: Sequence[Product], quantity: str = "5") -> None:
    """Find so many pieces of each, at 4 each."""
    lines = tuple(AdjustmentLineDraft(product.pk, None, Decimal(quantity), Decimal(4)) for product in products)
    adjust_stock(
        drafts=[AdjustmentDraft(warehouse.company, warehouse.pk, "opening", TODAY, lines)], actor=system_user()
    )


def lose(*, warehouse: Warehouse, product: Product, quantity: str, reason: str = "damaged") -> None:
    """Lose so many pieces."""
    line = AdjustmentLineDraft(product.pk, None, -Decimal(quantity), None)
    adjust_stock(drafts=[AdjustmentDraft(warehouse.company, warehouse.pk, reason, TODAY, (line,))], actor=system_user())


def expect(
    *,
    warehouse: Warehouse,
    product: Product,
    quantity: str,
    on: date,
    unit_cost: str = "4",
    supplier: Account | None = None,
) -> SupplyLine:
    """An inbound order of one line, placed."""
    supplier = supplier or make_supplier(currency=warehouse.company.functional_currency)
    draft = SupplyDraft(
        warehouse.company_id,
        supplier.pk,
        warehouse.pk,
        supplier.currency,
        TODAY,
        (SupplyLineDraft(product.pk, Decimal(quantity), on, Decimal(unit_cost)),),
    )
    order_id = create_supply_orders(drafts=[draft], actor=system_user())[0]
    return SupplyLine.objects.get(order=order_id)


def demand(
    *, product: Product, warehouse: Warehouse, quantity: str = "1", on: date = TODAY, key: int = 1, **facts: Any
) -> DemandDraft:
    """A demand on one warehouse."""
    facts.setdefault("warehouse_ids", (warehouse.pk,))
    return DemandDraft(key=key, product_id=product.pk, quantity=Decimal(quantity), wanted_on=on, **facts)


def promised(
    *, product: Product, warehouse: Warehouse, quantity: str, on: date = TODAY, **facts: Any
) -> list[PromisedLine]:
    """A committed promise of one demand."""
    return promise(
        company_id=warehouse.company_id,
        demands=[demand(product=product, warehouse=warehouse, quantity=quantity, on=on, **facts)],
        business_date=TODAY,
        actor=system_user(),
    )


def make_issue(
    *, product: Product, warehouse: Warehouse, quantity: str, line_id: int = 1, commitment_id: int | None = None
) -> IssueDraft:
    """Goods that leave the default bin."""
    return IssueDraft(line_id, commitment_id, product.pk, warehouse.pk, None, Decimal(quantity))


@command(permission=None)
def all_of(*, steps: Any, actor: User) -> None:
    """Several steps in one transaction, as a command of a room above would do."""
    for step in steps:
        step()

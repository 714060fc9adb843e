"""Makers: keyword-only, with honest defaults; what has a state gets it through services."""

import itertools
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group
from django.db.backends.postgresql.psycopg_any import DateRange

from accounting.services import set_up_books
from catalog.drafts import ConditionDraft
from catalog.models import (
    Account,
    AccountInCompany,
    Address,
    ConditionRecord,
    KitComponent,
    PaymentTerms,
    Product,
    TaxRate,
    UnitOfMeasure,
)
from catalog.services import set_conditions
from core.models import Company, CompanyMembership, User
from core.system import system_user
from inventory.drafts import AdjustmentDraft, AdjustmentLineDraft
from inventory.models import Bin, Warehouse
from inventory.services.adjustments import adjust_stock
from orders.drafts import OrderDraft, OrderLineDraft
from orders.models import Order
from orders.services import create_orders
from orders_site.roles import sync_roles

_numbers = itertools.count(1)
TODAY = date(2026, 3, 2)  # a Monday; tests give their own business date, so no test depends on the clock


def make_company(
    *, code: str = "HP", currency: str = "GBP", country: str = "GB", years: tuple[int, int] = (2025, 2027)
) -> Company:
    """A company with its books open for the years, three tax rates and one price list's worth of defaults."""
    company = Company.objects.create(
        code=code, name=f"{code} Trading", functional_currency=currency, country=country, time_zone="UTC"
    )
    CompanyMembership.objects.get_or_create(user=system_user(), company=company)
    set_up_books(company=company, first_year=years[0], last_year=years[1], actor=system_user())
    for category, percent, kind in (("standard", 20, "S"), ("reduced", 5, "S"), ("zero", 0, "Z")):
        for tax_class, rate, tax_kind in (("domestic", percent, kind), ("export", 0, "G")):
            TaxRate.objects.create(
                company=company,
                code=f"{tax_kind}{rate}" if tax_class == "domestic" else f"G-{category[:4]}",
                name=f"{category} {tax_class}",
                tax_category=category,
                tax_class=tax_class,
                kind=tax_kind,
                percent=rate,
                reason="" if tax_kind == "S" else "not taxed",
                valid=DateRange(date(2000, 1, 1), None),
            )
    return company


def make_user(*, name: str, roles: tuple[str, ...] = (), companies: tuple[Company, ...] = ()) -> User:
    """A person with roles in companies."""
    user = User.objects.create_user(username=name.lower(), password="kept-tests-only", first_name=name)
    user.groups.set(Group.objects.filter(name__in=roles))
    for company in companies:
        CompanyMembership.objects.create(user=user, company=company)
    return user


def make_unit(*, code: str = "ea", is_whole: bool = True) -> UnitOfMeasure:
    """A unit of measure, made once."""
    return UnitOfMeasure.objects.get_or_create(code=code, defaults={"name": code, "is_whole": is_whole})[0]


def make_product(*, sku: str | None = None, kind: str = "stocked", **facts: Any) -> Product:
    """A product sold by the piece."""
    sku = sku or f"P-{next(_numbers):04d}"
    return Product.objects.create(
        sku=sku, name=facts.pop("name", f"Product {sku}"), kind=kind, stock_unit=make_unit(), **facts
    )


def make_kit(*, parts: dict[Product, int], sku: str | None = None) -> Product:
    """A kit of so many of each part."""
    kit = make_product(sku=sku, kind="kit")
    for part, quantity in parts.items():
        KitComponent.objects.create(kit=kit, component=part, quantity=quantity)
    return kit


def make_price(
    *, company: Company, product: Product, rate: str, currency: str = "", valid_from: date = date(2020, 1, 1)
) -> ConditionRecord:
    """A list price of a product per piece."""
    ids = set_conditions(
        drafts=[
            ConditionDraft(
                company_id=company.pk,
                product_id=product.pk,
                rate=Decimal(rate),
                currency=currency or company.functional_currency,
                valid_from=valid_from,
            )
        ],
        actor=system_user(),
    )
    return ConditionRecord.objects.get(pk=ids[0])


def make_terms(*, code: str = "N30", net_days: int = 30) -> PaymentTerms:
    """Payment terms, made once."""
    return PaymentTerms.objects.get_or_create(
        code=code, defaults={"name": f"{net_days} days net", "net_days": net_days}
    )[0]


def make_account(
    *, company: Company, code: str | None = None, currency: str = "", country: str = "GB", **facts: Any
) -> Account:
    """A customer of the company with a default address to ship to."""
    code = code or f"C-{next(_numbers):04d}"
    agreed = {
        name: facts.pop(name)
        for name in ("ships_complete", "over_delivery_percent", "accepts_substitutes")
        if name in facts
    }
    account = Account.objects.create(
        code=code,
        name=facts.pop("name", f"Customer {code}"),
        currency=currency or company.functional_currency,
        country=country,
        **facts,
    )
    AccountInCompany.objects.create(account=account, company=company, terms=make_terms(), **agreed)
    Address.objects.create(
        account=account, name=account.name, street="1 High Street", town="Bath", postcode="BA1 1AA", country=country,
        is_default_ship_to=True, is_default_bill_to=True,
    )  # fmt: skip
    return account


def make_warehouse(*, company: Company, code: str = "MAIN", **facts: Any) -> Warehouse:
    """A warehouse with one default bin."""
    warehouse = Warehouse.objects.create(
        company=company, code=code, name=f"Warehouse {code}", time_zone="UTC", country=company.country, **facts
    )
    Bin.objects.create(warehouse=warehouse, code="A-01", path=1, is_default=True)
    return warehouse


def put_in_stock(
    *, company: Company, warehouse: Warehouse, product: Product, quantity: str, unit_cost: str = "4", on: date = TODAY
) -> None:
    """Find so many pieces, at a cost each."""
    adjust_stock(
        drafts=[
            AdjustmentDraft(
                company=company,
                warehouse_id=warehouse.pk,
                reason="opening stock",
                business_date=on,
                lines=(AdjustmentLineDraft(product.pk, None, Decimal(quantity), Decimal(unit_cost)),),
            )
        ],
        actor=system_user(),
    )


def make_order(
    *,
    company: Company,
    account: Account,
    warehouse: Warehouse,
    lines: dict[Product, str],
    actor: User,
    on: date = TODAY,
    requested_on: date | None = None,
    **facts: Any,
) -> Order:
    """A draft order, entered through the service."""
    draft = OrderDraft(
        company_id=company.pk,
        account_id=account.pk,
        warehouse_id=warehouse.pk,
        business_date=on,
        requested_on=requested_on or on,
        lines=tuple(
            OrderLineDraft(product_id=product.pk, sales_quantity=Decimal(quantity))
            for product, quantity in lines.items()
        ),
        **facts,
    )
    return Order.objects.get(pk=create_orders(drafts=[draft], actor=actor)[0])


def make_roles() -> None:
    """The groups of ``orders_site.roles``."""
    sync_roles()

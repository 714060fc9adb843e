"""Products, accounts and prices for programs."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Path, Query
from pydantic import Field

from catalog.models import (
    Account,
    AccountInCompany,
    Address,
    Contact,
    KitComponent,
    Product,
    ProductRelation,
    ProductUnit,
)
from catalog.pricing.document import LineToPrice, PricedDocument, price_document
from catalog.selectors import ProductCard, account_named, accounts, cards_named, products
from core.access import company_ids
from core.api.finding import company_named, known_currency, person_of
from core.api.paging import Turn, listed
from core.api.routes import Routes
from core.api.schemas import Code, Day, In, Listed, Money, Number, Out, Quantity, Short, one_of
from core.dates import business_date
from core.rounding import round_amount
from core.web.cells import Row

routes = Routes(tags=["Catalog"])


class ProductOut(Out):
    """A product. Quantities are in its stock unit."""

    sku: str
    name: str
    kind: str
    status: str
    category: str | None
    stock_unit: str
    barcode: str
    weight_kg: Number
    minimum_quantity: Number
    multiple_quantity: Number
    replaced_by: str | None


class UnitOut(Out):
    """A unit in which a product is sold: ``numerator / denominator`` stock units make one of it."""

    unit: str
    numerator: int
    denominator: int
    barcode: str
    is_sales_unit: bool


class KitPartOut(Out):
    """So many stock units of a component in one kit."""

    sku: str
    quantity: Number


class RelationOut(Out):
    """A product that goes with this one or stands in for it, from a day until before another."""

    id: int
    related: str
    kind: str
    reason: str
    rank: int
    valid_from: date
    valid_until: date | None


class ProductDetail(ProductOut):
    """A product with its units, the parts of a kit, and what goes with it."""

    description: str
    tax_category: str
    posting_group: str
    units: list[UnitOut]
    parts: list[KitPartOut]
    relations: list[RelationOut]


class AccountOut(Out):
    """A customer or supplier."""

    code: str
    name: str
    status: str
    is_customer: bool
    is_supplier: bool
    currency: str
    country: str
    price_group: str | None


class AddressOut(Out):
    """Where goods or bills go."""

    id: int
    name: str
    street: str
    town: str
    region: str
    postcode: str
    country: str
    is_default_ship_to: bool
    is_default_bill_to: bool


class ContactOut(Out):
    """A person at the account."""

    id: int
    name: str
    email: str
    phone: str
    role: str


class AgreedOut(Out):
    """What is agreed with an account in one company."""

    company: str
    terms: str
    ships_complete: bool
    accepts_substitutes: bool
    over_delivery_percent: Number
    salesperson: str | None = Field(description="User name")


class AccountDetail(AccountOut):
    """An account with its addresses, its people, and what is agreed in the companies of the key's person."""

    parent: str | None
    language: str
    tax_class: str
    tax_number: str
    email: str
    phone: str
    addresses: list[AddressOut]
    contacts: list[ContactOut]
    companies: list[AgreedOut]


class ProductFilter(Turn):
    """Which products."""

    status: Short = one_of(Product.Status)
    kind: Short = one_of(Product.Kind)
    search: Short = Field(default="", description="Beginning of the SKU")


class AccountFilter(Turn):
    """Which accounts."""

    status: Short = one_of(Account.Status)
    search: Short = Field(default="", description="Part of the name")


PRODUCT = (
    "sku", "name", "kind", "status", "category__code", "stock_unit__code", "barcode", "weight_kg", "minimum_quantity",
    "multiple_quantity", "replaced_by__sku",
)  # fmt: skip
PRODUCT_DETAIL = ("description", "tax_category", "posting_group")
RELATION = ("id", "kind", "reason", "rank", "valid_from", "valid_until")
ACCOUNT = ("code", "name", "status", "is_customer", "is_supplier", "currency", "country", "price_group__code")
ACCOUNT_DETAIL = ("parent__code", "language", "tax_class", "tax_number", "email", "phone")


def _product(row: Row) -> dict[str, Any]:
    return {
        **row,
        "category": row["category__code"],
        "stock_unit": row["stock_unit__code"],
        "replaced_by": row["replaced_by__sku"],
    }


def _account(row: Row) -> dict[str, Any]:
    return {**row, "price_group": row["price_group__code"]}


@routes.read("/products", right="catalog.view_product", answer=Listed[ProductOut])
def list_products(request: HttpRequest, asked: Query[ProductFilter]) -> dict[str, Any]:
    """Products, the newest first."""
    rows = products()
    if asked.status:
        rows = rows.filter(status=asked.status)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.search:
        rows = rows.filter(sku__istartswith=asked.search)
    return listed(request, rows, asked, reads=PRODUCT, row=_product)


@routes.read("/products/{path:sku}", right="catalog.view_product", answer=ProductDetail)
def read_product(request: HttpRequest, sku: Path[Code]) -> dict[str, Any]:
    """One product by its SKU."""
    found = Product.objects.filter(sku__iexact=sku).values("pk", *PRODUCT_DETAIL, *PRODUCT).first()
    if found is None:
        raise Http404
    units = ProductUnit.objects.filter(product=found["pk"]).order_by("pk")
    rows = units.values("numerator", "denominator", "barcode", "is_sales_unit", "unit__code")
    parts = KitComponent.objects.filter(kit=found["pk"]).order_by("component__sku")
    relations = ProductRelation.objects.filter(product=found["pk"]).order_by("kind", "rank", "pk")
    return {
        **_product(found),
        "units": [{**row, "unit": row["unit__code"]} for row in rows],
        "parts": [{"sku": sku, "quantity": part} for sku, part in parts.values_list("component__sku", "quantity")],
        "relations": [{**row, "related": row["related__sku"]} for row in relations.values("related__sku", *RELATION)],
    }


@routes.read("/accounts", right="catalog.view_account", answer=Listed[AccountOut])
def list_accounts(request: HttpRequest, asked: Query[AccountFilter]) -> dict[str, Any]:
    """Accounts, the newest first."""
    rows = accounts()
    if asked.status:
        rows = rows.filter(status=asked.status)
    if asked.search:
        rows = rows.filter(name__icontains=asked.search)
    return listed(request, rows, asked, reads=ACCOUNT, row=_account)


@routes.read("/accounts/{code}", right="catalog.view_account", answer=AccountDetail)
def read_account(request: HttpRequest, code: Path[Code]) -> dict[str, Any]:
    """One account by its code, with its addresses and terms."""
    found = accounts().filter(code__iexact=code).values("pk", *ACCOUNT_DETAIL, *ACCOUNT).first()
    if found is None:
        raise Http404
    agreed = AccountInCompany.objects.filter(account=found["pk"], company__in=company_ids(person_of(request)))
    names = {"company": "company__code", "terms": "terms__code", "salesperson": "salesperson__username"}
    plain = ("ships_complete", "accepts_substitutes", "over_delivery_percent")
    return {
        **_account(found),
        "parent": found["parent__code"],
        "addresses": list(Address.objects.filter(account=found["pk"]).order_by("pk").values()),
        "contacts": list(Contact.objects.filter(account=found["pk"]).order_by("pk").values()),
        "companies": [
            {**row, **{name: row[path] for name, path in names.items()}}
            for row in agreed.order_by("company__code").values(*names.values(), *plain)
        ],
    }


# --- prices ----------------------------------------------------------------------------------------------------------


class PriceLineIn(In):
    """One wish."""

    sku: Code
    quantity: Quantity
    unit: Short = Field(default="", description="Empty: the product's sales unit")


class PriceCheckIn(In):
    """What is to be priced, for whom and when."""

    company: Short = Field(default="", description="Needed where the key works for several companies")
    account: Code
    on: Day | None = Field(default=None, description="Empty: today")
    currency: Short = Field(default="", description="Empty: the account's")
    coupon: Short = ""
    lines: list[PriceLineIn] = Field(min_length=1, max_length=200)


class PricedLine(Out):
    """What one line costs. ``unit_price`` is for ``price_unit`` units."""

    sku: str
    quantity: Number
    unit: str
    list_price: Number | None
    unit_price: Number
    price_unit: int
    discount: Money
    net: Money
    tax: Money
    gross: Money
    tax_percent: Number
    findings: list[str] = Field(description="Why it could not be confirmed: no_price, over_limit, no_tax")


class PriceCheckOut(Out):
    """The priced lines and their sums, which are the sums of an order of them."""

    currency: str
    lines: list[PricedLine]
    net: Money
    tax: Money
    gross: Money
    coupon: str = Field(description="What came of the coupon, in a sentence")


@routes.ask("/price-check", right="catalog.view_pricelist", answer=PriceCheckOut)
def check_prices(request: HttpRequest, asked: PriceCheckIn) -> dict[str, Any]:
    """What an account pays on a day, with tax, to the cent as an order would have it."""
    company = company_named(request, asked.company)
    account = account_named(asked.account, company)
    cards = cards_named([line.sku for line in asked.lines], account_id=account.pk)
    document = price_document(
        company_id=company.pk,
        account_id=account.pk,
        on=asked.on or business_date(company.time_zone),
        currency=known_currency(asked.currency) or account.currency,
        price_basis="net",
        tax_class=account.tax_class,
        lines=[
            LineToPrice(number, card.id, line.quantity, line.unit or card.sales_unit)
            for number, (line, card) in enumerate(zip(asked.lines, cards, strict=True), 1)
        ],
        coupon_code=asked.coupon,
    )
    return _priced(document, asked, cards)


def _priced(document: PricedDocument, asked: PriceCheckIn, cards: list[ProductCard]) -> dict[str, Any]:
    def amounts(found: Any, *names: str) -> dict[str, Any]:
        return {name: round_amount(getattr(found, name), document.currency) for name in names}

    lines = [
        {
            "sku": card.sku,
            "quantity": line.quantity,
            "unit": line.unit or card.sales_unit,
            "list_price": priced.list_price,
            "unit_price": priced.unit_price,
            "price_unit": priced.price_unit,
            "tax_percent": priced.tax_percent,
            "findings": list(priced.findings),
            **amounts(priced, "discount", "net", "tax", "gross"),
        }
        for line, card, priced in zip(asked.lines, cards, document.lines, strict=True)
    ]
    sums = amounts(document, "net", "tax", "gross")
    return {"currency": document.currency, "lines": lines, "coupon": document.coupon_sentence, **sums}

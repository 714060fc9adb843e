"""Columns of the catalog's lists: what is shown, sorted, exported."""

from collections.abc import Sequence
from typing import Any

from catalog.forms.rows import last_day
from catalog.models import Account, Product, ProductRelation
from catalog.pricing.procedure import CONDITION_TYPES
from catalog.selectors.pages import COMING, ENDED, IN_FORCE, WITHDRAWN
from catalog.trace import Calculation
from core.web import formats
from core.web.cells import Row
from core.web.columns import Column
from core.web.parts import Tag

PRODUCT_TAGS: dict[str, Tag] = {
    Product.Status.ACTIVE: Tag("Active", "ok"),
    Product.Status.PHASE_OUT: Tag("Phase-out", "warn"),
    Product.Status.DISCONTINUED: Tag("Discontinued"),
}
ACCOUNT_TAGS: dict[str, Tag] = {
    Account.Status.ACTIVE: Tag("Active", "ok"),
    Account.Status.BLOCKED: Tag("Blocked", "bad"),
    Account.Status.CLOSED: Tag("Closed"),
}
STATE_TAGS = {
    IN_FORCE: Tag("In force", "ok"),
    COMING: Tag("Coming", "info"),
    ENDED: Tag("Ended"),
    WITHDRAWN: Tag("Withdrawn"),
}

PRODUCTS = (
    Column("sku", "SKU", "code", sort="sku", url="catalog:product", card="k1"),
    Column("name", "Name", sort="name", width="clip", card="k3"),
    Column("kind", "Kind", value=lambda row: Product.Kind(row["kind"]).label, reads=("kind",), hide="not-s"),
    Column("category__name", "Category", sort="category__name", hide="opt", is_muted=True),
    Column("stock_unit__code", "Unit", "code", hide="not-s"),
    Column("barcode", "Barcode", "code", hide="opt"),
    Column("status", "Status", "tag", tags=PRODUCT_TAGS, sort="status", card="k2"),
)

ACCOUNTS = (
    Column("code", "Code", "code", sort="code", url="catalog:account", card="k1"),
    Column("name", "Name", sort="name", width="clip", card="k3"),
    Column("country", "Country", "code", sort="country", hide="not-s"),
    Column("currency", "Currency", "code", hide="not-s"),
    Column("price_group__name", "Price group", sort="price_group__name", hide="opt", is_muted=True),
    Column("role", "Role", reads=("is_customer", "is_supplier"), value=lambda row: _role(row), hide="opt"),
    Column("status", "Status", "tag", tags=ACCOUNT_TAGS, sort="status", card="k2"),
)

PRICE_LISTS = (
    Column("code", "Code", "code", sort="code", url="catalog:price-list", card="k1"),
    Column("name", "Name", sort="name", card="k3"),
    Column("company__name", "Company", sort="company__name", hide="not-s", is_muted=True),
    Column("currency", "Currency", "code", sort="currency", card="k2"),
    Column("record_count", "Prices", "count"),
)

COUPONS = (
    Column("code", "Code", "code", sort="code", url="catalog:coupon", card="k1"),
    Column("name", "Name", sort="name", width="clip", card="k3"),
    Column(
        "benefit",
        "Takes off",
        reads=("percent_off", "amount_off", "currency"),
        value=lambda row: benefit(row),
        card="k2",
    ),
    Column("minimum_order_net", "From order value", "money", currency="currency", hide="not-s"),
    Column("valid_from", "First day", "date", sort="valid_from", hide="not-s"),
    Column(
        "until",
        "Last day",
        "date",
        reads=("valid_until",),
        value=lambda row: last_day(row["valid_until"]),
        sort="valid_until",
    ),
    Column("uses", "Used", "count", value=lambda row: int(row["uses"]), reads=("uses",)),
    Column("most_uses", "Of", "count"),
)

TAX_RATES = (
    Column("code", "Code", "code", sort="code", card="k1"),
    Column("name", "Name", width="clip", card="k3"),
    Column("tax_category", "Category", sort="tax_category", card="k5"),
    Column("tax_class", "Class", sort="tax_class", hide="not-s"),
    Column("percent", "Rate", "percent", sort="percent", card="k2"),
    Column("kind", "Kind", "code", hide="not-s"),
    Column("valid_from", "First day", "date", sort="valid_from"),
    Column("until", "Last day", "date", reads=("valid_until",), value=lambda row: last_day(row["valid_until"])),
)

ADDRESSES = (
    Column("name", "Name", card="k1"),
    Column("street", "Street", card="k3"),
    Column("town", "Town", card="k5"),
    Column("postcode", "Postcode", "code", card="k6"),
    Column("country", "Country", "code", card="k4"),
    Column(
        "use", "Used for", reads=("is_default_ship_to", "is_default_bill_to"), value=lambda row: _use(row), card="k2"
    ),
)
CONTACTS = (
    Column("name", "Name", card="k1"),
    Column("role", "Role", is_muted=True, card="k2"),
    Column("email", "E-mail", card="k3"),
    Column("phone", "Phone", card="k4"),
)
AGREED = (
    Column("company__name", "Company", card="k1"),
    Column("terms__name", "Payment terms", card="k2"),
    Column(
        "ships_complete",
        "Deliveries",
        value=lambda row: "Complete only" if row["ships_complete"] else "In parts",
        card="k3",
    ),
    Column("accepts_substitutes", "Substitutes", value=lambda row: "Taken" if row["accepts_substitutes"] else "No"),
    Column("over_delivery_percent", "Over-delivery", "percent", card="k4"),
    Column(
        "salesperson",
        "Salesperson",
        card="k5",
        value=lambda row: f"{row['salesperson__first_name'] or ''} {row['salesperson__last_name'] or ''}".strip(),
    ),
)
PART_NUMBERS = (
    Column("product__sku", "SKU", "code", url="catalog:product", url_key="product_id"),
    Column("product__name", "Name", width="clip"),
    Column("number", "Their number", "code"),
    Column("description", "Their description", width="clip", hide="not-s"),
)
UNITS = (
    Column("unit__code", "Unit", "code"),
    Column("ratio", "Is", value=lambda row: _ratio(row)),
    Column("barcode", "Barcode", "code"),
    Column("is_sales_unit", "Sold by this", value=lambda row: "Yes" if row["is_sales_unit"] else ""),
)
PARTS = (
    Column("component__sku", "SKU", "code", url="catalog:product", url_key="component_id"),
    Column("component__name", "Name", width="clip"),
    Column("quantity", "Quantity", "quantity"),
    Column("component__stock_unit__code", "Unit", "code"),
)
RELATIONS = (
    Column("related__sku", "SKU", "code", url="catalog:product", url_key="related_id"),
    Column("related__name", "Name", width="clip"),
    Column("kind", "How", value=lambda row: ProductRelation.Kind(row["kind"]).label),
    Column("reason", "Reason", is_muted=True, width="clip"),
    Column("valid_from", "First day", "date", hide="not-s"),
    Column("until", "Last day", "date", value=lambda row: last_day(row["valid_until"])),
    Column(
        "end", "Change", "link", value=lambda row: "End", url="catalog:relation-end", export=False, is_label_hidden=True
    ),
)
_VALIDITY = (
    Column("valid_from", "First day", "date", sort="valid"),
    Column("until", "Last day", "date", reads=("valid_until",), value=lambda row: last_day(row["valid_until"])),
    Column("state", "State", "tag", tags=STATE_TAGS, card="k2"),
)
_KIND = Column(
    "condition_type",
    "Kind",
    value=lambda row: CONDITION_TYPES.get(row["condition_type"], row["condition_type"]),
    reads=("condition_type",),
    url="catalog:price",
    sort="condition_type",
    card="k1",
)
_PRODUCT = (
    Column("product__sku", "SKU", "code", url="catalog:product", url_key="product_id", sort="product__sku", card="k3"),
    Column("product__name", "Name", width="clip", hide="opt", is_muted=True),
)
_WHOM = Column(
    "whom",
    "For",
    reads=("account__name", "price_group__name"),
    value=lambda row: row["account__name"] or row["price_group__name"] or "Everybody",
    width="clip",
    card="k5",
)
_RATE = (
    Column("rate", "Rate", "money", sort="rate", card="k6"),
    Column("per", "Per", reads=("calculation", "currency", "price_unit", "unit"), value=lambda row: rate_unit(row)),
    Column("scale", "Scale", reads=("scale_starts", "scale_rates"), value=lambda row: scale_text(row), hide="not-s"),
)
PRICES = (_KIND, *_PRODUCT, _WHOM, *_RATE, *_VALIDITY)
PRICES_OF_PRODUCT = (_KIND, _WHOM, *_RATE, *_VALIDITY)
PRICES_OF_ACCOUNT = (_KIND, *_PRODUCT, *_RATE, *_VALIDITY)


def fields_of(columns: Sequence[Column]) -> list[str]:
    """What must be read for a table beside a page's own rows."""
    names = [name for column in columns for name in column.fields]
    return list(dict.fromkeys(["pk", *names]))


def rate_unit(row: Row) -> str:
    """What a rate means: percent, or money per so many of a unit."""
    if row["calculation"] == Calculation.PERCENT:
        return "%"
    if row["calculation"] == Calculation.AMOUNT or not row["unit"]:
        return str(row["currency"])
    many = f"{row['price_unit']:,} " if row["price_unit"] != 1 else ""
    return f"{row['currency']} per {many}{row['unit']}"


def scale_text(row: Row) -> str:
    """A scale in one line: ``from 10: 9.50 · from 100: 9.00``."""
    pairs = zip(row["scale_starts"], row["scale_rates"], strict=True)
    return " · ".join(f"from {formats.quantity(start)}: {formats.money(rate)}" for start, rate in pairs)


def benefit(row: Row) -> str:
    """What a coupon takes off."""
    if row["percent_off"] is not None:
        return formats.percent(row["percent_off"], 2)
    return formats.money(row["amount_off"], row["currency"], show="code")


def _role(row: Row) -> str:
    roles = [name for name, is_one in (("Customer", row["is_customer"]), ("Supplier", row["is_supplier"])) if is_one]
    return ", ".join(roles)


def _use(row: Row) -> str:
    uses = [("Deliveries", row["is_default_ship_to"]), ("Invoices", row["is_default_bill_to"])]
    return ", ".join(name for name, is_used in uses if is_used)


def _ratio(row: dict[str, Any] | Row) -> str:
    divided = f" / {row['denominator']:,}" if row["denominator"] != 1 else ""
    return f"{row['numerator']:,}{divided}"

"""What people and programs hand in to create or change master data: complete, by id, not yet checked."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class UnitDraft:
    """A further unit of a product: one of it is numerator/denominator stock units. ``unit`` is the unit's code."""

    unit: str
    numerator: int
    denominator: int = 1
    barcode: str = ""
    is_sales_unit: bool = False


@dataclass(frozen=True, slots=True)
class ProductDraft:
    """A product as it shall be. Kind and stock unit (by code) are set once; quantities are in the stock unit."""

    sku: str
    name: str
    stock_unit: str = "PCE"
    kind: str = "stocked"
    status: str = "active"
    description: str = ""
    category_id: int | None = None
    tax_category: str = "standard"
    posting_group: str = "goods"
    barcode: str = ""
    weight_kg: Decimal = ZERO
    minimum_quantity: Decimal = ZERO
    multiple_quantity: Decimal = ZERO
    replaced_by_id: int | None = None
    created_on: date | None = None
    units: tuple[UnitDraft, ...] = ()


@dataclass(frozen=True, slots=True)
class KitPart:
    """So many stock units of a component in one kit."""

    component_id: int
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class RelationDraft:
    """A product that goes with or stands in for another, from a day until before another."""

    product_id: int
    related_id: int
    kind: str
    valid_from: date
    valid_until: date | None = None
    reason: str = ""
    rank: int = 1


@dataclass(frozen=True, slots=True)
class PartNumberDraft:
    """How an account calls one of our products."""

    product_id: int
    number: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class AddressDraft:
    """A place of an account; at most one of them is the default for deliveries, and one for invoices."""

    name: str
    street: str
    town: str
    country: str
    postcode: str = ""
    region: str = ""
    is_default_ship_to: bool = False
    is_default_bill_to: bool = False
    id: int | None = None


@dataclass(frozen=True, slots=True)
class ContactDraft:
    """A person at an account."""

    name: str
    email: str = ""
    phone: str = ""
    role: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class AgreedTerms:
    """What one company agreed with an account."""

    company_id: int
    terms_id: int
    ships_complete: bool = False
    accepts_substitutes: bool = False
    over_delivery_percent: Decimal = ZERO
    salesperson_id: int | None = None


@dataclass(frozen=True, slots=True)
class AccountDraft:
    """An account as it shall be, with its places, people and what each company agreed with it."""

    code: str
    name: str
    currency: str
    country: str
    is_customer: bool = True
    is_supplier: bool = False
    status: str = "active"
    parent_id: int | None = None
    language: str = "en"
    tax_number: str = ""
    tax_class: str = "domestic"
    price_group_id: int | None = None
    email: str = ""
    phone: str = ""
    created_on: date | None = None
    addresses: tuple[AddressDraft, ...] = ()
    contacts: tuple[ContactDraft, ...] = ()
    agreed: tuple[AgreedTerms, ...] = ()


@dataclass(frozen=True, slots=True)
class ScaleDraft:
    """From this quantity (for an order discount: from this value) on, this rate."""

    start: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class ConditionDraft:
    """A price or discount for one key, from a day until before another (None: open).

    ``condition_type`` and ``access`` are those of ``catalog.pricing.procedure``. ``rate`` is money in ``currency`` per
    ``price_unit`` of ``unit`` (empty: the stock unit), or a percentage; it holds from zero on, scale rows from their
    start on.
    """

    company_id: int
    rate: Decimal
    valid_from: date
    condition_type: str = "PRICE"
    access: str = "product"
    product_id: int | None = None
    account_id: int | None = None
    price_group_id: int | None = None
    agreement_line_id: int | None = None
    calculation: str = "per_unit"
    currency: str = ""
    unit: str = ""
    price_unit: int = 1
    valid_until: date | None = None
    scale: tuple[ScaleDraft, ...] = ()
    price_list_id: int | None = None
    excludes_promotions: bool = False


@dataclass(frozen=True, slots=True)
class CouponDraft:
    """A code that takes a percentage or an amount off an order; ``valid_until`` is the first day on which it does not
    count.
    """

    company_id: int
    code: str
    name: str
    currency: str
    valid_from: date
    percent_off: Decimal | None = None
    amount_off: Decimal | None = None
    minimum_order_net: Decimal = ZERO
    valid_until: date | None = None
    most_uses: int | None = None
    most_uses_per_account: int | None = None


@dataclass(frozen=True, slots=True)
class CouponUse:
    """A use of a coupon by a document (delta 1) or its return (-1).

    ``purpose`` tells repeated uses by one document apart.
    """

    coupon_id: int
    account_id: int
    delta: int
    source_type: str
    source_id: int
    business_date: date
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class TaxRateDraft:
    """The tax for a category of goods and a class of accounts, from a day until before another.

    ``kind`` follows UNTDID 5305.
    """

    company_id: int
    code: str
    name: str
    tax_category: str
    tax_class: str
    percent: Decimal
    valid_from: date
    kind: str = "S"
    reason: str = ""
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class TermsDraft:
    """Payment terms: days count from the invoice date."""

    code: str
    name: str
    net_days: int = 30
    discount_percent: Decimal = ZERO
    discount_days: int = 0


@dataclass(frozen=True, slots=True)
class CategoryDraft:
    """A node of the product tree; its parent must exist."""

    code: str
    name: str
    parent_id: int | None = None


@dataclass(frozen=True, slots=True)
class UnitOfMeasureDraft:
    """A unit in which things are counted, weighed or sold."""

    code: str
    name: str
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class PriceListDraft:
    """A named set of prices of one company and currency."""

    company_id: int
    code: str
    name: str
    currency: str

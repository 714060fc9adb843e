"""What doors hand to quotes and contracts."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class QuoteLineDraft:
    """One offered line; quantity in ``sales_unit`` (empty: the product's own). A price by hand needs its own right."""

    product_id: int
    sales_quantity: Decimal
    sales_unit: str = ""
    requested_on: date | None = None
    unit_price: Decimal | None = None
    discount_percent: Decimal | None = None
    kind: str = "offered"
    description: str = ""


@dataclass(frozen=True, slots=True)
class QuoteDraft:
    """One wanted quote. Currency and salesperson come from the account when left out."""

    company_id: int
    account_id: int
    warehouse_id: int
    business_date: date
    valid_until: date
    lines: tuple[QuoteLineDraft, ...]
    currency: str = ""
    customer_reference: str = ""
    salesperson_id: int | None = None


@dataclass(frozen=True, slots=True)
class ContractLineDraft:
    """A product with its target quantity (stock unit) and its agreed price in the contract's currency."""

    product_id: int
    target_quantity: Decimal
    unit_price: Decimal
    price_unit: int = 1


@dataclass(frozen=True, slots=True)
class ContractDraft:
    """One wanted contract, valid on both its days."""

    company_id: int
    account_id: int
    title: str
    business_date: date
    valid_from: date
    valid_until: date
    lines: tuple[ContractLineDraft, ...]
    currency: str = ""
    overrun: str = "block"

"""What is asked when a document is priced: its lines as they were typed, and what they have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class AgreementPrice:
    """The price of a contract line: per ``price_unit`` of ``unit``, by default the product's stock unit.

    Line discounts do not apply to it.
    """

    unit_price: Decimal
    price_unit: int
    currency: str
    excludes_promotions: bool = True
    unit: str = ""


@dataclass(frozen=True, slots=True)
class LineToPrice:
    """A line as it was typed.

    An empty ``sales_unit`` is the product's own; a price by hand is per sales unit, in the document's currency.
    """

    key: int
    product_id: int
    sales_quantity: Decimal
    sales_unit: str = ""
    agreement_line_id: int | None = None
    agreement_price: AgreementPrice | None = None
    manual_unit_price: Decimal | None = None
    manual_discount_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DocumentToPrice:
    """One document to price. Prices are those of ``on``; tax rates those of ``tax_point``, by default the same day.

    ``holds_coupon``: the document was confirmed with this coupon before, so its own use does not count against it.
    """

    company_id: int
    account_id: int
    on: date
    currency: str
    price_basis: str
    tax_class: str
    lines: Sequence[LineToPrice]
    coupon_code: str = ""
    tax_point: date | None = None
    holds_coupon: bool = False

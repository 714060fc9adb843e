"""What other rooms and doors hand to orders, and what they get back."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OrderLineDraft:
    """One wanted line.

    Quantity in ``sales_unit`` (empty: the product's sales unit); a price by hand needs its own right.
    """

    product_id: int
    sales_quantity: Decimal
    sales_unit: str = ""
    requested_on: date | None = None
    unit_price: Decimal | None = None
    discount_percent: Decimal | None = None
    contract_line_id: int | None = None
    client_uuid: UUID | None = None
    description: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """One wanted order.

    What is left out comes from the account: terms, currency, address, tax class, delivery policy.
    """

    company_id: int
    account_id: int
    business_date: date
    requested_on: date
    warehouse_id: int
    lines: tuple[OrderLineDraft, ...]
    currency: str = ""
    customer_reference: str = ""
    coupon_code: str = ""
    terms_id: int | None = None
    complete_only: bool | None = None
    prepaid: bool = False
    import_key: str | None = None
    ship_to_address_id: int | None = None
    salesperson_id: int | None = None
    quote_version_id: int | None = None
    price_basis: str = "net"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """So much more of an order line was shipped, returned, invoiced or credited by one document."""

    order_line_id: int
    quantity: Decimal
    source_type: str
    source_id: int
    schedule_line_id: int | None = None


@dataclass(frozen=True, slots=True)
class LineChange:
    """A change of one line of a confirmed order: a new ordered quantity (stock unit), or a new date, or both."""

    line_id: int
    ordered: Decimal | None = None
    requested_on: date | None = None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """How the confirmation of one order ended: ``confirmed``, ``submitted`` with holds, or ``refused`` and why."""

    order_id: int
    number: str
    outcome: str
    holds: tuple[str, ...] = ()
    late_line_ids: tuple[int, ...] = ()
    no_supply_line_ids: tuple[int, ...] = ()
    sentences: tuple[str, ...] = field(default=())

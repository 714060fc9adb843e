"""What orders look like to programs."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from core.api.schemas import (
    Code,
    Day,
    In,
    Money,
    Note,
    Number,
    Out,
    Percent,
    Price,
    Quantity,
    Reason,
    Short,
    Title,
    Word,
    only_asked,
)

COMPANY = "Needed where the key works for several companies"


class PartyOut(Out):
    """A customer in short."""

    code: str
    name: str


class PromiseOut(Out):
    """So much, on a day."""

    quantity: Number
    ship_on: date | None
    deliver_on: date | None


class OrderLineOut(Out):
    """One line. ``line`` names it within its order; ``part_of`` is the line of the kit that it belongs to.

    ``quantity`` and prices are per ``unit``; the other quantities are in the product's stock unit.
    """

    line: int
    part_of: int | None
    sku: str
    description: str
    quantity: Number
    unit: str
    unit_price: Number
    price_unit: int
    discount: Money
    net: Money
    tax: Money
    gross: Money
    tax_percent: Number
    requested_on: date
    ordered: Number
    cancelled: Number
    shipped: Number
    returned: Number
    invoiced: Number
    credited: Number
    open: Number
    promises: list[PromiseOut]
    without_supply: Number
    note: str
    cost: Money = only_asked("cost", "In the company's currency.")
    margin: Number = only_asked("margin", "Percent of net.")


class HoldOut(Out):
    """Why the order waits."""

    kind: str
    since: datetime
    reason: str = only_asked("credit", "For a credit hold.")


class OrderShort(Out):
    """An order in a list. ``display`` is the one word that people see; the axes stand beside it."""

    number: str
    company: str
    display: str
    status: str
    fulfillment: str
    billing: str
    holds: list[str]
    account: PartyOut
    customer_reference: str
    business_date: date
    requested_on: date
    currency: str
    net: Money
    gross: Money
    version: int


class OrderOut(Out):
    """An order with its lines. ``version`` is also its ETag, and what changes are made against."""

    number: str
    company: str
    display: str
    status: str
    fulfillment: str
    billing: str
    holds: list[HoldOut]
    account: PartyOut
    customer_reference: str
    business_date: date
    requested_on: date
    coupon: str | None = Field(description="The coupon that counts; null also where one was sent that does not")
    warehouse: str
    ship_to: str
    terms: str
    complete_only: bool
    prepaid: bool
    quote: str | None
    currency: str
    net: Money
    tax: Money
    gross: Money
    margin: Number = only_asked("margin", "Percent of net.")
    note: str
    version: int
    lines: list[OrderLineOut]


class OrderLineIn(In):
    """One wanted line. A price or discount by hand needs the right orders.set_price."""

    sku: Code = Field(description="SKU, barcode, or the customer's part number")
    quantity: Quantity
    unit: Short = Field(default="", description="Empty: the product's sales unit")
    requested_on: Day | None = Field(default=None, description="Empty: as the order")
    unit_price: Price | None = None
    discount_percent: Percent | None = None
    description: Title = ""
    note: Word = ""


class OrderIn(In):
    """A wanted order. What is left out comes from the account."""

    company: Short = Field(default="", description=COMPANY)
    account: Code
    lines: list[OrderLineIn] = Field(max_length=1000)
    requested_on: Day | None = Field(default=None, description="Empty: today")
    warehouse: Short = Field(default="", description="Empty: the company's first")
    customer_reference: Short = ""
    currency: Short = ""
    terms: Short = ""
    coupon: Short = ""
    complete_only: bool | None = None
    prepaid: bool = False
    note: Note = ""


class SavedLineIn(OrderLineIn):
    """A line of a draft as it shall be; without ``line`` it is a new one."""

    line: int | None = Field(default=None, ge=1, le=100_000)


class OrderPatch(In):
    """What of a draft is changed. ``lines``, when given, is the complete set: lines that are not in it are removed."""

    requested_on: Day | None = None
    warehouse: Code | None = None
    customer_reference: Short | None = None
    complete_only: bool | None = None
    note: Note | None = None
    coupon: Short | None = None
    lines: list[SavedLineIn] | None = Field(default=None, max_length=1000)


class LineChangeIn(In):
    """A line of a confirmed order as it shall be: another quantity in the stock unit, another day, or both."""

    line: int = Field(ge=1, le=100_000)
    ordered: Quantity | None = None
    requested_on: Day | None = None


class ChangeIn(In):
    """What is changed, and why."""

    reason: Reason
    changes: list[LineChangeIn] = Field(min_length=1, max_length=1000)


class ReleaseIn(In):
    """Which hold is released, and why."""

    kind: Literal["credit", "price", "address", "manual"]
    reason: Reason


class ConfirmationOut(Out):
    """How confirming ended: confirmed, or submitted to wait for its holds. Nothing is half done."""

    outcome: str
    holds: list[str]
    late_lines: list[int]
    lines_without_supply: list[int]
    sentences: list[str]
    order: OrderOut


class CreditOut(Out):
    """How far an account's credit is used, in the company's currency."""

    currency: str
    limit: Money | None
    exposure: Money
    open_orders: Money
    delivered: Money
    open_items: Money
    on_account: Money

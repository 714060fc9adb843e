"""What other rooms and doors hand to billing, and the plain form of a document before it is written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from core.fx import Rate
from core.models import Company

ZERO = Decimal(0)
INVOICE, CREDIT = "invoice", "credit"


@dataclass(frozen=True, slots=True)
class ValueLineDraft:
    """One line without goods. ``net`` is in the document's currency, rounded to it, above zero in both directions."""

    description: str
    net: Decimal
    tax_category: str = "standard"
    posting_group: str = "goods"


@dataclass(frozen=True, slots=True)
class ValueCreditDraft:
    """A credit (or, for ``charge_fees``, an invoice) for value only: goodwill, allowance, fee.

    What is left out comes from the referred invoice, else from the account: currency, tax class, terms.
    """

    company: Company
    account_id: int
    lines: tuple[ValueLineDraft, ...]
    reason: str
    business_date: date
    invoice_id: int | None = None
    import_key: str | None = None
    currency: str = ""
    tax_class: str = ""
    customer_reference: str = ""


@dataclass(slots=True)
class PlannedLine:
    """One line as it will be written. Amounts are at the currency's places; quantities in the stock unit.

    ``amount`` is the truth in the document's price basis; net, tax and gross follow when the tax is known.
    """

    description: str
    amount: Decimal
    posting_group: str
    tax_category: str = ""
    product_id: int | None = None
    order_line_id: int | None = None
    delivery_line_id: int | None = None
    return_line_id: int | None = None
    credited_line_id: int | None = None
    quantity: Decimal = ZERO
    sales_quantity: Decimal = ZERO
    sales_unit: str = ""
    unit_price: Decimal = ZERO
    price_unit: int = 1
    discount: Decimal = ZERO
    cost: Decimal = ZERO
    net: Decimal = ZERO
    tax: Decimal = ZERO
    gross: Decimal = ZERO
    tax_code: str = ""
    tax_percent: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class PlannedGroup:
    """Base and tax of one code and rate."""

    code: str
    percent: Decimal
    kind: str
    reason: str
    base: Decimal
    tax: Decimal


@dataclass(slots=True)
class PlannedDocument:
    """An invoice or credit note before it is written. ``sources`` are the documents it was made from, for the chain."""

    direction: str
    account_id: int
    currency: str
    business_date: date
    tax_point_on: date
    price_basis: str
    tax_class: str
    terms_id: int
    rate: Rate
    lines: list[PlannedLine]
    destination: str = ""
    groups: Sequence[PlannedGroup] = ()
    order_id: int | None = None
    credits_id: int | None = None
    rma_id: int | None = None
    bill_to: str = ""
    customer_reference: str = ""
    reason: str = ""
    import_key: str | None = None
    sources: set[tuple[str, int]] = field(default_factory=set)
    split_by: tuple[str, ...] = ()
    item_reference: str = ""

    @property
    def net(self) -> Decimal:
        """Sum of the lines' net."""
        return sum((line.net for line in self.lines), ZERO)

    @property
    def tax(self) -> Decimal:
        """Sum of the lines' tax."""
        return sum((line.tax for line in self.lines), ZERO)

    @property
    def gross(self) -> Decimal:
        """Sum of the lines' gross."""
        return sum((line.gross for line in self.lines), ZERO)

    @property
    def sign(self) -> int:
        """1 for what the customer owes, -1 for what it is owed."""
        return 1 if self.direction == INVOICE else -1

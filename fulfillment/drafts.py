"""What other rooms and doors hand to fulfilment, and what they get back. Quantities are in the product's stock unit."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Cause = Literal["missing", "damaged", "later"]
Disposition = Literal["restock", "scrap", "keep"]


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """What became of one order: its new deliveries, or the sentence that says why there is none."""

    order_id: int
    number: str
    delivery_ids: tuple[int, ...] = ()
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Shipped:
    """One posted goods issue. ``cost`` in functional currency; ``days_late`` against the promise that stood, or 0."""

    delivery_id: int
    number: str
    order_id: int
    cost: Decimal
    days_late: int


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What one scan did. ``is_counted``: a quantity moved. A repeated scan answers as it did the first time."""

    outcome: str
    message: str
    is_counted: bool
    delivery_line_id: int | None = None
    quantity: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class PackageDraft:
    """One box: how much of which delivery lines it holds. Without a weight it weighs what its products weigh."""

    contents: tuple[tuple[int, Decimal], ...]
    weight_kg: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ReturnLineDraft:
    """So much comes back: of a shipped line, or, without reference, of a product at the price to be credited."""

    quantity: Decimal
    delivery_line_id: int | None = None
    product_id: int | None = None
    unit_price: Decimal | None = None
    price_unit: int = 1
    disposition: Disposition = "restock"


@dataclass(frozen=True, slots=True)
class ReturnDraft:
    """A return to be entered. Lines either all refer to shipped lines or none does.

    With reference account, currency and warehouse follow from the deliveries when left out.
    """

    company_id: int
    business_date: date
    reason: str
    lines: tuple[ReturnLineDraft, ...]
    account_id: int | None = None
    warehouse_id: int | None = None
    currency: str = ""
    import_key: str | None = None

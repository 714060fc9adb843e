"""What other rooms and doors hand to fulfilment, and what they get back. Quantities are in the product's stock unit."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from core.rounding import HALF_UP

Cause = Literal["missing", "damaged", "later"]
Disposition = Literal["restock", "scrap", "keep"]
LARGEST_CREDIT = Decimal(10) ** 14  # numeric(19,4) holds fifteen digits before the point; one is kept for tax
TOO_MUCH = "Quantity times price is larger than can be written"


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
    """What one scan did; ``quantity`` moved. A repeated scan answers as it did the first time."""

    outcome: str
    message: str
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

    @property
    def worth(self) -> Decimal:
        """What is to be credited without reference, before tax and not rounded; nothing when it refers to a line."""
        if self.unit_price is None:
            return Decimal(0)
        return HALF_UP.divide(HALF_UP.multiply(self.unit_price, self.quantity), Decimal(self.price_unit))


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

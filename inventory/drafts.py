"""What other rooms ask of inventory, and what it answers. Quantities are in the product's stock unit."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from core.models import Company

CommitmentKind = Literal["order", "hold", "transfer"]


@dataclass(frozen=True, slots=True)
class DemandDraft:
    """One quantity of one product that a document wants promised; the preferred candidate warehouse is first.

    ``complete_only``: all of it or nothing. ``allow_split`` False: one date and one warehouse, or no date. Demands of
    one ``group`` ship together. ``step``: each dated quantity is a multiple of it, but for the last. ``instead_of``:
    only where something is promised again: which commitments, and how much of each, the demand would give back.
    """

    key: int
    product_id: int
    warehouse_ids: tuple[int, ...]
    quantity: Decimal
    wanted_on: date
    complete_only: bool = False
    allow_split: bool = True
    group: int | None = None
    reference: str = ""
    kind: CommitmentKind = "order"
    step: Decimal | None = None
    instead_of: tuple[tuple[int, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class PromisedLine:
    """One dated quantity of a demand and the commitment that stands for it; without date and commitment: no supply.

    ``refused``: the demand was complete-only, and supply does not cover it.
    """

    key: int
    quantity: Decimal
    ship_on: date | None
    warehouse_id: int | None
    commitment_id: int | None
    pegs_text: str
    refused: bool = False


@dataclass(frozen=True, slots=True)
class IssueDraft:
    """Goods that leave a bin, or the warehouse's default bin. Without a commitment they are free stock."""

    line_id: int
    commitment_id: int | None
    product_id: int
    warehouse_id: int
    bin_id: int | None
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class TakeBackDraft:
    """Goods that come back. ``value``: the cost at which they were issued, in functional currency."""

    line_id: int
    product_id: int
    warehouse_id: int
    quantity: Decimal
    value: Decimal
    bin_id: int | None = None


class SupplyLineDraft(NamedTuple):
    """One line of an inbound order. ``unit_cost`` per stock unit in the order's currency, six places."""

    product_id: int
    quantity: Decimal
    expected_on: date
    unit_cost: Decimal


@dataclass(frozen=True, slots=True)
class SupplyDraft:
    """An inbound order to be created."""

    company_id: int
    supplier_id: int
    warehouse_id: int
    currency: str
    business_date: date
    lines: tuple[SupplyLineDraft, ...]
    reference: str = ""


class ReceiptLineDraft(NamedTuple):
    """So much of an inbound line arrived, in this bin or the warehouse's default bin."""

    supply_line_id: int
    quantity: Decimal
    bin_id: int | None = None


@dataclass(frozen=True, slots=True)
class ReceiptDraft:
    """Goods that arrived for one inbound order. Without lines: everything that is still to come."""

    supply_order_id: int
    business_date: date
    lines: tuple[ReceiptLineDraft, ...] = ()


class AdjustmentLineDraft(NamedTuple):
    """So much more (above zero) or less. Goods found are worth ``unit_cost`` in functional currency, or the average."""

    product_id: int
    bin_id: int | None
    quantity: Decimal
    unit_cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class AdjustmentDraft:
    """A correction of stock in one warehouse, with its reason."""

    company: Company
    warehouse_id: int
    reason: str
    business_date: date
    lines: tuple[AdjustmentLineDraft, ...]

"""What the pricing engine is given and what it answers. Plain values: no database, no clock, no settings.

The model is the condition technique: a procedure lists steps, a step names a condition type, a condition type searches
its accesses from the most specific to the most general key, and a condition record found there says what applies.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from catalog.trace import Calculation, Trace
from core.rounding import UnitRatio


class KeyField(StrEnum):
    """What a price can be made for. An access combines them."""

    ACCOUNT = "account"
    PRICE_GROUP = "price_group"
    AGREEMENT_LINE = "agreement_line"  # the contract or rate agreement line that the order line calls off
    PRODUCT = "product"
    CATEGORY = "category"


class ConditionKind(StrEnum):
    """What a condition does to the line, and in which phase: price, then discounts, then rounding, then surcharges."""

    PRICE = "price"
    DISCOUNT = "discount"
    SURCHARGE = "surcharge"


class Choice(StrEnum):
    """Which record counts when accesses that are not exclusive found several, seen from the customer."""

    BEST = "best"
    WORST = "worst"


class Finding(StrEnum):
    """What somebody has to look at before the line can be confirmed."""

    NO_PRICE = "no_price"
    OVER_LIMIT = "over_limit"
    HAND_NOT_ALLOWED = "hand_not_allowed"


@dataclass(frozen=True, slots=True)
class Access:
    """One key to search records by. Exclusive: a hit ends the search; if not, the type's choice decides among all."""

    name: str
    fields: tuple[KeyField, ...]
    is_exclusive: bool = True


@dataclass(frozen=True, slots=True)
class ManualRule:
    """Entries by hand are allowed; beyond this percentage in the customer's favour they are flagged (None: never)."""

    max_percent_off: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ConditionType:
    """A kind of price element, with where it is searched for and whether people may enter it."""

    code: str
    name: str
    kind: ConditionKind
    accesses: tuple[Access, ...]
    choice: Choice = Choice.BEST
    manual: ManualRule | None = None


@dataclass(frozen=True, slots=True)
class ProcedureStep:
    """One step. Percentages are of the value after step ``reference``; without one, of the running value (compound)."""

    number: int
    condition_type: ConditionType
    reference: int | None = None


_PHASES = list(ConditionKind)


@dataclass(frozen=True, slots=True)
class Procedure:
    """The ordered steps that make a line's net value, kept as data; one that cannot be computed is refused here."""

    name: str
    steps: tuple[ProcedureStep, ...]

    def __post_init__(self) -> None:
        numbers = [step.number for step in self.steps]
        phases = [_PHASES.index(step.condition_type.kind) for step in self.steps]
        if numbers != sorted(set(numbers)):
            raise ValueError("step numbers must increase")
        if phases != sorted(phases) or phases.count(0) != 1:
            raise ValueError("a procedure has one price step, then discounts, then surcharges")
        if len({step.condition_type.code for step in self.steps}) != len(self.steps):
            raise ValueError("a condition type stands in one step only")
        for step in self.steps:
            if step.reference is not None and (step.reference not in numbers or step.reference >= step.number):
                raise ValueError(f"step {step.number} refers to a step that is not before it")


@dataclass(frozen=True, slots=True)
class ScaleRow:
    """From this quantity on (in the record's unit) this rate applies to the whole quantity."""

    start: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class ConditionRecord:
    """One agreed figure: valid from a date until before another, for one key of one access of one condition type.

    ``rate`` is a percentage, or money in ``currency``; a unit price has at most six places and is per ``price_unit`` of
    ``unit``. With scale rows the row with the largest start not above the quantity gives the rate; below the first
    there is none.
    """

    id: int
    condition_type: str
    access: str
    key: tuple[int, ...]
    calculation: Calculation
    rate: Decimal
    valid_from: date
    valid_until: date | None = None
    currency: str = ""
    unit: str = ""
    price_unit: int = 1
    scale: tuple[ScaleRow, ...] = ()
    excludes_promotions: bool = False

    def is_valid(self, on: date) -> bool:
        """Say whether the record holds on a date; the last day is the one before ``valid_until``."""
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)


Bucket = Mapping[tuple[int, ...], Sequence[ConditionRecord]]


@dataclass(frozen=True, slots=True)
class Records:
    """The candidate records of a document, by condition type and access, then by key: one look-up each."""

    by_access: Mapping[tuple[str, str], Bucket]

    @classmethod
    def of(cls, records: Iterable[ConditionRecord]) -> "Records":
        """Index records, lowest id first, so that an answer never depends on the order of a query."""
        by_access: dict[tuple[str, str], dict[tuple[int, ...], list[ConditionRecord]]] = {}
        for record in sorted(records, key=lambda record: record.id):
            bucket = by_access.setdefault((record.condition_type, record.access), {})
            bucket.setdefault(record.key, []).append(record)
        return cls(by_access)


@dataclass(frozen=True, slots=True)
class ManualCondition:
    """What somebody entered instead of what was found, in the document's currency; by default per line unit."""

    condition_type: str
    calculation: Calculation
    rate: Decimal
    price_unit: int = 1
    unit: str = ""


@dataclass(frozen=True, slots=True)
class PricingLine:
    """A line to price. The quantity is not negative; ``units`` says how many stock units each of its units is."""

    line_id: int
    product_id: int
    quantity: Decimal
    unit: str
    category_id: int | None = None
    agreement_line_id: int | None = None
    units: Mapping[str, UnitRatio] = field(default_factory=dict)
    manual: tuple[ManualCondition, ...] = ()


@dataclass(frozen=True, slots=True)
class PricingRequest:
    """The lines of a document and what they have in common.

    Net or gross is the document's price basis; all records handed in are of that basis. ``fx_rates`` holds what one
    unit of another currency is worth in ``currency`` on the rate date of the document.
    """

    on: date
    currency: str
    procedure: Procedure
    lines: Sequence[PricingLine]
    account_id: int | None = None
    price_group_id: int | None = None
    fx_rates: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line's price and value: ``net = value - discount + surcharge``, each at the currency's places, with the trace.

    The unit price is in the document's currency at six places and never rounded further; ``value`` is quantity x unit
    price, rounded.
    """

    line_id: int
    currency: str
    unit_price: Decimal
    price_unit: int
    price_uom: str
    value: Decimal
    discount: Decimal
    surcharge: Decimal
    net: Decimal
    excludes_promotions: bool
    findings: tuple[Finding, ...]
    trace: Trace

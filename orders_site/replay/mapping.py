"""What a mapping declares: how the lines of a company's file become documents of Kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property


class FileKind(StrEnum):
    """What a document of the file is, told by its number."""

    TRADE = "trade"
    CREDIT = "credit"
    WRITE_OFF = "write_off"


class Sign(StrEnum):
    """What a class rule asks of a quantity or a price."""

    ANY = "any"
    POSITIVE = "positive"
    NEGATIVE = "negative"
    ZERO = "zero"


def sign_of(value: Decimal) -> Sign:
    """Give the sign of a finite number."""
    return Sign.ZERO if not value else Sign.NEGATIVE if value < 0 else Sign.POSITIVE


class Identity(StrEnum):
    """When two codes are the same product: as written, or without outer spaces and in capitals."""

    EXACT = "exact"
    FOLDED = "folded"


class SupplyPeriod(StrEnum):
    """How often supply arrives."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Columns:
    """The header of the file for each thing a line must say; ``line_number`` may be empty: lines are then counted."""

    document: str
    code: str
    description: str
    quantity: str
    at: str
    unit_price: str
    customer: str
    country: str
    line_number: str = ""

    def wanted(self) -> dict[str, str]:
        """Give field -> header for every column that is mapped."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name)}


@dataclass(frozen=True)
class Dates:
    """How instants are written (``datetime.strptime``), and between which days a line is believed."""

    format: str
    earliest: date
    latest: date


@dataclass(frozen=True)
class Limits:
    """What a line may hold; anything beyond is rejected with its reason. Quantities and prices are absolute values."""

    record_characters: int
    text_characters: int
    key_characters: int
    quantity: Decimal
    quantity_places: int
    unit_price: Decimal
    unit_price_places: int


@dataclass(frozen=True)
class DocumentRule:
    """A document whose whole number fits the pattern is of this kind."""

    kind: FileKind
    pattern: str


@dataclass(frozen=True)
class ClassRule:
    """A line of this kind of document with these signs counts in this class of the figures."""

    name: str
    kind: FileKind
    quantity: Sign = Sign.ANY
    price: Sign = Sign.ANY

    def fits(self, kind: FileKind, quantity: Sign, price: Sign) -> bool:
        """Say whether a line of this kind with these signs belongs to the class."""
        return self.kind is kind and self.quantity in (Sign.ANY, quantity) and self.price in (Sign.ANY, price)


@dataclass(frozen=True)
class CodeClass:
    """What a code stands for, by the whole SKU, its beginning, or a pattern. Only stocked classes move stock."""

    name: str
    label: str
    is_stocked: bool = False
    exact: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()

    def claims(self, sku: str) -> bool:
        """Say whether the class claims this SKU."""
        return (
            sku in self.exact
            or sku.startswith(self.prefixes)
            or any(re.fullmatch(pattern, sku) for pattern in self.patterns)
        )


@dataclass(frozen=True)
class Codes:
    """How codes become SKUs, and their classes in the order of asking; ``default`` names the last resort."""

    identity: Identity
    default: str
    classes: tuple[CodeClass, ...]

    def sku_of(self, code: str) -> str:
        """Give the SKU of a code as written."""
        return code.strip().upper() if self.identity is Identity.FOLDED else code

    def class_of(self, sku: str) -> CodeClass:
        """Give the first class that claims the SKU, otherwise the default."""
        return next((c for c in self.classes if c.claims(sku)), self.by_name[self.default])

    @cached_property
    def by_name(self) -> dict[str, CodeClass]:
        """Give the classes by name."""
        return {c.name: c for c in self.classes}


@dataclass(frozen=True)
class Accounts:
    """Code and name of a customer's account, with ``{customer}``, and the payment term in days."""

    code: str
    name: str
    terms_days: int


@dataclass(frozen=True)
class CashAccounts:
    """Code and name of the cash account of a country, with ``{country}`` and ``{country_code}``.

    ``match_returns`` says whether a return without customer may refer to another counter sale of its country.
    """

    code: str
    name: str
    terms_days: int
    match_returns: bool


@dataclass(frozen=True)
class Supplier:
    """The one supplier from whom everything is received."""

    code: str
    name: str


@dataclass(frozen=True)
class Supply:
    """How supply is derived: period, unit cost as a share of the list price, and lines per supply order."""

    period: SupplyPeriod
    cost_share: Decimal
    cost_places: int
    unsold_unit_cost: Decimal
    lines_per_order: int


@dataclass(frozen=True)
class Prices:
    """The two price groups, and how many lines a scale step must gain to be worth having."""

    trade_group: str
    counter_group: str
    lines_per_step: int


@dataclass(frozen=True)
class WriteOffs:
    """Posting keys of the two sides of a bad debt adjustment."""

    debit: str
    credit: str


@dataclass(frozen=True)
class Sets:
    """How many documents, and how many lines, one batch of commands may hold; one document always fits."""

    documents: int
    lines: int


@dataclass(frozen=True)
class ReplayMapping:
    """Everything that is assumed about a file. ``digest`` names its exact text: a run continues under no other."""

    name: str
    currency: str
    columns: Columns
    dates: Dates
    limits: Limits
    documents: tuple[DocumentRule, ...]
    classes: tuple[ClassRule, ...]
    codes: Codes
    accounts: Accounts
    counter: CashAccounts
    supplier: Supplier
    supply: Supply
    prices: Prices
    write_offs: WriteOffs
    sets: Sets
    countries: Mapping[str, str]
    assumptions: Mapping[str, str]
    digest: str = ""

"""What the tax engine is given and what it answers. Plain values: no database, no clock, no settings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from catalog.trace import Trace

ANY = "*"  # in a rule: any tax category, or any country of destination


class PriceBasis(StrEnum):
    """Which amount is the truth of a document; the other is derived from it."""

    NET = "net"
    GROSS = "gross"


class TaxRounding(StrEnum):
    """Where tax is rounded: once per group (the default, EN 16931 BR-CO-17), or on each line where that is agreed."""

    GROUP = "group"
    LINE = "line"


class TaxTreatment(StrEnum):
    """How a supply is taxed; the values are the VAT category codes of EN 16931 (UNTDID 5305)."""

    STANDARD = "S"  # at a rate, full or reduced
    ZERO = "Z"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    INTRA_COMMUNITY = "K"
    EXPORT = "G"


@dataclass(frozen=True, slots=True)
class TaxRule:
    """The tax on supplies of one category to one class of account between two countries, with its validity.

    ``rate`` is in percent. Only STANDARD carries one (EN 16931 BR-Z-05, BR-E-05, BR-AE-05, BR-IC-05, BR-G-05: the rate
    is 0). ``tax_category`` and ``ship_to`` may be ANY.
    """

    id: int
    tax_category: str
    account_tax_class: str
    ship_from: str
    ship_to: str
    code: str
    name: str
    treatment: TaxTreatment
    rate: Decimal
    valid_from: date
    valid_until: date | None = None

    def __post_init__(self) -> None:
        if not self.rate.is_finite() or self.rate < 0 or (self.rate and self.treatment is not TaxTreatment.STANDARD):
            raise ValueError("only a standard treatment carries a rate, and it is not negative")

    def is_valid(self, on: date) -> bool:
        """Say whether the rule holds on a date; the last day is the one before ``valid_until``."""
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)


RuleKey = tuple[str, str, str, str]  # tax category, account tax class, from, to


@dataclass(frozen=True, slots=True)
class TaxRules:
    """The rules a document may need, by key."""

    by_key: Mapping[RuleKey, Sequence[TaxRule]]

    @classmethod
    def of(cls, rules: Iterable[TaxRule]) -> "TaxRules":
        """Index rules, lowest id first, so that an answer never depends on the order of a query."""
        by_key: dict[RuleKey, list[TaxRule]] = {}
        for rule in sorted(rules, key=lambda rule: rule.id):
            key = (rule.tax_category, rule.account_tax_class, rule.ship_from, rule.ship_to)
            by_key.setdefault(key, []).append(rule)
        return cls(by_key)


@dataclass(frozen=True, slots=True)
class TaxLine:
    """A line after all discounts, in the document's price basis; negative where it takes back an advance.

    ``ship_from`` is the country that this line leaves from, if it is not the document's.
    """

    line_id: int
    tax_category: str
    amount: Decimal
    ship_from: str = ""


@dataclass(frozen=True, slots=True)
class TaxRequest:
    """The lines of a document at its tax point. Amounts are at the currency's places; countries are ISO 3166 codes."""

    on: date
    currency: str
    price_basis: PriceBasis
    account_tax_class: str
    ship_from: str
    ship_to: str
    lines: Sequence[TaxLine]
    rounding: TaxRounding = TaxRounding.GROUP


@dataclass(frozen=True, slots=True)
class TaxedLine:
    """A line with its tax: ``gross = net + tax``. Without a rule ``treatment`` is None: the tax is not known."""

    line_id: int
    code: str
    treatment: TaxTreatment | None
    rate: Decimal
    rule_id: int | None
    net: Decimal
    tax: Decimal
    gross: Decimal
    trace: Trace


@dataclass(frozen=True, slots=True)
class TaxGroup:
    """The lines of one code, treatment and rate together, as invoice, tax report and e-invoice show them."""

    code: str
    name: str
    treatment: TaxTreatment
    rate: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True)
class TaxResult:
    """Lines in the order given, groups by falling rate, totals: they all add up to the same, to the cent.

    ``undetermined`` names lines for which no rule was found: they are in the totals without tax, and must stop the
    document.
    """

    lines: tuple[TaxedLine, ...]
    groups: tuple[TaxGroup, ...]
    net: Decimal
    tax: Decimal
    gross: Decimal
    undetermined: tuple[int, ...]

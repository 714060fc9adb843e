"""Explain a price, a discount or a tax: the steps that led to it, stored with the document and readable in plain words.

Steps carry figures and reason codes, not text, so that they are small, comparable and translatable; ``sentence`` writes
the text.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from core.rounding import HALF_UP, currency_exponent, quantum

READABLE_PLACES = 6  # intermediate amounts are shown at six places at most; results are at the currency's places anyway


class Calculation(StrEnum):
    """How a rate becomes an amount."""

    PER_UNIT = "per_unit"  # rate is money per price unit: 12.50 per 100 PCE
    PERCENT = "percent"  # rate is a percentage of the basis
    PERCENT_WITHIN = "percent_within"  # rate is a percentage on top of something, and the basis includes both
    AMOUNT = "amount"  # rate is the amount itself
    ROUNDING = "rounding"  # the amount is the basis, rounded
    SHARE = "share"  # the amount is this line's part of the basis


class Reason(StrEnum):
    """Why a step counts or does not."""

    APPLIED = "applied"
    CHOSEN = "chosen"
    LIMITED = "limited"
    OVER_LIMIT = "over_limit"
    BETTER = "better"
    BETTER_MATCH = "better_match"
    REPLACED = "replaced"
    NOT_FOUND = "not_found"
    NO_RATE = "no_rate"
    NO_UNIT = "no_unit"
    BELOW_SCALE = "below_scale"
    HAND_NOT_ALLOWED = "hand_not_allowed"
    BELOW_THRESHOLD = "below_threshold"
    NOT_VALID = "not_valid"
    USED_UP = "used_up"
    UNKNOWN_CODE = "unknown_code"
    AGREED_PRICE = "agreed_price"
    NOTHING_LEFT = "nothing_left"
    EXEMPT = "exempt"
    REVERSE_CHARGE = "reverse_charge"
    INTRA_COMMUNITY = "intra_community"
    EXPORT = "export"
    ZERO_RATED = "zero_rated"
    UNDETERMINED = "undetermined"


REASON_TEXTS = {
    Reason.APPLIED: "",
    Reason.CHOSEN: "chosen among several",
    Reason.LIMITED: "limited to what is left of the value",
    Reason.OVER_LIMIT: "beyond the limit for entries by hand",
    Reason.BETTER: "another is chosen before it",
    Reason.BETTER_MATCH: "another record fits the currency and the unit better",
    Reason.REPLACED: "replaced by an entry by hand",
    Reason.NOT_FOUND: "no record found",
    Reason.NO_RATE: "no exchange rate into the document's currency",
    Reason.NO_UNIT: "no conversion into its unit",
    Reason.BELOW_SCALE: "the quantity is below its first scale",
    Reason.HAND_NOT_ALLOWED: "entry by hand is not allowed",
    Reason.BELOW_THRESHOLD: "the order is below the minimum value",
    Reason.NOT_VALID: "not valid on this date",
    Reason.USED_UP: "all its uses are taken",
    Reason.UNKNOWN_CODE: "no such code",
    Reason.AGREED_PRICE: "the agreed price excludes promotions",
    Reason.NOTHING_LEFT: "there is nothing left to reduce",
    Reason.EXEMPT: "exempt",
    Reason.REVERSE_CHARGE: "reverse charge, the customer accounts for the tax",
    Reason.INTRA_COMMUNITY: "supply to a business in another member state, free of tax here",
    Reason.EXPORT: "export, free of tax",
    Reason.ZERO_RATED: "zero rate",
    Reason.UNDETERMINED: "no tax rule found",
}


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One step of a derivation. ``amount`` is signed, in ``currency``; a step that is not active changed nothing.

    ``rate`` is in percent or, where ``rate_currency`` is set, money; ``fx_rate`` is what one of that currency is worth
    in ``currency``.
    """

    step: int
    name: str
    calculation: Calculation
    currency: str
    basis: Decimal | None = None
    rate: Decimal | None = None
    amount: Decimal | None = None
    is_active: bool = True
    reason: Reason = Reason.APPLIED
    record_id: int | None = None
    source: str = ""
    is_manual: bool = False
    rate_currency: str = ""
    fx_rate: Decimal | None = None
    price_unit: int = 1
    unit: str = ""


Trace = tuple[TraceStep, ...]


def sentence(trace: Iterable[TraceStep]) -> str:
    """Say in plain words how the result came about: first what counted, in order, then what did not and why."""
    steps = list(trace)
    return " ".join(
        [_clause(step) for step in steps if step.is_active]
        + [f"Not used: {_clause(step)}" for step in steps if not step.is_active]
    )


def plain(value: Decimal) -> str:
    """Write a number without exponent or superfluous zeros, at six places at most: 1E+1 -> 10, 5.500 -> 5.5."""
    short = value.quantize(quantum(READABLE_PLACES), context=HALF_UP).normalize(HALF_UP)
    return f"{short if short else Decimal(0):,f}"


def _clause(step: TraceStep) -> str:
    notes = [step.source, "by hand" if step.is_manual else "", f"record {step.record_id}" if step.record_id else ""]
    where = ", ".join(note for note in notes if note)
    reason = REASON_TEXTS[step.reason]
    parts = [step.name, _figures(step), f"({where})" if where else ""]
    text = " ".join(part for part in parts if part)
    result = f" = {_money(step.amount, step.currency)}" if step.amount is not None else ""
    return f"{text}{result}{f': {reason}' if reason else ''}."


def _figures(step: TraceStep) -> str:
    """The rate and what it was applied to, in the words of its calculation."""
    if step.calculation is Calculation.PER_UNIT and step.rate is not None:
        per = f"{step.price_unit} {step.unit}" if step.price_unit != 1 else step.unit
        price = f"{_money(step.rate, step.rate_currency)} per {per}{_converted(step)}"
        return price if step.basis is None else f"{price} x {plain(step.basis)} {step.unit}"
    if step.calculation is Calculation.PERCENT and step.rate is not None:
        return f"{plain(step.rate)} %" + ("" if step.basis is None else f" of {_money(step.basis, step.currency)}")
    if step.calculation is Calculation.PERCENT_WITHIN and step.rate is not None and step.basis is not None:
        return f"{plain(step.rate)} % contained in {_money(step.basis, step.currency)}"
    if step.calculation is Calculation.AMOUNT and step.rate is not None:
        return f"{_money(step.rate, step.rate_currency)}{_converted(step)}"
    if step.basis is not None:
        return f"{'part of' if step.calculation is Calculation.SHARE else 'from'} {_money(step.basis, step.currency)}"
    return ""


def _converted(step: TraceStep) -> str:
    return (
        "" if step.fx_rate is None else f" at {step.fx_rate.normalize(HALF_UP):f} {step.currency}/{step.rate_currency}"
    )


def _money(amount: Decimal, currency: str) -> str:
    """Write an amount with at least the places of its currency: 300 -> 300.00 EUR, 42.5513 stays as it is."""
    whole = amount.quantize(quantum(currency_exponent(currency)), context=HALF_UP)
    return f"{whole:,f} {currency}" if whole == amount else f"{plain(amount)} {currency}"

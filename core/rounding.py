"""Round amounts and convert quantities by name, so that every cent and every unit has one place where it was decided.

Rounding is HALF_UP (away from zero) to the ISO 4217 minor unit of *that* currency: JPY 0, EUR 2, KWD 3. Arithmetic
before a named rounding is exact: Python's default of 28 significant digits is not enough for numeric(18,6) x
numeric(18,6).
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow, localcontext
from fractions import Fraction
from functools import lru_cache

from moneyed import CurrencyDoesNotExist, get_currency

from core.errors import DomainError

QUANTITY_PLACES = 6
UNIT_PRICE_PLACES = 6
LARGEST_QUANTITY = Decimal(10) ** 12  # numeric(18,6) holds twelve digits before the point

_DIGITS = 100  # three stored numbers of 18 digits and four percentages multiply to less than this
_TRAPS = [InvalidOperation, DivisionByZero, Overflow]
EXACT = Context(prec=_DIGITS, rounding=ROUND_HALF_UP, traps=[*_TRAPS, Inexact])
HALF_UP = Context(prec=_DIGITS, rounding=ROUND_HALF_UP, traps=_TRAPS)

# ISO 4217 gives these no minor unit ("N.A."): metals, units of account, testing, "no currency".
_WITHOUT_MINOR_UNIT = frozenset(
    ["XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"]
)


class UnknownCurrency(DomainError):
    """The code is not an ISO 4217 currency with a minor unit, so no amount can be rounded in it."""

    code = "unknown_currency"


class QuantityNotExact(DomainError):
    """A quantity or a unit conversion has no exact value at six decimal places; it is refused, never rounded."""

    code = "quantity_not_exact"


def exact_arithmetic() -> AbstractContextManager[Context]:
    """Make the operators on Decimals exact inside a ``with`` block: what cannot be exact raises ``decimal.Inexact``."""
    return localcontext(EXACT)


@lru_cache(maxsize=512)
def currency_exponent(currency: str) -> int:
    """Say how many decimal places amounts in this currency have (ISO 4217 minor unit).

    Raises:
        UnknownCurrency: the code is not a currency in which a document can be written.
    """
    try:
        sub_unit = get_currency(currency).sub_unit
    except CurrencyDoesNotExist:
        sub_unit = 0
    if not sub_unit or currency in _WITHOUT_MINOR_UNIT:
        raise UnknownCurrency(f"{currency!r} is not a currency in which amounts can be written.")
    return len(str(sub_unit)) - 1


@lru_cache(maxsize=32)
def quantum(exponent: int) -> Decimal:
    """Give the smallest amount at this number of decimal places: 2 -> 0.01."""
    return Decimal(1).scaleb(-exponent)


def round_places(value: Decimal, places: int) -> Decimal:
    """Round HALF_UP, away from zero, to a number of decimal places; NaN and infinity raise ``InvalidOperation``."""
    if not value.is_finite():
        raise InvalidOperation(f"{value} cannot be rounded")
    return value.quantize(quantum(places), context=HALF_UP)


def round_amount(amount: Decimal, currency: str) -> Decimal:
    """Round an amount once, HALF_UP, to the minor unit of its currency, only at named places."""
    return round_places(amount, currency_exponent(currency))


def round_quotient(numerator: Decimal, denominator: int, places: int) -> Decimal:
    """Round an exact quotient HALF_UP. One that ends on the midpoint is finite, so it survives the division unharmed.

    Any other quotient of stored numbers lies further from the midpoint than the hundred digits kept here.
    """
    return round_places(numerator if denominator == 1 else HALF_UP.divide(numerator, Decimal(denominator)), places)


def exact_quantity(value: Decimal) -> Decimal:
    """Give a quantity at six decimal places, which is how all of them are stored; the sign is the caller's business.

    Raises:
        QuantityNotExact: it is not a number, has more than six places, or more than twelve digits before the point.
    """
    if not value.is_finite() or abs(value) >= LARGEST_QUANTITY:
        raise QuantityNotExact(f"{value} is not a quantity.")
    try:
        return value.quantize(quantum(QUANTITY_PLACES), context=EXACT)
    except Inexact:
        raise QuantityNotExact(f"{value:f} has more than {QUANTITY_PLACES} decimal places.") from None


@dataclass(frozen=True, slots=True)
class UnitRatio:
    """How many stock units one unit is, as a fraction: a case of 12 is 12/1, a gram of what is kept in kg 1/1000."""

    numerator: int = 1
    denominator: int = 1

    def __post_init__(self) -> None:
        if self.numerator <= 0 or self.denominator <= 0:
            raise ValueError("a unit is a positive number of stock units")

    def per(self, other: "UnitRatio") -> "UnitRatio":
        """Say how many of the other unit one of this unit is: a pallet (480) per case (12) is 40/1."""
        ratio = Fraction(self.numerator * other.denominator, self.denominator * other.numerator)
        return UnitRatio(ratio.numerator, ratio.denominator)


STOCK_UNIT = UnitRatio()


def convert_quantity(quantity: Decimal, *, source: UnitRatio, target: UnitRatio = STOCK_UNIT) -> Decimal:
    """Convert a quantity between two units of a product exactly, by default into its stock unit.

    Raises:
        QuantityNotExact: the result has no exact value at six decimal places (one of a unit "3 to the metre").
    """
    ratio = source.per(target)
    millionths = int(EXACT.scaleb(exact_quantity(quantity), QUANTITY_PLACES))
    converted, rest = divmod(millionths * ratio.numerator, ratio.denominator)
    if rest:
        raise QuantityNotExact(
            f"{quantity:f} x {ratio.numerator}/{ratio.denominator} is not exact at {QUANTITY_PLACES} decimal places."
        )
    return exact_quantity(EXACT.scaleb(Decimal(converted), -QUANTITY_PLACES))

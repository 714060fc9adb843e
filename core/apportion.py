"""Share an amount so that the parts are whole minor units and add up to it (method of the largest remainder).

Every share is the exact share rounded down or up, never further away. A tie goes to the larger share, then to the
earlier one, so the answer depends on nothing but the arguments; negating the arguments negates the answer, so a credit
note mirrors its invoice.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from core.rounding import EXACT


def apportion(total: Decimal, weights: Sequence[Decimal], exponent: int) -> list[Decimal]:
    """Share a total over lines in proportion to their weights: discounts, freight, landed cost, kit revenue.

    ``total`` is at ``exponent`` decimal places already and may be negative; weights are not negative. A weight of zero
    gets nothing; if all are zero, the total is shared equally, because somebody must bear it.
    """
    units = _units(total, exponent)
    if units is None:
        raise ValueError(f"{total} is not an amount at {exponent} decimal places, round it first")
    parts, _ = _integers(weights)
    if any(part < 0 for part in parts):
        raise ValueError("weights must not be negative")
    if not parts and units:
        raise ValueError("there is nothing to share the amount over")
    if not any(parts):
        parts = [1] * len(parts)
    return _amounts(_largest_remainder([units * part for part in parts], sum(parts), units), exponent) if parts else []


def round_shares(amounts: Sequence[Decimal], factor: Fraction, exponent: int) -> list[Decimal]:
    """Multiply amounts by one factor, such as a tax rate, so that the rounded parts sum to the rounded whole.

    The whole (sum of amounts x factor) is rounded once, HALF_UP; the parts are shared to it. Signs may be mixed, as on
    a final invoice that takes back what was billed in advance.
    """
    parts, places = _integers(amounts)
    numerators = [part * factor.numerator * 10**exponent for part in parts]
    denominator = factor.denominator * 10**places
    return _amounts(_largest_remainder(numerators, denominator, _half_up(sum(numerators), denominator)), exponent)


def _largest_remainder(numerators: list[int], denominator: int, total: int) -> list[int]:
    """Round exact shares numerator/denominator to integers with a given sum, at most half a unit off the exact sum.

    Each is rounded half up first. What then lacks or is too much is settled where rounding erred the most; there are
    always enough of those, because each errs by at most half a unit.
    """
    rounded = [_half_up(numerator, denominator) for numerator in numerators]
    difference = total - sum(rounded)
    if not difference:
        return rounded
    direction = 1 if difference > 0 else -1

    def order(index: int) -> tuple[int, int, int]:
        numerator = numerators[index]
        error = direction * (numerator - rounded[index] * denominator)
        grows = numerator * direction > 0  # the larger and earlier share is the last to lose and the first to gain
        return (-error, -abs(numerator), index) if grows else (-error, abs(numerator), -index)

    for index in sorted(range(len(rounded)), key=order)[: abs(difference)]:
        rounded[index] += direction
    return rounded


def _half_up(numerator: int, denominator: int) -> int:
    """Round an exact quotient to an integer, halves away from zero."""
    units = (2 * abs(numerator) + denominator) // (2 * denominator)
    return units if numerator >= 0 else -units


def _integers(values: Sequence[Decimal]) -> tuple[list[int], int]:
    """Scale Decimals to integers by one power of ten, and say which."""
    places = max((-_exponent(value) for value in values), default=0)
    places = max(places, 0)
    return [int(EXACT.scaleb(value, places)) for value in values], places


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError(f"{value} is not a number")
    return exponent


def _units(amount: Decimal, exponent: int) -> int | None:
    """Express an amount in minor units, or None if it has a fraction of one."""
    parts, places = _integers([amount])
    units, rest = divmod(parts[0] * 10**exponent, 10**places)
    return None if rest else units


def _amounts(units: list[int], exponent: int) -> list[Decimal]:
    return [EXACT.scaleb(Decimal(unit), -exponent) for unit in units]

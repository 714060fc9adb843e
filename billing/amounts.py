"""How much of a line a part of its quantity is worth. Pure: shares of a running sum, so that parts make the whole."""

from decimal import Decimal

from core.rounding import HALF_UP, round_amount

ZERO = Decimal(0)


def share(whole: Decimal, part: Decimal, of: Decimal, currency: str) -> Decimal:
    """The worth of ``part`` of a quantity ``of`` that is worth ``whole``, rounded once (HALF_UP)."""
    if part == of:
        return whole
    return round_amount(HALF_UP.divide(HALF_UP.multiply(whole, part), of), currency) if of else ZERO


def rest_of_share(whole: Decimal, cumulative: Decimal, of: Decimal, so_far: Decimal, currency: str) -> Decimal:
    """What is due now: the rounded worth of everything up to now less what was written before.

    The roundings telescope: when ``cumulative`` reaches ``of``, the parts sum to ``whole`` to the cent, whatever their
    number.
    """
    return share(whole, cumulative, of, currency) - so_far

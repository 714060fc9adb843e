"""What an invoice or a settlement does to an agreement's balances. Pure functions.

``base``, ``accrued`` and ``settled`` are in the agreement's currency, ``liability`` is what is accrued and not settled
in functional currency, at the rates at which it was accrued.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from core.rounding import HALF_UP, currency_exponent, round_amount
from rebates.tiers import accrual_delta

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Balances:
    """The four balances of an agreement."""

    base: Decimal = ZERO
    accrued: Decimal = ZERO
    settled: Decimal = ZERO
    liability: Decimal = ZERO

    @property
    def outstanding(self) -> Decimal:
        """Accrued and not settled, in the agreement's currency."""
        return self.accrued - self.settled

    def __sub__(self, other: "Balances") -> "Balances":
        return Balances(
            self.base - other.base,
            self.accrued - other.accrued,
            self.settled - other.settled,
            self.liability - other.liability,
        )

    def as_deltas(self) -> dict[str, Decimal]:
        """As the ledger takes a movement."""
        return {"base": self.base, "accrued": self.accrued, "settled": self.settled, "liability": self.liability}


@dataclass(frozen=True, slots=True)
class Terms:
    """What the arithmetic needs of an agreement: its currency, its expected rate, and the rate of exchange today."""

    currency: str
    expected_percent: Decimal
    functional_currency: str
    fx_rate: Decimal = Decimal(1)


def to_agreement(amount: Decimal, *, currency: str, fx_rate: Decimal, terms: Terms) -> Decimal:
    """A document's amount in the agreement's currency, through functional currency, rounded once."""
    if currency == terms.currency:
        return amount
    return round_amount(HALF_UP.divide(HALF_UP.multiply(amount, fx_rate), terms.fx_rate), terms.currency)


def with_base(before: Balances, added: Decimal, terms: Terms) -> Balances:
    """The balances once so much more counts: the whole base accrued at the expected rate, never below what is settled.

    Rounded on the whole, so that a return takes back exactly what its invoice brought.
    """
    base = before.base + added
    delta = accrual_delta(
        basis=base,
        rate=terms.expected_percent,
        accrued=before.accrued,
        exponent=currency_exponent(terms.currency),
    )
    return with_accrued(replace(before, base=base), max(before.accrued + delta, before.settled), terms)


def with_accrued(before: Balances, accrued: Decimal, terms: Terms) -> Balances:
    """The balances at another accrued amount, with the liability in functional currency that follows."""
    after = replace(before, accrued=accrued)
    return replace(after, liability=_liability(before, after.outstanding, terms))


def with_settled(before: Balances, amount: Decimal, terms: Terms) -> Balances:
    """The balances once so much is settled; the liability leaves at the rates at which it came."""
    after = replace(before, settled=before.settled + amount)
    return replace(after, liability=_liability(before, after.outstanding, terms))


def _liability(before: Balances, outstanding: Decimal, terms: Terms) -> Decimal:
    """What is owed in functional currency after a change.

    What is added comes at today's rate, what goes leaves in proportion; nothing outstanding is exactly nothing owed.
    """
    if outstanding == 0:
        return ZERO
    shrinks = before.outstanding * outstanding > 0 and abs(outstanding) < abs(before.outstanding)
    if shrinks:
        share = HALF_UP.divide(HALF_UP.multiply(before.liability, outstanding), before.outstanding)
        return round_amount(share, terms.functional_currency)
    stays = before.outstanding * outstanding > 0
    kept, added = (before.liability, outstanding - before.outstanding) if stays else (ZERO, outstanding)
    return kept + round_amount(HALF_UP.multiply(added, terms.fx_rate), terms.functional_currency)

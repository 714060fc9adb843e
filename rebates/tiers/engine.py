"""Rebate tiers: what a volume earns, and how much more would earn what.

On 2,000 with A 10 % up to 1,000 and B 25 % up to 2,500:

    stepped      350   each slice at its own rate: 1,000 x 10 % + 1,000 x 25 %
    cumulative   500   the reached tier's rate on the whole: 2,000 x 25 %
    rolling      600   each reached tier's rate on the smaller of the whole and its bound: 1,000 x 10 % + 2,000 x 25 %
    total        700   the sum of the reached rates on the whole: 2,000 x 35 %

A tier is reached as soon as the basis is above the bound of the tier before it; its own bound still belongs to it
("up to"). Agreements that say "from" are read by `Scale.starting_at`: there the bound already belongs to the next tier.
Above the last bound, `stepped` and `rolling` earn nothing more; the other two go on with the whole basis, as their
definitions say. The basis is net of returns; a basis of zero or below earns nothing, so that what was settled is owed
back. The result is rounded once, HALF_UP, to the decimal places of the rebate's currency.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.rounding import HALF_UP, exact_arithmetic, quantum, round_places
from core.wording import plain

ZERO = Decimal(0)
RATE_PLACES = 6


class TierMethod(StrEnum):
    STEPPED = "stepped"
    CUMULATIVE = "cumulative"
    ROLLING = "rolling"
    TOTAL = "total"


class RateKind(StrEnum):
    PERCENT = "percent"  # of a basis in money
    PER_UNIT = "per_unit"  # an amount for each unit of a basis in quantity or weight


@dataclass(frozen=True, slots=True)
class Tier:
    """One row of a scale: this rate up to and with this bound; None is without bound."""

    name: str
    up_to: Decimal | None
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Scale:
    """How an agreement turns a basis into a rebate. Tiers have rising bounds; only the last may be without."""

    method: TierMethod
    tiers: tuple[Tier, ...]
    rate_kind: RateKind = RateKind.PERCENT
    basis_places: int = 2  # decimal places of the basis: the smallest amount by which a bound can be passed
    bound_opens_next: bool = False  # "from 1,000" (the bound opens the next tier) instead of "up to 1,000"

    def __post_init__(self) -> None:
        bounds = [tier.up_to for tier in self.tiers[:-1]]
        rising = [bound for bound in [*bounds, *(tier.up_to for tier in self.tiers[-1:])] if bound is not None]
        assert self.tiers, "A scale has a tier."
        assert None not in bounds, "Only the last tier may be without bound."
        assert all(low < high for low, high in zip([ZERO, *rising], rising, strict=False)), "Bounds rise from zero."

    @classmethod
    def starting_at(
        cls,
        method: TierMethod,
        starts: Iterable[tuple[Decimal, Decimal]],
        *,
        rate_kind: RateKind = RateKind.PERCENT,
        basis_places: int = 2,
    ) -> Scale:
        """Read rows of (from, rate), as agreements write them; what lies below the first row earns nothing."""
        rows = sorted(starts)
        if rows and rows[0][0] > 0:
            rows.insert(0, (ZERO, ZERO))
        ends: list[Decimal | None] = [start for start, _ in rows[1:]]
        tiers = tuple(
            Tier(f"from {plain(start)}", end, rate) for (start, rate), end in zip(rows, [*ends, None], strict=True)
        )
        return cls(method, tiers, rate_kind, basis_places, bound_opens_next=True)


@dataclass(frozen=True, slots=True)
class Step:
    """What one tier adds to the rebate, before rounding."""

    tier: str
    basis: Decimal
    rate: Decimal
    amount: Decimal
    sentence: str


@dataclass(frozen=True, slots=True)
class Rebate:
    """What a basis earns. `effective_rate` is what it comes to on the whole basis, in the scale's own kind of rate."""

    basis: Decimal
    earned: Decimal
    reached: str  # name of the highest tier reached; empty if none
    effective_rate: Decimal  # six places, HALF_UP
    steps: tuple[Step, ...]

    @property
    def trace(self) -> tuple[str, ...]:
        if not self.steps:
            return (f"A basis of {plain(self.basis)} earns nothing.",)
        return (*(step.sentence for step in self.steps), f"On {plain(self.basis)} the rebate is {self.earned:,f}.")


class MilestoneKind(StrEnum):
    REACH = "reach"  # the first amount that counts as the next tier
    FILL = "fill"  # the last amount that still counts as this tier


@dataclass(frozen=True, slots=True)
class Milestone:
    """How much more earns what. `more` may be below zero where a scale punishes growth; it is shown as it is."""

    kind: MilestoneKind
    tier: str
    missing: Decimal
    earned: Decimal
    more: Decimal

    @property
    def sentence(self) -> str:
        verb = "reach" if self.kind is MilestoneKind.REACH else "fill"
        return (
            f"{plain(self.missing)} more to {verb} {self.tier}: the rebate is then {self.earned:,f} ({self.more:+,f})."
        )


@dataclass(frozen=True, slots=True)
class Forecast:
    """Where the period will end if it goes on as it went, and what lies within reach."""

    expected: Rebate
    milestones: tuple[Milestone, ...]


def earn(scale: Scale, basis: Decimal, *, exponent: int) -> Rebate:
    """Say what a basis earns by the scale.

    `exponent` is the number of decimal places of the rebate's currency. Only the sum is rounded, never a step.
    """
    reached = _reached(scale, basis)
    with exact_arithmetic():
        steps = tuple(_step(scale, name, part, rate) for name, part, rate in _PARTS[scale.method](reached, basis))
        earned = round_places(sum((step.amount for step in steps), ZERO), exponent)
    return Rebate(
        basis=basis,
        earned=earned,
        reached=reached[-1].tier.name if reached else "",
        effective_rate=_effective_rate(scale, earned, basis) if reached else ZERO,
        steps=steps,
    )


def milestones(scale: Scale, basis: Decimal, *, exponent: int) -> tuple[Milestone, ...]:
    """Say how much more earns what: for each tier ahead the amount that reaches it and the amount that fills it."""
    now = earn(scale, basis, exponent=exponent).earned
    step = quantum(scale.basis_places)
    found = []
    lower = ZERO
    for number, tier in enumerate(scale.tiers):
        opens_with_bound = scale.bound_opens_next and number > 0
        closes_before = scale.bound_opens_next and tier is not scale.tiers[-1]
        reach = lower if opens_with_bound else lower + step
        fill = tier.up_to - step if tier.up_to is not None and closes_before else tier.up_to
        for kind, target in ((MilestoneKind.REACH, reach), (MilestoneKind.FILL, fill)):
            if target is None or target <= basis:
                continue
            then = earn(scale, target, exponent=exponent).earned
            if then != now:
                found.append(Milestone(kind, tier.name, target - basis, then, then - now))
        lower = tier.up_to or lower
    return tuple(found)


def forecast(
    scale: Scale, basis: Decimal, *, exponent: int, period_from: date, period_until: date, on: date
) -> Forecast:
    """Say which tier the period will reach at the pace so far. Both ends of the period and the day `on` count."""
    total_days = (period_until - period_from).days + 1
    elapsed_days = min((on - period_from).days + 1, total_days)
    expected = basis
    if elapsed_days > 0:
        pace = HALF_UP.divide(HALF_UP.multiply(basis, Decimal(total_days)), Decimal(elapsed_days))
        expected = round_places(pace, scale.basis_places)
    return Forecast(earn(scale, expected, exponent=exponent), milestones(scale, basis, exponent=exponent))


def accrual_delta(
    *, basis: Decimal, rate: Decimal, accrued: Decimal, exponent: int, rate_kind: RateKind = RateKind.PERCENT
) -> Decimal:
    """Say what to accrue on top of what is accrued, so that the whole basis stands at the expected rate.

    For a new invoice line with the rate unchanged this is that line at the rate; when the rate changes or goods come
    back it corrects all that was accrued before. Rounded once, on the whole, so that corrections leave no cents behind.
    """
    with exact_arithmetic():
        return round_places(max(basis, ZERO) * _factor(rate, rate_kind), exponent) - accrued


@dataclass(frozen=True, slots=True)
class _Reached:
    tier: Tier
    lower: Decimal

    def bounded(self, basis: Decimal) -> Decimal:
        return basis if self.tier.up_to is None else min(basis, self.tier.up_to)


Part = tuple[str, Decimal, Decimal]  # tier name, basis of the step, rate


def _reached(scale: Scale, basis: Decimal) -> list[_Reached]:
    lowers = [ZERO, *(tier.up_to for tier in scale.tiers[:-1] if tier.up_to is not None)]
    return [
        _Reached(tier, lower)
        for tier, lower in zip(scale.tiers, lowers, strict=True)
        if basis > lower or (scale.bound_opens_next and basis == lower > 0)
    ]


def _stepped(reached: Sequence[_Reached], basis: Decimal) -> list[Part]:
    return [(each.tier.name, each.bounded(basis) - each.lower, each.tier.rate) for each in reached]


def _cumulative(reached: Sequence[_Reached], basis: Decimal) -> list[Part]:
    return [(each.tier.name, basis, each.tier.rate) for each in reached[-1:]]


def _rolling(reached: Sequence[_Reached], basis: Decimal) -> list[Part]:
    return [(each.tier.name, each.bounded(basis), each.tier.rate) for each in reached]


def _total(reached: Sequence[_Reached], basis: Decimal) -> list[Part]:
    return [(each.tier.name, basis, each.tier.rate) for each in reached]


_PARTS: dict[TierMethod, Callable[[Sequence[_Reached], Decimal], list[Part]]] = {
    TierMethod.STEPPED: _stepped,
    TierMethod.CUMULATIVE: _cumulative,
    TierMethod.ROLLING: _rolling,
    TierMethod.TOTAL: _total,
}


def _step(scale: Scale, name: str, part: Decimal, rate: Decimal) -> Step:
    amount = part * _factor(rate, scale.rate_kind)
    unit = " %" if scale.rate_kind is RateKind.PERCENT else " each"
    return Step(name, part, rate, amount, f"{name}: {plain(part)} at {plain(rate)}{unit} = {plain(amount)}.")


def _factor(rate: Decimal, kind: RateKind) -> Decimal:
    return rate.scaleb(-2) if kind is RateKind.PERCENT else rate


def _effective_rate(scale: Scale, earned: Decimal, basis: Decimal) -> Decimal:
    percent = 100 if scale.rate_kind is RateKind.PERCENT else 1
    return round_places(HALF_UP.divide(earned * percent, basis), RATE_PLACES)

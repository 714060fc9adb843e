"""Rebate tiers: the four ways to read one scale, to the cent."""

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rebates.tiers import (
    Milestone,
    MilestoneKind,
    RateKind,
    Scale,
    Tier,
    TierMethod,
    accrual_delta,
    earn,
    forecast,
    milestones,
)

A = Tier("A", Decimal(1000), Decimal(10))
B = Tier("B", Decimal(2500), Decimal(25))


def scale(method: TierMethod = TierMethod.STEPPED, *tiers: Tier) -> Scale:
    return Scale(method, tiers or (A, B))


def earned(method: TierMethod, basis: str, *tiers: Tier) -> str:
    return str(earn(scale(method, *tiers), Decimal(basis), exponent=2).earned)


@pytest.mark.parametrize(
    ("basis", "stepped", "cumulative", "rolling", "total"),
    [
        ("2000", "350.00", "500.00", "600.00", "700.00"),  # the worked figures of the agreement text
        ("999.99", "100.00", "100.00", "100.00", "100.00"),
        ("1000", "100.00", "100.00", "100.00", "100.00"),  # its bound still belongs to the tier
        ("1000.01", "100.00", "250.00", "350.00", "350.00"),
        ("2500", "475.00", "625.00", "725.00", "875.00"),
        ("3000", "475.00", "750.00", "725.00", "1050.00"),  # above the last bound
        ("0", "0.00", "0.00", "0.00", "0.00"),
        ("-400", "0.00", "0.00", "0.00", "0.00"),  # more came back than was bought
    ],
)
def test_the_same_volume_by_the_four_methods(
    basis: str, stepped: str, cumulative: str, rolling: str, total: str
) -> None:
    assert earned(TierMethod.STEPPED, basis) == stepped
    assert earned(TierMethod.CUMULATIVE, basis) == cumulative
    assert earned(TierMethod.ROLLING, basis) == rolling
    assert earned(TierMethod.TOTAL, basis) == total


def test_the_trace_shows_each_step_and_the_sum() -> None:
    rebate = earn(scale(), Decimal("2000.00"), exponent=2)

    assert rebate.trace == (
        "A: 1,000 at 10 % = 100.",
        "B: 1,000 at 25 % = 250.",
        "On 2,000 the rebate is 350.00.",
    )
    assert (rebate.reached, rebate.effective_rate) == ("B", Decimal("17.500000"))
    assert earn(scale(), Decimal(-1), exponent=2).trace == ("A basis of -1 earns nothing.",)


def test_only_the_sum_is_rounded_half_up() -> None:
    tiers = (Tier("A", Decimal("0.25"), Decimal(1)), Tier("B", None, Decimal(1)))

    assert earned(TierMethod.STEPPED, "0.50", *tiers) == "0.01"
    assert earned(TierMethod.STEPPED, "0.49", *tiers) == "0.00"
    assert earn(scale(TierMethod.TOTAL, *tiers), Decimal(50), exponent=0).earned == 1


def test_a_basis_in_quantity_earns_an_amount_for_each_unit() -> None:
    tiers = (Tier("A", Decimal(99), Decimal(0)), Tier("B", None, Decimal("0.125")))
    cases = Scale(TierMethod.CUMULATIVE, tiers, RateKind.PER_UNIT, basis_places=0)

    rebate = earn(cases, Decimal(101), exponent=2)

    assert (rebate.earned, rebate.effective_rate) == (Decimal("12.63"), Decimal("0.125050"))
    assert rebate.trace[0] == "B: 101 at 0.125 each = 12.625."


@pytest.mark.parametrize(
    ("basis", "stepped", "cumulative"),
    [("499.99", "0.00", "0.00"), ("500", "0.00", "50.00"), ("1000", "50.00", "250.00"), ("1500", "175.00", "375.00")],
)
def test_an_agreement_that_says_from_opens_the_next_tier_with_its_bound(
    basis: str, stepped: str, cumulative: str
) -> None:
    rows = [(Decimal(1000), Decimal(25)), (Decimal(500), Decimal(10))]

    assert str(earn(Scale.starting_at(TierMethod.STEPPED, rows), Decimal(basis), exponent=2).earned) == stepped
    assert str(earn(Scale.starting_at(TierMethod.CUMULATIVE, rows), Decimal(basis), exponent=2).earned) == cumulative


def test_milestones_of_an_agreement_that_says_from() -> None:
    rows = [(Decimal(0), Decimal(10)), (Decimal(1000), Decimal(25))]

    assert milestones(Scale.starting_at(TierMethod.CUMULATIVE, rows), Decimal(800), exponent=2) == (
        Milestone(MilestoneKind.FILL, "from 0", Decimal("199.99"), Decimal("100.00"), Decimal("20.00")),
        Milestone(MilestoneKind.REACH, "from 1,000", Decimal("200"), Decimal("250.00"), Decimal("170.00")),
    )


def test_how_much_more_earns_what() -> None:
    assert milestones(scale(TierMethod.CUMULATIVE), Decimal("800.00"), exponent=2) == (
        Milestone(MilestoneKind.FILL, "A", Decimal("200.00"), Decimal("100.00"), Decimal("20.00")),
        Milestone(MilestoneKind.REACH, "B", Decimal("200.01"), Decimal("250.00"), Decimal("170.00")),
        Milestone(MilestoneKind.FILL, "B", Decimal("1700.00"), Decimal("625.00"), Decimal("545.00")),
    )
    assert milestones(scale(TierMethod.CUMULATIVE), Decimal("800.00"), exponent=2)[1].sentence == (
        "200.01 more to reach B: the rebate is then 250.00 (+170.00)."
    )


def test_a_milestone_that_changes_nothing_is_not_shown() -> None:
    assert [(m.kind, m.tier) for m in milestones(scale(), Decimal(1000), exponent=2)] == [(MilestoneKind.FILL, "B")]
    assert milestones(scale(), Decimal(2500), exponent=2) == ()


def test_the_forecast_goes_on_at_the_pace_so_far() -> None:
    year = {"period_from": date(2026, 1, 1), "period_until": date(2026, 12, 31)}

    mid = forecast(scale(TierMethod.CUMULATIVE), Decimal("800.00"), exponent=2, on=date(2026, 6, 30), **year)

    assert (mid.expected.basis, mid.expected.reached, mid.expected.earned) == (
        Decimal("1613.26"),
        "B",
        Decimal("403.32"),
    )
    assert mid.milestones == milestones(scale(TierMethod.CUMULATIVE), Decimal("800.00"), exponent=2)
    for on in (date(2025, 12, 31), date(2027, 3, 1)):
        assert forecast(scale(), Decimal(800), exponent=2, on=on, **year).expected.basis == 800


def test_accruals_add_up_to_the_whole_at_the_rate_of_the_day() -> None:
    first = accrual_delta(basis=Decimal("10.05"), rate=Decimal(10), accrued=Decimal(0), exponent=2)
    second = accrual_delta(basis=Decimal("20.10"), rate=Decimal(10), accrued=first, exponent=2)
    raised = accrual_delta(basis=Decimal("20.10"), rate=Decimal(25), accrued=first + second, exponent=2)
    returned = accrual_delta(basis=Decimal("-5.00"), rate=Decimal(25), accrued=first + second + raised, exponent=2)

    assert [first, second, raised, returned] == [Decimal(x) for x in ("1.01", "1.00", "3.02", "-5.03")]


@pytest.mark.parametrize(
    "tiers",
    [(), (Tier("A", None, Decimal(1)), B), (B, A), (Tier("A", Decimal(0), Decimal(1)),), (A, A)],
)
def test_a_scale_whose_bounds_do_not_rise_is_refused(tiers: tuple[Tier, ...]) -> None:
    with pytest.raises(AssertionError):
        Scale(TierMethod.STEPPED, tiers)


@st.composite
def scales(draw: st.DrawFn, method: TierMethod) -> Scale:
    bounds = sorted(draw(st.sets(st.integers(1, 60), min_size=1, max_size=5)))
    rates = [Decimal(draw(st.integers(0, 3000))).scaleb(-2) for _ in bounds]
    tiers = [Tier(f"T{n}", Decimal(bound), rate) for n, (bound, rate) in enumerate(zip(bounds, rates, strict=True))]
    if draw(st.booleans()):
        tiers[-1] = Tier(tiers[-1].name, None, tiers[-1].rate)
    return Scale(method, tuple(tiers), bound_opens_next=draw(st.booleans()))


def rate_of_unit(unit: int, tiers: tuple[Tier, ...]) -> Fraction:
    """The rate at which the n-th unit is earned, found by walking up the scale."""
    for tier in tiers:
        if tier.up_to is None or unit <= tier.up_to:  # a slice has the same width whichever tier its bound opens
            return Fraction(tier.rate) / 100
    return Fraction(0)


def half_up(exact: Fraction) -> Decimal:
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)


@settings(max_examples=1000, deadline=None)
@given(scales(TierMethod.STEPPED), st.integers(-5, 80))
def test_stepped_is_the_sum_of_what_each_unit_earns(of: Scale, basis: int) -> None:
    unit_by_unit = sum((rate_of_unit(unit, of.tiers) for unit in range(1, basis + 1)), Fraction(0))

    assert earn(of, Decimal(basis), exponent=2).earned == half_up(unit_by_unit)


@settings(max_examples=1000, deadline=None)
@given(scales(TierMethod.STEPPED), st.integers(-5, 80))
def test_the_other_methods_by_their_definitions(of: Scale, basis: int) -> None:
    reached = []
    for tier in of.tiers:
        before = reached[-1].up_to if reached else Decimal(0)
        if before is not None and (basis > before or (of.bound_opens_next and basis == before > 0)):
            reached.append(tier)
    rates = [Fraction(tier.rate) / 100 for tier in reached]
    capped = [basis if tier.up_to is None else min(basis, int(tier.up_to)) for tier in reached]
    expected = {
        TierMethod.CUMULATIVE: rates[-1] * basis if rates else Fraction(0),
        TierMethod.ROLLING: sum((rate * part for rate, part in zip(rates, capped, strict=True)), Fraction(0)),
        TierMethod.TOTAL: sum(rates, Fraction(0)) * basis,
    }

    for method, exact in expected.items():
        assert earn(replace(of, method=method), Decimal(basis), exponent=2).earned == half_up(exact)


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(TierMethod).flatmap(scales), st.integers(0, 8000).map(lambda cents: Decimal(cents).scaleb(-2)))
def test_each_milestone_comes_true(of: Scale, basis: Decimal) -> None:
    for each in milestones(of, basis, exponent=2):
        then = earn(of, basis + each.missing, exponent=2)
        assert (then.earned, then.reached) == (each.earned, each.tier)
        just_before = earn(of, basis + each.missing - Decimal("0.01"), exponent=2)
        assert (just_before.reached != each.tier) == (each.kind is MilestoneKind.REACH)

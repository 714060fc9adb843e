"""Order discounts and coupons: who gets how much off, shared to the cent, and which coupon uses are consumed."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.promotions.engine import (
    CouponRefusal,
    Promotion,
    PromotionLine,
    PromotionRequest,
    PromotionResult,
    Reduction,
    apply_promotions,
)
from catalog.trace import Calculation, Reason, sentence
from tests.catalog.engine_makers import LONG_AGO, TODAY


def make_promotion(rate: str, **given: Any) -> Promotion:
    values: dict[str, Any] = {
        "id": 1,
        "name": "Spring sale",
        "calculation": Calculation.PERCENT,
        "currency": "EUR",
        "valid_from": LONG_AGO,
    }
    return Promotion(rate=Decimal(rate), **(values | given))


def coupon(rate: str, **given: Any) -> Promotion:
    values: dict[str, Any] = {"id": 9, "name": "Welcome", "calculation": Calculation.AMOUNT, "code": "WELCOME"}
    return make_promotion(rate, **(values | given))


def order(*amounts: str, agreed: tuple[int, ...] = (), **given: Any) -> PromotionRequest:
    lines = [PromotionLine(number, Decimal(amount), number in agreed) for number, amount in enumerate(amounts, 1)]
    values: dict[str, Any] = {"on": TODAY, "currency": "EUR", "lines": lines}
    return PromotionRequest(**(values | given))


def amounts(result: PromotionResult) -> list[str]:
    return [str(line.amount) for line in result.lines]


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        (("60.00", "39.99"), ["60.00", "39.99"]),
        (("60.00", "40.00"), ["54.00", "36.00"]),
        (("33.33", "33.33", "33.34"), ["30.00", "30.00", "30.00"]),
    ],
)
def test_an_order_discount_needs_its_minimum_value(lines: tuple[str, ...], left: list[str]) -> None:
    result = apply_promotions(order(*lines), [make_promotion("10", min_value=Decimal(100))])

    assert amounts(result) == left


def test_the_reduction_is_rounded_once_and_shared_to_the_cent() -> None:
    result = apply_promotions(order("0.35", "0.35", "0.35"), [make_promotion("50")])

    assert result.reductions == (Reduction(1, "", Decimal("0.53")),)  # half of 1.05 is 0.525
    assert amounts(result) == ["0.17", "0.17", "0.18"]
    assert [line.original for line in result.lines] == [Decimal("0.35")] * 3


def test_of_several_order_discounts_the_one_that_takes_off_most_applies() -> None:
    small, large = make_promotion("5"), make_promotion("10", id=2, min_value=Decimal(50))

    over, under = apply_promotions(order("60.00"), [small, large]), apply_promotions(order("40.00"), [small, large])

    assert (amounts(over), amounts(under)) == (["54.00"], ["38.00"])
    assert [(step.record_id, step.reason) for step in over.trace] == [(1, Reason.BETTER), (2, Reason.APPLIED)]
    assert [(step.record_id, step.reason) for step in under.trace] == [(1, Reason.APPLIED), (2, Reason.BELOW_THRESHOLD)]


def test_a_coupon_comes_after_the_order_discount_and_its_use_is_consumed() -> None:
    request = order("60.00", "40.00", coupon_codes=("WELCOME",))

    result = apply_promotions(request, [make_promotion("10"), coupon("10.00", min_value=Decimal(100))])

    assert amounts(result) == ["48.00", "32.00"]
    assert result.coupon_uses == (Reduction(9, "WELCOME", Decimal("10.00")),)
    assert result.lines[0].reductions == (Reduction(1, "", Decimal("6.00")), Reduction(9, "WELCOME", Decimal("6.00")))
    assert result.refusals == ()


def test_a_percentage_coupon_is_of_what_the_order_discount_left() -> None:
    request = order("100.00", coupon_codes=("WELCOME",))

    result = apply_promotions(request, [make_promotion("10"), coupon("10", calculation=Calculation.PERCENT)])

    assert amounts(result) == ["81.00"]


@pytest.mark.parametrize("typed", [("welcome",), (" WELCOME ",), ("Welcome", "WELCOME")])
def test_a_code_is_found_as_people_type_it_and_counts_once(typed: tuple[str, ...]) -> None:
    result = apply_promotions(order("50.00", coupon_codes=typed), [coupon("5.00")])

    assert amounts(result) == ["45.00"]
    assert len(result.coupon_uses) == 1


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"valid_until": TODAY}, Reason.NOT_VALID),
        ({"valid_from": date(2026, 3, 3)}, Reason.NOT_VALID),
        ({"uses_left": 0}, Reason.USED_UP),
        ({"min_value": Decimal("50.01")}, Reason.BELOW_THRESHOLD),
        ({"currency": "USD"}, Reason.NO_RATE),
        ({"rate": "0"}, Reason.NOTHING_LEFT),
    ],
)
def test_a_coupon_that_gives_nothing_says_why_and_is_not_consumed(given: dict[str, Any], reason: Reason) -> None:
    result = apply_promotions(order("50.00", coupon_codes=("WELCOME",)), [coupon(**({"rate": "5.00"} | given))])

    assert amounts(result) == ["50.00"]
    assert result.coupon_uses == ()
    assert result.refusals == (CouponRefusal("WELCOME", reason),)
    assert result.trace[0].is_active is False


def test_an_unknown_code_is_refused_as_it_was_typed() -> None:
    result = apply_promotions(order("50.00", coupon_codes=("WELCOM", "WELCOM")), [coupon("5.00")])

    assert result.refusals == (CouponRefusal("WELCOM", Reason.UNKNOWN_CODE),)


def test_of_two_coupons_the_better_one_applies_and_only_it_is_consumed() -> None:
    other = coupon("8.00", id=10, code="BIG")

    result = apply_promotions(order("50.00", coupon_codes=("WELCOME", "BIG")), [coupon("5.00"), other])

    assert result.coupon_uses == (Reduction(10, "BIG", Decimal("8.00")),)
    assert result.refusals == (CouponRefusal("WELCOME", Reason.BETTER),)


def test_a_coupon_takes_off_no_more_than_the_order_is_worth() -> None:
    result = apply_promotions(order("3.00", "1.00", coupon_codes=("WELCOME",)), [coupon("5.00")])

    assert amounts(result) == ["0.00", "0.00"]
    assert result.coupon_uses == (Reduction(9, "WELCOME", Decimal("4.00")),)


def test_lines_at_an_agreed_price_neither_count_nor_get_a_share() -> None:
    discount = make_promotion("10", min_value=Decimal(100))

    short = apply_promotions(order("80.00", "900.00", agreed=(2,)), [discount])
    enough = apply_promotions(order("100.00", "900.00", agreed=(2,)), [discount])
    only_agreed = apply_promotions(order("900.00", agreed=(1,), coupon_codes=("WELCOME",)), [coupon("5.00")])

    assert amounts(short) == ["80.00", "900.00"]
    assert amounts(enough) == ["90.00", "900.00"]
    assert enough.lines[1].reductions == ()
    assert enough.lines[1].trace[0].reason is Reason.AGREED_PRICE
    assert only_agreed.refusals == (CouponRefusal("WELCOME", Reason.AGREED_PRICE),)


def test_a_coupon_in_another_currency_is_converted_and_rounded_once() -> None:
    dollars = coupon("5.00", currency="USD", min_value=Decimal("54.34"))
    request = order("50.00", coupon_codes=("WELCOME",), fx_rates={"USD": Decimal("0.917")})

    assert amounts(apply_promotions(request, [dollars])) == ["45.41"]  # 4.585; the minimum is 49.829780 euros
    assert amounts(
        apply_promotions(order("49.82", coupon_codes=("WELCOME",), fx_rates=request.fx_rates), [dollars])
    ) == ["49.82"]


def test_the_trace_reads_as_sentences() -> None:
    request = order("60.00", "40.00", coupon_codes=("WELCOME",))

    result = apply_promotions(request, [make_promotion("10"), coupon("10.00", min_value=Decimal(500))])

    assert sentence(result.trace) == (
        "Spring sale 10 % of 100.00 EUR (record 1) = -10.00 EUR. "
        "Not used: Welcome 10.00 EUR (coupon WELCOME, record 9): the order is below the minimum value."
    )
    assert sentence(result.lines[1].trace) == "Spring sale part of -10.00 EUR (record 1) = -4.00 EUR."


@pytest.mark.parametrize(("rate", "calculation"), [("-1", Calculation.AMOUNT), ("5", Calculation.PER_UNIT)])
def test_a_promotion_is_a_percentage_or_an_amount_and_not_negative(rate: str, calculation: Calculation) -> None:
    with pytest.raises(ValueError, match="percentage or an amount"):
        make_promotion(rate, calculation=calculation)


@given(
    st.lists(st.tuples(st.decimals(0, 10_000, places=2), st.booleans()), min_size=1, max_size=20),
    st.decimals(0, 120, places=2),
    st.decimals(0, 20_000, places=2),
)
def test_reductions_add_up_and_no_line_goes_below_zero(
    given_lines: list[tuple[Decimal, bool]], percent: Decimal, off: Decimal
) -> None:
    lines = [PromotionLine(number, amount, agreed) for number, (amount, agreed) in enumerate(given_lines)]
    request = PromotionRequest(TODAY, "EUR", lines, ("WELCOME",))

    result = apply_promotions(request, [make_promotion(str(percent)), coupon(str(off))])

    eligible = sum((line.amount for line in lines if not line.excludes_promotions), Decimal(0))
    taken = sum((reduction.amount for reduction in result.reductions), Decimal(0))
    assert taken <= eligible
    assert sum(line.amount for line in result.lines) == sum(line.amount for line in lines) - taken
    for before, after in zip(lines, result.lines, strict=True):
        assert after.amount == before.amount - sum(part.amount for part in after.reductions)
        assert after.amount >= 0
        assert after.amount == before.amount or not before.excludes_promotions

"""Which price and which discounts a line gets, and what they amount to."""

from datetime import date
from decimal import Decimal

import pytest

from catalog.pricing.types import (
    Choice,
    ConditionKind,
    ConditionRecord,
    Finding,
    Procedure,
    ProcedureStep,
    ScaleRow,
)
from catalog.trace import Calculation, Reason
from core.rounding import UnitRatio
from tests.catalog.engine_makers import (
    ACME,
    BOLT,
    DISCOUNT,
    PRICE,
    SURCHARGE,
    TODAY,
    WHOLESALE,
    make_line,
    make_record,
    open_type,
    percent_off,
    price_one,
)

AT_ACCOUNT = make_record(id=1, access="account and product", key=(ACME, BOLT), rate=Decimal("7.00"))
AT_AGREEMENT = make_record(id=2, access="agreement", key=(55,), rate=Decimal("6.50"), excludes_promotions=True)
AT_GROUP = make_record(id=3, access="price group and product", key=(WHOLESALE, BOLT), rate=Decimal("8.00"))
AT_PRODUCT = make_record(id=4, rate=Decimal("10.00"))


@pytest.mark.parametrize(
    ("records", "price"),
    [
        ([AT_ACCOUNT, AT_AGREEMENT, AT_GROUP, AT_PRODUCT], "7.00"),
        ([AT_AGREEMENT, AT_GROUP, AT_PRODUCT], "6.50"),
        ([AT_GROUP, AT_PRODUCT], "8.00"),
        ([AT_PRODUCT], "10.00"),
    ],
)
def test_the_most_specific_price_wins_even_if_it_is_not_the_lowest(records: list[ConditionRecord], price: str) -> None:
    priced = price_one(make_line("3", agreement_line_id=55), *reversed(records))

    assert priced.unit_price == Decimal(price)
    assert priced.net == 3 * Decimal(price)
    assert [step.record_id for step in priced.trace] == [records[0].id]


def test_what_a_line_does_not_call_off_finds_no_agreement() -> None:
    assert price_one(make_line(), AT_AGREEMENT, AT_PRODUCT).unit_price == Decimal("10.00")


def test_an_agreed_price_tells_that_it_excludes_promotions() -> None:
    assert price_one(make_line(agreement_line_id=55), AT_AGREEMENT).excludes_promotions is True
    assert price_one(make_line(), AT_PRODUCT).excludes_promotions is False


@pytest.mark.parametrize(
    ("choice", "price", "reasons"),
    [
        (Choice.BEST, "7.00", {3: Reason.BETTER, 1: Reason.CHOSEN, 4: Reason.BETTER}),
        (Choice.WORST, "10.00", {3: Reason.BETTER, 1: Reason.BETTER, 4: Reason.CHOSEN}),
    ],
)
def test_without_exclusive_accesses_the_policy_chooses_and_the_losers_stay_visible(
    choice: Choice, price: str, reasons: dict[int, Reason]
) -> None:
    procedure = Procedure("open", (ProcedureStep(10, open_type(ConditionKind.PRICE, choice=choice)),))

    priced = price_one(make_line(), AT_ACCOUNT, AT_GROUP, AT_PRODUCT, procedure=procedure)

    assert priced.unit_price == Decimal(price)
    assert {step.record_id: step.reason for step in priced.trace} == reasons
    assert [step.is_active for step in priced.trace].count(True) == 1


def test_the_best_discount_is_the_one_that_takes_off_most() -> None:
    discount = open_type(ConditionKind.DISCOUNT)
    procedure = Procedure("open", (ProcedureStep(10, PRICE), ProcedureStep(20, discount)))
    percent = percent_off("4", id=21, condition_type=discount.code)
    amount = make_record(
        id=22,
        condition_type=discount.code,
        access="account and product",
        key=(ACME, BOLT),
        calculation=Calculation.AMOUNT,
        rate=Decimal("3.00"),
    )

    few = price_one(make_line("5"), AT_PRODUCT, percent, amount, procedure=procedure)
    many = price_one(make_line("10"), AT_PRODUCT, percent, amount, procedure=procedure)

    assert (few.discount, few.net) == (Decimal("3.00"), Decimal("47.00"))
    assert (many.discount, many.net) == (Decimal("4.00"), Decimal("96.00"))


@pytest.mark.parametrize(
    ("on", "price"), [("2026-02-28", "9.00"), ("2026-03-01", "10.00"), ("2026-03-31", "10.00"), ("2026-04-01", None)]
)
def test_a_record_holds_from_its_first_day_until_the_day_before_its_end(on: str, price: str | None) -> None:
    old = make_record(id=1, rate=Decimal("9.00"), valid_until=date(2026, 3, 1))
    new = make_record(id=2, valid_from=date(2026, 3, 1), valid_until=date(2026, 4, 1))

    priced = price_one(make_line(), old, new, on=date.fromisoformat(on))

    assert priced.unit_price == Decimal(price or 0)
    assert priced.findings == (() if price else (Finding.NO_PRICE,))


@pytest.mark.parametrize(
    ("quantity", "net"),
    [("0", "0.00"), ("9", "90.00"), ("9.999999", "100.00"), ("10", "90.00"), ("99", "891.00"), ("100", "800.00")],
)
def test_a_scale_gives_the_rate_from_its_quantity_on_to_the_whole_line(quantity: str, net: str) -> None:
    scale = (
        ScaleRow(Decimal(10), Decimal("9.00")),
        ScaleRow(Decimal(0), Decimal("10.00")),
        ScaleRow(Decimal(100), Decimal("8.00")),
    )

    assert price_one(make_line(quantity), make_record(scale=scale)).net == Decimal(net)


def test_below_the_first_scale_a_more_general_price_is_found() -> None:
    from_ten = make_record(
        id=3,
        access="price group and product",
        key=(WHOLESALE, BOLT),
        scale=(ScaleRow(Decimal(10), Decimal("8.00")),),
    )

    priced = price_one(make_line("9"), from_ten, AT_PRODUCT)

    assert priced.net == Decimal("90.00")
    assert [(step.record_id, step.reason) for step in priced.trace] == [(3, Reason.BELOW_SCALE), (4, Reason.APPLIED)]


def test_a_price_per_hundred_of_another_unit_needs_no_rounding_before_the_end() -> None:
    units = {"PCE": UnitRatio(), "CS": UnitRatio(12)}
    per_hundred = make_record(rate=Decimal("1.234567"), price_unit=100, unit="PCE")

    priced = price_one(make_line("7", unit="CS", units=units), per_hundred)

    assert priced.net == Decimal("1.04")  # 84 x 1.234567 / 100 = 1.03703628
    assert (priced.unit_price, priced.price_unit, priced.price_uom) == (Decimal("1.234567"), 100, "PCE")


def test_a_price_per_case_is_divided_once_at_the_end() -> None:
    units = {"PCE": UnitRatio(), "CS": UnitRatio(12)}

    priced = price_one(make_line("9", units=units), make_record(rate=Decimal("0.06"), unit="CS"), percent_off("0"))

    assert priced.net == Decimal("0.05")  # 9/12 of 0.06 is 0.045, the midpoint


def test_a_price_in_a_unit_that_cannot_be_converted_is_not_used() -> None:
    priced = price_one(make_line(), make_record(unit="KG"))

    assert priced.findings == (Finding.NO_PRICE,)
    assert [step.reason for step in priced.trace] == [Reason.NO_UNIT, Reason.NOT_FOUND]


def test_the_record_in_the_documents_currency_is_preferred_to_a_converted_one() -> None:
    dollars = make_record(id=1, rate=Decimal("5.00"), currency="USD")
    euros = make_record(id=2, rate=Decimal("6.00"))

    priced = price_one(make_line(), dollars, euros, fx_rates={"USD": Decimal("0.9")})

    assert priced.unit_price == Decimal("6.00")
    assert {step.record_id: step.reason for step in priced.trace} == {2: Reason.APPLIED, 1: Reason.BETTER_MATCH}


def test_a_foreign_price_is_converted_at_six_places_before_anything_else() -> None:
    dollars = make_record(rate=Decimal("0.333333"), currency="USD")

    priced = price_one(make_line("1000"), dollars, fx_rates={"USD": Decimal("0.917654321098")})

    assert priced.unit_price == Decimal("0.305884")
    assert priced.net == Decimal("305.88")


def test_without_a_rate_a_foreign_price_is_not_used() -> None:
    priced = price_one(make_line(), make_record(currency="USD"))

    assert (priced.net, priced.findings) == (Decimal("0.00"), (Finding.NO_PRICE,))
    assert priced.trace[0].reason is Reason.NO_RATE


@pytest.mark.parametrize(("reference", "net"), [(10, "80.00"), (None, "81.00")])
def test_discounts_add_up_on_one_base_or_compound_as_the_reference_says(reference: int | None, net: str) -> None:
    second = open_type(ConditionKind.DISCOUNT)
    steps = (ProcedureStep(10, PRICE), ProcedureStep(20, DISCOUNT, 10), ProcedureStep(30, second, reference))

    priced = price_one(
        make_line("10"),
        AT_PRODUCT,
        percent_off("10"),
        percent_off("10", id=21, condition_type=second.code),
        procedure=Procedure("two discounts", steps),
    )

    assert priced.net == Decimal(net)


@pytest.mark.parametrize("rate", ["100", "100.01", "250"])
def test_a_discount_never_takes_a_line_below_zero(rate: str) -> None:
    priced = price_one(make_line("3"), AT_PRODUCT, percent_off(rate))

    assert (priced.value, priced.discount, priced.net) == (Decimal("30.00"), Decimal("30.00"), Decimal("0.00"))
    assert priced.trace[1].reason is (Reason.APPLIED if rate == "100" else Reason.LIMITED)


def test_a_fixed_surcharge_comes_after_the_rounding() -> None:
    surcharge = make_record(id=30, condition_type=SURCHARGE.code, calculation=Calculation.AMOUNT, rate=Decimal("1.50"))

    priced = price_one(make_line("3"), make_record(rate=Decimal("0.335")), percent_off("10"), surcharge)

    assert (priced.value, priced.discount) == (Decimal("1.01"), Decimal("0.11"))
    assert (priced.surcharge, priced.net) == (Decimal("1.50"), Decimal("2.40"))
    assert [step.name for step in priced.trace] == ["List price", "Line discount", "Rounded", "Surcharge"]


def test_a_negative_surcharge_takes_a_line_to_zero_at_most() -> None:
    surcharge = make_record(id=30, condition_type=SURCHARGE.code, calculation=Calculation.AMOUNT, rate=Decimal(-50))

    priced = price_one(make_line("3"), AT_PRODUCT, surcharge)

    assert (str(priced.surcharge), str(priced.net)) == ("-30.00", "0.00")
    assert priced.trace[-1].reason is Reason.LIMITED


def test_a_surcharge_is_rounded_by_itself() -> None:
    surcharge = make_record(
        id=30, condition_type=SURCHARGE.code, calculation=Calculation.PER_UNIT, rate=Decimal("-0.005")
    )

    priced = price_one(make_line(), AT_PRODUCT, surcharge)

    assert (str(priced.surcharge), str(priced.net)) == ("-0.01", "9.99")


@pytest.mark.parametrize(
    ("numbers", "types", "reference"),
    [
        ((10, 10), (PRICE, DISCOUNT), None),
        ((20, 10), (PRICE, DISCOUNT), None),
        ((10, 20), (DISCOUNT, PRICE), None),
        ((10, 20), (SURCHARGE, DISCOUNT), None),
        ((10, 20), (PRICE, PRICE), None),
        ((10, 20), (PRICE, DISCOUNT), 20),
        ((10, 20), (PRICE, DISCOUNT), 15),
    ],
)
def test_a_procedure_that_cannot_be_computed_is_refused(
    numbers: tuple[int, int], types: tuple[object, object], reference: int | None
) -> None:
    with pytest.raises(ValueError):
        Procedure("bad", (ProcedureStep(numbers[0], types[0]), ProcedureStep(numbers[1], types[1], reference)))  # type: ignore[arg-type]


def test_a_negative_quantity_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="not negative"):
        price_one(make_line("-1"), AT_PRODUCT, on=TODAY)

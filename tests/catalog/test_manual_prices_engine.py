"""Prices and discounts entered by hand: allowed or not, flagged beyond their limit, with what they replaced."""

from decimal import Decimal

import pytest

from catalog.pricing.types import Finding, ManualCondition
from catalog.trace import Calculation, Reason, sentence
from tests.catalog.engine_makers import make_line, make_record, percent_off, price_one

LIST_PRICE = make_record(id=4, rate=Decimal("10.00"))


def by_hand(condition_type: str, rate: str, calculation: Calculation = Calculation.PER_UNIT) -> ManualCondition:
    return ManualCondition(condition_type, calculation, Decimal(rate))


@pytest.mark.parametrize(
    ("rate", "net", "findings"),
    [
        ("12.00", "24.00", ()),
        ("9.00", "18.00", ()),
        ("8.99", "17.98", (Finding.OVER_LIMIT,)),
        ("0", "0.00", (Finding.OVER_LIMIT,)),
    ],
)
def test_a_price_by_hand_counts_and_is_flagged_more_than_ten_percent_under_the_list(
    rate: str, net: str, findings: tuple[Finding, ...]
) -> None:
    priced = price_one(make_line("2", manual=(by_hand("PRICE", rate),)), LIST_PRICE)

    assert (priced.net, priced.findings) == (Decimal(net), findings)
    assert [(step.record_id, step.is_active, step.is_manual) for step in priced.trace] == [
        (4, False, False),
        (None, True, True),
    ]
    assert priced.trace[0].reason is Reason.REPLACED


@pytest.mark.parametrize(
    ("rate", "net", "findings"),
    [
        ("15", "17.00", ()),
        ("15.01", "17.00", (Finding.OVER_LIMIT,)),
        ("0", "20.00", ()),
        ("120", "0.00", (Finding.OVER_LIMIT,)),
    ],
)
def test_a_discount_by_hand_replaces_the_found_one_and_is_flagged_beyond_its_limit(
    rate: str, net: str, findings: tuple[Finding, ...]
) -> None:
    line = make_line("2", manual=(by_hand("DISC", rate, Calculation.PERCENT),))

    priced = price_one(line, LIST_PRICE, percent_off("5"))

    assert (priced.net, priced.findings) == (Decimal(net), findings)


def test_a_product_without_a_price_can_be_sold_at_one_entered_by_hand() -> None:
    priced = price_one(make_line("2", manual=(by_hand("PRICE", "3.333333"),)))

    assert (priced.net, priced.findings) == (Decimal("6.67"), ())


def test_where_entries_by_hand_are_not_allowed_the_found_rate_stays() -> None:
    surcharge = make_record(id=30, condition_type="SURCH", calculation=Calculation.AMOUNT, rate=Decimal("2.00"))
    line = make_line(manual=(by_hand("SURCH", "0", Calculation.AMOUNT),))

    priced = price_one(line, LIST_PRICE, surcharge)

    assert (priced.net, priced.findings) == (Decimal("12.00"), (Finding.HAND_NOT_ALLOWED,))
    assert [step.reason for step in priced.trace if not step.is_active] == [Reason.HAND_NOT_ALLOWED]


@pytest.mark.parametrize("entry", [by_hand("PRICE", "-1"), by_hand("PRICE", "10", Calculation.PERCENT)])
def test_a_price_is_an_amount_per_unit_and_not_negative(entry: ManualCondition) -> None:
    with pytest.raises(ValueError, match="amount per unit"):
        price_one(make_line(manual=(entry,)), LIST_PRICE)


def test_the_trace_reads_as_sentences() -> None:
    per_hundred = make_record(id=41, rate=Decimal("12.50"), price_unit=100, unit="PCE")

    priced = price_one(
        make_line("2418", manual=(by_hand("DISC", "5", Calculation.PERCENT),)), per_hundred, percent_off("3")
    )

    assert sentence(priced.trace) == (
        "List price 12.50 EUR per 100 PCE x 2,418 PCE (product, record 41) = 302.25 EUR. "
        "Line discount 5 % of 302.25 EUR (by hand) = -15.1125 EUR. "
        "Rounded from 287.1375 EUR = 287.14 EUR. "
        "Not used: Line discount 3 % of 302.25 EUR (product, record 20): replaced by an entry by hand."
    )


def test_a_converted_price_names_its_rate_and_a_missing_one_its_reason() -> None:
    dollars = make_record(id=9, rate=Decimal("10"), currency="USD", unit="PCE")

    converted = price_one(make_line("3"), dollars, fx_rates={"USD": Decimal("0.920000000000")})
    missing = price_one(make_line("3"), dollars)

    assert sentence(converted.trace) == (
        "List price 10.00 USD per PCE at 0.92 EUR/USD x 3 PCE (product, record 9) = 27.60 EUR."
    )
    assert sentence(missing.trace) == (
        "Not used: List price 10.00 USD per PCE x 3 PCE (product, record 9): "
        "no exchange rate into the document's currency. Not used: List price: no record found."
    )

"""Which tax applies and how much it is: lines, groups and totals agree to the cent."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.tax.engine import compute_tax
from catalog.tax.types import (
    ANY,
    PriceBasis,
    TaxedLine,
    TaxGroup,
    TaxLine,
    TaxResult,
    TaxRounding,
    TaxRule,
    TaxRules,
    TaxTreatment,
)
from catalog.trace import sentence
from tests.catalog.engine_makers import make_rule, tax_request

STANDARD = make_rule("19", id=1)
REDUCED = make_rule("7", id=2, tax_category="books")
ZERO = make_rule("0", id=3, tax_category="solar", code="Z", treatment=TaxTreatment.ZERO)
EXEMPT = make_rule("0", id=4, tax_category=ANY, account_tax_class="exempt", code="E", treatment=TaxTreatment.EXEMPT)
REVERSE = make_rule(
    "0",
    id=5,
    tax_category="service",
    account_tax_class="business abroad",
    ship_to="FR",
    code="AE",
    name="Reverse charge",
    treatment=TaxTreatment.REVERSE_CHARGE,
)
INTRA = make_rule(
    "0",
    id=6,
    account_tax_class="business abroad",
    ship_to="FR",
    code="K",
    name="Intra-community supply",
    treatment=TaxTreatment.INTRA_COMMUNITY,
)
EXPORT = make_rule(
    "0",
    id=7,
    tax_category=ANY,
    account_tax_class="abroad",
    ship_to=ANY,
    code="G",
    name="Export",
    treatment=TaxTreatment.EXPORT,
)
FRENCH = make_rule("20", id=8, ship_from="FR", ship_to="DE")
RULES = TaxRules.of([FRENCH, EXPORT, INTRA, REVERSE, EXEMPT, ZERO, REDUCED, STANDARD])


def assert_adds_up(result: TaxResult) -> None:
    both: tuple[tuple[TaxedLine | TaxGroup, ...], ...] = (result.lines, result.groups)
    for parts in both:
        assert all(part.gross == part.net + part.tax for part in parts)
        assert sum(part.net for part in parts) == result.net
        assert sum(part.tax for part in parts) == result.tax
        assert sum(part.gross for part in parts) == result.gross


@pytest.mark.parametrize(
    ("category", "account", "ship_to", "rule"),
    [
        ("goods", "domestic", "DE", STANDARD),
        ("books", "domestic", "DE", REDUCED),
        ("solar", "domestic", "DE", ZERO),
        ("books", "exempt", "DE", EXEMPT),
        ("service", "business abroad", "FR", REVERSE),
        ("goods", "business abroad", "FR", INTRA),
        ("goods", "abroad", "CH", EXPORT),
        ("goods", "abroad", "US", EXPORT),
    ],
)
def test_category_account_and_countries_decide_the_tax(
    category: str, account: str, ship_to: str, rule: TaxRule
) -> None:
    lines = [TaxLine(1, category, Decimal("100.00"))]

    result = compute_tax(tax_request(lines=lines, account_tax_class=account, ship_to=ship_to), RULES)

    (line,) = result.lines
    assert (line.rule_id, line.code, line.treatment, line.rate) == (rule.id, rule.code, rule.treatment, rule.rate)
    assert line.tax == rule.rate
    assert_adds_up(result)


def test_the_most_specific_rule_applies_whatever_the_order_of_their_ids() -> None:
    keys = [(ANY, ANY), (ANY, "AT"), ("books", ANY), ("books", "AT")]
    rules = [
        make_rule(str(number), id=number, tax_category=category, ship_to=ship_to)
        for number, (category, ship_to) in enumerate(keys, 1)
    ]

    for most_specific in (4, 3, 2, 1):
        known = TaxRules.of(rules[:most_specific])
        result = compute_tax(tax_request(lines=[TaxLine(1, "books", Decimal("100.00"))], ship_to="AT"), known)
        assert result.lines[0].rule_id == most_specific


def test_a_line_that_leaves_from_another_country_is_taxed_there() -> None:
    lines = [TaxLine(1, "goods", Decimal("10.00")), TaxLine(2, "goods", Decimal("10.00"), ship_from="FR")]

    result = compute_tax(tax_request(lines=lines), RULES)

    assert [(line.rate, line.tax) for line in result.lines] == [
        (Decimal(19), Decimal("1.90")),
        (Decimal(20), Decimal("2.00")),
    ]


@pytest.mark.parametrize(
    ("on", "rate"), [("2020-06-30", "19"), ("2020-07-01", "16"), ("2020-12-31", "16"), ("2021-01-01", "19")]
)
def test_the_rate_is_that_of_the_tax_point(on: str, rate: str) -> None:
    """The German standard rate was 16 % from July to December 2020 (section 28 UStG)."""
    first, second, third = date(2007, 1, 1), date(2020, 7, 1), date(2021, 1, 1)
    rules = TaxRules.of(
        [
            make_rule("19", id=1, valid_from=first, valid_until=second),
            make_rule("16", id=2, valid_from=second, valid_until=third),
            make_rule("19", id=3, valid_from=third),
        ]
    )

    result = compute_tax(tax_request("100.00", on=date.fromisoformat(on)), rules)

    assert result.tax == Decimal(rate)


def test_three_rates_make_three_groups_by_falling_rate() -> None:
    lines = [
        TaxLine(1, "solar", Decimal("500.00")),
        TaxLine(2, "goods", Decimal("33.33")),
        TaxLine(3, "books", Decimal("12.99")),
        TaxLine(4, "goods", Decimal("66.68")),
    ]

    result = compute_tax(tax_request(lines=lines), RULES)

    assert [(group.code, str(group.net), str(group.tax)) for group in result.groups] == [
        ("S19", "100.01", "19.00"),
        ("S7", "12.99", "0.91"),
        ("Z", "500.00", "0.00"),
    ]
    assert [line.line_id for line in result.lines] == [1, 2, 3, 4]
    assert (result.net, result.tax, result.gross) == (Decimal("613.00"), Decimal("19.91"), Decimal("632.91"))
    assert_adds_up(result)


# amounts, basis, rate, currency, group tax, line taxes, source
CASES = [
    ("19.99 19.99 19.99", "net", "7", "EUR", "4.20", "1.40 1.40 1.40", "EN 16931 BR-CO-17: 59.97 x 7 % = 4.1979"),
    ("1091.50", "net", "15", "SAR", "163.73", "163.73", "lavaloon-eg/ksa_compliance #174: half up"),
    ("164.02", "net", "2.6", "CHF", "4.26", "4.26", "vendurehq/vendure #2662"),
    ("10.74 1.66", "net", "21", "EUR", "2.60", "2.25 0.35", "odoo/odoo PR #91979: 12.40 + 2.60 = 15.00"),
    ("5.60 40.00", "gross", "22", "EUR", "8.22", "1.01 7.21", "saleor/saleor #6720: tax contained in 45.60"),
    ("24900.00", "gross", "28", "INR", "5446.88", "5446.88", "frappe/erpnext #10217: net and tax make 24,900.00"),
    ("50000", "gross", "10", "JPY", "4545", "4545", "frappe/erpnext #52236: 4,545 and not 4,546"),
    ("100.00 -40.00", "net", "19", "EUR", "11.40", "19.00 -7.60", "a final invoice takes back an advance"),
]


@pytest.mark.parametrize(("amounts", "basis", "rate", "currency", "group", "lines", "source"), CASES)
def test_written_cases(amounts: str, basis: str, rate: str, currency: str, group: str, lines: str, source: str) -> None:
    request = tax_request(*amounts.split(), currency=currency, price_basis=PriceBasis(basis))

    result = compute_tax(request, TaxRules.of([make_rule(rate)]))

    assert str(result.tax) == group, source
    assert [str(line.tax) for line in result.lines] == lines.split(), source
    assert_adds_up(result)


def test_without_a_rule_the_line_is_named_and_its_tax_is_not_known() -> None:
    lines = [TaxLine(1, "goods", Decimal("10.00")), TaxLine(2, "alcohol", Decimal("5.00"))]

    result = compute_tax(tax_request(lines=lines), RULES)

    assert result.undetermined == (2,)
    assert (result.lines[1].treatment, result.lines[1].gross) == (None, Decimal("5.00"))
    assert (result.net, result.tax, result.gross) == (Decimal("15.00"), Decimal("1.90"), Decimal("16.90"))
    assert sentence(result.lines[1].trace) == "Not used: Tax (alcohol to domestic, DE to DE): no tax rule found."


def test_an_empty_document_has_no_tax() -> None:
    result = compute_tax(tax_request(), RULES)

    assert (result.lines, result.groups, result.gross) == ((), (), Decimal(0))


@pytest.mark.parametrize(
    ("rate", "treatment"), [("-1", TaxTreatment.STANDARD), ("5", TaxTreatment.EXEMPT), ("NaN", TaxTreatment.ZERO)]
)
def test_only_a_standard_treatment_carries_a_rate(rate: str, treatment: TaxTreatment) -> None:
    with pytest.raises(ValueError, match="carries a rate"):
        make_rule(rate, treatment=treatment)


def test_the_trace_says_why_this_tax() -> None:
    shared = compute_tax(tax_request("33.33", "66.68"), RULES)
    gross = compute_tax(tax_request("119.00", price_basis=PriceBasis.GROSS), RULES)
    free = compute_tax(tax_request("80.00", account_tax_class="exempt"), RULES)

    assert sentence(shared.lines[0].trace) == (
        "VAT 19 % of 100.01 EUR (goods to domestic, DE to DE, record 1) = 19.00 EUR. "
        "One of 2 lines: part of 19.00 EUR = 6.33 EUR."
    )
    assert sentence(gross.lines[0].trace) == (
        "VAT 19 % contained in 119.00 EUR (goods to domestic, DE to DE, record 1) = 19.00 EUR."
    )
    assert (
        sentence(free.lines[0].trace)
        == "VAT 0 % of 80.00 EUR (goods to exempt, DE to DE, record 4) = 0.00 EUR: exempt."
    )


taxed_lines = st.lists(
    st.tuples(st.sampled_from(["goods", "books", "solar"]), st.decimals(-10_000, 10_000, places=2)), max_size=40
)


@given(taxed_lines, st.sampled_from(PriceBasis), st.sampled_from(TaxRounding))
def test_lines_groups_and_totals_agree_and_each_group_is_rounded_as_declared(
    given_lines: list[tuple[str, Decimal]], basis: PriceBasis, rounding: TaxRounding
) -> None:
    lines = [TaxLine(number, category, amount) for number, (category, amount) in enumerate(given_lines)]
    request = tax_request(lines=lines, price_basis=basis, rounding=rounding)

    result = compute_tax(request, RULES)

    assert_adds_up(result)
    for rule in (STANDARD, REDUCED, ZERO):
        amounts = [line.amount for line in lines if line.tax_category == rule.tax_category]
        group = next((group for group in result.groups if group.code == rule.code), None)
        assert (group.tax if group else Decimal(0)) == expected_tax(amounts, rule.rate, basis, rounding)


@given(taxed_lines, st.sampled_from(PriceBasis))
def test_a_credit_note_mirrors_its_invoice(given_lines: list[tuple[str, Decimal]], basis: PriceBasis) -> None:
    lines = [TaxLine(number, category, amount) for number, (category, amount) in enumerate(given_lines)]
    mirrored = [replace(line, amount=-line.amount) for line in lines]

    invoice = compute_tax(tax_request(lines=lines, price_basis=basis), RULES)
    credit = compute_tax(tax_request(lines=mirrored, price_basis=basis), RULES)

    assert [line.tax for line in credit.lines] == [-line.tax for line in invoice.lines]


def expected_tax(amounts: list[Decimal], rate: Decimal, basis: PriceBasis, rounding: TaxRounding) -> Fraction:
    """An independent reference: fractions, and cents counted as whole numbers."""
    share = Fraction(rate) / (100 if basis is PriceBasis.NET else 100 + Fraction(rate))
    exact = [Fraction(amount) * share for amount in amounts]
    if rounding is TaxRounding.GROUP:
        exact = [sum(exact, Fraction(0))]
    return sum((cents(amount) for amount in exact), Fraction(0))


def cents(exact: Fraction) -> Fraction:
    whole, rest = divmod(abs(exact) * 100, 1)
    return Fraction(int(whole) + (rest >= Fraction(1, 2)), 100) * (1 if exact >= 0 else -1)

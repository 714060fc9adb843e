"""Tax and cents: what users of other order systems met, with the figures of their threads."""

from decimal import Decimal

import pytest

from catalog.pricing.types import Procedure, ProcedureStep
from catalog.promotions.engine import Promotion, PromotionLine, PromotionRequest, apply_promotions
from catalog.tax.engine import compute_tax
from catalog.tax.types import PriceBasis, TaxLine, TaxResult, TaxRounding, TaxRules
from catalog.trace import Calculation
from core.rounding import round_amount
from tests.catalog.engine_makers import (
    DISCOUNT,
    LONG_AGO,
    PRICE,
    SURCHARGE,
    TODAY,
    make_line,
    make_record,
    make_rule,
    percent_off,
    price_one,
    tax_request,
)


def tax_of(*amounts: str, rate: str, basis: PriceBasis, rounding: TaxRounding = TaxRounding.GROUP) -> TaxResult:
    return compute_tax(tax_request(*amounts, price_basis=basis, rounding=rounding), TaxRules.of([make_rule(rate)]))


def promoted(rate: str, calculation: Calculation, *amounts: str) -> list[str]:
    lines = [PromotionLine(number, Decimal(amount)) for number, amount in enumerate(amounts, 1)]
    promotion = Promotion(1, "Offer", calculation, Decimal(rate), "EUR", LONG_AGO)
    return [str(line.amount) for line in apply_promotions(PromotionRequest(TODAY, "EUR", lines), [promotion]).lines]


@pytest.mark.parametrize(
    ("amounts", "rate", "net", "tax", "line_nets"),
    [
        (("379.00", "379.00"), "21", "626.45", "131.55", "313.22 313.23"),
        (("16000.00", "10000.00"), "7", "24299.07", "1700.93", "14953.27 9345.80"),
    ],
)
def test_r21_inclusive_components_add_up_to_the_grand_total(
    amounts: tuple[str, ...], rate: str, net: str, tax: str, line_nets: str
) -> None:
    result = tax_of(*amounts, rate=rate, basis=PriceBasis.GROSS)

    assert (str(result.net), str(result.tax)) == (net, tax)
    assert result.gross == result.net + result.tax == sum(map(Decimal, amounts))
    assert [str(line.net) for line in result.lines] == line_nets.split()


def test_r22_document_register_and_ledger_would_all_read_the_same_net() -> None:
    result = tax_of("90.00", "55.00", rate="5", basis=PriceBasis.GROSS)

    assert (result.net, result.tax, result.gross) == (Decimal("138.10"), Decimal("6.90"), Decimal("145.00"))
    assert sum(line.net for line in result.lines) == result.groups[0].net == result.net
    assert [str(line.tax) for line in result.lines] == ["4.28", "2.62"]


def test_r23_the_tax_of_the_items_sums_to_the_total() -> None:
    gross = ("2300.00", "0.00", "2300.00", "0.00", "1437.50")  # 15 % on 2,000, 0, 2,000, 0 and 1,250

    reduced = promoted("1231", Calculation.AMOUNT, *gross)
    result = tax_of(*reduced, rate="15", basis=PriceBasis.GROSS)

    assert (result.gross, result.net, result.tax) == (Decimal("4806.50"), Decimal("4179.57"), Decimal("626.93"))
    assert sum(line.tax for line in result.lines) == result.tax
    assert [str(line.tax) for line in result.lines] == ["238.83", "0.00", "238.83", "0.00", "149.27"]


@pytest.mark.parametrize(
    ("quantity", "price", "percent", "net", "if_the_unit_price_were_rounded"),
    [
        ("50", "265.00", "13.3", "11487.75", "11488.00"),  # frappe/erpnext #16927
        ("10", "23.99", "15", "203.92", "203.90"),  # frappe/erpnext #18924
        ("10", "82.50", "15", "701.25", "701.30"),  # frappe/erpnext #41343
    ],
)
def test_r24_the_line_amount_is_rounded_and_the_unit_price_is_not(
    quantity: str, price: str, percent: str, net: str, if_the_unit_price_were_rounded: str
) -> None:
    priced = price_one(make_line(quantity), make_record(rate=Decimal(price)), percent_off(percent))

    discounted = Decimal(price) * (100 - Decimal(percent)) / 100
    assert priced.net == Decimal(net)
    assert Decimal(quantity) * round_amount(discounted, "EUR") == Decimal(if_the_unit_price_were_rounded)


@pytest.mark.parametrize(
    ("rounding", "tax", "line_taxes"),
    [(TaxRounding.GROUP, "0.19", "0.07 0.06 0.06"), (TaxRounding.LINE, "0.18", "0.06 0.06 0.06")],
)
def test_r25_line_or_group_rounding_is_a_declared_policy(rounding: TaxRounding, tax: str, line_taxes: str) -> None:
    result = tax_of("0.33", "0.33", "0.33", rate="19", basis=PriceBasis.NET, rounding=rounding)

    assert str(result.tax) == tax  # 19 % of 0.99 is 0.1881; of 0.33 it is 0.0627
    assert [str(line.tax) for line in result.lines] == line_taxes.split()


def test_r25_rounding_is_half_up() -> None:
    assert tax_of("0.50", rate="5", basis=PriceBasis.NET).tax == Decimal("0.03")  # 0.025


def test_r26_no_total_has_a_fraction_of_a_cent() -> None:
    lines = [TaxLine(1, "goods", Decimal("24.99")), TaxLine(2, "shipping", Decimal("6.44"))]
    rules = TaxRules.of([make_rule("10.75"), make_rule("0", id=2, tax_category="shipping")])

    result = compute_tax(tax_request(lines=lines, currency="USD"), rules)

    assert (result.tax, result.gross) == (Decimal("2.69"), Decimal("34.12"))  # not 2.686425 and 34.116425
    assert tax_of("8.50", rate="21", basis=PriceBasis.NET).gross == Decimal("10.29")  # not 10.285


@pytest.mark.parametrize(
    ("basis", "price", "rate", "calculation", "totals"),
    [
        (PriceBasis.NET, "10.00", "50", Calculation.PERCENT, "5.00 1.00 6.00"),  # django-oscar #1683
        (PriceBasis.GROSS, "12.00", "50", Calculation.PERCENT, "5.00 1.00 6.00"),
        (PriceBasis.NET, "10.00", "1.00", Calculation.AMOUNT, "9.00 1.80 10.80"),
        (PriceBasis.GROSS, "12.00", "1.00", Calculation.AMOUNT, "9.17 1.83 11.00"),
    ],
)
def test_r27_a_discount_reduces_the_amount_that_the_price_basis_declares(
    basis: PriceBasis, price: str, rate: str, calculation: Calculation, totals: str
) -> None:
    result = tax_of(*promoted(rate, calculation, price), rate="20", basis=basis)

    assert [str(amount) for amount in (result.net, result.tax, result.gross)] == totals.split()


def test_r28_convert_then_discount_then_round_then_surcharge() -> None:
    yen = make_record(rate=Decimal(1000), currency="JPY")
    surcharge = make_record(
        id=30, condition_type=SURCHARGE.code, calculation=Calculation.AMOUNT, rate=Decimal("-0.01"), currency="USD"
    )
    steps = (ProcedureStep(10, PRICE), ProcedureStep(20, DISCOUNT), ProcedureStep(30, SURCHARGE))

    priced = price_one(
        make_line(),
        yen,
        percent_off("5"),
        surcharge,
        currency="USD",
        procedure=Procedure("as Odoo's thread wants it", steps),
        fx_rates={"JPY": Decimal("0.009502")},
    )

    assert priced.unit_price == Decimal("9.502000")
    assert priced.value == Decimal("9.50")
    assert priced.net == Decimal(
        "9.02"
    )  # 9.502 - 5 % = 9.0269 -> 9.03, and the cent is a US cent, not a hundredth of a yen
    assert [step.name for step in priced.trace] == ["List price", "Line discount", "Rounded", "Surcharge"]

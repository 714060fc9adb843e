"""Makers for the pricing, promotion and tax engines: honest defaults, everything else by keyword."""

from datetime import date
from decimal import Decimal
from typing import Any

from catalog.pricing.engine import price_lines
from catalog.pricing.types import (
    Access,
    Choice,
    ConditionKind,
    ConditionRecord,
    ConditionType,
    KeyField,
    ManualRule,
    PricedLine,
    PricingLine,
    PricingRequest,
    Procedure,
    ProcedureStep,
    Records,
)
from catalog.tax.types import PriceBasis, TaxLine, TaxRequest, TaxRule, TaxTreatment
from catalog.trace import Calculation

TODAY = date(2026, 3, 2)
LONG_AGO = date(2020, 1, 1)
ACME, WHOLESALE, BOLT = 1, 7, 100

ACCOUNT_PRODUCT = Access("account and product", (KeyField.ACCOUNT, KeyField.PRODUCT))
AGREEMENT = Access("agreement", (KeyField.AGREEMENT_LINE,))
GROUP_PRODUCT = Access("price group and product", (KeyField.PRICE_GROUP, KeyField.PRODUCT))
PRODUCT = Access("product", (KeyField.PRODUCT,))
ACCESSES = (ACCOUNT_PRODUCT, AGREEMENT, GROUP_PRODUCT, PRODUCT)

PRICE = ConditionType("PRICE", "List price", ConditionKind.PRICE, ACCESSES, manual=ManualRule(Decimal(10)))
DISCOUNT = ConditionType("DISC", "Line discount", ConditionKind.DISCOUNT, ACCESSES, manual=ManualRule(Decimal(15)))
SURCHARGE = ConditionType("SURCH", "Surcharge", ConditionKind.SURCHARGE, ACCESSES)
STANDARD = Procedure(
    "standard", (ProcedureStep(10, PRICE), ProcedureStep(20, DISCOUNT, 10), ProcedureStep(30, SURCHARGE))
)


def open_type(kind: ConditionKind, *, choice: Choice = Choice.BEST) -> ConditionType:
    """A condition type whose accesses are not exclusive, so that several records can be found."""
    accesses = tuple(Access(access.name, access.fields, is_exclusive=False) for access in ACCESSES)
    return ConditionType(kind.value.upper()[:5], kind.value.title(), kind, accesses, choice)


def make_record(**given: Any) -> ConditionRecord:
    values: dict[str, Any] = {
        "id": 1,
        "condition_type": "PRICE",
        "access": "product",
        "key": (BOLT,),
        "calculation": Calculation.PER_UNIT,
        "rate": Decimal("10.00"),
        "valid_from": LONG_AGO,
        "currency": "EUR",
    }
    values |= given
    if values["calculation"] is Calculation.PERCENT:
        values["currency"] = ""
    return ConditionRecord(**values)


def percent_off(rate: str, **given: Any) -> ConditionRecord:
    values = {"id": 20, "condition_type": "DISC", "calculation": Calculation.PERCENT, "rate": Decimal(rate)}
    return make_record(**(values | given))


def make_line(quantity: str = "1", **given: Any) -> PricingLine:
    values: dict[str, Any] = {"line_id": 1, "product_id": BOLT, "unit": "PCE"}
    return PricingLine(quantity=Decimal(quantity), **(values | given))


def price_one(line: PricingLine, *records: ConditionRecord, **given: Any) -> PricedLine:
    """Price one line in euros for Acme, a wholesale account, today, by the standard procedure."""
    values: dict[str, Any] = {
        "on": TODAY,
        "currency": "EUR",
        "procedure": STANDARD,
        "account_id": ACME,
        "price_group_id": WHOLESALE,
    }
    (priced,) = price_lines(PricingRequest(lines=[line], **(values | given)), Records.of(records))
    return priced


def make_rule(rate: str, **given: Any) -> TaxRule:
    values: dict[str, Any] = {
        "id": 1,
        "tax_category": "goods",
        "account_tax_class": "domestic",
        "ship_from": "DE",
        "ship_to": "DE",
        "code": f"S{rate}",
        "name": "VAT",
        "treatment": TaxTreatment.STANDARD,
        "valid_from": LONG_AGO,
    }
    return TaxRule(rate=Decimal(rate), **(values | given))


def tax_request(*amounts: str, **given: Any) -> TaxRequest:
    """A German domestic sale in euros, net prices; each amount is a line of category "goods"."""
    values: dict[str, Any] = {
        "on": TODAY,
        "currency": "EUR",
        "price_basis": PriceBasis.NET,
        "account_tax_class": "domestic",
        "ship_from": "DE",
        "ship_to": "DE",
        "lines": [TaxLine(number, "goods", Decimal(amount)) for number, amount in enumerate(amounts, 1)],
    }
    return TaxRequest(**(values | given))

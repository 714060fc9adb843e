"""Invariant I11: 100,000 random order lines against an independent implementation in fractions."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor
from random import Random

import pytest

from catalog.pricing.engine import price_lines
from catalog.pricing.types import ConditionRecord, PricingLine, PricingRequest, Records, ScaleRow
from catalog.trace import Calculation
from core.rounding import UnitRatio
from tests.catalog.engine_makers import ACCESSES, ACME, LONG_AGO, STANDARD, TODAY, WHOLESALE

PRODUCTS = 200
LINES = 100_000
LINES_PER_ORDER = 1_000
FX_RATES = {"USD": Decimal("0.917431192661"), "JPY": Decimal("0.006134969325")}
UNITS = {"PCE": UnitRatio(), "CS": UnitRatio(12), "THIRD": UnitRatio(1, 3), "PAL": UnitRatio(480)}
PLACES = {"EUR": 2, "JPY": 0, "KWD": 3}


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
def test_random_lines_equal_the_reference(currency: str) -> None:
    random = Random(f"kept {currency}")
    records = [record for product in range(PRODUCTS) for record in random_records(random, product, currency)]
    index = Records.of(records)
    by_product = group_by_product(records)
    fx_rates = {**FX_RATES, currency: Decimal(1)}

    for _ in range(LINES // LINES_PER_ORDER // len(PLACES) + 1):
        lines = [random_line(random, number) for number in range(LINES_PER_ORDER)]
        request = PricingRequest(TODAY, currency, STANDARD, lines, ACME, WHOLESALE, fx_rates)
        priced = price_lines(request, index)
        for line, answer in zip(lines, priced, strict=True):
            assert Fraction(answer.net) == reference_net(request, line, by_product[line.product_id])
            assert answer.net == answer.value - answer.discount + answer.surcharge
            assert answer.net.as_tuple().exponent == -PLACES[currency]


def random_line(random: Random, number: int) -> PricingLine:
    product = random.randrange(PRODUCTS)
    quantity = Decimal(random.randrange(10 ** random.randint(1, 11))).scaleb(-random.randint(0, 6))
    agreement = product if random.random() < 0.2 else None
    return PricingLine(number, product, quantity, random.choice(list(UNITS)), None, agreement, UNITS)


def random_records(random: Random, product: int, currency: str) -> list[ConditionRecord]:
    """Up to one valid and one outdated record for each access of price, discount and surcharge."""
    keys = {
        "account and product": (ACME, product),
        "agreement": (product,),
        "price group and product": (WHOLESALE, product),
        "product": (product,),
    }
    records = []
    for number, access in enumerate(ACCESSES):
        for kind, (condition_type, share) in enumerate((("PRICE", 0.5), ("DISC", 0.3), ("SURCH", 0.2))):
            for is_current in (True, False):
                if random.random() < share:
                    record_id = product * 100 + number * 10 + kind * 2 + is_current + 1
                    shape = random_rates(random, condition_type, currency)
                    dates = (LONG_AGO, None) if is_current else (LONG_AGO, TODAY - timedelta(days=random.randrange(3)))
                    key = keys[access.name]
                    records.append(make(record_id, condition_type, access.name, key, dates, shape))
    return records


Shape = tuple[Calculation, str, str, int, Decimal, tuple[ScaleRow, ...]]


def random_rates(random: Random, condition_type: str, currency: str) -> Shape:
    unit = random.choice(["", "PCE", "CS", "THIRD"])
    if condition_type == "PRICE":
        rate = Decimal(random.randrange(10**9)).scaleb(-random.randint(2, 6))
        start = Decimal(random.randrange(2000)).scaleb(-1)
        lower = (rate * Decimal("0.75")).quantize(Decimal("0.000001"))
        scale = (ScaleRow(start, rate), ScaleRow(start * 7, lower)) if random.random() < 0.4 else ()
        price_unit = random.choice([1, 1, 1, 3, 7, 100, 1000])
        priced_in = random.choice([currency, currency, "USD", "JPY"])
        return Calculation.PER_UNIT, priced_in, unit, price_unit, rate, scale
    if condition_type == "DISC" and random.random() < 0.7:
        return Calculation.PERCENT, "", unit, 1, Decimal(random.randrange(11_000)).scaleb(-2), ()
    amount = Decimal(random.randrange(5_000)).scaleb(-2)
    return Calculation.AMOUNT, random.choice([currency, "USD"]), "", 1, amount, ()


def make(
    record_id: int,
    condition_type: str,
    access: str,
    key: tuple[int, ...],
    dates: tuple[date, date | None],
    shape: Shape,
) -> ConditionRecord:
    calculation, currency, unit, price_unit, rate, scale = shape
    return ConditionRecord(
        record_id, condition_type, access, key, calculation, rate, *dates, currency, unit, price_unit, scale
    )


def group_by_product(records: Sequence[ConditionRecord]) -> dict[int, list[ConditionRecord]]:
    grouped: dict[int, list[ConditionRecord]] = {product: [] for product in range(PRODUCTS)}
    for record in records:
        grouped[record.key[-1]].append(record)
    return grouped


def reference_net(request: PricingRequest, line: PricingLine, records: Sequence[ConditionRecord]) -> Fraction:
    """Net = round(price - discount, not below zero) + rounded surcharge, in fractions throughout."""
    places = PLACES[request.currency]
    price = find(request, line, "PRICE", records)
    value = worth(request, line, price, Fraction(0)) if price else Fraction(0)
    discount = find(request, line, "DISC", records)
    reduced = max(value - (worth(request, line, discount, value) if discount else 0), Fraction(0))
    surcharge = find(request, line, "SURCH", records)
    extra = worth(request, line, surcharge, value) if surcharge else Fraction(0)
    return half_up(reduced, places) + half_up(extra, places)


def find(
    request: PricingRequest, line: PricingLine, condition_type: str, records: Sequence[ConditionRecord]
) -> ConditionRecord | None:
    for access in ACCESSES:
        for record in records:
            if (record.condition_type, record.access) == (condition_type, access.name) and (
                record.valid_until is None or request.on < record.valid_until
            ):
                called_off = record.access != "agreement" or line.agreement_line_id == record.key[0]
                if called_off and row_rate(line, record) is not None:
                    return record
    return None


def quantity_in(line: PricingLine, unit: str) -> Fraction:
    stock = Fraction(line.quantity) * Fraction(UNITS[line.unit].numerator, UNITS[line.unit].denominator)
    return stock / Fraction(UNITS[unit].numerator, UNITS[unit].denominator)


def row_rate(line: PricingLine, record: ConditionRecord) -> Fraction | None:
    if not record.scale:
        return Fraction(record.rate)
    quantity = quantity_in(line, record.unit or line.unit)
    reached = [(Fraction(row.start), Fraction(row.rate)) for row in record.scale if Fraction(row.start) <= quantity]
    return max(reached)[1] if reached else None


def worth(request: PricingRequest, line: PricingLine, record: ConditionRecord, basis: Fraction) -> Fraction:
    rate = row_rate(line, record)
    assert rate is not None
    if record.calculation is Calculation.PERCENT:
        return basis * rate / 100
    foreign = record.currency != request.currency
    converted = rate * Fraction(request.fx_rates[record.currency]) if foreign else rate
    if record.calculation is Calculation.AMOUNT:
        return converted
    unit_price = half_up(converted, 6) if foreign else converted
    return unit_price * quantity_in(line, record.unit or line.unit) / record.price_unit


def half_up(value: Fraction, places: int) -> Fraction:
    return Fraction(floor(value * 10**places + Fraction(1, 2)), 10**places)

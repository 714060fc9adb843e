"""How the engines' answers make one priced document: what each is asked, and how the parts are put together. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from catalog.pricing.engine import price_lines
from catalog.pricing.loader import AccountFacts, CouponFacts, OrderDiscount, PricingFacts
from catalog.pricing.procedure import (
    CONTRACT_LINE,
    LINE_DISCOUNT,
    LIST_ACCESSES,
    LIST_ONLY,
    ORDER_DISCOUNT_NAME,
    PRICE,
    STANDARD,
)
from catalog.pricing.requests import DocumentToPrice, LineToPrice
from catalog.pricing.types import (
    ConditionRecord,
    ManualCondition,
    PricedLine,
    PricingLine,
    PricingRequest,
    Procedure,
    Records,
)
from catalog.promotions.engine import (
    Promotion,
    PromotionLine,
    PromotionRequest,
    PromotionResult,
    ReducedLine,
    apply_promotions,
)
from catalog.selectors.products import ProductCard
from catalog.stored_traces import Stage
from catalog.tax.document import NO_TAXES, DocumentToTax, TaxedDocument, TaxedDocumentLine, tax_document
from catalog.tax.types import ANY
from catalog.trace import REASON_TEXTS, Calculation, sentence
from core.money import PRICE_PLACES
from core.rounding import UnitRatio, exact_arithmetic, quantum

NO_TAX = "no_tax"
_SIX_PLACES = quantum(PRICE_PLACES)
_NO_RECORDS = Records.of([])


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A line with its product, the unit in which it is sold, and its quantity in the stock unit."""

    line: LineToPrice
    card: ProductCard
    unit: str
    ratio: UnitRatio
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Prices:
    """What the pricing engine answered, and beside each line its list price line (None: the list says nothing)."""

    lines: Sequence[PricedLine]
    list_prices: Sequence[PricedLine | None]


def price(request: DocumentToPrice, sold: Sequence[SoldLine], account: AccountFacts, facts: PricingFacts) -> Prices:
    """Price and line discount of every line.

    A second, smaller run finds the list price where something else was agreed.
    """
    stored = facts.records.get(request.company_id, _NO_RECORDS)
    agreed = _agreed_records(sold)
    records = Records({**stored.by_access, **Records.of(agreed).by_access}) if agreed else stored
    lines = price_lines(_pricing_request(request, sold, account, facts, STANDARD), records)
    others = [part for part, line in zip(sold, lines, strict=True) if not _is_list_price(line)]
    found = {}
    if others:
        asked = _pricing_request(request, others, account, facts, LIST_ONLY, by_hand=False)
        found = {line.line_id: line for line in price_lines(asked, stored) if not line.findings}
    listed = [line if _is_list_price(line) else found.get(line.line_id) for line in lines]
    return Prices(lines, listed)


def _is_list_price(line: PricedLine) -> bool:
    steps = [step for step in line.trace if step.step == 10 and step.is_active]
    return bool(steps) and not steps[0].is_manual and steps[0].source in LIST_ACCESSES


def _agreed_records(sold: Sequence[SoldLine]) -> list[ConditionRecord]:
    """The prices of contract lines as records of this document only, each with a line discount of nothing beside it."""
    found: dict[int, list[ConditionRecord]] = {}
    for part in sold:
        agreement, line_id = part.line.agreement_price, part.line.agreement_line_id
        if agreement is None or line_id is None or line_id in found:
            continue
        found[line_id] = [
            ConditionRecord(
                id=line_id,
                condition_type=PRICE.code,
                access=CONTRACT_LINE.name,
                key=(line_id,),
                calculation=Calculation.PER_UNIT,
                rate=agreement.unit_price,
                valid_from=date.min,
                currency=agreement.currency,
                unit=agreement.unit or part.card.stock_unit,
                price_unit=agreement.price_unit,
                excludes_promotions=agreement.excludes_promotions,
            ),
            ConditionRecord(
                id=line_id,
                condition_type=LINE_DISCOUNT.code,
                access=CONTRACT_LINE.name,
                key=(line_id,),
                calculation=Calculation.PERCENT,
                rate=Decimal(0),
                valid_from=date.min,
            ),
        ]
    return [record for records in found.values() for record in records]


def _pricing_request(
    request: DocumentToPrice,
    sold: Sequence[SoldLine],
    account: AccountFacts,
    facts: PricingFacts,
    procedure: Procedure,
    *,
    by_hand: bool = True,
) -> PricingRequest:
    return PricingRequest(
        on=request.on,
        currency=request.currency,
        procedure=procedure,
        lines=[
            PricingLine(
                line_id=part.line.key,
                product_id=part.card.id,
                quantity=part.line.sales_quantity,
                unit=part.unit,
                agreement_line_id=part.line.agreement_line_id,
                units=part.card.units,
                manual=_by_hand(part.line) if by_hand else (),
            )
            for part in sold
        ],
        account_id=request.account_id,
        price_group_id=account.price_group_id,
        fx_rates=_fx_rates(request, facts),
    )


def _by_hand(line: LineToPrice) -> tuple[ManualCondition, ...]:
    entries = []
    if line.manual_unit_price is not None:
        entries.append(ManualCondition(PRICE.code, Calculation.PER_UNIT, line.manual_unit_price))
    if line.manual_discount_percent is not None:
        entries.append(ManualCondition(LINE_DISCOUNT.code, Calculation.PERCENT, line.manual_discount_percent))
    return tuple(entries)


def _fx_rates(request: DocumentToPrice, facts: PricingFacts) -> dict[str, Decimal]:
    return {
        source: rate
        for (source, target, day), rate in facts.rates.items()
        if target == request.currency and day == request.on
    }


def reduce(request: DocumentToPrice, prices: Prices, account: AccountFacts, facts: PricingFacts) -> PromotionResult:
    """Take order discount and coupon off, shared over the lines to the cent."""
    code = request.coupon_code.strip()
    promotions = _order_discounts(request, account, facts.order_discounts.get(request.company_id, ()))
    coupon = facts.coupons.get((request.company_id, code.upper(), request.account_id))
    if coupon is not None:
        promotions.append(_promotion(coupon, 1 if request.holds_coupon else 0))
    return apply_promotions(
        PromotionRequest(
            on=request.on,
            currency=request.currency,
            lines=[PromotionLine(line.line_id, line.net, line.excludes_promotions) for line in prices.lines],
            coupon_codes=(code,) if code else (),
            fx_rates=_fx_rates(request, facts),
        ),
        promotions,
    )


def _promotion(coupon: CouponFacts, own_uses: int) -> Promotion:
    return Promotion(
        id=coupon.id,
        name=coupon.name,
        calculation=Calculation.AMOUNT if coupon.percent_off is None else Calculation.PERCENT,
        rate=(coupon.amount_off or Decimal(0)) if coupon.percent_off is None else coupon.percent_off,
        currency=coupon.currency,
        valid_from=coupon.valid_from,
        valid_until=coupon.valid_until,
        min_value=coupon.minimum_order_net,
        code=coupon.code,
        uses_left=None if coupon.uses_left is None else coupon.uses_left + own_uses,
    )


def _order_discounts(
    request: DocumentToPrice, account: AccountFacts, discounts: Sequence[OrderDiscount]
) -> list[Promotion]:
    """The order discounts that this account can have: one promotion per scale row, whose start is the minimum value."""
    found = []
    for discount in discounts:
        record = discount.record
        if discount.account_id not in (None, request.account_id):
            continue
        if discount.price_group_id not in (None, account.price_group_id) or not record.is_valid(request.on):
            continue
        rows = [(row.start, row.rate) for row in record.scale] or [(Decimal(0), record.rate)]
        found += [
            Promotion(
                id=record.id,
                name=ORDER_DISCOUNT_NAME,
                calculation=record.calculation,
                rate=rate,
                currency=record.currency or request.currency,
                valid_from=record.valid_from,
                valid_until=record.valid_until,
                min_value=start,
            )
            for start, rate in rows
            if rate
        ]
    return found


def tax(
    request: DocumentToPrice,
    sold: Sequence[SoldLine],
    reduced: PromotionResult,
    account: AccountFacts,
    facts: PricingFacts,
) -> TaxedDocument:
    """The tax on what is left after all discounts."""
    lines = [
        (line.line_id, part.card.tax_category, line.amount) for part, line in zip(sold, reduced.lines, strict=True)
    ]
    document = DocumentToTax(
        company_id=request.company_id,
        tax_point=request.tax_point or request.on,
        tax_class=request.tax_class,
        currency=request.currency,
        price_basis=request.price_basis,
        lines=lines,
        ship_to=account.country or ANY,
    )
    return tax_document(document, facts.taxes.get(request.company_id, NO_TAXES))


def line_of(
    sold: SoldLine, priced: PricedLine, listed: PricedLine | None, reduced: ReducedLine, taxed: TaxedDocumentLine
) -> dict[str, Any]:
    """The values of one priced line.

    Its discount is what was taken off: by the line's conditions and its share of the order's.
    """
    unit_price, price_unit = per_sales_unit(sold, priced)
    undetermined = () if taxed.code else (NO_TAX,)
    return {
        "key": sold.line.key,
        "unit_price": unit_price,
        "price_unit": price_unit,
        "list_price": None if listed is None else _same_price_unit(per_sales_unit(sold, listed), price_unit),
        "discount": priced.value - reduced.amount,
        "net": taxed.net,
        "tax": taxed.tax,
        "gross": taxed.gross,
        "tax_code": taxed.code,
        "tax_percent": taxed.percent,
        "tax_kind": taxed.kind,
        "steps": ((Stage.PRICE, priced.trace), (Stage.PROMOTION, reduced.trace), (Stage.TAX, taxed.steps)),
        "findings": tuple(finding.value for finding in priced.findings) + undetermined,
        "quantity": sold.quantity,
        "unit_numerator": sold.ratio.numerator,
        "unit_denominator": sold.ratio.denominator,
        "sales_unit": sold.unit,
        "excludes_promotions": priced.excludes_promotions,
    }


def per_sales_unit(sold: SoldLine, line: PricedLine) -> tuple[Decimal, int]:
    """The unit price for the unit in which the line is sold, exactly: a fraction goes into the price unit (12.00 per
    1,000 g).
    """
    if line.price_uom == sold.unit:
        return line.unit_price, line.price_unit
    ratio = sold.ratio.per(sold.card.units[line.price_uom])
    with exact_arithmetic():
        return line.unit_price * ratio.numerator, line.price_unit * ratio.denominator


def _same_price_unit(price_and_unit: tuple[Decimal, int], price_unit: int) -> Decimal:
    """A list price on the line's own price unit, at six places, so that the two can be compared."""
    unit_price, per = price_and_unit
    if per == price_unit:
        return unit_price
    return (unit_price * price_unit / per).quantize(_SIX_PLACES)


def coupon_sentence(code: str, result: PromotionResult, currency: str) -> str:
    """What came of the coupon: what it took off, or why it gives nothing. Empty when none was entered."""
    typed = code.strip()
    if not typed:
        return ""
    for use in result.coupon_uses:
        return f"Coupon {use.code} takes {use.amount:,f} {currency} off."
    reason = REASON_TEXTS[result.refusals[0].reason] if result.refusals else "it gives nothing"
    return f"Coupon {typed[:40]} gives nothing: {reason}."


def sentences(result: PromotionResult) -> tuple[str, ...]:
    """What order discounts and coupons did to the whole document, one sentence each."""
    return tuple(sentence([step]) for step in result.trace)

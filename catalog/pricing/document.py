"""Price whole documents: price and line discount, then order discount and coupon, then tax; every cent with its trace.

Public face of pricing for quotes, orders, billing and the price check page. Takes no lock and writes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from catalog.errors import AccountNotFound, LineNotPriceable, ProductNotFound
from catalog.pricing import composition
from catalog.pricing.loader import AccountFacts, Need, PricingFacts, load
from catalog.pricing.requests import AgreementPrice, DocumentToPrice, LineToPrice
from catalog.selectors.products import ProductCard
from catalog.stored_traces import Stage, StoredStep, packed
from catalog.tax.document import TaxGroup, require_price_basis
from catalog.trace import TraceStep
from core.errors import DomainError
from core.rounding import LARGEST_QUANTITY, QuantityNotExact, UnitRatio, convert_quantity, currency_exponent

__all__ = [
    "AccountFacts",
    "AgreementPrice",
    "DocumentToPrice",
    "LineToPrice",
    "PricedDocument",
    "PricedDocumentLine",
    "TaxGroup",
    "price_document",
    "price_documents",
]

LARGEST_AMOUNT = Decimal(10) ** 15  # numeric(19,4) holds fifteen digits before the point


@dataclass(frozen=True, slots=True)
class PricedDocumentLine:
    """A priced line.

    ``unit_price`` and ``list_price`` are per ``price_unit`` of ``sales_unit``, six places, in the price basis. In the
    price basis: quantity x unit price, rounded, minus ``discount`` is ``net`` (or ``gross``). ``quantity`` is in the
    stock unit. ``list_price`` is what the price list says before anything was agreed with the account; None when it
    says nothing. ``findings``: no_price, over_limit, hand_not_allowed, no_tax.
    """

    key: int
    unit_price: Decimal
    price_unit: int
    list_price: Decimal | None
    discount: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal
    tax_code: str
    tax_percent: Decimal
    tax_kind: str
    steps: Sequence[tuple[Stage, Sequence[TraceStep]]]
    findings: tuple[str, ...]
    quantity: Decimal
    unit_numerator: int
    unit_denominator: int
    sales_unit: str = ""
    excludes_promotions: bool = False

    @property
    def trace(self) -> list[StoredStep]:
        """How its figures came about, as it is kept. Put together when it is asked for: most lines are not written."""
        return [step for stage, steps in self.steps for step in packed(steps, stage)]


@dataclass(frozen=True, slots=True)
class PricedDocument:
    """A priced document: lines in the order given, totals, tax groups.

    The sums of the lines are the totals, to the cent. ``coupon_id`` is set only when the coupon took something off, so
    that confirming uses it; ``coupon_sentence`` says what came of it.
    """

    currency: str
    lines: list[PricedDocumentLine]
    net: Decimal
    tax: Decimal
    gross: Decimal
    tax_groups: list[TaxGroup]
    coupon_id: int | None
    coupon_sentence: str
    sentences: tuple[str, ...]


def price_document(
    *,
    company_id: int,
    account_id: int,
    on: date,
    currency: str,
    price_basis: str,
    tax_class: str,
    lines: Sequence[LineToPrice],
    coupon_code: str = "",
    tax_point: date | None = None,
    holds_coupon: bool = False,
) -> PricedDocument:
    """Price one document. At most six queries, whatever the number of lines.

    Raises:
        ProductNotFound, AccountNotFound: a line or the document names what does not exist.
        LineNotPriceable: a quantity or unit is not one of its product's; the refusal names the line's field.
    """
    document = DocumentToPrice(
        company_id, account_id, on, currency, price_basis, tax_class, lines, coupon_code, tax_point, holds_coupon
    )
    return price_documents([document])[0]


def price_documents(
    requests: Sequence[DocumentToPrice],
    *,
    cards: Mapping[int, ProductCard] | None = None,
    accounts: Mapping[int, AccountFacts] | None = None,
) -> list[PricedDocument]:
    """Price a set of documents, in the order given, with as many queries as one of them takes.

    ``cards`` and ``accounts``: all their products and accounts, where the caller has read them already.
    Raises as ``price_document`` does.
    """
    if not requests:
        return []
    for request in requests:
        currency_exponent(request.currency)
        require_price_basis(request.price_basis)
    facts = load([_need(request) for request in requests], cards=cards, accounts=accounts)
    return [_priced(request, facts) for request in requests]


def _need(request: DocumentToPrice) -> Need:
    agreements = [line.agreement_price.currency for line in request.lines if line.agreement_price]
    return Need(
        company_id=request.company_id,
        account_id=request.account_id,
        on=request.on,
        tax_point=request.tax_point or request.on,
        currency=request.currency,
        product_ids=frozenset(line.product_id for line in request.lines),
        agreement_line_ids=frozenset(line.agreement_line_id for line in request.lines if line.agreement_line_id),
        coupon_code=normal_code(request.coupon_code),
        other_currencies=frozenset(agreements),
    )


def normal_code(code: str) -> str:
    """A coupon code as it is compared: without blanks around, in capitals, never longer than a code can be."""
    return code.replace("\x00", "").strip().upper()[:40]


def _priced(request: DocumentToPrice, facts: PricingFacts) -> PricedDocument:
    """Take one document through the three engines and put their answers together."""
    account = facts.accounts.get(request.account_id)
    if account is None:
        raise AccountNotFound("This account does not exist.")
    amounts = [_sold(line, facts) for line in request.lines]
    priced = composition.price(request, amounts, account, facts)
    reduced = composition.reduce(request, priced, account, facts)
    taxed = composition.tax(request, amounts, reduced, account, facts)
    if abs(taxed.gross) >= LARGEST_AMOUNT or any(abs(line.gross) >= LARGEST_AMOUNT for line in taxed.lines):
        raise DomainError("The amounts of this document are larger than can be written. Nothing was changed.")
    lines = [
        composition.line_of(sold, line, listed, promoted, taxed_line)
        for sold, line, listed, promoted, taxed_line in zip(
            amounts, priced.lines, priced.list_prices, reduced.lines, taxed.lines, strict=True
        )
    ]
    return PricedDocument(
        currency=request.currency,
        lines=[PricedDocumentLine(**values) for values in lines],
        net=taxed.net,
        tax=taxed.tax,
        gross=taxed.gross,
        tax_groups=taxed.tax_groups,
        coupon_id=reduced.coupon_uses[0].promotion_id if reduced.coupon_uses else None,
        coupon_sentence=composition.coupon_sentence(request.coupon_code, reduced, request.currency),
        sentences=composition.sentences(reduced),
    )


def _sold(line: LineToPrice, facts: PricingFacts) -> composition.SoldLine:
    """A line with its product, unit and exact stock quantity. Raises ProductNotFound, LineNotPriceable."""
    card = facts.products.get(line.product_id)
    if card is None:
        raise ProductNotFound("A line names a product that does not exist.")
    unit = line.sales_unit or card.sales_unit
    ratio = _ratio(line, card, unit)
    quantity = line.sales_quantity
    if not quantity.is_finite() or quantity < 0 or quantity >= LARGEST_QUANTITY:
        raise _not_priceable(line, "sales_quantity", f"{card.sku}: enter a quantity from zero on.")
    for name in ("manual_unit_price", "manual_discount_percent"):
        value = getattr(line, name)
        if value is not None and not (value.is_finite() and 0 <= value < LARGEST_QUANTITY):
            raise _not_priceable(line, name, f"{card.sku}: a price or discount by hand must not be negative.")
    if line.manual_discount_percent is not None and line.manual_discount_percent > 100:
        raise _not_priceable(line, "manual_discount_percent", f"{card.sku}: a discount is at most 100 %.")
    try:
        stock_quantity = convert_quantity(quantity, source=ratio)
    except QuantityNotExact as refusal:
        raise _not_priceable(line, "sales_quantity", f"{card.sku}: {refusal.sentence}") from None
    return composition.SoldLine(line, card, unit, ratio, stock_quantity)


def _ratio(line: LineToPrice, card: ProductCard, unit: str) -> UnitRatio:
    ratio = card.units.get(unit)
    if ratio is None:
        known = ", ".join(sorted(card.units))
        raise _not_priceable(line, "sales_unit", f"{card.sku} is not sold by “{unit[:8]}”; its units are {known}.")
    return ratio


def _not_priceable(line: LineToPrice, field: str, sentence: str) -> LineNotPriceable:
    return LineNotPriceable(sentence, fields={f"lines-{line.key}-{field}": sentence})

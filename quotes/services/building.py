"""Pricing and writing the lines of a quote's version."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from moneyed import Money

from catalog.pricing.document import LineToPrice, PricedDocument, price_document
from catalog.selectors import ProductCard, product_cards
from core import bulk
from core.access import require
from core.codec import to_plain
from core.models import Company, User
from core.money import add_up, zero
from core.rounding import round_amount
from inventory.selectors import unit_costs
from quotes.drafts import QuoteLineDraft
from quotes.errors import QuoteRefused
from quotes.models import Quote, QuoteLine, QuoteVersion

ZERO = Decimal(0)
SUMMED = QuoteLine.Kind.OFFERED


def price_lines(quote: Quote, currency: str, lines: Sequence[QuoteLineDraft], *, actor: User) -> PricedDocument:
    """Price the lines of a quote on its business date. At most six queries; writes nothing.

    Raises QuoteRefused for an empty quote, NotAllowed for a price by hand without the right, and what pricing refuses.
    """
    if not lines:
        raise QuoteRefused("A quote needs at least one line.")
    if any(line.unit_price is not None or line.discount_percent is not None for line in lines):
        require(actor, "orders.set_price")
    wrong = {
        f"lines-{index}-price": f"Line {index + 1}: a price is not negative, a discount between 0 and 100 per cent."
        for index, line in enumerate(lines)
        if (line.unit_price is not None and not (line.unit_price.is_finite() and line.unit_price >= 0))
        or (line.discount_percent is not None and not 0 <= line.discount_percent <= 100)
    }
    if wrong:
        raise QuoteRefused(" ".join(wrong.values()), fields=wrong)
    _require_quantities(lines)
    return price_document(
        company_id=quote.company_id,
        account_id=quote.account_id,
        on=quote.business_date,
        currency=currency,
        price_basis="net",
        tax_class=quote.account.tax_class,
        lines=[
            LineToPrice(
                key=index,
                product_id=line.product_id,
                sales_quantity=line.sales_quantity,
                sales_unit=line.sales_unit,
                manual_unit_price=line.unit_price,
                manual_discount_percent=line.discount_percent,
            )
            for index, line in enumerate(lines)
        ],
    )


def _require_quantities(lines: Sequence[QuoteLineDraft]) -> None:
    """Refuse quantities that cannot be ordered later, each at its line."""
    cards = product_cards(ids={line.product_id for line in lines})
    wrong = {}
    for index, line in enumerate(lines):
        card, quantity = cards.get(line.product_id), line.sales_quantity
        if not quantity.is_finite() or quantity <= 0:
            wrong[f"lines-{index}-quantity"] = f"Line {index + 1}: enter a quantity greater than zero."
        elif card is not None and card.is_whole and quantity != quantity.to_integral_value():
            wrong[f"lines-{index}-quantity"] = f"Line {index + 1}: {card.sku} is sold in whole {card.stock_unit}."
    if wrong:
        raise QuoteRefused(" ".join(list(wrong.values())[:10]), fields=wrong)


def write_lines(
    company: Company,
    quote: Quote,
    version: QuoteVersion,
    drafts: Sequence[QuoteLineDraft],
    priced: PricedDocument,
) -> None:
    """Replace the version's lines by these, in two statements. The caller holds the quote's lock."""
    cards = product_cards(ids={draft.product_id for draft in drafts})
    costs = unit_costs(company_id=company.pk, pairs={(quote.warehouse_id, draft.product_id) for draft in drafts})
    QuoteLine.objects.filter(version=version).delete()
    rows = [
        _row(company, quote, version, position, draft, line, cards, costs)
        for position, (draft, line) in enumerate(zip(drafts, priced.lines, strict=True), 1)
    ]
    bulk.insert(QuoteLine, {name: [row[name] for row in rows] for name in rows[0]})


def _row(
    company: Company,
    quote: Quote,
    version: QuoteVersion,
    position: int,
    draft: QuoteLineDraft,
    line: Any,
    cards: Mapping[int, ProductCard],
    costs: Mapping[tuple[int, int], Decimal],
) -> dict[str, Any]:
    unit_cost = costs.get((quote.warehouse_id, draft.product_id), ZERO)
    return {
        "version_id": version.pk,
        "position": position,
        "kind": draft.kind,
        "product_id": draft.product_id,
        "description": (draft.description or cards[draft.product_id].name)[:160],
        "sales_quantity": draft.sales_quantity,
        "sales_unit": line.sales_unit,
        "unit_numerator": line.unit_numerator,
        "unit_denominator": line.unit_denominator,
        "quantity": line.quantity,
        "requested_on": draft.requested_on or quote.business_date,
        "currency": version.currency,
        "unit_price": line.unit_price,
        "price_unit": line.price_unit,
        "manual_price": draft.unit_price is not None,
        "discount": Money(line.discount, version.currency),
        "net": Money(line.net, version.currency),
        "tax": Money(line.tax, version.currency),
        "gross": Money(line.gross, version.currency),
        "tax_code": line.tax_code,
        "tax_percent": line.tax_percent,
        "cost": round_amount(unit_cost * line.quantity, company.functional_currency),
        "price_trace": to_plain(line.trace),
    }


def totals(currency: str, drafts: Sequence[QuoteLineDraft], priced: PricedDocument | None) -> dict[str, Money]:
    """The sums of what is offered; alternatives and options are shown and not summed."""
    if priced is None:
        return {name: zero(currency) for name in ("net", "tax", "gross")}
    offered = [line for draft, line in zip(drafts, priced.lines, strict=True) if draft.kind == SUMMED]
    return {
        name: add_up((Money(getattr(line, name), currency) for line in offered), currency)
        for name in ("net", "tax", "gross")
    }

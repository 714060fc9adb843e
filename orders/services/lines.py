"""From wanted lines to written ones: checking, pricing and costing a set of orders' lines at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from moneyed import Money

from catalog.pricing.document import AgreementPrice, DocumentToPrice, LineToPrice, PricedDocument, price_documents
from catalog.selectors import ProductCard
from core import access
from core.models import Company, User
from core.rounding import QuantityNotExact, convert_quantity, round_amount
from inventory.selectors import unit_costs
from orders.drafts import OrderLineDraft
from orders.errors import OrderLineRefused
from orders.models import Order
from orders.services.parties import Party
from quotes.models import ContractLine

ZERO = Decimal(0)
LARGEST_QUANTITY = Decimal(10) ** 11


@dataclass(frozen=True, slots=True)
class Wanted:
    """The lines that one order shall have, in order.

    ``agreed``: the numbers, from 0, of those whose price by hand the quote behind the order gave.
    ``is_history``: the order was accepted in another system, so no price of it waits for a release.
    """

    order: Order
    lines: Sequence[OrderLineDraft]
    coupon_code: str = ""
    agreed: frozenset[int] = frozenset()
    is_history: bool = False


@dataclass(frozen=True, slots=True)
class BuiltOrder:
    """An order's priced document, and its line columns in the order of the wanted lines."""

    wanted: Wanted
    document: PricedDocument
    rows: list[dict[str, Any]]


def require_sane(wanted: Wanted, cards: Mapping[int, ProductCard], *, actor: User) -> None:
    """Refuse lines that cannot be written, naming each one's field. Raises OrderLineRefused, NotAllowed."""
    refused: dict[str, str] = {}
    for index, line in enumerate(wanted.lines):
        card = cards.get(line.product_id)
        sentence = _line_fault(line, card)
        if sentence:
            refused[f"lines-{index}-quantity"] = f"Line {index + 1}: {sentence}"
        elif line.unit_price is not None and (not line.unit_price.is_finite() or line.unit_price < 0):
            refused[f"lines-{index}-price"] = f"Line {index + 1}: the price must not be negative."
        elif line.discount_percent is not None and not 0 <= line.discount_percent <= 100:
            refused[f"lines-{index}-discount"] = f"Line {index + 1}: a discount is between 0 and 100 per cent."
    if refused:
        raise OrderLineRefused(" ".join(list(refused.values())[:10]), fields=refused)
    by_hand = {
        index
        for index, line in enumerate(wanted.lines)
        if line.unit_price is not None or line.discount_percent is not None
    }
    if by_hand - wanted.agreed:
        access.require(actor, "orders.set_price")


def quantity_fault(quantity: Decimal) -> str | None:
    """Why nobody can order so much, or None: the same bound for entering a line and for changing it later."""
    if not quantity.is_finite() or quantity <= 0:
        return "enter a quantity greater than zero."
    if quantity > LARGEST_QUANTITY:
        return f"one line takes at most {LARGEST_QUANTITY:,f}."
    return None


def _line_fault(line: OrderLineDraft, card: ProductCard | None) -> str | None:
    """Why this line cannot be ordered, or None."""
    quantity = line.sales_quantity
    if card is None:
        return "this product does not exist or may not be sold to this account."
    if fault := quantity_fault(quantity):
        return fault
    unit = line.sales_unit or card.sales_unit
    if unit not in card.units:
        return f"{card.sku} is not sold by {unit}; choose {', '.join(sorted(card.units))}."
    try:
        stock = convert_quantity(quantity, source=card.units[unit])
    except QuantityNotExact as error:
        return error.sentence
    if card.is_whole and stock != stock.to_integral_value():
        return f"{card.sku} is sold in whole {card.stock_unit}."
    if card.minimum_quantity and stock < card.minimum_quantity:
        return f"the least quantity of {card.sku} is {card.minimum_quantity.normalize():f}."
    if card.multiple_quantity and stock % card.multiple_quantity:
        return f"{card.sku} is sold in multiples of {card.multiple_quantity.normalize():f}."
    return None


def build(
    company: Company,
    wanted: Sequence[Wanted],
    cards: Mapping[int, ProductCard],
    parties: Mapping[int, Party],
    costs: Mapping[tuple[int, int], Decimal] | None = None,
    *,
    traced: bool = True,
) -> list[BuiltOrder]:
    """Price and cost the lines of a set of orders: a constant number of queries for the whole set; writes nothing.

    ``cards`` and ``parties`` are the products and accounts of all of them; ``costs`` their unit costs by warehouse and
    product, where the caller has read them already. Without ``traced`` the rows lack their price traces.
    Line amounts are in each order's currency, rounded once per line; cost is in functional currency at moving average.
    """
    accounts = {account_id: party.for_pricing for account_id, party in parties.items()}
    is_known = all(each.order.account_id in accounts for each in wanted)  # one may have lost its agreement since
    agreed = agreement_prices(
        {line.contract_line_id for each in wanted for line in each.lines if line.contract_line_id}
    )
    documents = price_documents(
        [
            DocumentToPrice(
                company_id=company.pk,
                account_id=each.order.account_id,
                on=each.order.business_date,
                currency=each.order.currency,
                price_basis=each.order.price_basis,
                tax_class=each.order.tax_class,
                coupon_code=each.coupon_code,
                lines=[
                    LineToPrice(
                        key=index,
                        product_id=line.product_id,
                        sales_quantity=line.sales_quantity,
                        sales_unit=line.sales_unit or cards[line.product_id].sales_unit,
                        agreement_line_id=line.contract_line_id,
                        agreement_price=agreed.get(line.contract_line_id or 0),
                        manual_unit_price=line.unit_price,
                        manual_discount_percent=line.discount_percent,
                    )
                    for index, line in enumerate(each.lines)
                ],
            )
            for each in wanted
        ],
        cards=cards,
        accounts=accounts if is_known else None,
    )
    if costs is None:
        pairs = {(each.order.warehouse_id, line.product_id) for each in wanted for line in each.lines}
        costs = unit_costs(company_id=company.pk, pairs=pairs)
    return [
        BuiltOrder(each, document, _rows(company, each, document, cards, costs, parties, traced=traced))
        for each, document in zip(wanted, documents, strict=True)
    ]


def _rows(
    company: Company,
    wanted: Wanted,
    document: PricedDocument,
    cards: Mapping[int, ProductCard],
    costs: Mapping[tuple[int, int], Decimal],
    parties: Mapping[int, Party],
    *,
    traced: bool,
) -> list[dict[str, Any]]:
    order, party = wanted.order, parties.get(wanted.order.account_id)
    tolerance = party.over_delivery_percent if party else ZERO
    rows = []
    for draft, priced in zip(wanted.lines, document.lines, strict=True):
        card = cards[draft.product_id]
        unit_cost = costs.get((order.warehouse_id, draft.product_id), ZERO)
        rows.append(
            {
                "company_id": company.pk,
                "client_uuid": draft.client_uuid,
                "product_id": draft.product_id,
                "product_kind": card.kind,
                "description": (draft.description or card.name)[:160],
                "sales_quantity": draft.sales_quantity,
                "sales_unit": draft.sales_unit or card.sales_unit,
                "unit_numerator": priced.unit_numerator,
                "unit_denominator": priced.unit_denominator,
                "ordered": priced.quantity,
                "over_delivery_percent": tolerance,
                "requested_on": draft.requested_on or order.requested_on,
                "contract_line_id": draft.contract_line_id,
                "currency": order.currency,
                "unit_price": priced.unit_price,
                "price_unit": priced.price_unit,
                "list_price": priced.list_price,
                "manual_price": draft.unit_price is not None,
                "manual_discount_percent": draft.discount_percent,
                "discount": Money(priced.discount, order.currency),
                "net": Money(priced.net, order.currency),
                "tax": Money(priced.tax, order.currency),
                "gross": Money(priced.gross, order.currency),
                "tax_code": priced.tax_code,
                "tax_percent": priced.tax_percent,
                "cost": round_amount(unit_cost * priced.quantity, company.functional_currency),
                "price_finding": _finding(priced.findings, is_history=wanted.is_history),
                "note": draft.note[:200],
                **({"price_trace": priced.trace} if traced else {}),
            }
        )
    return rows


def _finding(findings: Sequence[str], *, is_history: bool) -> str:
    """The gravest finding: what makes the line impossible before what somebody may release."""
    order = ("no_price", "no_tax") if is_history else ("no_price", "no_tax", "over_limit", "hand_not_allowed")
    return next((finding for finding in order if finding in findings), "")


def agreement_prices(contract_line_ids: Collection[int]) -> dict[int, AgreementPrice]:
    """What the contract lines that are called off agreed. No query when there are none."""
    if not contract_line_ids:
        return {}
    rows = ContractLine.objects.filter(pk__in=contract_line_ids)
    return {row.pk: AgreementPrice(row.unit_price, row.price_unit, row.currency) for row in rows}

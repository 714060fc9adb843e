"""From goods to journal lines: what a receipt and a correction of stock post. Pure; amounts in functional currency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from accounting.drafts import LineDraft, signed_line
from core.fx import Rate

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class ReceivedValue:
    """What one receipt line brought: its cost in the order's and in functional currency, and what of it is stock."""

    posting_group: str
    document_cost: Decimal
    cost: Decimal
    stock_value: Decimal


def receipt_lines(values: Sequence[ReceivedValue], *, rate: Rate, partner_id: int) -> tuple[LineDraft, ...]:
    """Dr stock, Cr goods received not invoiced.

    What covered stock below zero was sold at an estimate before: the difference to its true cost is cost of sales.
    """
    lines = []
    for group, of_group in _by_group(values).items():
        stock = sum((value.stock_value for value in of_group), ZERO)
        late_cost = sum((value.cost - value.stock_value for value in of_group), ZERO)
        if late_cost:  # no longer the supplier's amount: both sides stand in functional currency
            lines.append(_line("stock", stock, rate.to_currency, group=group))
            lines.append(_line("cost_of_sales", late_cost, rate.to_currency, group=group))
        else:
            document = sum((value.document_cost for value in of_group), ZERO)
            lines.append(_foreign("stock", stock, document, rate, group=group))
    cost = sum((value.cost for value in values), ZERO)
    document = sum((value.document_cost for value in values), ZERO)
    lines.append(_foreign("grni", -cost, -document, rate, partner_id=partner_id))
    return tuple(lines)


def adjustment_lines(stock_values: Mapping[str, Decimal], *, currency: str, reason: str) -> tuple[LineDraft, ...]:
    """Found: Dr stock, Cr stock adjustments; lost: the other way round. Signed value by posting group."""
    lines = [_line("stock", value, currency, group=group) for group, value in stock_values.items()]
    return (*lines, _line("stock_adjustment", -sum(stock_values.values(), ZERO), currency, text=reason[:120]))


def _by_group(values: Sequence[ReceivedValue]) -> dict[str, list[ReceivedValue]]:
    groups: dict[str, list[ReceivedValue]] = {}
    for value in values:
        groups.setdefault(value.posting_group, []).append(value)
    return groups


def _line(purpose: str, amount: Decimal, currency: str, *, group: str = "", text: str = "") -> LineDraft:
    return signed_line(purpose, amount, currency=currency, document_amount=amount, group=group, text=text)


def _foreign(
    purpose: str, amount: Decimal, document: Decimal, rate: Rate, *, group: str = "", partner_id: int | None = None
) -> LineDraft:
    return signed_line(
        purpose,
        amount,
        currency=rate.from_currency,
        document_amount=document,
        fx_rate=rate.rate,
        fx_date=rate.valid_from,
        group=group,
        partner_id=partner_id,
    )

"""What fulfilment posts to the books, as pure functions: cost of sales at the goods issue, and its way back."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from accounting.drafts import EntryDraft, LineDraft

GOODS_ISSUE = "goods_issue"
RECEIPT = "receipt"


def goods_issue_entry(
    delivery_id: int, number: str, on: date, costs: Iterable[tuple[str, Decimal]], *, currency: str
) -> EntryDraft:
    """Dr cost of sales, Cr stock, per posting group; ``costs`` in functional currency."""
    return _entry("delivery", delivery_id, GOODS_ISSUE, on, f"Goods issue {number}", costs, currency, sign=1)


def return_entry(
    return_id: int, number: str, on: date, costs: Iterable[tuple[str, Decimal]], *, currency: str
) -> EntryDraft:
    """Dr stock, Cr cost of sales, for the goods that went back to stock at the cost of their issue."""
    return _entry("return", return_id, RECEIPT, on, f"Return {number}", costs, currency, sign=-1)


def _entry(
    kind: str,
    document_id: int,
    purpose: str,
    on: date,
    description: str,
    costs: Iterable[tuple[str, Decimal]],
    currency: str,
    *,
    sign: int,
) -> EntryDraft:
    groups: dict[str, Decimal] = {}
    for group, cost in costs:
        groups[group] = groups.get(group, Decimal(0)) + cost * sign
    lines: list[LineDraft] = []
    for group, amount in sorted(groups.items()):
        for target, signed in (("cost_of_sales", amount), ("stock", -amount)):
            debit, credit = max(signed, Decimal(0)), max(-signed, Decimal(0))
            lines.append(LineDraft(target, debit, credit, currency=currency, document_amount=signed, group=group))
    return EntryDraft(kind, document_id, purpose, on, description, tuple(lines))

"""From a billing document to its journal lines. Pure."""

from collections import defaultdict
from decimal import Decimal

from accounting.drafts import AmountToPost, LineDraft, converted_lines
from billing.drafts import PlannedDocument


def invoice_lines(document: PlannedDocument) -> tuple[LineDraft, ...]:
    """Dr receivable, Cr revenue per posting group, Cr tax per code; the other way round for a credit note.

    Converted at the document's own rate; a leftover of rounding goes to its own account.
    """
    revenue: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in document.lines:
        revenue[line.posting_group] += line.net
    tax: defaultdict[str, Decimal] = defaultdict(Decimal)
    for group in document.groups:
        tax[group.code] += group.tax
    sign = document.sign
    amounts = [AmountToPost("receivable", sign * document.gross, partner_id=document.account_id)]
    amounts += [AmountToPost("revenue", -sign * amount, group=name) for name, amount in revenue.items() if amount]
    amounts += [AmountToPost("tax", -sign * amount, group=code) for code, amount in tax.items() if amount]
    return converted_lines(amounts, rate=document.rate)

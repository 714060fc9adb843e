"""From changes of an agreement to journal lines. Pure."""

from datetime import date
from decimal import Decimal

from accounting.drafts import LineDraft, signed_line
from rebates.accruals import Balances, Terms

ZERO = Decimal(0)


def accrual_lines(change: Balances, terms: Terms, *, account_id: int, on: date) -> tuple[LineDraft, ...]:
    """Dr rebates to customers (a deduction from sales), Cr rebates accrued; the other way round for less."""
    expense = signed_line(
        "rebate_expense",
        change.liability,
        currency=terms.currency,
        document_amount=change.accrued,
        fx_rate=terms.fx_rate,
        fx_date=on,
        partner_id=account_id,
    )
    accrual = signed_line(
        "rebate_accrual",
        -change.liability,
        currency=terms.currency,
        document_amount=-change.accrued,
        fx_rate=terms.fx_rate,
        fx_date=on,
        partner_id=account_id,
    )
    return expense, accrual


def settlement_lines(
    change: Balances, terms: Terms, *, functional: Decimal, account_id: int, on: date
) -> tuple[LineDraft, ...]:
    """Dr rebates accrued at the rates at which they were accrued, Cr receivable at today's; the rest is realised."""
    lines = [
        signed_line(
            "rebate_accrual",
            -change.liability,
            currency=terms.currency,
            document_amount=change.settled,
            fx_rate=terms.fx_rate,
            fx_date=on,
            partner_id=account_id,
        ),
        signed_line(
            "receivable",
            -functional,
            currency=terms.currency,
            document_amount=-change.settled,
            fx_rate=terms.fx_rate,
            fx_date=on,
            partner_id=account_id,
        ),
    ]
    loss = functional + change.liability
    if loss:
        lines.append(
            signed_line(
                "fx_loss" if loss > 0 else "fx_gain",
                loss,
                currency=terms.functional_currency,
                document_amount=loss,
            )
        )
    return tuple(lines)

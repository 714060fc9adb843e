"""From drafts to the lines of the journal: accounts found, like lines merged, both sides equal. Pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from accounting.drafts import ZERO, EntryDraft, LineDraft, signed_line
from accounting.errors import EntryNotBalanced, EntryNotPostable, NoPostingRule
from core.rounding import HALF_UP, round_amount, round_places

RATE_PLACES = 12
PARTNER_CONTROLS = frozenset({"receivable", "unapplied"})


@dataclass(frozen=True, slots=True)
class Target:
    """A ledger account as a line needs to know it."""

    id: int
    control: str


@dataclass(frozen=True, slots=True)
class PostedLine:
    """A line with its ledger account, ready to be written."""

    account_id: int
    draft: LineDraft


class Chart:
    """Which ledger account a purpose and group post to, in one company."""

    def __init__(self, rules: Mapping[tuple[str, str], Target], named: Mapping[int, Target]) -> None:
        self.rules = rules
        self.named = named

    def target(self, line: LineDraft) -> Target:
        """The account of this line; a group without its own rule falls back to the purpose. Raises NoPostingRule."""
        if line.ledger_account_id is not None:
            found = self.named.get(line.ledger_account_id)
        else:
            found = self.rules.get((line.purpose, line.group)) or self.rules.get((line.purpose, ""))
        if found is None:
            what = f"“{line.purpose}”" + (f" and group “{line.group}”" if line.group else "")
            raise NoPostingRule(
                f"No ledger account is set for {what} in this company. Add a posting rule, then try again."
            )
        return found


def lines_to_post(draft: EntryDraft, chart: Chart, *, functional_currency: str) -> list[PostedLine]:
    """The entry's lines as they are written; none if all are zero.

    Zero lines are dropped; lines of one account, currency, partner, rate and side are merged.
    Raises NoPostingRule, EntryNotBalanced, EntryNotPostable.
    """
    merged: dict[tuple[object, ...], PostedLine] = {}
    for line in draft.lines:
        if not (line.debit or line.credit or line.document_amount):
            continue
        target = chart.target(line)
        _require_postable(line, target, draft)
        key = (target.id, line.currency, line.partner_id, line.fx_rate, line.credit > 0)
        known = merged.get(key)
        merged[key] = PostedLine(target.id, _together(known.draft, line) if known else line)
    lines = list(merged.values())
    _require_balance(lines, draft, functional_currency)
    return lines


def _together(first: LineDraft, second: LineDraft) -> LineDraft:
    return replace(
        first,
        debit=first.debit + second.debit,
        credit=first.credit + second.credit,
        document_amount=first.document_amount + second.document_amount,
        text=first.text if first.text == second.text else "",
    )


def _require_postable(line: LineDraft, target: Target, draft: EntryDraft) -> None:
    assert line.debit >= 0, "a debit below zero is a credit"
    assert line.credit >= 0, "a credit below zero is a debit"
    if line.debit and line.credit:
        raise EntryNotPostable(f"“{draft.description}”: a line is a debit or a credit, not both.")
    if target.control in PARTNER_CONTROLS and line.partner_id is None:
        raise EntryNotPostable(
            f"“{draft.description}”: a line on a {target.control} account names no account of a partner."
        )


def _require_balance(lines: Sequence[PostedLine], draft: EntryDraft, functional_currency: str) -> None:
    debits = sum((line.draft.debit for line in lines), ZERO)
    credits = sum((line.draft.credit for line in lines), ZERO)
    if debits != credits:
        raise EntryNotBalanced(
            f"“{draft.description}” does not balance: {debits} debit against {credits} credit in {functional_currency}."
        )
    if lines and len(lines) < 2:
        raise EntryNotBalanced(f"“{draft.description}” has one line only; an entry has two sides.")
    for line in lines:
        amount = line.draft.debit or line.draft.credit
        if amount != round_amount(amount, functional_currency):
            raise EntryNotBalanced(f"“{draft.description}”: {amount} is not rounded to {functional_currency}.")


def reversal(lines: Sequence[PostedLine]) -> tuple[LineDraft, ...]:
    """The same lines with their sides exchanged."""
    return tuple(
        replace(
            line.draft,
            debit=line.draft.credit,
            credit=line.draft.debit,
            document_amount=-line.draft.document_amount,
            ledger_account_id=line.account_id,
        )
        for line in lines
    )


def functional_share(functional_open: Decimal, open_amount: Decimal, amount: Decimal, currency: str) -> Decimal:
    """How much functional currency leaves an item with ``amount``; the last part takes the rest: both reach zero."""
    if amount == open_amount:
        return functional_open
    return round_amount(HALF_UP.divide(HALF_UP.multiply(functional_open, amount), open_amount), currency)


@dataclass(frozen=True, slots=True)
class AppliedAmounts:
    """One application in both currencies, as it is posted. Amounts below zero undo an earlier one."""

    account_id: int
    currency: str
    amount: Decimal
    debit_control: str
    credit_control: str
    debit_functional: Decimal
    credit_functional: Decimal

    @property
    def gain(self) -> Decimal:
        """The realised exchange gain: the money was booked for more than the claim. A loss is below zero."""
        return self.credit_functional - self.debit_functional


def application_lines(
    applied: AppliedAmounts, *, functional_currency: str, business_date: date
) -> tuple[LineDraft, ...]:
    """Dr what was unapplied, Cr the claim, each at its own book rate; the difference is realised gain or loss.

    A credit note against an invoice stays within receivables: only an exchange difference is posted then.
    """
    lines = []
    if applied.debit_control != applied.credit_control:
        for control, functional, amount in (
            (applied.credit_control, applied.credit_functional, applied.amount),
            (applied.debit_control, -applied.debit_functional, -applied.amount),
        ):
            rate = round_places(HALF_UP.divide(functional, amount), RATE_PLACES) if functional else Decimal(1)
            lines.append(
                signed_line(
                    control,
                    functional,
                    currency=applied.currency,
                    document_amount=amount,
                    fx_rate=rate,
                    fx_date=business_date,
                    partner_id=applied.account_id,
                )
            )
    elif applied.gain:
        lines.append(
            signed_line(
                applied.debit_control,
                applied.gain,
                currency=applied.currency,
                document_amount=ZERO,
                fx_date=business_date,
                partner_id=applied.account_id,
            )
        )
    if applied.gain:
        is_gain = (applied.gain > 0) == (applied.amount > 0)
        lines.append(
            signed_line(
                "fx_gain" if is_gain else "fx_loss",
                -applied.gain,
                currency=functional_currency,
                document_amount=-applied.gain,
            )
        )
    return tuple(lines)

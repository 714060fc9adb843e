"""What other rooms hand to accounting, as plain data: entries, open items and applications before they are written."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import date
from decimal import Decimal

from core.fx import Rate
from core.rounding import HALF_UP, round_amount

ZERO = Decimal(0)
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One side of an entry: a debit or a credit in functional currency, the document's amount beside it.

    ``document_amount`` is above zero on the debit side.
    The ledger account follows from ``purpose`` and ``group`` by the posting rules, unless ``ledger_account_id`` names
    it. ``partner_id`` is demanded on receivables and unapplied payments.
    """

    purpose: str
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    _: KW_ONLY
    currency: str
    document_amount: Decimal
    fx_rate: Decimal = ONE
    fx_date: date | None = None
    group: str = ""
    partner_id: int | None = None
    text: str = ""
    ledger_account_id: int | None = None


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """One balanced posting. Posted once per (source_type, source_id, purpose)."""

    source_type: str
    source_id: int
    purpose: str
    business_date: date
    description: str
    lines: tuple[LineDraft, ...]
    reverses_id: int | None = None


@dataclass(frozen=True, slots=True)
class OpenItemDraft:
    """One claim (amounts above zero) or counter-claim (below zero), in its currency and in functional currency.

    ``functional_amount`` is what its entry posted to the control account, and ``issued_on`` that entry's business date:
    only then does the subledger equal the control account on every day.
    """

    account_id: int
    source_type: str
    source_id: int
    reference: str
    currency: str
    amount: Decimal
    functional_amount: Decimal
    issued_on: date
    due_on: date
    control: str = "receivable"
    discount_until: date | None = None
    discount_percent: Decimal = ZERO
    instalment: int = 1


@dataclass(frozen=True, slots=True)
class ApplicationDraft:
    """Set so much of a counter-claim against a claim, in their currency.

    An amount below zero undoes an earlier application of the pair.
    The source and the date are those of the call, unless given here: so one call can carry a set of documents.
    """

    debit_item_id: int
    credit_item_id: int
    amount: Decimal
    source_type: str = ""
    source_id: int = 0
    business_date: date | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """What an application did, and what callers tell of its two items.

    ``functional_amount`` is what left the claim, ``fx_difference`` the realised gain (a loss is below zero).
    """

    debit_item_id: int
    credit_item_id: int
    amount: Decimal
    debit_source: tuple[str, int]
    credit_source: tuple[str, int]
    settled_debit: bool
    functional_amount: Decimal
    settled_credit: bool = False
    fx_difference: Decimal = ZERO
    application_id: int = 0
    account_id: int = 0
    currency: str = ""
    credit_control: str = ""
    debit_reference: str = ""
    credit_reference: str = ""


@dataclass(frozen=True, slots=True)
class AmountToPost:
    """One amount of a document in its own currency, signed: above zero is the debit side."""

    purpose: str
    amount: Decimal
    group: str = ""
    partner_id: int | None = None
    text: str = ""


def signed_line(
    purpose: str, functional: Decimal, *, currency: str, document_amount: Decimal, **facts: object
) -> LineDraft:
    """A line whose side follows from the sign of its functional amount: above zero is a debit."""
    return LineDraft(
        purpose,
        max(functional, ZERO),
        max(-functional, ZERO),
        currency=currency,
        document_amount=document_amount,
        **facts,  # type: ignore[arg-type]
    )


def functional_amount(amount: Decimal, *, rate: Rate) -> Decimal:
    """A document amount in functional currency, rounded once (HALF_UP). What open items and their entries share."""
    return (
        amount
        if rate.from_currency == rate.to_currency
        else round_amount(HALF_UP.multiply(amount, rate.rate), rate.to_currency)
    )


def converted_lines(amounts: Sequence[AmountToPost], *, rate: Rate) -> tuple[LineDraft, ...]:
    """Turn a document's amounts, which sum to zero in its currency, into lines that do so in functional currency too.

    Each amount is rounded once; what the roundings leave over goes to the purpose ``rounding``, in functional currency.
    """
    assert sum((each.amount for each in amounts), ZERO) == ZERO, "the document's amounts do not balance"
    lines = []
    rest = ZERO
    for each in amounts:
        functional = functional_amount(each.amount, rate=rate)
        rest += functional
        lines.append(
            signed_line(
                each.purpose,
                functional,
                currency=rate.from_currency,
                document_amount=each.amount,
                fx_rate=rate.rate,
                fx_date=rate.valid_from,
                group=each.group,
                partner_id=each.partner_id,
                text=each.text,
            )
        )
    if rest:
        lines.append(signed_line("rounding", -rest, currency=rate.to_currency, document_amount=-rest))
    return tuple(lines)

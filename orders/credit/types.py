"""The words of the credit check. All amounts are in the currency of the credit account, at its decimal places."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)


class Reaction(StrEnum):
    """What a finding does to the document."""

    NONE = "none"
    WARN = "warn"
    BLOCK = "block"


_RANK = {Reaction.NONE: 0, Reaction.WARN: 1, Reaction.BLOCK: 2}


def strongest(reactions: list[Reaction]) -> Reaction:
    return max(reactions, key=_RANK.__getitem__, default=Reaction.NONE)


class Check(StrEnum):
    """What is looked at."""

    LIMIT = "limit"
    DOCUMENT_VALUE = "document_value"
    OLDEST_OPEN_ITEM = "oldest_open_item"
    OVERDUE_SHARE = "overdue_share"
    REVIEW = "review"


class ActionKind(StrEnum):
    """What a person can do to clear a finding."""

    PAY = "pay"
    DEPOSIT = "deposit"
    RELEASE_PART = "release_part"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class CreditProfile:
    """What is agreed with a credit account: the limit, the other checks, and how hard each one reacts.

    A threshold of None switches its check off; a reaction of `none` does too.
    """

    currency: str
    limit: Decimal | None = None
    limit_reaction: Reaction = Reaction.BLOCK
    most_document_value: Decimal | None = None
    document_value_reaction: Reaction = Reaction.BLOCK
    oldest_item_days: int | None = None
    oldest_item_reaction: Reaction = Reaction.BLOCK
    overdue_share_percent: Decimal | None = None
    overdue_share_reaction: Reaction = Reaction.BLOCK
    review_on: date | None = None
    review_reaction: Reaction = Reaction.WARN


@dataclass(frozen=True, slots=True)
class Exposure:
    """What the account owes or will owe, by component of the credit ledger."""

    open_orders: Decimal = ZERO  # undelivered, with tax
    delivered_unbilled: Decimal = ZERO
    billed: Decimal = ZERO  # billed, not yet posted as an open item
    open_items: Decimal = ZERO
    unapplied: Decimal = ZERO  # payments and credits not yet set against an item; lowers the exposure

    @property
    def total(self) -> Decimal:
        return self.open_orders + self.delivered_unbilled + self.billed + self.open_items - self.unapplied

    def with_order(self, amount: Decimal) -> Exposure:
        """The exposure once an order of this amount is confirmed."""
        return replace(self, open_orders=self.open_orders + amount)


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One receivable of the account. Credit notes (below zero) and disputed items are not overdue."""

    key: int
    number: str
    due_on: date
    amount: Decimal
    is_disputed: bool = False


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One line of the document, with tax, as a part that can be released alone."""

    key: int
    label: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Approval:
    """A credit manager's release of this document, up to a value and a date. Findings then warn instead of block."""

    up_to: Decimal
    until: date


@dataclass(frozen=True, slots=True)
class CreditRequest:
    """The document that asks for credit on one day.

    `amount` is what it adds to the exposure (for an amended order the difference, for a re-check of a confirmed one
    zero); `document_value` is its whole value, which is the amount where not given. Both with tax.
    """

    key: int
    on: date
    amount: Decimal
    document_value: Decimal | None = None
    lines: tuple[RequestLine, ...] = ()
    approval: Approval | None = None
    takes_credit: bool = True  # False: something else stops the document, so that it uses up nothing when it passes

    @property
    def value(self) -> Decimal:
        return self.amount if self.document_value is None else self.document_value


@dataclass(frozen=True, slots=True)
class Finding:
    """One check that did not pass: by how much, and what that means for the document."""

    check: Check
    reaction: Reaction
    sentence: str
    excess: Decimal = ZERO  # amount over the limit or the document value; zero for the other checks


@dataclass(frozen=True, slots=True)
class Payment:
    """How much of an open item to pay."""

    item_key: int
    number: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Action:
    """The smallest step of its kind that clears the findings it names."""

    kind: ActionKind
    amount: Decimal
    clears: tuple[Check, ...]
    sentence: str
    payments: tuple[Payment, ...] = ()
    line_keys: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CreditResult:
    """Whether a document may be confirmed on credit, with the arithmetic a user can follow."""

    request: CreditRequest
    reaction: Reaction
    exposure_after: Decimal
    limit: Decimal | None
    headroom: Decimal | None  # left after this document; below zero when over; None without a limit
    used_percent: Decimal | None  # of the limit after this document, one decimal place, HALF_UP
    findings: tuple[Finding, ...]
    actions: tuple[Action, ...]
    trace: tuple[str, ...]

    @property
    def is_blocked(self) -> bool:
        return self.reaction is Reaction.BLOCK

"""Refusals of accounting: each is the sentence that the user reads."""

from core.errors import Conflict, DomainError


class NoPostingRule(DomainError):
    """No ledger account is set for a purpose in this company."""

    code = "no_posting_rule"


class EntryNotBalanced(DomainError):
    """Debits and credits of an entry differ, or it has no two sides."""

    code = "entry_not_balanced"


class EntryNotPostable(DomainError):
    """A line names an account that this kind of entry may not use, or lacks what the account demands."""

    code = "entry_not_postable"


class EntryNotReversible(Conflict):
    """The entry is not there, or was reversed before."""

    code = "entry_not_reversible"


class NotApplicable(DomainError):
    """A counter-claim cannot be set against a claim: other account, other currency, or more than is open."""

    code = "not_applicable"


class PeriodNotLockable(Conflict):
    """The period is locked already."""

    code = "period_not_lockable"


class PeriodNotReopenable(Conflict):
    """The period is open already."""

    code = "period_not_reopenable"

"""What doors hand to rebates."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class TierDraft:
    """From this value of the agreement's currency on, this percentage."""

    starts_at: Decimal
    percent: Decimal


@dataclass(frozen=True, slots=True)
class AgreementDraft:
    """A promise to pay back part of what an account buys in a period.

    ``category_id`` narrows it to a category and everything below it. ``expected_percent`` is accrued per invoice until
    the tiers decide.
    """

    company_id: int
    account_id: int
    name: str
    valid_from: date
    valid_until: date
    expected_percent: Decimal
    tiers: tuple[TierDraft, ...]
    business_date: date
    currency: str = ""
    method: str = "cumulative"
    category_id: int | None = None

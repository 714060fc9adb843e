"""What a counter-claim probably pays, with the reason. A proposal for a person, never carried out by itself. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from core.wording import listed

Confidence = Literal["sure", "likely", "guess"]


@dataclass(frozen=True, slots=True)
class OpenClaim:
    """A claim as matching sees it."""

    item_id: int
    reference: str
    open: Decimal


@dataclass(frozen=True, slots=True)
class Suggestion:
    """How much of which claim, how sure, and why."""

    amounts: Mapping[int, Decimal]
    confidence: Confidence
    reason: str


def suggest(text: str, left: Decimal, claims: Sequence[OpenClaim]) -> Suggestion | None:
    """Match by the numbers that the payer wrote, then by amount, then oldest first. ``claims`` come oldest first."""
    if left <= 0 or not claims:
        return None
    named = [claim for claim in claims if _plain(claim.reference) and _plain(claim.reference) in _plain(text)]
    if named:
        names = listed([claim.reference for claim in named])
        exact = sum(claim.open for claim in named) == left
        reason = f"The reference names {names}" + (", and the amount is exactly that." if exact else ".")
        return Suggestion(_spread(left, named), "sure" if exact else "likely", reason)
    equal = [claim for claim in claims if claim.open == left]
    if len(equal) == 1:
        return Suggestion({equal[0].item_id: left}, "likely", f"Only {equal[0].reference} is open over this amount.")
    if sum(claim.open for claim in claims) == left:
        return Suggestion(_spread(left, claims), "likely", "The amount is exactly everything that is open.")
    return Suggestion(_spread(left, claims), "guess", "Nothing else fits, so the oldest come first.")


def _plain(text: str) -> str:
    """Letters and digits only: payers write numbers with blanks, dots and dashes."""
    return "".join(sign for sign in text.upper() if sign.isalnum())


def _spread(left: Decimal, claims: Sequence[OpenClaim]) -> dict[int, Decimal]:
    amounts: dict[int, Decimal] = {}
    for claim in claims:
        part = min(claim.open, left)
        if part > 0:
            amounts[claim.item_id] = part
            left -= part
    return amounts

"""How a payment is spread over open invoices. Pure functions; amounts in the payment's currency."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.rounding import round_amount
from core.wording import amount_text
from payments.drafts import WantedInvoice
from payments.errors import NothingToApply

ZERO = Decimal(0)


@dataclass(slots=True)
class Claim:
    """An open item of an account that can be paid. ``left`` goes down as payments of one call are spread over it."""

    item_id: int
    account_id: int
    currency: str
    due_on: date
    reference: str
    left: Decimal
    invoice_id: int | None = None


class Claims:
    """The claims of one call, oldest first, shared by all its payments: what one takes the next does not find."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self.by_invoice: defaultdict[int, list[Claim]] = defaultdict(list)
        self.by_account: defaultdict[tuple[int, str], list[Claim]] = defaultdict(list)
        for claim in sorted(claims, key=lambda each: (each.due_on, each.item_id)):
            self.by_account[claim.account_id, claim.currency].append(claim)
            if claim.invoice_id is not None:
                self.by_invoice[claim.invoice_id].append(claim)

    def spread(
        self, amount: Decimal, currency: str, *, account_id: int, wanted: Sequence[WantedInvoice], oldest: bool
    ) -> list[tuple[int, Decimal]]:
        """Say how much of which open item is paid: the named invoices in their order, then the oldest if so wished.

        A named amount is exact; a named invoice without one takes what is open, as far as the money goes.

        Raises:
            NothingToApply: a named amount is more than is left of the payment or open on the invoice, or the invoice
                is in another currency.
        """
        parts: list[tuple[int, Decimal]] = []
        left = amount
        for invoice_id, named in wanted:
            claims = self.by_invoice.get(invoice_id, [])
            if any(claim.currency != currency for claim in claims):
                raise NothingToApply(
                    f"{claims[0].reference} is in {claims[0].currency}; a payment in {currency} cannot pay it."
                )
            if named is not None:
                _require_exact(named, left, claims, currency)
            left -= _take(parts, claims, left if named is None else named)
        if oldest:
            _take(parts, self.by_account.get((account_id, currency), []), left)
        return parts


def _require_exact(named: Decimal, left: Decimal, claims: Sequence[Claim], currency: str) -> None:
    if named <= 0 or named != round_amount(named, currency):
        raise NothingToApply(f"{named:f} is not an amount in {currency} that can be applied.")
    if named > left:
        raise NothingToApply(
            f"The payment has only {_text(left, currency)} left; {_text(named, currency)} is too much."
        )
    is_open = sum((claim.left for claim in claims), ZERO)
    if named > is_open:
        name = claims[0].reference if claims else "the invoice"
        raise NothingToApply(
            f"Only {_text(is_open, currency)} of {name} is open; {_text(named, currency)} is too much."
        )


def _take(parts: list[tuple[int, Decimal]], claims: Sequence[Claim], most: Decimal) -> Decimal:
    """Take from the claims in order until ``most`` is reached or nothing is open; returns what was taken."""
    taken = ZERO
    for claim in claims:
        part = min(claim.left, most - taken)
        if part > 0:
            parts.append((claim.item_id, part))
            claim.left -= part
            taken += part
    return taken


def _text(amount: Decimal, currency: str) -> str:
    return amount_text(round_amount(amount, currency), currency)

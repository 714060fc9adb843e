"""The credit ledger: exposure per company, account and credit currency."""

from collections.abc import Mapping
from decimal import Decimal

from core.ledger import Guard, Ledger, Total
from core.locks import Rank
from orders.models import CreditMovement, CreditTotal


def _check_credit(total: Total, after: Mapping[str, Decimal], guard: Guard) -> str | None:
    """Refuse an increase beyond the ceiling under ``guard=BLOCK``; facts and decreases always pass.

    The sentence reaches people who may not see figures of credit, so it has none.
    """
    ceiling = total.facts["ceiling"]
    if guard is Guard.FACT or ceiling is None:
        return None
    before, now = exposure_of(total.balances), exposure_of(after)
    return "This goes beyond the credit limit of the account." if now > ceiling and now > before else None


def exposure_of(balances: Mapping[str, Decimal]) -> Decimal:
    """Open orders + delivered unbilled + open items - unapplied."""
    return balances["open_orders"] + balances["delivered"] + balances["open_items"] - balances["unapplied"]


CREDIT = Ledger(
    name="credit",
    total=CreditTotal,
    movement=CreditMovement,
    key=("company_id", "account_id", "currency"),
    balances=("open_orders", "delivered", "open_items", "unapplied"),
    facts=("ceiling",),
    rank=Rank.CREDIT_TOTAL,
    check=_check_credit,
    facts_pass=True,
)

"""The rebate ledger: what counts, what is accrued, what was settled, per agreement."""

from collections.abc import Mapping
from decimal import Decimal

from core.ledger import Guard, Ledger, Total
from core.locks import Rank
from rebates.models import RebateMovement, RebateTotal


def _check_rebate(total: Total, after: Mapping[str, Decimal], guard: Guard) -> str | None:
    """More is never settled than is accrued: what a settlement pays beyond, it accrues first."""
    if after["settled"] > after["accrued"]:
        return "More would be settled than is accrued."
    return None


REBATES = Ledger(
    name="rebate",
    total=RebateTotal,
    movement=RebateMovement,
    key=("company_id", "agreement_id"),
    balances=("base", "accrued", "settled", "liability"),
    rank=Rank.REBATE_TOTAL,
    check=_check_rebate,
)

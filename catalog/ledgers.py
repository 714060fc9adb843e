"""The catalog's guarded ledger: how often a coupon was used, by everybody and by one account."""

from collections.abc import Mapping
from decimal import Decimal

from catalog.models import CouponMovement, CouponTotal
from core.ledger import Guard, Ledger, Total
from core.locks import Rank

EVERYBODY = 0  # the account of the total that counts all uses


def _check_coupon(total: Total, after: Mapping[str, Decimal], guard: Guard) -> str | None:
    if after["uses"] < 0:
        return "More uses would be given back than were taken."
    ceiling = total.facts["ceiling"]
    if ceiling is None or after["uses"] <= ceiling or after["uses"] <= total.balances["uses"]:
        return None
    times = "once" if ceiling == 1 else f"{ceiling.normalize():f} times"
    if total.key[2] == EVERYBODY:
        return f"it can be used {times}, and all of them are taken."
    return f"each account can use it {times}, and this one has."


COUPONS = Ledger(
    name="coupon",
    total=CouponTotal,
    movement=CouponMovement,
    key=("company_id", "coupon_id", "account_id"),
    balances=("uses",),
    facts=("ceiling",),
    rank=Rank.PROMOTION_TOTAL,
    check=_check_coupon,
)

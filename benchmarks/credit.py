"""One customer near the limit: four writers confirm orders of 6.00 each until exactly the limit is reached."""

from decimal import Decimal

from benchmarks.ground import Ground
from benchmarks.report import Figure
from benchmarks.seed import SEED, Shop, seed
from benchmarks.writing import run_floor, run_writers
from orders.credit.services import set_credit_limit
from orders.models import CreditTotal
from orders_site.boot.roles import OWNER

WRITERS, ORDERS = 4, 25
GROSS = Decimal(6)  # GBP: 5.00 and 20% tax


def run(ground: Ground, *, small: bool = False) -> list[Figure]:
    """Orders answered per second: what fits is confirmed, the rest waits on hold, nothing fails."""
    orders = 3 if small else ORDERS
    fitting = WRITERS * orders * 3 // 5
    shop = seed(ground, products=1, accounts=1)
    ground.use(SEED, OWNER)
    set_credit_limit(
        company=shop.company, account_id=shop.accounts[0].pk, limit=fitting * GROSS, actor=shop.actor
    )  # fmt: skip
    result, words = run_writers(ground, shop, _enter, workers=WRITERS, orders=orders)
    assert words == {"confirmed": fitting, "submitted": WRITERS * orders - fitting}, words
    assert CreditTotal.objects.get(account=shop.accounts[0]).open_orders == fitting * GROSS
    floor, recordings = run_floor(ground, shop, _enter, workers=1, orders=WRITERS * orders)
    return [
        Figure(
            f"credit limit, {WRITERS} writers",
            WRITERS * orders / result.seconds,
            "orders/s",
            budget="0 failures",
            floor=WRITERS * orders / floor.seconds,
            statements=sum(recording.count for recording in recordings[:2]),
            note=f"{words['confirmed']} confirmed up to the limit, {words['submitted']} on hold, 0 failed",
        )
    ]


def _enter(shop: Shop, worker: int, number: int) -> int:
    return shop.order(1, number)

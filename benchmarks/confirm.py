"""Confirming one order of 1, 10, 100 and 1,000 lines: the moment of the promise."""

from benchmarks.floor import Step, Twin, best_of
from benchmarks.ground import Ground
from benchmarks.report import Figure, median_ms
from benchmarks.seed import SEED, TODAY, Shop, seed
from orders.services import confirm_orders

BUDGETS = {10: "15 ms, 2 x", 1000: "400 ms, 2 x"}
REPEATS = {1: 40, 10: 40, 100: 15, 1000: 7}
WARM_UP = 3


def run(ground: Ground, *, small: bool = False) -> list[Figure]:
    """Median of confirmations, each beside its floor; entering the order is not timed."""
    sizes = {1: 2, 10: 2} if small else REPEATS
    shop = seed(ground, products=max(sizes))
    twin = Twin(ground, SEED)
    for number in range(len(shop.accounts)):  # a first order costs two statements more: the account's credit total
        _confirm(shop, twin, 1, number)
    figures = [_figure(shop, twin, size, repeats) for size, repeats in sizes.items()]
    twin.require_equal()
    twin.close()
    return figures


def _figure(shop: Shop, twin: Twin, size: int, repeats: int) -> Figure:
    for number in range(WARM_UP):
        _confirm(shop, twin, size, number)
    twin.settle()
    steps = [_confirm(shop, twin, size, number) for number in range(WARM_UP, WARM_UP + repeats)]
    return Figure(
        f"confirm {size:,} lines",
        median_ms([step.seconds for step in steps]),
        "ms",
        budget=BUDGETS.get(size, ""),
        floor=median_ms([step.floor_seconds for step in steps]),
        statements=steps[-1].recording.count,
        note=f"{len(steps[-1].recording.writes)} of them repeated by the floor; {best_of(steps)}",
    )


def _confirm(shop: Shop, twin: Twin, size: int, number: int) -> Step:
    order_id = twin.step(lambda: shop.order(size, number, first=number * size)).answer
    step = twin.step(lambda: confirm_orders(order_ids=[order_id], actor=shop.actor, business_date=TODAY))
    assert [answer.outcome for answer in step.answer] == ["confirmed"]
    return step

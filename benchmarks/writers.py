"""Four writers that enter and confirm 10-line orders, over a thousand products and twenty customers."""

import random

from benchmarks.ground import Ground
from benchmarks.report import Figure
from benchmarks.seed import Shop, seed
from benchmarks.writing import run_floor, run_writers

WRITERS, ORDERS, LINES = 4, 50, 10


def run(ground: Ground, *, small: bool = False) -> list[Figure]:
    """Orders per second of all writers together; the floor has no other writer's locks to wait for."""
    orders = 3 if small else ORDERS
    shop = seed(ground, products=100 if small else 1000, orders=2 if small else 200)
    result, words = run_writers(ground, shop, _enter, workers=WRITERS, orders=orders)
    assert set(words) == {"confirmed"}, words
    floor, recordings = run_floor(ground, shop, _enter, workers=WRITERS, orders=orders)
    return [
        Figure(
            f"{WRITERS} writers, {LINES} lines",
            WRITERS * orders / result.seconds,
            "orders/s",
            budget="150 orders/s",
            floor=WRITERS * orders / floor.seconds,
            statements=sum(recording.count for recording in recordings[-2:]),
            note=f"{words['confirmed']} confirmed, 0 failed",
        )
    ]


def _enter(shop: Shop, worker: int, number: int) -> int:
    first = random.Random(worker * 10_007 + number).randrange(len(shop.products))
    return shop.order(LINES, worker * 7 + number, first=first)

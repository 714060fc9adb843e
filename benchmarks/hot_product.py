"""Everybody wants the same thing: eight writers order single units of one product, of which 100 are on hand."""

from benchmarks.ground import Ground
from benchmarks.report import Figure
from benchmarks.seed import Shop, seed
from benchmarks.writing import run_floor, run_writers
from inventory.models import StockBucket

WRITERS, ORDERS, ON_HAND = 8, 50, 100


def run(ground: Ground, *, small: bool = False) -> list[Figure]:
    """Seconds until all are answered: exactly what is on hand is promised, the rest is told so, nobody fails."""
    orders, on_hand = (3, 10) if small else (ORDERS, ON_HAND)
    shop = seed(ground, products=1, on_hand=on_hand)
    result, words = run_writers(ground, shop, _enter, workers=WRITERS, orders=orders)
    pegged = StockBucket.objects.get(product=shop.products[0]).pegged
    assert words == {"confirmed": on_hand, "no supply": WRITERS * orders - on_hand}, words
    assert pegged == on_hand, pegged
    floor, recordings = run_floor(ground, shop, _enter, workers=1, orders=WRITERS * orders)
    return [
        Figure(
            f"hot product, {WRITERS} x {orders}",
            result.seconds,
            "s",
            budget="4 s",
            floor=floor.seconds,
            statements=sum(recording.count for recording in recordings[:2]),
            note=f"{words['confirmed']} promised, {words['no supply']} no supply, 0 errors",
        )
    ]


def _enter(shop: Shop, worker: int, number: int) -> int:
    return shop.order(1, worker + number)

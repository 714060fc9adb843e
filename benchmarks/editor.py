"""Saving one row of a draft over HTTP, in an order of 10 and of 1,000 lines: what somebody waits for who types."""

from uuid import UUID

from django.test import Client

from benchmarks.floor import Step, Twin, best_of
from benchmarks.ground import Ground
from benchmarks.report import Figure, median_ms
from benchmarks.seed import SEED, Shop, seed
from orders.models import OrderLine
from orders.services import line_key

BUDGET = "150 ms, 12 statements"
REPEATS = {10: 40, 1000: 15}
WARM_UP = 3


def run(ground: Ground, *, small: bool = False) -> list[Figure]:
    """Median of one changed quantity each, sign-in and row filters included, beside the floor of its writes."""
    sizes = {2: 2, 10: 2} if small else REPEATS
    shop = seed(ground, products=max(sizes))
    twin = Twin(ground, SEED)
    client = Client()
    twin.step(lambda: client.force_login(shop.actor))
    figures = [_figure(shop, twin, client, size, repeats) for size, repeats in sizes.items()]
    twin.require_equal()
    twin.close()
    return figures


def _figure(shop: Shop, twin: Twin, client: Client, size: int, repeats: int) -> Figure:
    order_id = twin.step(lambda: shop.order(size)).answer
    for position in range(WARM_UP):
        _save(twin, client, order_id, position % size)
    twin.settle()
    steps = [_save(twin, client, order_id, position % size) for position in range(WARM_UP, WARM_UP + repeats)]
    return Figure(
        f"save a row of {size:,} lines",
        median_ms([step.seconds for step in steps]),
        "ms",
        budget=BUDGET,
        floor=median_ms([step.floor_seconds for step in steps]),
        statements=steps[-1].recording.count,
        note=f"{len(steps[-1].recording.writes)} of them repeated by the floor; {best_of(steps)}",
    )


def _save(twin: Twin, client: Client, order_id: int, position: int) -> Step:
    """One more of the product of one line; what is read to make the request is not timed."""
    line = OrderLine.objects.select_related("product").get(order_id=order_id, position=position + 1)
    key, quantity = line_key(line), line.sales_quantity + 1
    data = _posted(key, line.version, line.product.sku, f"{quantity:f}")
    step = twin.step(lambda: client.post(f"/orders/{order_id}/lines/", data))
    assert step.answer.status_code == 200, step.answer.content[:500]
    line.refresh_from_db()
    assert line.sales_quantity == quantity
    return step


def _posted(key: UUID, version: int, sku: str, quantity: str) -> dict[str, str]:
    return {"line": f"{key}.{version}", f"sku-{key}": sku, f"quantity-{key}": quantity}

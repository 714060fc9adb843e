"""Entering and confirming orders by many at once, and the floor beside it.

Shared by writers, hot_product and credit.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.db import connection

from benchmarks.crowd import CrowdResult, together
from benchmarks.floor import Recording, carry_out, connect, recorded
from benchmarks.ground import Ground
from benchmarks.seed import SEED, TODAY, Shop
from core.errors import DomainError
from orders.services import confirm_orders

Enter = Callable[[Shop, int, int], int]  # shop, worker, number of the order: the draft's id


def enter_and_confirm(shop: Shop, enter: Enter, worker: int, number: int) -> str:
    """One order in two durable commands; what became of it in one word."""
    try:
        order_id = enter(shop, worker, number)
        answer = confirm_orders(order_ids=[order_id], actor=shop.actor, business_date=TODAY)[0]
    except DomainError as refusal:
        return f"failed: {type(refusal).__name__}"
    return "no supply" if answer.no_supply_line_ids else answer.outcome


def run_writers(
    ground: Ground, shop: Shop, enter: Enter, *, workers: int, orders: int
) -> tuple[CrowdResult, Counter[str]]:
    """So many processes with so many orders each on ``kept_work``, a fresh copy of the seed."""
    ground.clone("kept_work", SEED)
    ground.analyze("kept_work")
    ground.checkpoint()
    ground.use("kept_work")

    def prepare(worker: int) -> None:
        for number in range(2):  # connect and prepare; drafts take nothing
            enter(shop, worker, orders + number)

    def work(worker: int, prepared: Any) -> list[str]:
        return [enter_and_confirm(shop, enter, worker, number) for number in range(orders)]

    result = together(workers, work, prepare=prepare)
    ground.use("kept_work")
    return result, Counter(word for words in result.answers for word in words)


def run_floor(
    ground: Ground, shop: Shop, enter: Enter, *, workers: int, orders: int
) -> tuple[CrowdResult, list[Recording]]:
    """The writes of one writer's orders, repeated by as many plain connections, each on a copy of its own."""
    ground.clone("kept_record", SEED)
    ground.use("kept_record")
    recordings = []
    for number in range(orders):
        with recorded() as entering:
            order_id = enter(shop, 0, number)
        with recorded() as confirming:
            confirm_orders(order_ids=[order_id], actor=shop.actor, business_date=TODAY)
        recordings += [entering, confirming]
    connection.close()
    for worker in range(workers):
        ground.clone(f"kept_floor_{worker}", SEED)
        ground.analyze(f"kept_floor_{worker}")
    ground.checkpoint()

    def work(worker: int, plain: Any) -> None:
        for recording in recordings:
            carry_out(plain, recording.writes)

    result = together(workers, work, prepare=lambda worker: connect(ground, f"kept_floor_{worker}"))
    return result, recordings

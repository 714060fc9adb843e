"""A 10-line order from entry to the applied payment: eight commands, each with its own durable commit."""

from collections import defaultdict

from moneyed import Money

from benchmarks.floor import Step, Twin, best_of
from benchmarks.ground import Ground
from benchmarks.report import Figure, median_ms
from benchmarks.seed import SEED, TODAY, Shop, seed
from billing.models import Invoice
from billing.services import invoice_deliveries
from fulfillment.services import create_deliveries, pick_all, release_deliveries, ship_deliveries
from orders.services import confirm_orders
from payments.drafts import PaymentDraft
from payments.services import receive_payments

LINES, REPEATS, WARM_UP = 10, 20, 3


def run(ground: Ground, *, small: bool = False) -> list[Figure]:
    """Median of whole runs, and of each command inside them."""
    shop = seed(ground, products=100)
    twin = Twin(ground, SEED)
    rounds = [_one(shop, twin, number) for number in range(WARM_UP + (2 if small else REPEATS))][WARM_UP:]
    twin.require_equal()
    twin.close()
    total = Figure(
        "order to cash, 10 lines",
        median_ms([sum(step.seconds for step in steps.values()) for steps in rounds]),
        "ms",
        budget="75 ms, 100 statements",
        floor=median_ms([sum(step.floor_seconds for step in steps.values()) for steps in rounds]),
        statements=sum(step.recording.count for step in rounds[-1].values()),
        note=f"{len(rounds[-1])} commands",
    )
    by_name: defaultdict[str, list[Step]] = defaultdict(list)
    for steps in rounds:
        for name, step in steps.items():
            by_name[name].append(step)
    return [total, *(_part(name, steps) for name, steps in by_name.items())]


def _part(name: str, steps: list[Step]) -> Figure:
    return Figure(
        f"  {name}",
        median_ms([step.seconds for step in steps]),
        "ms",
        floor=median_ms([step.floor_seconds for step in steps]),
        statements=steps[-1].recording.count,
        note=best_of(steps),
    )


def _one(shop: Shop, twin: Twin, number: int) -> dict[str, Step]:
    who, steps = shop.actor, {}
    steps["create"] = twin.step(lambda: shop.order(LINES, number, first=number * LINES))
    order_ids = [steps["create"].answer]
    steps["confirm"] = twin.step(lambda: confirm_orders(order_ids=order_ids, actor=who, business_date=TODAY))
    steps["deliver"] = twin.step(
        lambda: create_deliveries(
            company_id=shop.company.pk, order_ids=order_ids, due_until=TODAY, business_date=TODAY, actor=who
        )
    )
    ids = steps["deliver"].answer
    steps["release"] = twin.step(lambda: release_deliveries(delivery_ids=ids, actor=who))
    steps["pick"] = twin.step(lambda: pick_all(delivery_ids=ids, actor=who))
    steps["goods issue"] = twin.step(lambda: ship_deliveries(delivery_ids=ids, business_date=TODAY, actor=who))
    steps["invoice"] = twin.step(lambda: invoice_deliveries(delivery_ids=ids, business_date=TODAY, actor=who))
    invoice = Invoice.objects.get(pk__in=steps["invoice"].answer)
    payment = PaymentDraft(
        shop.company.pk, invoice.account_id, Money(invoice.gross.amount, "GBP"), TODAY, invoice_id=invoice.pk
    )
    steps["payment"] = twin.step(lambda: receive_payments(drafts=[payment], actor=who))
    assert Invoice.objects.get(pk=invoice.pk).payment_state == "paid"
    return steps

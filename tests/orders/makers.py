"""Short hands for tests of orders: a draft of bolts and mugs, and what it takes."""

from decimal import Decimal

from inventory.models import StockBucket
from orders.credit.services import set_credit_limit
from orders.models import CreditTotal, Order
from orders.services import confirm_orders
from tests import factories
from tests.factories import TODAY
from tests.world import World


def draft(world: World, *, on: object = TODAY, requested_on: object = None, **facts: object) -> Order:
    """A draft order of Acme, such as ``draft(world, bolt="10", mug="5")``."""
    products = {"bolt": world.bolt, "mug": world.mug}
    lines = {products[name]: facts.pop(name) for name in ("bolt", "mug") if name in facts}
    return factories.make_order(
        company=world.company,
        account=facts.pop("account", world.acme),
        warehouse=world.main,
        lines=lines,
        actor=facts.pop("actor", world.alice),
        on=on,
        requested_on=requested_on,
        **facts,
    )


def confirmed(world: World, **lines: object) -> Order:
    """A confirmed order."""
    order = draft(world, **lines)
    confirm_orders(order_ids=[order.pk], actor=world.alice, business_date=TODAY)
    order.refresh_from_db()
    return order


def pegged(world: World) -> Decimal:
    """How many bolts in the main warehouse promises lean on."""
    return StockBucket.objects.get(warehouse=world.main, product=world.bolt).pegged


def open_orders(world: World) -> Decimal:
    """What Acme's open orders weigh in its credit."""
    row = CreditTotal.objects.filter(account=world.acme).first()
    return row.open_orders if row else Decimal(0)


def limit(world: World, amount: str | None) -> None:
    """Let Acme owe so much."""
    set_credit_limit(
        company=world.company, account_id=world.acme.pk, limit=Decimal(amount) if amount else None, actor=world.boss
    )

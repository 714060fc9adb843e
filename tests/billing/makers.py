"""Orders that were shipped, through the services that people use."""

from datetime import date
from decimal import Decimal
from typing import Any

from billing.models import Invoice
from billing.services import invoice_deliveries
from catalog.models import Account, Product
from core.models import Company
from core.system import system_user
from fulfillment.models import Delivery, DeliveryLine
from fulfillment.services import create_deliveries, pick_all, release_deliveries, ship_deliveries, short_pick
from orders.models import Order
from orders.services import confirm_orders
from tests import factories
from tests.factories import TODAY
from tests.world import World


class Trade:
    """What happens before a bill, in the small named world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.company: Company = world.company

    def order(self, lines: dict[Product, str], *, account: Account | None = None, **facts: Any) -> Order:
        """A confirmed order."""
        world = self.world
        order = factories.make_order(
            company=world.company,
            account=account or world.acme,
            warehouse=world.main,
            lines=lines,
            actor=system_user(),
            **facts,
        )
        (confirmation,) = confirm_orders(order_ids=[order.pk], actor=system_user())
        assert confirmation.outcome == "confirmed", confirmation.sentences
        order.refresh_from_db()
        return order

    def ship(self, order: Order, *, on: date = TODAY, only: str | None = None) -> Delivery:
        """One delivery of what is due of the order, or of only so much of each line, out of the door."""
        (delivery_id,) = create_deliveries(
            order_ids=[order.pk], company_id=self.company.pk, business_date=on, actor=system_user()
        )
        release_deliveries(delivery_ids=[delivery_id], actor=system_user())
        for line in DeliveryLine.objects.filter(delivery=delivery_id):
            if only is not None and line.quantity > Decimal(only):
                short_pick(delivery_line_id=line.pk, picked=Decimal(only), cause="later", actor=system_user())
        pick_all(delivery_ids=[delivery_id], actor=system_user())
        ship_deliveries(delivery_ids=[delivery_id], business_date=on, actor=system_user())
        return Delivery.objects.get(pk=delivery_id)

    def bill(self, *deliveries: Delivery, on: date = TODAY) -> list[Invoice]:
        """The invoices of these deliveries, by id."""
        ids = invoice_deliveries(
            delivery_ids=[delivery.pk for delivery in deliveries], business_date=on, actor=self.world.fay
        )
        return list(Invoice.objects.filter(pk__in=ids).order_by("pk"))

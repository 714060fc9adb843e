"""Orders that were shipped, through the services that people use."""

from datetime import date
from decimal import Decimal
from typing import Any

from billing.models import Invoice
from billing.services import credit_returns, invoice_deliveries
from catalog.drafts import ConditionDraft
from catalog.models import Account, Product
from catalog.services import set_conditions
from core.models import Company
from core.system import system_user
from fulfillment.drafts import ReturnDraft, ReturnLineDraft
from fulfillment.models import Delivery, DeliveryLine, Return
from fulfillment.services import (
    create_deliveries,
    create_return,
    pick_all,
    receive_returns,
    release_deliveries,
    ship_deliveries,
    short_pick,
)
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

    def take_back(self, delivery: Delivery, quantity: str, *, line: int = 1, on: date = TODAY) -> Return:
        """So much of one line of the delivery, received."""
        shipped = DeliveryLine.objects.get(delivery=delivery, position=line)
        return self._receive((ReturnLineDraft(Decimal(quantity), delivery_line_id=shipped.pk),), on)

    def take_back_without_reference(
        self, product: Product, quantity: str, price: str, *, on: date = TODAY, **facts: Any
    ) -> Return:
        """Goods of Acme that nobody knows the delivery of, received."""
        line = ReturnLineDraft(Decimal(quantity), product_id=product.pk, unit_price=Decimal(price))
        return self._receive((line,), on, account_id=self.world.acme.pk, warehouse_id=self.world.main.pk, **facts)

    def _receive(self, lines: tuple[ReturnLineDraft, ...], on: date, **facts: Any) -> Return:
        draft = ReturnDraft(self.company.pk, on, "wrong size", lines, **facts)
        return_id = create_return(draft=draft, actor=system_user())
        receive_returns(return_ids=[return_id], business_date=on, actor=system_user())
        return Return.objects.get(pk=return_id)

    def credit(self, *returns: Return, on: date = TODAY) -> list[Invoice]:
        """The credit notes of these returns, by id."""
        ids = credit_returns(return_ids=[each.pk for each in returns], business_date=on, actor=self.world.fay)
        return list(Invoice.objects.filter(pk__in=ids).order_by("pk"))

    def product_at(self, price: str, *, tax_category: str = "standard", stock: str = "1000", **facts: Any) -> Product:
        """A new product at a price, on hand."""
        product = factories.make_product(tax_category=tax_category, **facts)
        factories.make_price(company=self.company, product=product, rate=price)
        if product.kind == Product.Kind.STOCKED:
            factories.put_in_stock(
                company=self.company, warehouse=self.world.main, product=product, quantity=stock, unit_cost="1"
            )
        return product

    def reprice(self, product: Product, price: str, *, on: date = TODAY) -> None:
        """Another list price from the day on."""
        draft = ConditionDraft(
            company_id=self.company.pk,
            product_id=product.pk,
            rate=Decimal(price),
            currency=self.company.functional_currency,
            valid_from=on,
        )
        set_conditions(drafts=[draft], replace=True, actor=system_user())

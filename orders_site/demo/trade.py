"""Eighteen months of trade, a few days at a time, through the same commands that people use."""

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from moneyed import Money

from accounting.models import OpenItem
from billing.drafts import ValueCreditDraft, ValueLineDraft
from billing.errors import NothingToCredit
from billing.models import Invoice
from billing.services import credit_returns, credit_value, invoice_deliveries
from core.system import system_user
from fulfillment.drafts import ReturnDraft, ReturnLineDraft
from fulfillment.models import Delivery, DeliveryLine
from fulfillment.services import (
    create_deliveries,
    create_returns,
    pick_all,
    receive_returns,
    release_deliveries,
    ship_deliveries,
)
from inventory.drafts import ReceiptDraft, SupplyDraft, SupplyLineDraft
from inventory.models import StockBucket, SupplyLine, SupplyOrder
from inventory.services import create_supply_orders, receive_supplies
from orders.credit.services import set_credit_limit
from orders.drafts import OrderDraft, OrderLineDraft
from orders.models import Order
from orders.services import cancel_orders, confirm_orders, create_orders, repromise_orders
from orders_site.demo.master import Master
from payments.drafts import PaymentDraft
from payments.services import receive_payments

STEP_DAYS = 7
ORDERS_A_STEP = (11, 17)
SALES_SEASON = {11: 1.5, 12: 1.3, 1: 0.7, 2: 0.8}
Progress = Callable[[str], None]


@dataclass
class Trade:
    """The company on one day of its trade."""

    master: Master
    rng: random.Random
    today: date

    def run(self, first_day: date, progress: Progress) -> None:
        """Live through every few days from the first to today."""
        self._limits()
        self._order_supply(first_day, opening=True)
        for day in self._days(first_day):
            self._receive(day)
            self._sell(day)
            self._ship(day)
            self._bill(day)
            self._collect(day)
            if day.day < STEP_DAYS + 1:
                self._order_supply(day)
                self._take_back(day)
                progress(f"{day:%B %Y}")

    def _days(self, first_day: date) -> Iterator[date]:
        day = first_day + timedelta(days=STEP_DAYS)
        while day <= self.today:
            yield day
            day += timedelta(days=STEP_DAYS)

    def _limits(self) -> None:
        for account_id in (*self.master.customers, *self.master.abroad):
            set_credit_limit(
                company=self.master.company,
                account_id=account_id,
                limit=Decimal(self.rng.choice((8_000, 15_000, 25_000, 60_000))),
                oldest_item_days=90,
                actor=system_user(),
            )

    def _order_supply(self, day: date, *, opening: bool = False) -> None:
        """Order what runs low in the main warehouse from one of four suppliers; now and then one comes late."""
        master = self.master
        on_hand = dict(StockBucket.objects.filter(warehouse=master.main).values_list("product_id", "on_hand"))
        coming = set(
            SupplyLine.objects.filter(warehouse=master.main, is_open=True).values_list("product_id", flat=True)
        )
        low = [each for each in master.products if on_hand.get(each, Decimal(0)) < 90 and each not in coming]
        lines = [
            SupplyLineDraft(
                product_id,
                Decimal(self.rng.randrange(150, 420, 10) if not opening else 400),
                day + timedelta(days=1 if opening else self.rng.randint(6, 20)),
                master.costs[product_id],
            )
            for product_id in low
        ]
        count = len(master.suppliers)
        create_supply_orders(
            drafts=[
                SupplyDraft(
                    company_id=master.company.pk,
                    supplier_id=supplier_id,
                    warehouse_id=master.main.pk,
                    currency="GBP",
                    business_date=day,
                    lines=tuple(lines[number::count]),
                )
                for number, supplier_id in enumerate(master.suppliers)
                if lines[number::count]
            ],
            actor=system_user(),
        )

    def _receive(self, day: date) -> None:
        due = SupplyOrder.objects.filter(status="ordered", lines__expected_on__lte=day, lines__is_open=True).distinct()
        receipts = [
            ReceiptDraft(supply_order_id=order.pk, business_date=day)
            for order in due.order_by("pk")
            if not order.lines.filter(expected_on__gt=day).exists()
        ]
        if receipts:
            receive_supplies(receipts=receipts, actor=system_user())
            waiting = Order.objects.filter(
                status="confirmed", lines__schedule__ship_on=None, lines__schedule__cancelled=0
            ).distinct()
            ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:50])
            if ids:
                repromise_orders(order_ids=ids, actor=system_user(), business_date=day)

    def _sell(self, day: date) -> None:
        rng = self.rng
        count = int(rng.randint(*ORDERS_A_STEP) * SALES_SEASON.get(day.month, 1))
        ids = create_orders(drafts=[self._draft(day) for _ in range(count)], actor=system_user())
        recent = day > self.today - timedelta(days=2 * STEP_DAYS)
        to_confirm = ids[:-2] if recent and len(ids) > 3 else ids
        confirm_orders(order_ids=to_confirm, actor=self.master.people["Sales"], business_date=day)
        if rng.random() < 0.25:
            victim = Order.objects.filter(pk__in=ids, status="confirmed").order_by("pk").last()
            if victim is not None:
                cancel_orders(order_ids=[victim.pk], reason="Customer changed their mind", actor=system_user())

    def _draft(self, day: date) -> OrderDraft:
        master, rng = self.master, self.rng
        account_id = rng.choice(master.abroad) if rng.random() < 0.14 else rng.choice(master.customers)
        chosen = rng.sample(master.products, rng.randint(2, 9))
        lines = [OrderLineDraft(each, Decimal(rng.choice((4, 6, 8, 12, 12, 24, 36, 48)))) for each in chosen]
        if rng.random() < 0.12:
            lines.append(OrderLineDraft(master.kit, Decimal(rng.randint(1, 4))))
        if rng.random() < 0.3:
            lines.append(OrderLineDraft(master.freight, Decimal(1)))
        return OrderDraft(
            company_id=master.company.pk,
            account_id=account_id,
            business_date=day,
            requested_on=day + timedelta(days=rng.randint(2, 9)),
            warehouse_id=master.main.pk,
            customer_reference=f"PO-{rng.randint(3_000, 99_999)}",
            coupon_code="SPRING10" if day.month in (3, 4) and rng.random() < 0.2 else "",
            lines=tuple(lines),
        )

    def _ship(self, day: date) -> None:
        deliveries = create_deliveries(
            company_id=self.master.company.pk,
            due_until=day + timedelta(days=STEP_DAYS - 2),  # nearly what is due before the next round: a few are late
            business_date=day,
            actor=system_user(),
        )
        if not deliveries:
            return
        if day > self.today - timedelta(days=2 * STEP_DAYS):
            keep = len(deliveries) // 3
            deliveries, planned = deliveries[keep:], deliveries[:keep]
            release_deliveries(delivery_ids=planned[: keep // 2], actor=system_user())
        if deliveries:
            release_deliveries(delivery_ids=deliveries, actor=system_user())
            pick_all(delivery_ids=deliveries, actor=system_user())
            ship_deliveries(delivery_ids=deliveries, business_date=day, actor=system_user())

    def _bill(self, day: date) -> None:
        recent = day > self.today - timedelta(days=2 * STEP_DAYS)
        due = list(
            Delivery.objects.filter(status="shipped", is_billed=False).order_by("pk").values_list("pk", flat=True)
        )
        due = due[: len(due) * 2 // 3] if recent else due
        if due:
            invoice_deliveries(delivery_ids=due, business_date=day, actor=system_user())

    def _collect(self, day: date) -> None:
        """Customers pay what is due: most in full, some late, some a little too much, a few not yet."""
        rng = self.rng
        items = OpenItem.objects.filter(
            source_type="invoice", open_amount__gt=0, due_on__lte=day - timedelta(days=1)
        ).order_by("pk")
        drafts = []
        for item in items:
            if rng.random() < 0.35:
                continue
            share = rng.random()
            amount = item.open_amount
            if share < 0.04:
                amount = (amount / 2).quantize(Decimal("0.01"))
            elif share > 0.97:
                amount = amount + Decimal(25)
            drafts.append(
                PaymentDraft(
                    company_id=self.master.company.pk,
                    account_id=item.account_id,
                    amount=Money(amount, item.currency),
                    business_date=day,
                    method=rng.choice(("bank", "bank", "bank", "card")),
                    reference=item.reference,
                    invoice_id=item.source_id,
                )
            )
        for start in range(0, len(drafts), 200):
            receive_payments(drafts=drafts[start : start + 200], actor=system_user())

    def _take_back(self, day: date) -> None:
        """A few goods come back every month, one of them without reference, and one invoice gets an allowance."""
        master, rng = self.master, self.rng
        shipped = DeliveryLine.objects.filter(
            shipped__gt=1, returned=0, order_line__parent=None, invoiced__gt=0,
            delivery__shipped_on__gt=day - timedelta(days=45),
        ).select_related("delivery")  # fmt: skip
        picked = list(shipped.order_by("pk")[:: max(shipped.count() // 3, 1)])[:3]
        drafts = [
            ReturnDraft(
                company_id=master.company.pk,
                business_date=day,
                reason=rng.choice(("Damaged in transit", "Wrong colour", "Too many")),
                lines=(ReturnLineDraft(Decimal(rng.randint(1, 2)), delivery_line_id=line.pk),),
            )
            for line in picked
        ]
        drafts.append(
            ReturnDraft(
                company_id=master.company.pk,
                business_date=day,
                reason="Found unsold, agreed by phone",
                lines=(
                    ReturnLineDraft(Decimal(2), product_id=rng.choice(master.products), unit_price=Decimal("4.50")),
                ),
                account_id=rng.choice(master.customers),
                warehouse_id=master.main.pk,
                currency="GBP",
            )
        )
        ids = create_returns(drafts=drafts, actor=system_user())
        arrived = ids if day < self.today - timedelta(days=40) else ids[:-1]
        if arrived:
            receive_returns(return_ids=arrived, business_date=day, actor=system_user())
            with suppress(NothingToCredit):
                credit_returns(return_ids=arrived, business_date=day, actor=system_user())
        invoice = Invoice.objects.filter(direction="invoice", currency="GBP", net__isnull=False).order_by("-pk").first()
        if invoice is not None:
            credit_value(
                drafts=[
                    ValueCreditDraft(
                        company=master.company,
                        account_id=invoice.account_id,
                        lines=(ValueLineDraft("Allowance for a late delivery", Decimal("7.50")),),
                        reason="Late delivery",
                        business_date=day,
                        invoice_id=invoice.pk,
                    )
                ],
                actor=system_user(),
            )

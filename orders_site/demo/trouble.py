"""What does not go as planned in the demonstration's last week: something on every desk."""

from datetime import date, timedelta
from decimal import Decimal

from django.db.models import F, Sum
from moneyed import Money

from billing.models import Invoice
from core.system import system_user
from fulfillment.models import DeliveryLine
from fulfillment.services import short_pick
from inventory.drafts import SupplyDraft, SupplyLineDraft
from inventory.models import StockBucket, SupplyLine
from inventory.services import change_expected_dates, create_supply_orders
from orders.drafts import OrderDraft, OrderLineDraft
from orders.models import CreditTotal, Order
from orders.services import confirm_orders, create_orders
from orders_site.demo.master import Master
from payments.drafts import PaymentDraft
from payments.services import receive_payments
from rebates.drafts import AgreementDraft, TierDraft
from rebates.services import activate_agreement, create_agreement, settle_agreement

TIERS = (
    TierDraft(Decimal(0), Decimal(1)),
    TierDraft(Decimal(5_000), Decimal(2)),
    TierDraft(Decimal(15_000), Decimal(3)),
)


def make_trouble(master: Master, on: date) -> None:
    """A supplier who is late, goods that are not in their bin, and money for an order that was cancelled.

    Who has to look at the late supply is told by the worker, as everywhere.
    """
    _late_supply(master, on)
    _short_pick(on)
    _money_for_a_cancelled_order(master, on)


def make_rebates(master: Master, on: date) -> None:
    """Three agreements with the best customers: one settled for the half-year before, one that runs, one proposed."""
    best = (
        Invoice.objects.filter(direction="invoice", currency="GBP", account__in=master.customers)
        .values_list("account_id")
        .annotate(bought=Sum("net"))
        .order_by("-bought")
    )
    first, second, third = [account_id for account_id, _ in best[:3]]
    actor, turn = system_user(), on - timedelta(days=180)
    before = _agreement(master, first, turn - timedelta(days=180), turn - timedelta(days=1), on)
    activate_agreement(agreement_id=before, actor=actor, business_date=on)
    settle_agreement(agreement_id=before, until=turn - timedelta(days=1), final=True, actor=actor, business_date=on)
    running = _agreement(master, second, turn, on + timedelta(days=185), on)
    activate_agreement(agreement_id=running, actor=actor, business_date=on)
    _agreement(master, third, on + timedelta(days=30), on + timedelta(days=395), on)


def _agreement(master: Master, account_id: int, valid_from: date, valid_until: date, on: date) -> int:
    return create_agreement(
        draft=AgreementDraft(
            company_id=master.company.pk,
            account_id=account_id,
            name=f"Loyalty rebate {valid_from:%b %Y} to {valid_until:%b %Y}",
            valid_from=valid_from,
            valid_until=valid_until,
            expected_percent=Decimal(2),
            tiers=TIERS,
            business_date=on,
        ),
        actor=system_user(),
    )


def _late_supply(master: Master, on: date) -> None:
    """An order leans on goods that are on their way, and then the supplier is two weeks late."""
    actor = system_user()
    coming = SupplyLine.objects.filter(is_open=True).values("product")
    scarce = StockBucket.objects.filter(warehouse=master.main, product__in=master.products).exclude(product__in=coming)
    bucket = scarce.order_by("on_hand", "product")[0]
    supply = SupplyDraft(
        company_id=master.company.pk,
        supplier_id=master.suppliers[0],
        warehouse_id=master.main.pk,
        currency="GBP",
        business_date=on,
        lines=(
            SupplyLineDraft(bucket.product_id, Decimal(120), on + timedelta(days=5), master.costs[bucket.product_id]),
        ),
    )
    (supply_id,) = create_supply_orders(drafts=[supply], actor=actor)
    draft = OrderDraft(
        company_id=master.company.pk,
        account_id=_most_credit(master),
        business_date=on,
        requested_on=on + timedelta(days=8),
        warehouse_id=master.main.pk,
        customer_reference="Shop opening",
        lines=(OrderLineDraft(bucket.product_id, bucket.on_hand + 60),),
    )
    confirm_orders(order_ids=create_orders(drafts=[draft], actor=actor), actor=actor, business_date=on)
    line = SupplyLine.objects.get(order=supply_id)
    change_expected_dates(
        changes={line.pk: on + timedelta(days=19)},
        reason="The supplier's lorry missed the ferry",
        actor=actor,
        business_date=on,
    )


def _most_credit(master: Master) -> int:
    """The customer whose limit leaves most room."""
    used = F("open_orders") + F("delivered") + F("open_items") - F("unapplied")
    rows = CreditTotal.objects.filter(account__in=master.customers, ceiling__isnull=False)
    return rows.order_by((F("ceiling") - used).desc(), "account").values_list("account_id", flat=True)[0]


def _short_pick(on: date) -> None:
    line = (
        DeliveryLine.objects.filter(delivery__status="released", is_picked=False, quantity__gt=4).order_by("pk").first()
    )
    if line is not None:
        short_pick(
            delivery_line_id=line.pk, picked=line.quantity - 2, cause="damaged", actor=system_user(), business_date=on
        )


def _money_for_a_cancelled_order(master: Master, on: date) -> None:
    order = Order.objects.filter(status="cancelled", currency="GBP").order_by("-pk").first()
    if order is not None and order.gross is not None:
        receive_payments(
            drafts=[
                PaymentDraft(
                    company_id=master.company.pk,
                    account_id=order.account_id,
                    amount=Money(order.gross.amount, order.currency),
                    business_date=on,
                    reference=f"Advance for {order.number}",
                    order_id=order.pk,
                )
            ],
            actor=system_user(),
        )

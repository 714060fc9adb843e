"""What does not go as planned in the demonstration's last week: something on every desk."""

from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Sum
from moneyed import Money

from billing.models import Invoice
from core.system import system_user
from fulfillment.models import DeliveryLine
from fulfillment.services import short_pick
from inventory.models import Peg, SupplyLine
from inventory.services import change_expected_dates
from orders.models import Order
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
    _late_supply(on)
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


def _late_supply(on: date) -> None:
    """The inbound line that most promises lean on comes two weeks later."""
    most = (
        Peg.objects.filter(receipt__supply_line__expected_on__gte=on)
        .values_list("receipt__supply_line")
        .annotate(leaning=Sum("quantity"))
        .order_by("-leaning", "receipt__supply_line")
        .first()
    )
    if most is not None:
        line = SupplyLine.objects.get(pk=most[0])
        change_expected_dates(
            changes={line.pk: line.expected_on + timedelta(days=14)},
            reason="The supplier's lorry missed the ferry",
            actor=system_user(),
            business_date=on,
        )


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

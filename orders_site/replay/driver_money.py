"""Payments of the replay: what falls due is paid, credit notes first."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

from moneyed import Money

from accounting.models import OpenItem
from billing.models import Invoice, InvoiceLine
from orders_site.replay.driver_ground import Ground, Steps
from orders_site.replay.driver_lines import Became, became_ids
from orders_site.replay.plan import Batch, Due
from payments.drafts import PaymentDraft, Settlement
from payments.services import receive_payments, settle_items

INVOICE = "invoice"


def collect(ground: Ground, steps: Steps, batch: Batch) -> None:
    """Have the invoices paid that fall due: set the account's credit notes against them, and pay the rest."""
    if batch.due:
        steps.take(batch.key, "settle", lambda: _settle(ground, batch.due, batch.day))
        steps.take(batch.key, "pay", lambda: _pay(ground, batch.due, batch.day))


def _due_items(ground: Ground, dues: Sequence[Due]) -> list[OpenItem]:
    """What is open of the invoices of these documents, oldest first. Four queries."""
    numbers = [due.document_key.partition("/")[2] for due in dues]
    orders = became_ids(ground, numbers, Became.ORDER_LINE)
    values = became_ids(ground, numbers, Became.INVOICE_LINE)
    invoices = _invoices(order_line__in=orders) | _invoices(pk__in=values)
    items = OpenItem.objects.filter(
        company=ground.company, source_type=INVOICE, source_id__in=invoices, open_amount__gt=0
    )
    return list(items.order_by("due_on", "pk"))


def _invoices(**lines: Collection[int]) -> set[int]:
    found = InvoiceLine.objects.filter(invoice__direction=Invoice.Direction.INVOICE, **lines)
    return set(found.values_list("invoice_id", flat=True))


def _settle(ground: Ground, dues: Sequence[Due], on: date) -> None:
    claims = _due_items(ground, dues)
    counter: defaultdict[int, list[OpenItem]] = defaultdict(list)
    owed = OpenItem.objects.filter(
        company=ground.company,
        account__in={item.account_id for item in claims},
        currency=ground.mapping.currency,
        open_amount__lt=0,
    )
    for item in owed.order_by("issued_on", "pk"):
        counter[item.account_id].append(item)
    settlements = [each for claim in claims for each in _against(claim, counter[claim.account_id])]
    if settlements:
        settle_items(company=ground.company, settlements=settlements, business_date=on, actor=ground.actor)


def _against(claim: OpenItem, counter: list[OpenItem]) -> list[Settlement]:
    """Use an account's counter-claims, oldest first, as far as both go; what is used leaves the list."""
    found, left = [], Decimal(claim.open_amount)
    while left > 0 and counter:
        item = counter[0]
        amount = min(left, Decimal(-item.open_amount))
        found.append(Settlement(claim.pk, item.pk, amount))
        left -= amount
        item.open_amount += amount
        if not item.open_amount:
            counter.pop(0)
    return found


def _pay(ground: Ground, dues: Sequence[Due], on: date) -> None:
    drafts = [
        PaymentDraft(
            company_id=ground.company.pk,
            account_id=item.account_id,
            amount=Money(item.open_amount, item.currency),
            business_date=on,
            reference=item.reference,
            invoice_id=item.source_id,
            import_key=f"replay {ground.run.pk} {item.reference}",
        )
        for item in _due_items(ground, dues)
    ]
    if drafts:
        receive_payments(drafts=drafts, actor=ground.actor)

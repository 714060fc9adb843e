"""What can be done to the picked rows of the invoicing worklist, each told what became of it.

What one bill may hold together stays together: the rows of an account are never parted between two commands.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from django.urls import reverse

from billing.models import Invoice
from billing.selectors import invoices_of_deliveries, invoices_of_orders, invoices_of_returns
from billing.services import credit_returns, invoice_deliveries, invoice_orders
from core.bulk_verbs import Outcome, PickedRow, Step, Verb, done, left
from core.dates import business_date
from core.models import Company, User
from fulfillment.selectors import deliveries_visible_to, returns_visible_to
from orders.selectors import orders_visible_to

NOTHING_LEFT = "Nothing of it is left to bill."
NOTHING_DUE = "Nothing of it is due."


def _today(step: Step) -> date:
    return business_date(Company.objects.values_list("time_zone", flat=True).get(pk=step.group))


def _told(ids: Sequence[int], made: Mapping[int, Sequence[Invoice]], word: str, otherwise: str) -> dict[int, Outcome]:
    def links(invoices: Sequence[Invoice]) -> list[tuple[str, str]]:
        return [(each.number or "", reverse("billing:invoice", args=[each.pk])) for each in invoices]

    return {pk: done(word, made=links(made[pk])) if made.get(pk) else left(otherwise) for pk in ids}


def _deliveries(ids: Sequence[int], user: User) -> dict[int, PickedRow]:
    rows = deliveries_visible_to(user).filter(pk__in=ids).select_related("account")
    return {
        each.pk: PickedRow(
            each.number or "", each.account.name, reverse("fulfillment:delivery", args=[each.pk]), each.company_id
        )
        for each in rows
    }


def _bill_deliveries(ids: Sequence[int], step: Step) -> Mapping[int, Outcome]:
    invoice_deliveries.once(step.key)(delivery_ids=ids, business_date=_today(step), actor=step.actor)
    return _told(ids, invoices_of_deliveries(ids), "Billed", NOTHING_LEFT)


def _orders(ids: Sequence[int], user: User) -> dict[int, PickedRow]:
    rows = orders_visible_to(user).filter(pk__in=ids).select_related("account")
    return {
        each.pk: PickedRow(
            each.number or "", each.account.name, reverse("orders:detail", args=[each.pk]), each.company_id
        )
        for each in rows
    }


def _bill_orders(ids: Sequence[int], step: Step) -> Mapping[int, Outcome]:
    made = invoice_orders.once(step.key)(order_ids=ids, business_date=_today(step), actor=step.actor)
    return _told(ids, invoices_of_orders(made), "Billed", NOTHING_LEFT)


def _returns(ids: Sequence[int], user: User) -> dict[int, PickedRow]:
    rows = returns_visible_to(user).filter(pk__in=ids).select_related("account")
    return {
        each.pk: PickedRow(
            each.number or "", each.account.name, reverse("fulfillment:return", args=[each.pk]), each.company_id
        )
        for each in rows
    }


def _credit_returns(ids: Sequence[int], step: Step) -> Mapping[int, Outcome]:
    made = credit_returns.once(step.key)(return_ids=ids, business_date=_today(step), actor=step.actor)
    return _told(ids, invoices_of_returns(made), "Credited", NOTHING_DUE)


DELIVERIES = Verb(
    name="billing.deliveries",
    title="Post invoices",
    noun="deliveries",
    done="billed",
    right="billing.post_invoice",
    back="billing:worklist",
    rows=_deliveries,
    act=_bill_deliveries,
    bundle="order__account_id",
    refused="Not billed",
)
ORDERS = Verb(
    name="billing.orders",
    title="Post invoices",
    noun="orders",
    done="billed",
    right="billing.post_invoice",
    back="billing:worklist",
    rows=_orders,
    act=_bill_orders,
    bundle="account_id",
    refused="Not billed",
)
RETURNS = Verb(
    name="billing.returns",
    title="Post credit notes",
    noun="returns",
    done="credited",
    right="billing.credit_invoice",
    back="billing:worklist",
    rows=_returns,
    act=_credit_returns,
    refused="Not credited",
)
VERBS = (DELIVERIES, ORDERS, RETURNS)

"""Questions about payments: what a user may see, what stands on account, what it could pay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounting.models import Application, OpenItem
from core.access import company_ids
from core.models import User
from payments.models import Payment

MOST_CLAIMS = 200  # rows of the page on which they are matched; oldest first, so the rest waits its turn


def payments_visible_to(user: User | AnonymousUser) -> QuerySet[Payment]:
    """The payments of the user's companies."""
    return Payment.objects.filter(company__in=company_ids(user))


def with_rest(payments: QuerySet[Payment]) -> QuerySet[Payment]:
    """The payments with ``left``: what is still on account, zero for those that are not received."""
    items = OpenItem.objects.filter(source_type="payment", source_id=OuterRef("pk"), instalment=1)
    owed = Subquery(items.values("open_amount")[:1])
    return payments.annotate(left=Coalesce(Value(Decimal(0)) - owed, Value(Decimal(0))))


def counter_claims_visible_to(user: User | AnonymousUser) -> QuerySet[OpenItem]:
    """Money on account, credit notes, rebates of the user's companies, used up or not; the oldest first."""
    rows = OpenItem.objects.filter(company__in=company_ids(user), amount__lt=0)
    return rows.select_related("account", "company").order_by("issued_on", "pk")


def on_account_visible_to(user: User | AnonymousUser) -> QuerySet[OpenItem]:
    """Counter-claims that could still pay something."""
    return counter_claims_visible_to(user).filter(open_amount__lt=0)


def claims_against(item: OpenItem) -> list[OpenItem]:
    """What the counter-claim's account owes the same company in the same currency, by due date."""
    rows = OpenItem.objects.filter(
        company=item.company_id,
        account=item.account_id,
        currency=item.currency,
        control="receivable",
        open_amount__gt=0,
    )
    return list(rows.order_by("due_on", "pk")[:MOST_CLAIMS])


def claims_named(item: OpenItem, posted: Mapping[str, Any]) -> list[OpenItem]:
    """The claims that a posted form has amounts for, open or not: a second press must mean what the first one did."""
    ids = [name.removeprefix("amount-") for name in posted if name.startswith("amount-")][:MOST_CLAIMS]
    rows = OpenItem.objects.filter(
        pk__in=[int(found) for found in ids if found.isascii() and found.isdecimal() and len(found) < 19],
        company=item.company_id,
        account=item.account_id,
        currency=item.currency,
        amount__gt=0,
    )
    return list(rows.order_by("due_on", "pk"))


@dataclass(frozen=True, slots=True)
class Applied:
    """So much of a payment was set against a document, and undone again if below zero."""

    reference: str
    source_type: str
    source_id: int
    amount: Decimal
    business_date: date
    fx_difference: Decimal


def applications_of(payment_id: int) -> Sequence[Applied]:
    """What a payment was applied to, newest first. One query."""
    rows = (
        Application.objects.filter(credit_item__source_type="payment", credit_item__source_id=payment_id)
        .exclude(debit_item__source_type="payment")
        .order_by("-pk")
        .values_list(
            "debit_item__reference",
            "debit_item__source_type",
            "debit_item__source_id",
            "amount",
            "business_date",
            "fx_difference",
        )
    )
    return [Applied(*row) for row in rows]

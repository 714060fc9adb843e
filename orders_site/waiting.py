"""What waits at the places of the sidebar, as rows to be counted: each through an index, within the given companies."""

from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Lower, Replace

from core.access import may
from core.models import ExceptionCase, User
from fulfillment.models import Delivery, Return
from orders.models import Order, OrderHold
from orders.selectors import OPEN_STATUSES
from orders.states import HoldKind
from orders_site.exceptions.inbox import SEE_ALL

Rows = QuerySet[Any, Any]
Companies = frozenset[int]


def exceptions(user: User, companies: Companies) -> Rows:
    """Open cases of the person's desks, as the inbox shows them; roles are read in the same statement."""
    rows = ExceptionCase.objects.filter(company_id__in=companies, resolved_at=None)
    if may(user, SEE_ALL):
        return rows
    roles = user.groups.annotate(desk=Replace("name", Value(" lead"), Value("")))
    own = Q(owner=user)
    for name in ("name", "desk"):
        own |= Q(role__in=roles.values(name)) | Q(role__in=roles.annotate(low=Lower(name)).values("low"))
    return rows.filter(own)


def open_orders(user: User, companies: Companies) -> Rows:
    """Orders that are not finished: what the list of orders opens with."""
    return Order.objects.filter(company_id__in=companies, status__in=OPEN_STATUSES)


def held(user: User, companies: Companies) -> Rows:
    """Credit holds that nobody decided yet."""
    return OrderHold.objects.filter(kind=HoldKind.CREDIT, released_at=None, order__company_id__in=companies)


def returns(user: User, companies: Companies) -> Rows:
    """Goods that are announced to come back."""
    return Return.objects.filter(company_id__in=companies, status="expected")


def to_bill(user: User, companies: Companies) -> Rows:
    """Deliveries that left and are on no invoice."""
    return Delivery.objects.filter(company_id__in=companies, status="shipped", is_billed=False)

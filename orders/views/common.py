"""What every page of orders needs: the order that this person may see, the form's key, the refusal's place."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from core.errors import DomainError, NotAllowed, NotFound
from orders.models import Order
from orders.selectors import orders_visible_to

NEEDED = ("account", "company", "warehouse", "terms", "coupon", "salesperson", "changed_by")


def order_or_404(request: HttpRequest, order_id: int) -> Order:
    """The order, if the person may see it at all. One query."""
    return get_object_or_404(
        orders_visible_to(request.user).select_related(*NEEDED).prefetch_related("holds__created_by"), pk=order_id
    )


def own_place(refusal: DomainError) -> DomainError:
    """Give the refusal back to be shown on the page it concerns; a missing right or record has its own page."""
    if isinstance(refusal, NotAllowed | NotFound):
        raise refusal
    return refusal

"""What every page of orders needs: the order that this person may see, what may be told, the refusal's place."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from core.access import SEE_CREDIT, may
from core.errors import DomainError, NotAllowed, NotFound
from core.models import User
from orders.drafts import Confirmation
from orders.models import Order
from orders.selectors import orders_visible_to
from orders.states import HoldKind

NEEDED = ("account", "company", "warehouse", "terms", "coupon", "salesperson", "changed_by")


def order_or_404(request: HttpRequest, order_id: int) -> Order:
    """The order, if the person may see it at all. One query."""
    return get_object_or_404(
        orders_visible_to(request.user).select_related(*NEEDED).prefetch_related("holds__created_by"), pk=order_id
    )


def sentences_for(user: User, answer: Confirmation) -> tuple[str, ...]:
    """Why an order waits or what to know of it, as this person may read it: credit's sentences name limit and debts."""
    if answer.outcome == "refused" or may(user, SEE_CREDIT):
        return answer.sentences
    if HoldKind.CREDIT in answer.holds:
        price = ("A price is to be released.",) if HoldKind.PRICE in answer.holds else ()
        return ("It waits for the credit desk.", *price)
    return answer.sentences if answer.outcome == "submitted" else ()


def draft_or_404(request: HttpRequest, order_id: int) -> Order:
    """The same with what saving a draft's rows needs only. One query."""
    found = orders_visible_to(request.user).select_related("account", "company", "warehouse")
    return get_object_or_404(found, pk=order_id)


def own_place(refusal: DomainError) -> DomainError:
    """Give the refusal back to be shown on the page it concerns; a missing right or record has its own page."""
    if isinstance(refusal, NotAllowed | NotFound):
        raise refusal
    return refusal

"""What every page of orders needs: the order that this person may see, the form's key, the refusal's place."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from core.errors import DomainError, NotAllowed, NotFound
from core.models import User
from orders.models import Order
from orders.selectors import orders_visible_to

NEEDED = ("account", "company", "warehouse", "terms", "coupon", "salesperson", "changed_by")


def user_of(request: HttpRequest) -> User:
    """The signed-in person; the page's policy let nobody else in."""
    assert isinstance(request.user, User)
    return request.user


def order_or_404(request: HttpRequest, order_id: int) -> Order:
    """The order, if the person may see it at all. One query."""
    return get_object_or_404(
        orders_visible_to(request.user).select_related(*NEEDED).prefetch_related("holds__created_by"), pk=order_id
    )


def key_of(request: HttpRequest) -> str | None:
    """The key that makes a second press of the same button harmless."""
    return request.POST.get("idempotency_key", "")[:100] or None


def version_of(request: HttpRequest) -> int:
    """The version that the page was drawn from; zero, which nothing has, when it is missing or no number."""
    word = request.POST.get("version", "")
    return int(word) if word.isascii() and word.isdecimal() and len(word) < 10 else 0


def own_place(refusal: DomainError) -> DomainError:
    """Give the refusal back to be shown on the page it concerns; a missing right or record has its own page."""
    if isinstance(refusal, NotAllowed | NotFound):
        raise refusal
    return refusal

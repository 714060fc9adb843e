"""What the pages of fulfilment share."""

import uuid
from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404

from core.dates import business_date
from core.errors import DomainError
from fulfillment.models import Delivery
from fulfillment.selectors import deliveries_visible_to

SEE = "fulfillment.see_deliveries"
RELEASE = "fulfillment.release_delivery"
PICK = "fulfillment.pick_delivery"
SHIP = "fulfillment.ship_delivery"
ENTER_RETURN = "fulfillment.enter_return"
ENTER_LOOSE_RETURN = "fulfillment.enter_return_without_reference"
RECEIVE_RETURN = "fulfillment.receive_return"
MOST_PRINTED = 1_000  # pick lists of one page


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: an empty POST is a POST too, and its required fields are missing."""
    return request.POST if request.method == "POST" else None


def uuid_of(request: HttpRequest) -> uuid.UUID:
    """The uuid that the device gave this scan, or a fresh one when it gave none that can be read."""
    try:
        return uuid.UUID(request.POST.get("client_uuid", ""))
    except ValueError:
        return uuid.uuid4()


def visible_delivery(request: HttpRequest, delivery_id: int) -> Delivery:
    """The delivery with what its pages show, or 404: absent and invisible answer alike."""
    rows = deliveries_visible_to(request.user).select_related("order", "account", "warehouse", "company")
    return get_object_or_404(rows, pk=delivery_id)


def today_of(delivery: Delivery) -> date:
    """Today at the warehouse: goods leave in its own zone."""
    return business_date(delivery.warehouse.time_zone)


def carry_out(request: HttpRequest, work: Callable[[], object], done: str) -> str:
    """Do it and say so; or return the refusal's sentence, for the page to show in its place."""
    try:
        work()
    except DomainError as refusal:
        return refusal.sentence
    messages.success(request, done)
    return ""

"""Pages of what webhooks delivered: the log, one delivery, and sending again."""

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core.web import formats
from core.web.access import requires
from core.web.lists import ListPage
from core.web.parts import ActionButton, DocumentPage, Empty, Fact, Link, Tab
from core.web.posted import actor_of, key_of, see_other
from orders_site.webhooks import tables
from orders_site.webhooks.forms import DeliveryFilter
from orders_site.webhooks.kinds import PAGES
from orders_site.webhooks.models import WebhookDelivery
from orders_site.webhooks.selectors import deliveries_visible_to
from orders_site.webhooks.services import MAINTAIN, replay

MOST_REPLAYED = 10_000  # of one press; the next press takes the rest


def _listing(request: HttpRequest) -> ListPage:
    state = request.GET.get("state", "")
    tabs = [("All", ""), ("Given up", "dead"), ("Waiting", "waiting"), ("Delivered", "done")]
    return ListPage(
        request,
        deliveries_visible_to(actor_of(request)),
        tables.DELIVERIES,
        noun="deliveries",
        default_sort="-pk",
        filterset=DeliveryFilter,
        tabs=[Tab(label, f"?state={code}" if code else "?", is_current=code == state) for label, code in tabs],
        empty=Empty("Nothing was delivered yet: no event that a webhook listens to has happened.", "link"),
        bulk=[ActionButton("Send again", reverse("webhooks:replay-picked"), icon="refresh")],
    )


@require_safe
@requires(MAINTAIN)
def delivery_list(request: HttpRequest) -> HttpResponseBase:
    """Everything that was told, or is still to be told."""
    return _listing(request).response("webhooks/deliveries.html")


@require_POST
@requires(MAINTAIN)
def replay_picked(request: HttpRequest) -> HttpResponse:
    """Send picked deliveries again, or all that match the list's filters."""
    among = deliveries_visible_to(actor_of(request))
    picked = _listing(request).picked_keys(MOST_REPLAYED, among=among)[:MOST_REPLAYED]
    count = replay.once(key_of(request))(delivery_ids=picked, actor=actor_of(request))
    messages.success(request, f"{formats.plural(count, 'delivery', 'deliveries')} will be sent again now.")
    return see_other("webhooks:deliveries")


@require_safe
@requires(MAINTAIN)
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """One delivery: what was sent, how often, and what the receiver said."""
    rows = deliveries_visible_to(actor_of(request)).select_related("subscription")
    found = get_object_or_404(rows, pk=pk)
    context = {"page": _page(found), "found": found, "body": _readable(found.body)}
    return render(request, "webhooks/delivery.html", context)


def _page(found: WebhookDelivery) -> DocumentPage:
    is_waiting = found.state == WebhookDelivery.State.WAITING
    document = found.document_kind.replace("_", " ").capitalize()
    page = reverse(PAGES[found.document_kind], args=[found.document_id]) if found.document_kind in PAGES else ""
    again = ActionButton("Send now" if is_waiting else "Send again", reverse("webhooks:replay", args=[found.pk]))
    return DocumentPage(
        title=found.event,
        crumb=Link("Deliveries", reverse("webhooks:deliveries")),
        tag=tables.STATE_TAGS[found.state],
        meta=f"msg_{found.uid.hex}",
        actions=[again],
        facts=[
            Fact("Webhook", found.subscription.name, reverse("webhooks:subscription", args=[found.subscription_id])),
            Fact("About", document, page),
            Fact("Happened", formats.stamp(found.happened_at)),
            Fact("Tries", f"{found.tries:,}"),
            Fact("Last try", formats.stamp(found.tried_at)),
            Fact("Next try", formats.stamp(found.next_try_at if is_waiting else None)),
        ],
    )


def _readable(body: str) -> str:
    """The message with one value per line."""
    return json.dumps(json.loads(body), ensure_ascii=False, indent=2) if body else ""


@require_POST
@requires(MAINTAIN)
def replay_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Send one delivery again, under its old id."""
    get_object_or_404(deliveries_visible_to(actor_of(request)), pk=pk)
    replay.once(key_of(request))(delivery_ids=[pk], actor=actor_of(request))
    messages.success(request, "It will be sent again now.")
    return see_other("webhooks:delivery", pk)

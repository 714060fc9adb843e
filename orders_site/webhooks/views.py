"""Pages of webhook subscriptions."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError, NotAllowed, NotFound
from core.web import formats
from core.web.access import requires
from core.web.lists import ListPage
from core.web.parts import ActionButton, Confirm, DocumentPage, Empty, Fact, Link, Tag
from core.web.posted import actor_of, key_of, see_other, version_of
from core.web.tables import Table
from orders_site.webhooks import services, tables
from orders_site.webhooks.forms import SubscriptionForm
from orders_site.webhooks.kinds import EVENTS
from orders_site.webhooks.models import WebhookSubscription
from orders_site.webhooks.selectors import subscriptions_visible_to, with_counts

MAINTAIN = services.MAINTAIN
LATEST = 20


@require_safe
@requires(MAINTAIN)
def subscription_list(request: HttpRequest) -> HttpResponseBase:
    """Who is told of what."""
    new = Link("New webhook", reverse("webhooks:new"))
    return ListPage(
        request,
        with_counts(subscriptions_visible_to(actor_of(request))),
        tables.SUBSCRIPTIONS,
        noun="webhooks",
        default_sort="name",
        empty=Empty("No other system is told of anything yet.", "link", action=new),
    ).response("webhooks/list.html")


def _page(found: WebhookSubscription, refusal: str = "") -> DocumentPage:
    def do(verb: str) -> str:
        return reverse("webhooks:verb", args=[found.pk, verb])

    question = Confirm(
        "Renew the secret?",
        "Both secrets sign for 24 hours. After that the old one is worth nothing.",
        "Renew the secret",
    )
    actions = [
        ActionButton("Change", reverse("webhooks:edit", args=[found.pk]), is_link=True, key="e"),
        ActionButton("Renew secret", do("renew"), name="renew", confirm=question),
        ActionButton("Switch off", do("off"), name="off") if found.is_on else ActionButton("Switch on", do("on")),
        ActionButton(
            "Send a test",
            do("test"),
            style="primary",
            blocked_because="" if found.is_on else "It is switched off",
        ),
    ]
    tag = Tag("Off") if not found.is_on else Tag("Failing", "warn") if found.failing_since else Tag("On", "ok")
    return DocumentPage(
        title=found.name,
        crumb=Link("Webhooks", reverse("webhooks:subscriptions")),
        tag=tag,
        meta=found.company.name,
        actions=actions,
        facts=[
            Fact("Owner", str(found.owner)),
            Fact("Failing since", formats.stamp(found.failing_since)),
            Fact("Both secrets sign until", formats.stamp(found.old_secret_until)),
        ],
        refusal=refusal,
    )


def _show(request: HttpRequest, pk: int, *, refusal: str = "", secret: str = "", status: int = 200) -> HttpResponse:
    rows = subscriptions_visible_to(actor_of(request)).select_related("company", "owner")
    found = get_object_or_404(rows, pk=pk)
    latest = found.deliveries.order_by("-pk").values(
        "pk", "state", "event", "subscription__name", "tries", "answer_status", "answer", "happened_at", "next_try_at"
    )[:LATEST]
    context = {
        "page": _page(found, refusal),
        "found": found,
        "secret": secret,
        "events": [(name, EVENTS[name].meaning) for name in found.events if name in EVENTS],
        "latest": Table(tables.DELIVERIES, list(latest), user=request.user, caption="Latest deliveries"),
    }
    answer = render(request, "webhooks/subscription.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
@requires(MAINTAIN)
def subscription(request: HttpRequest, pk: int) -> HttpResponse:
    """One subscription: its events, how it fares, what it delivered last."""
    return _show(request, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAINTAIN)
def new(request: HttpRequest) -> HttpResponse:
    """Subscribe another system."""
    form = SubscriptionForm(request.POST or None, user=actor_of(request), initial={"events": ["order.confirmed"]})
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            made = services.subscribe(draft=form.draft(), actor=actor_of(request), key=key_of(request))
        except DomainError as refused:
            refusal = _placed(form, refused)
        else:
            messages.success(request, "The webhook was made. Give its secret to the other system.")
            return see_other("webhooks:subscription", made)
    return _form_page(request, form, refusal, "New webhook", reverse("webhooks:subscriptions"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAINTAIN)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what a subscription is told, and where."""
    found = get_object_or_404(subscriptions_visible_to(actor_of(request)), pk=pk)
    initial = {"name": found.name, "address": found.address, "events": found.events}
    form = SubscriptionForm(request.POST or None, user=actor_of(request), found=found, initial=initial)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        given = {"draft": form.draft(), "version": version_of(request), "key": key_of(request)}
        try:
            services.change(subscription_id=pk, actor=actor_of(request), **given)  # type: ignore[arg-type]
        except DomainError as refused:
            refusal = _placed(form, refused)
        else:
            messages.success(request, "The webhook was saved.")
            return see_other("webhooks:subscription", pk)
    back = reverse("webhooks:subscription", args=[pk])
    return _form_page(request, form, refusal, f"Change {found.name}", back, version=found.version)


def _placed(form: SubscriptionForm, refused: DomainError) -> str:
    """Put a refusal at its field; what has no field here is returned, to stand on top."""
    if isinstance(refused, NotAllowed | NotFound):
        raise refused
    known = {name: sentence for name, sentence in refused.fields.items() if name in form.fields}
    for name, sentence in known.items():
        form.add_error(name, sentence)
    return "" if known else refused.sentence


def _form_page(
    request: HttpRequest, form: SubscriptionForm, refusal: str, title: str, back: str, version: int | None = None
) -> HttpResponse:
    is_wrong = bool(refusal) or (form.is_bound and bool(form.errors)) or request.method == "POST"
    context = {"form": form, "refusal": refusal, "heading": title, "back": back, "version": version}
    return render(request, "webhooks/edit.html", context, status=422 if is_wrong else 200)


@require_POST
@requires(MAINTAIN)
def secret(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the secret, once. It is in this answer alone."""
    get_object_or_404(subscriptions_visible_to(actor_of(request)), pk=pk)
    try:
        shown = services.show_secret(subscription_id=pk, actor=actor_of(request))
    except NotAllowed:
        raise
    except DomainError as refused:
        return _show(request, pk, refusal=refused.sentence, status=refused.status)
    return _show(request, pk, secret=shown)


def _switch_on(pk: int, request: HttpRequest) -> str:
    services.switch.once(key_of(request))(subscription_id=pk, on=True, actor=actor_of(request))
    return "The webhook is on."


def _switch_off(pk: int, request: HttpRequest) -> str:
    services.switch.once(key_of(request))(subscription_id=pk, on=False, actor=actor_of(request))
    return "The webhook is off: what happens from now on is not told."


def _renew(pk: int, request: HttpRequest) -> str:
    services.renew_secret.once(key_of(request))(subscription_id=pk, actor=actor_of(request))
    return "There is a new secret. The old one signs as well for 24 hours."


def _test(pk: int, request: HttpRequest) -> str:
    services.send_test.once(key_of(request))(subscription_id=pk, actor=actor_of(request))
    return "A test event is on its way."


VERBS: dict[str, Callable[[int, HttpRequest], str]] = {
    "on": _switch_on,
    "off": _switch_off,
    "renew": _renew,
    "test": _test,
}


@require_POST
@requires(MAINTAIN)
def verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Carry out one of the page's verbs."""
    if verb not in VERBS:
        raise Http404
    get_object_or_404(subscriptions_visible_to(actor_of(request)), pk=pk)
    try:
        done = VERBS[verb](pk, request)
    except NotAllowed:
        raise
    except DomainError as refused:
        return _show(request, pk, refusal=refused.sentence, status=refused.status)
    messages.success(request, done)
    return see_other("webhooks:subscription", pk)

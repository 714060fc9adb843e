"""The doors of providers: the webhook, and the page that plays the local gateway's part."""

import logging
from datetime import UTC, datetime

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from core.access import company_ids
from core.errors import DomainError
from core.models import Company
from core.web.access import public, requires
from core.web.parts import Empty
from core.web.posted import actor_of, key_of, see_other
from payments.models import SimulatedCall, SimulatedPayment
from payments.services.simulator import deliver_call, simulate_outcome
from payments.tables import SIMULATED_TAGS
from payments.webhooks import LARGEST_BODY, take_webhook

logger = logging.getLogger(__name__)
RECEIVE = "payments.receive_payment"
MOST_ROWS = 100


@csrf_exempt
@require_POST
@public("the message's signature says who sends it")
def webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Take a provider's message: 200 when it is kept, new or known; 4xx when it is not one."""
    body = request.read(LARGEST_BODY + 1)
    try:
        is_new = take_webhook(provider=provider, headers=request.headers, body=body, now=datetime.now(UTC))
    except DomainError as refusal:
        logger.warning("a message for the provider %s was refused: %s", provider[:16], refusal.sentence)
        return JsonResponse({"error": refusal.code, "sentence": refusal.sentence}, status=refusal.status)
    return JsonResponse({"stored": is_new})


def _require_simulator(request: HttpRequest) -> None:
    """The simulator is for demonstrations and development: a company with real money has no such page."""
    if not _companies(request).exists():
        raise Http404


def _companies(request: HttpRequest) -> QuerySet[Company]:
    """The companies whose provider may be played: the person's demonstrations; in development all of the person's."""
    own = Company.objects.filter(pk__in=company_ids(request.user))
    return own if settings.DEBUG else own.filter(is_demo=True)


@require_safe
@requires(RECEIVE)
def simulator(request: HttpRequest) -> HttpResponse:
    """The local gateway's payments and its waiting messages, with the verbs of a provider."""
    _require_simulator(request)
    return _page(request)


def _page(request: HttpRequest, refusal: DomainError | None = None) -> HttpResponse:
    visible = SimulatedPayment.objects.filter(company__in=_companies(request)).select_related("account")
    calls = SimulatedCall.objects.filter(payment__in=visible).select_related("payment").order_by("-pk")[:MOST_ROWS]
    context = {
        "payments": visible.order_by("-pk")[:MOST_ROWS],
        "calls": calls,
        "tags": SIMULATED_TAGS,
        "refusal": refusal.sentence if refusal else "",
        "empty": Empty("The provider was asked for no money yet.", "payment"),
    }
    return render(request, "payments/simulator.html", context, status=refusal.status if refusal else 200)


@require_POST
@requires(RECEIVE)
def simulator_outcome(request: HttpRequest, reference: str, outcome: str) -> HttpResponse:
    """Let the provider take, refuse or refund a payment."""
    _require_simulator(request)
    _require_visible(request, reference)
    try:
        simulate_outcome.once(key_of(request))(reference=reference, outcome=outcome, actor=actor_of(request))
    except DomainError as refusal:
        return _page(request, refusal)
    return see_other("payments:simulator")


@require_POST
@requires(RECEIVE)
def simulator_deliver(request: HttpRequest, event_id: str) -> HttpResponse:
    """Bring a waiting message to our webhook, as often as one likes."""
    _require_simulator(request)
    call = SimulatedCall.objects.filter(event_id=event_id).select_related("payment").first()
    _require_visible(request, call.payment.reference if call else "")
    try:
        is_new = deliver_call(event_id=event_id)
    except DomainError as refusal:
        return _page(request, refusal)
    messages.success(request, "The message was new." if is_new else "The message was known; nothing happened twice.")
    return see_other("payments:simulator")


def _require_visible(request: HttpRequest, reference: str) -> None:
    if not SimulatedPayment.objects.filter(reference=reference, company__in=_companies(request)).exists():
        raise Http404

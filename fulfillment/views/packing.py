"""Packing: how much of each line goes into which package."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from core.web.access import requires
from core.web.formats import plural
from core.web.posted import actor_of, key_of, see_other, whole_number
from fulfillment.forms import MOST_PACKAGES, PackForm
from fulfillment.loading import lines_of
from fulfillment.models import Delivery
from fulfillment.services import pack_deliveries
from fulfillment.views.common import PICK, posted, visible_delivery


@require_http_methods(["GET", "HEAD", "POST"])
@requires(PICK)
def pack(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Everything in one package to begin with; “Another package” adds a column and keeps what was typed."""
    delivery = visible_delivery(request, delivery_id)
    packages = min(whole_number(request.POST.get("packages", "1")) or 1, MOST_PACKAGES)
    wants_more = "more" in request.POST and packages < MOST_PACKAGES
    form = PackForm(
        posted(request), lines=lines_of([delivery.pk])[delivery.pk], packages=packages + (1 if wants_more else 0)
    )
    refusal = ""
    if request.method == "POST" and not wants_more and form.is_valid():
        try:
            return _packed(request, delivery, form)
        except DomainError as error:
            refusal = error.sentence
    is_refused = bool(refusal or (form.errors and not wants_more))
    context = {"delivery": delivery, "form": form, "refusal": refusal, "packages": len(form.numbers)}
    return render(request, "fulfillment/pack.html", context, status=422 if is_refused else 200)


def _packed(request: HttpRequest, delivery: Delivery, form: PackForm) -> HttpResponse:
    ids = pack_deliveries.once(key_of(request))(
        delivery_ids=[delivery.pk], packages={delivery.pk: form.drafts()}, actor=actor_of(request)
    )
    messages.success(request, f"Packed in {plural(len(ids), 'package')}.")
    return see_other("fulfillment:delivery", delivery.pk)

"""Matching: what is on account on the left, what its account owes on the right, with a suggestion."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from markupsafe import Markup

from accounting.models import OpenItem
from core.dates import business_date
from core.errors import DomainError
from core.web.access import requires
from core.web.parts import Empty, Tag
from core.web.posted import actor_of, key_of, see_other, whole_number
from core.web.tables import Table
from payments.forms import ApplyForm
from payments.matching import OpenClaim, Suggestion, suggest
from payments.models import Payment
from payments.selectors import claims_against, claims_named, counter_claims_visible_to, on_account_visible_to
from payments.services import settle_items
from payments.tables import ON_ACCOUNT
from payments.views.common import document_link

RECEIVE = "payments.receive_payment"
MOST_ON_ACCOUNT = 200
SURE = {
    "sure": Tag("Sure", "ok"),
    "likely": Tag("Likely", "info"),
    "guess": Tag("Guess", "warn"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(RECEIVE)
def apply(request: HttpRequest) -> HttpResponse:
    """Set what is on account against open invoices. ``?item=`` names the one that is being matched."""
    waiting = on_account_visible_to(request.user)
    asked = whole_number(request.GET.get("item", ""))
    if asked is None:
        return _page(request, waiting.first())
    if request.method != "POST":
        return _page(request, waiting.filter(pk=asked).first() or waiting.first())
    chosen = get_object_or_404(counter_claims_visible_to(request.user), pk=asked)
    form = ApplyForm(chosen, claims_named(chosen, request.POST), request.POST)
    if not form.is_valid():
        return _page(request, chosen, form=form, status=422)
    try:
        applied = settle_items.once(key_of(request))(
            company=chosen.company,
            settlements=form.settlements(),
            business_date=business_date(chosen.company.time_zone),
            actor=actor_of(request),
        )
    except DomainError as refusal:
        return _page(request, chosen, form=form, refusal=refusal.sentence, status=refusal.status)
    messages.success(request, f"{chosen.reference} was applied to {len(applied)} of the open invoices.")
    return see_other("payments:apply")


def _page(
    request: HttpRequest,
    chosen: OpenItem | None,
    *,
    form: ApplyForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    proposal: Suggestion | None = None
    if chosen is not None and form is None:
        claims = claims_against(chosen)
        proposal = _proposal(chosen, claims)
        form = ApplyForm(chosen, claims, amounts=proposal.amounts if proposal else None)
    context = {
        "chosen": chosen,
        "form": form,
        "proposal": proposal,
        "confidence": SURE[proposal.confidence] if proposal else None,
        "table": _waiting_table(request, chosen),
        "documents": [
            (claim, field, document_link(claim.source_type, claim.source_id, claim.reference))
            for claim, field in (form.rows() if form else [])
        ],
        "refusal": refusal,
        "empty": Empty("Nothing stands on account.", "check"),
    }
    return render(request, "payments/apply.html", context, status=status)


def _proposal(chosen: OpenItem, claims: list[OpenItem]) -> Suggestion | None:
    text = chosen.reference
    if chosen.source_type == "payment":
        text = Payment.objects.values_list("reference", flat=True).get(pk=chosen.source_id)
    open_claims = [OpenClaim(claim.pk, claim.reference, claim.open_amount) for claim in claims]
    return suggest(text, -chosen.open_amount, open_claims)


def _waiting_table(request: HttpRequest, chosen: OpenItem | None) -> Table:
    address = reverse("payments:apply")
    rows = [
        {
            "pk": item.pk,
            "document": Markup('<a href="{}?item={}">{}</a>').format(address, item.pk, item.reference),
            "account": item.account.name,
            "issued_on": item.issued_on,
            "left": -item.open_amount,
            "currency": item.currency,
        }
        for item in on_account_visible_to(request.user)[:MOST_ON_ACCOUNT]
    ]
    return Table(
        ON_ACCOUNT,
        rows,
        user=request.user,
        caption="On account",
        row_css=lambda row: "cur" if chosen is not None and row["pk"] == chosen.pk else "",
    )

"""The price check: what an account pays for a product on a day, and why."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from catalog.forms.prices import PriceCheckForm
from catalog.forms.rows import EditPage
from catalog.models import Account, Product
from catalog.pricing.document import LineToPrice, PricedDocument, price_document
from catalog.selectors import pages
from catalog.stored_traces import STAGE_TITLES, Stage, stored_sentence, unpacked
from catalog.trace import REASON_TEXTS, Calculation, TraceStep
from core.errors import DomainError
from core.web.access import requires
from core.web.columns import Column
from core.web.formats import money, percent, quantity
from core.web.parts import Fact
from core.web.posted import actor_of
from core.web.tables import Table

FINDINGS = {
    "no_price": "No price was found.",
    "over_limit": "The price or discount by hand is beyond its limit.",
    "hand_not_allowed": "No price or discount by hand is allowed here.",
    "no_tax": "No tax rate was found, so nothing can be invoiced.",
}
_STEPS = (
    Column("name", "Condition"),
    Column("source", "Found by", is_muted=True, hide="not-s"),
    Column("rate", "Rate"),
    Column("basis", "Base", "quantity", hide="not-s"),
    Column("amount", "Amount", "money", currency="currency"),
    Column("reason", "Reason", width="wrap"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page says: the sentence first, then the figures and the steps that prove it."""

    account: Account
    product: Product
    figures: list[Fact]
    sentence: str
    unit_price: str
    how: str
    notes: list[str]
    stages: list[tuple[str, Table]]


@require_safe
@requires("catalog.view_pricelist")
def price_check(request: HttpRequest) -> HttpResponse:
    """Ask by GET, so that an answer can be sent as a link."""
    asked = {"account", "product", "quantity"} <= request.GET.keys()
    first = {"on": pages.today_of(actor_of(request))} | {
        name: request.GET.get(name, "")[:40] for name in ("account", "product")
    }
    form = PriceCheckForm(request.GET if asked else None, user=actor_of(request), initial=first)
    page, answer = EditPage(form), None
    if asked and page.is_valid():
        try:
            answer = _answer(request, form.cleaned_data)
        except DomainError as refusal:
            page.show(refusal)
    return render(request, "catalog/price_check.html", {"page": page, "answer": answer}, status=page.status)


def _answer(request: HttpRequest, asked: dict[str, Any]) -> Answer:
    account = get_object_or_404(Account, pk=asked["account"])
    product = get_object_or_404(Product, pk=asked["product"])
    document = price_document(
        company_id=asked["company"].pk,
        account_id=account.pk,
        on=asked["on"],
        currency=account.currency,
        price_basis="net",
        tax_class=account.tax_class,
        lines=[LineToPrice(1, product.pk, asked["quantity"], asked["unit"])],
        coupon_code=asked["coupon"],
    )
    line = document.lines[0]
    per = f"{line.price_unit:,} {line.sales_unit}" if line.price_unit != 1 else line.sales_unit
    return Answer(
        account=account,
        product=product,
        figures=_figures(document),
        sentence=stored_sentence(line.trace),
        unit_price=f"{money(line.unit_price, document.currency)} {document.currency} per {per}",
        how=quantity(asked["quantity"], line.sales_unit),
        notes=[FINDINGS[finding] for finding in line.findings]
        + [document.coupon_sentence] * bool(document.coupon_sentence),
        stages=_stages(request, document),
    )


def _figures(document: PricedDocument) -> list[Fact]:
    line = document.lines[0]
    listed = "" if line.list_price is None else money(line.list_price, document.currency)
    return [
        Fact("List price", listed),
        Fact("Discount", money(line.discount, document.currency)),
        Fact("Net", money(line.net, document.currency), style="sum"),
        Fact(f"Tax {percent(line.tax_percent, 4)}", money(line.tax, document.currency)),
        Fact("Gross", money(line.gross, document.currency), style="big"),
    ]


def _stages(request: HttpRequest, document: PricedDocument) -> list[tuple[str, Table]]:
    """One table of steps per engine that had something to say."""
    found = []
    for stage in Stage:
        steps = unpacked(document.lines[0].trace, stage=stage)
        if steps:
            rows = [_row(number, step) for number, step in enumerate(steps)]
            table = Table(
                _STEPS, rows, user=actor_of(request), caption=STAGE_TITLES[stage], row_css=lambda row: row["css"]
            )
            found.append((STAGE_TITLES[stage], table))
    return found


def _row(number: int, step: TraceStep) -> dict[str, Any]:
    record = f"record {step.record_id}" if step.record_id else ""
    found_by = ", ".join(part for part in (step.source, "by hand" if step.is_manual else "", record) if part)
    reason = REASON_TEXTS[step.reason]
    return {
        "pk": number,
        "name": step.name,
        "source": found_by,
        "rate": _rate(step),
        "basis": step.basis,
        "amount": step.amount,
        "currency": step.currency,
        "reason": reason.capitalize() if reason else "Applied",
        "css": "" if step.is_active else "off",
    }


def _rate(step: TraceStep) -> str:
    """The rate in the words of its calculation."""
    if step.rate is None:
        return ""
    if step.calculation in (Calculation.PERCENT, Calculation.PERCENT_WITHIN):
        return percent(step.rate, 4)
    if step.calculation is Calculation.PER_UNIT:
        many = f"{step.price_unit:,} " if step.price_unit != 1 else ""
        return f"{money(step.rate, step.rate_currency)} {step.rate_currency} per {many}{step.unit}"
    return f"{money(step.rate, step.rate_currency)} {step.rate_currency}"

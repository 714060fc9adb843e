"""When can I have so many of it? Who holds the rest?"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from catalog.models import Product
from core.access import company_ids
from core.dates import business_date
from core.models import Company
from core.web.access import requires
from core.web.figures import Figure, Series
from core.web.formats import day, quantity
from core.web.posted import see_other
from core.web.tables import Table
from core.wording import listed
from inventory.forms import WishForm
from inventory.promising import Proposal, ProposalKind
from inventory.selectors import Availability, PlaceAvailability, availability, proposals_for
from inventory.tables import CLAIMS, PLACES, RECEIPTS, WAYS

SEE = "inventory.view_stock"
WAY_NAMES = {
    ProposalKind.ON_DATE: "On the date",
    ProposalKind.COMPLETE: "Complete",
    ProposalKind.SPLIT: "In parts",
    ProposalKind.OTHER_WAREHOUSE: "From elsewhere",
    ProposalKind.SPLIT_WAREHOUSES: "From several",
}
MOST_DAYS = 24


@require_safe
@requires(SEE)
def of_product(request: HttpRequest, pk: int) -> HttpResponse:
    """The explorer of one product, by its id."""
    product = get_object_or_404(Product, pk=pk)
    return see_other(f"{reverse('inventory:availability')}?{urlencode({'product': product.sku})}")


@require_safe
@requires(SEE)
def explorer(request: HttpRequest) -> HttpResponse:
    """Stock, promises, receipts and the projected line of a product, and the ways to serve a wish."""
    form = WishForm(request.GET or None)
    if not form.is_bound or not form.is_valid():
        return render(request, "inventory/availability.html", {"form": form, "answers": [], "product": None})
    product = get_object_or_404(Product.objects.select_related("stock_unit"), pk=form.cleaned_data["product"])
    companies = Company.objects.filter(pk__in=company_ids(request.user)).order_by("name")
    answers = [
        _answer(request, company, product, form.cleaned_data["quantity"], form.cleaned_data["wanted_on"])
        for company in companies
    ]
    return render(request, "inventory/availability.html", {"form": form, "answers": answers, "product": product})


def _answer(
    request: HttpRequest, company: Company, product: Product, wanted: Decimal | None, wanted_on: date | None
) -> dict[str, object]:
    """What one company can say about the product."""
    today = business_date(company.time_zone)
    found = availability(product_id=product.pk, company_id=company.pk, on=today)
    names = {place.warehouse_id: place.name for place in found.places}
    ways = proposals_for(found=found, quantity=wanted, wanted_on=wanted_on or today) if wanted and found.places else ()
    receipts = [row for place in found.places for row in place.receipts]
    claims = [(place, claim) for place in found.places for claim in place.claims]
    return {
        "company": company,
        "sentence": _sentence(ways, wanted, wanted_on or today, names) if wanted else "",
        "figures": [_figure(place, product) for place in found.places if len(place.days) > 1],
        "places": _table(request, PLACES, [_place_row(place) for place in found.places], "Where it is", _sums(found)),
        "receipts": _table(
            request,
            RECEIPTS,
            [
                {"pk": row.supply_line_id, "expected_on": row.expected_on, "number": row.number, "open": row.open,
                 "free": row.free}
                for row in sorted(receipts, key=lambda row: row.expected_on)
            ],
            "Receipts",
        ),
        "claims": _table(
            request,
            CLAIMS,
            [
                {"pk": claim.commitment_id, "reference": claim.reference, "warehouse": place.name, "kind": claim.kind,
                 "quantity": claim.quantity, "leans_on": claim.leans_on, "ship_on": claim.ship_on}
                for place, claim in sorted(claims, key=lambda pair: (pair[1].ship_on, pair[1].commitment_id))
            ],
            "Who holds the stock",
        ),
        "ways": _table(request, WAYS, [_way_row(number, way, names) for number, way in enumerate(ways)], "Ways"),
    }  # fmt: skip


def _table(
    request: HttpRequest,
    columns: Sequence[object],
    rows: Sequence[dict[str, object]],
    caption: str,
    foot: dict[str, str] | None = None,
) -> Table | None:
    """A table, or None when there is nothing to show."""
    return Table(columns, rows, user=request.user, caption=caption, foot=foot) if rows else None  # type: ignore[arg-type]


def _place_row(place: PlaceAvailability) -> dict[str, object]:
    return {
        "pk": place.warehouse_id,
        "name": place.name,
        "on_hand": place.on_hand,
        "pegged": place.pegged,
        "free": place.free,
    }


def _sums(found: Availability) -> dict[str, str]:
    on_hand = sum((place.on_hand for place in found.places), Decimal(0))
    pegged = sum((place.pegged for place in found.places), Decimal(0))
    return {
        "name": "All",
        "on_hand": quantity(on_hand),
        "pegged": quantity(pegged),
        "free": quantity(on_hand - pegged),
    }


def _way_row(number: int, way: Proposal, names: dict[int, str]) -> dict[str, object]:
    promised = sum((line.quantity for line in way.promise.lines), Decimal(0))
    ships = ", ".join(
        f"{quantity(line.quantity)} on {day(line.ship_on)} from {names[line.warehouse_id]}"
        for line in way.promise.lines
    )
    return {"pk": number, "way": WAY_NAMES[way.kind], "quantity": promised, "ships": ships}


def _sentence(ways: Sequence[Proposal], wanted: Decimal, wanted_on: date, names: dict[int, str]) -> str:
    """The answer in words: what home can ship by the date, when all of it, and what another way would bring earlier."""
    by_kind = {way.kind: way.promise for way in ways}
    on_date = by_kind.get(ProposalKind.ON_DATE)
    if on_date is not None and on_date.is_complete:
        return f"All {quantity(wanted)} can ship by {day(wanted_on)}."
    home = [by_kind[kind] for kind in (ProposalKind.COMPLETE, ProposalKind.SPLIT) if kind in by_kind]
    home_on = min((answer.complete_on for answer in home if answer.complete_on), default=None)
    said = [f"{quantity(on_date.on_time_quantity if on_date else 0)} can ship by {day(wanted_on)}."]
    said.append(
        f"All {quantity(wanted)} can ship on {day(home_on)}." if home_on else "Supply there covers no more in full."
    )
    away = [by_kind[kind] for kind in (ProposalKind.OTHER_WAREHOUSE, ProposalKind.SPLIT_WAREHOUSES) if kind in by_kind]
    best = min(
        (answer for answer in away if answer.complete_on),
        key=lambda answer: answer.complete_on or date.max,
        default=None,
    )
    if best is not None and best.complete_on and (home_on is None or best.complete_on < home_on):
        places = listed(list(dict.fromkeys(names[line.warehouse_id] for line in best.lines)))
        said.append(f"From {places} all can ship on {day(best.complete_on)}.")
    return " ".join(said)


def _figure(place: PlaceAvailability, product: Product) -> Figure:
    """The projected line, and what is free from each day on."""
    days = place.days[:MOST_DAYS]
    last = days[-1]
    return Figure(
        what=f"{place.name}, in {product.stock_unit.code}",
        finding=f"{quantity(place.free)} free now, {quantity(last.free)} by {day(last.on)}",
        head="Day",
        labels=[day(step.on) for step in days],
        series=[
            Series("Projected", [step.projected for step in days]),
            Series("Free", [step.free for step in days], hue=2, is_dashed=True),
        ],
        kind="lines",
    )

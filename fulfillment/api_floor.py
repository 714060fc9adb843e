"""The floor for programs: scans of pickers, what was not found, and what is in which package."""

import uuid
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Path, Query
from pydantic import Field

from core.api.finding import CallRefused, document_numbered, person_of
from core.api.routes import Routes, key_of
from core.api.schemas import Code, In, Number, OfCompany, Out, Quantity
from core.dates import business_date
from fulfillment.api import SEE, DeliveryOut, delivery_answers
from fulfillment.drafts import PackageDraft, ScanResult
from fulfillment.models import Delivery, DeliveryLine
from fulfillment.selectors import deliveries_visible_to
from fulfillment.services import pack_deliveries, record_scan, short_pick, undo_scan

routes = Routes(tags=["Deliveries"], sees=SEE)
PICK = "fulfillment.pick_delivery"
ScanId = Annotated[
    str,
    Field(
        pattern="^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        description="A UUID that the device made",
    ),
]


class ScanIn(In):
    """One scan. The same ``scan`` again answers as it did and counts once."""

    scan: ScanId
    code: Code = Field(description="SKU, barcode or bin")
    quantity: Quantity | None = Field(default=None, description="Empty: one, or what the pack holds")


class UndoIn(In):
    """Which scan this taking back is; the same again takes back no more."""

    scan: ScanId


class ScanOut(Out):
    """What a scan did."""

    outcome: str = Field(
        description="counted, complete, bin, undone; or not counted: wrong_item, wrong_bin, too_many, unknown"
    )
    message: str
    line: int | None
    quantity: Number


class ShortIn(In):
    """Less was found than planned."""

    line: int = Field(ge=1, le=32_767)
    picked: Quantity = Field(description="What was found, in the stock unit")
    cause: Literal["missing", "damaged", "later"] = "missing"


class ContentIn(In):
    """So much of one line."""

    line: int = Field(ge=1, le=32_767)
    quantity: Quantity


class PackageIn(In):
    """One package."""

    contents: list[ContentIn] = Field(min_length=1, max_length=1000)
    weight_kg: Quantity | None = Field(default=None, description="Empty: what its products weigh")


class PackIn(In):
    """Which package holds what: everything that was picked, exactly. None: one package."""

    packages: list[PackageIn] = Field(default=[], max_length=200)


def _delivery(request: HttpRequest, number: str, company: str) -> Delivery:
    rows = deliveries_visible_to(person_of(request)).select_related("warehouse")
    return document_numbered(rows, number, company)


def _line_ids(delivery: Delivery, places: list[tuple[str, int]]) -> dict[int, int]:
    """The key of each line by its place. One query. Raises CallRefused for a line that is not there."""
    ids = dict(DeliveryLine.objects.filter(delivery=delivery).values_list("position", "pk"))
    faults = {
        f"body.{part}.line": f"{delivery.number} has no line {place}." for part, place in places if place not in ids
    }
    if faults:
        raise CallRefused(" ".join(list(faults.values())[:5]), fields=faults)
    return ids


def _scan_answer(delivery: Delivery, result: ScanResult) -> dict[str, Any]:
    lines = DeliveryLine.objects.filter(delivery=delivery, pk=result.delivery_line_id or 0)
    return {
        "outcome": result.outcome,
        "message": result.message,
        "line": lines.values_list("position", flat=True).first(),
        "quantity": result.quantity,
    }


@routes.act("/deliveries/{number}/scan", right=PICK, answer=ScanOut)
def scan_pick(request: HttpRequest, wanted: ScanIn, number: Path[Code], asked: Query[OfCompany]) -> dict[str, Any]:
    """One scan of a picker: a product or pack counts, a bin's label tells whether it is the right one."""
    key, delivery = key_of(request), _delivery(request, number, asked.company)
    result = record_scan.once(key)(
        delivery_id=delivery.pk,
        client_uuid=uuid.UUID(wanted.scan),
        code=wanted.code,
        quantity=wanted.quantity,
        actor=person_of(request),
    )
    return _scan_answer(delivery, result)


@routes.act("/deliveries/{number}/undo-scan", right=PICK, answer=ScanOut)
def undo_pick_scan(request: HttpRequest, wanted: UndoIn, number: Path[Code], asked: Query[OfCompany]) -> dict[str, Any]:
    """Take back the last scan that counted."""
    key, delivery = key_of(request), _delivery(request, number, asked.company)
    result = undo_scan.once(key)(delivery_id=delivery.pk, client_uuid=uuid.UUID(wanted.scan), actor=person_of(request))
    return _scan_answer(delivery, result)


@routes.act("/deliveries/{number}/short", right=PICK, answer=DeliveryOut)
def close_line_short(
    request: HttpRequest, wanted: ShortIn, number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Close a line with less than planned; what is missing or damaged leaves the stock today."""
    key, delivery = key_of(request), _delivery(request, number, asked.company)
    short_pick.once(key)(
        delivery_line_id=_line_ids(delivery, [("line", wanted.line)])[wanted.line],
        picked=wanted.picked,
        cause=wanted.cause,
        business_date=business_date(delivery.warehouse.time_zone),
        actor=person_of(request),
    )
    return delivery_answers(request, [delivery.pk])[0]


@routes.act("/deliveries/{number}/pack", right=PICK, answer=DeliveryOut)
def pack_delivery(request: HttpRequest, wanted: PackIn, number: Path[Code], asked: Query[OfCompany]) -> dict[str, Any]:
    """Put what was picked into packages; their serial numbers (SSCC), for labels, stand in the answer."""
    key, delivery = key_of(request), _delivery(request, number, asked.company)
    places = [
        (f"packages.{index}.contents.{place}", each.line)
        for index, package in enumerate(wanted.packages)
        for place, each in enumerate(package.contents)
    ]
    ids = _line_ids(delivery, places)
    drafts = [PackageDraft(_contents(package, ids), package.weight_kg) for package in wanted.packages]
    packages = {delivery.pk: drafts} if drafts else None
    pack_deliveries.once(key)(delivery_ids=[delivery.pk], packages=packages, actor=person_of(request))
    return delivery_answers(request, [delivery.pk])[0]


def _contents(package: PackageIn, ids: dict[int, int]) -> tuple[tuple[int, Decimal], ...]:
    return tuple((ids[each.line], each.quantity) for each in package.contents)

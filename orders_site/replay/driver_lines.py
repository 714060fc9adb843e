"""The trace from each line of the file to what it became, written with the documents, read to find them again."""

from collections.abc import Collection, Iterable, Sequence

from core import bulk
from fulfillment.models import DeliveryLine
from orders_site.models import ReplayLine
from orders_site.replay.classify import ClassifiedLine
from orders_site.replay.driver_ground import Ground
from orders_site.replay.plan import ReportRow

Became = ReplayLine.Became
Trace = tuple[ClassifiedLine, int]  # a line of the file, and the id of what it became


def note_lines(ground: Ground, became: ReplayLine.Became, traces: Sequence[Trace], *, reason: str = "") -> None:
    """Write what lines became. One statement."""
    lines = [classified.line for classified, _ in traces]
    bulk.insert(
        ReplayLine,
        {
            "row": [line.row for line in lines],
            "document": [line.document for line in lines],
            "number": [line.number or 0 for line in lines],
            "code": [line.code for line in lines],
            "customer": [line.customer for line in lines],
            "country": [ground.mapping.countries[line.country] for line in lines],
            "on": [line.at.date() for line in lines],
            "trade_class": [classified.trade_class for classified, _ in traces],
            "quantity": [line.quantity for line in lines],
            "became_id": [became_id or None for _, became_id in traces],
        },
        same={"run_id": ground.run.pk, "became": became, "reason": reason},
    )


def note_report(ground: Ground, rows: Sequence[ReportRow]) -> None:
    """Write the lines that became nothing, with their reasons. One statement."""
    found = [row.classified.line if row.classified else None for row in rows]
    bulk.insert(
        ReplayLine,
        {
            "row": [row.row for row in rows],
            "document": [line.document if line else "" for line in found],
            "number": [(line.number or 0) if line else 0 for line in found],
            "code": [line.code if line else "" for line in found],
            "customer": [line.customer if line else "" for line in found],
            "country": [ground.mapping.countries.get(line.country, "") if line else "" for line in found],
            "on": [line.at.date() if line else None for line in found],
            "trade_class": [row.classified.trade_class if row.classified else "" for row in rows],
            "quantity": [line.quantity if line else 0 for line in found],
            "reason": [row.reason[:300] for row in rows],
            "excerpt": [row.excerpt[:160] for row in rows],
        },
        same={"run_id": ground.run.pk, "became": Became.NOTHING},
    )


def order_lines_of(ground: Ground, references: Iterable[str | None]) -> dict[str, int]:
    """The order lines that these sale lines (``document/number``) became. One query."""
    wanted = {reference for reference in references if reference}
    if not wanted:
        return {}
    documents = {reference.rpartition("/")[0] for reference in wanted}
    rows = ReplayLine.objects.filter(run=ground.run, document__in=documents, became=Became.ORDER_LINE)
    keys = ((f"{document}/{number}", line_id) for document, number, line_id in rows.values_list(*_KEY))
    return {key: line_id for key, line_id in keys if key in wanted}


_KEY = ("document", "number", "became_id")


def became_ids(ground: Ground, documents: Collection[str], became: ReplayLine.Became) -> list[int]:
    """What the lines of these documents of the file became. One query."""
    rows = ReplayLine.objects.filter(run=ground.run, document__in=documents, became=became)
    return [line_id for line_id in rows.values_list("became_id", flat=True) if line_id]


def delivery_lines_of(order_line_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """The shipped line of each order line, and its order. One query; the replay never splits a line."""
    rows = DeliveryLine.objects.filter(order_line_id__in=order_line_ids, shipped__gt=0).order_by("-pk")
    return {line_id: (pk, order_id) for line_id, pk, order_id in rows.values_list(*_SHIPPED)}


_SHIPPED = ("order_line_id", "pk", "delivery__order_id")

"""Second reading of a file: what to do, day by day, in batches of documents that one set of commands can take.

The plan is a pure function of file and mapping: read again, it gives the same batches under the same keys, which is how
a killed run continues. Memory holds one day of lines, the invoices not due yet, and the sales that may come back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from heapq import heappop, heappush
from pathlib import Path
from typing import NamedTuple

from orders_site.replay.classify import SENDS_OUT, TAKES_IN, ClassifiedLine, Classifier, Treatment
from orders_site.replay.documents import FileDocument, TradeDay, days_of_trade
from orders_site.replay.mapping import ReplayMapping
from orders_site.replay.matching import SaleMatcher
from orders_site.replay.reader import Progress, Rejection, excerpt_of, read_trade
from orders_site.replay.supply import SupplyOrder, SupplyPlanner
from orders_site.replay.survey import Survey, account_code_of, is_matched


class DocumentKind(StrEnum):
    """What Kept makes of a document of the file, in the order in which a day's batch is carried out."""

    ORDER = "order"  # order, delivery, goods issue, invoice
    DEBIT = "debit"  # invoice without delivery
    CREDIT = "credit"  # credit note, with the returns that belong to it
    STOCK = "stock"  # stock adjustment
    WRITE_OFF = "write_off"  # journal entry


_KINDS = {
    Treatment.GOODS_SALE: DocumentKind.ORDER,
    Treatment.FREE_GOODS: DocumentKind.ORDER,
    Treatment.CHARGE: DocumentKind.ORDER,
    Treatment.DEBIT_NOTE: DocumentKind.DEBIT,
    Treatment.RETURN_WITH_REFERENCE: DocumentKind.CREDIT,
    Treatment.RETURN_WITHOUT_REFERENCE: DocumentKind.CREDIT,
    Treatment.VALUE_CREDIT: DocumentKind.CREDIT,
    Treatment.STOCK_LOSS: DocumentKind.STOCK,
    Treatment.STOCK_FOUND: DocumentKind.STOCK,
    Treatment.WRITE_OFF: DocumentKind.WRITE_OFF,
}
_IN_ORDER = {kind: position for position, kind in enumerate(DocumentKind)}


class PlannedLine(NamedTuple):
    """A line of a planned document. ``reference`` is the key of the sale line that a credit gives back.

    ``list_price`` is what the derived price list asks; where it differs from the price of the line, or is absent, the
    price was agreed by hand.
    """

    classified: ClassifiedLine
    reference: str | None = None
    list_price: Decimal | None = None

    @property
    def quantity(self) -> Decimal:
        """Give the pieces on the document, always positive; the kind of document says the direction."""
        return abs(self.classified.line.quantity)

    @property
    def is_agreed_price(self) -> bool:
        """Say whether the price must be set by hand."""
        return self.list_price != self.classified.line.unit_price


@dataclass(frozen=True, slots=True)
class PlannedDocument:
    """One document to make. ``due_on`` is set where something is invoiced."""

    key: str
    kind: DocumentKind
    number: str
    at: datetime
    account_code: str
    country: str
    lines: tuple[PlannedLine, ...]
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """An invoice that falls due, and is paid as far as it is still open."""

    due_on: date
    document_key: str
    account_code: str


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A line that becomes no document line, and why. A line that was understood counts in the figures."""

    row: int
    reason: str
    excerpt: str
    classified: ClassifiedLine | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step of the replay does, in this order: receive, sell, debit, credit, count, write off, be paid."""

    key: str
    day: date
    supply: tuple[SupplyOrder, ...] = ()
    documents: tuple[PlannedDocument, ...] = ()
    report: tuple[ReportRow, ...] = ()
    due: tuple[Due, ...] = ()

    def of_kind(self, kind: DocumentKind) -> list[PlannedDocument]:
        """Give the documents of one kind in the order of their time."""
        return [document for document in self.documents if document.kind is kind]

    @property
    def lines(self) -> int:
        """Give how many lines of the file this batch settles."""
        return sum(len(document.lines) for document in self.documents) + len(self.report)


def plan_trade(
    path: Path, mapping: ReplayMapping, survey: Survey, *, on_progress: Progress | None = None
) -> Iterator[Batch]:
    """Give the batches of a surveyed file in the order in which they are to be carried out.

    Raises:
        ReplayInputError: the file changed since the survey and cannot be used any more.
    """
    planner = _Planner(mapping, survey)
    for day in days_of_trade(read_trade(path, mapping, on_progress=on_progress)):
        yield from planner.supply_batches(day.day)
        yield from planner.trade_batches(day)


class _Planner:
    """Holds what the plan must remember from one day to the next."""

    def __init__(self, mapping: ReplayMapping, survey: Survey) -> None:
        self._mapping = mapping
        self._survey = survey
        self._classifier = Classifier(mapping)
        self._matcher = SaleMatcher(survey.credits_per_sale_key)
        self._supply = SupplyPlanner(survey.sent_out, survey.products, lines_per_order=mapping.supply.lines_per_order)
        self._due: list[tuple[date, int, Due]] = []
        self._due_count = 0

    def supply_batches(self, day: date) -> Iterator[Batch]:
        """Give one batch per supply order that must have arrived by this day."""
        for order in self._supply.orders_until(day):
            yield Batch(key=order.key, day=order.day, supply=(order,))

    def trade_batches(self, day: TradeDay) -> Iterator[Batch]:
        """Give the batches of one day: documents in the order of their time, cut to the declared size of a set."""
        documents, report = self._documents_of(day)
        for number, part in enumerate(self._sets(documents), start=1):
            for document in part:
                self._remember_due(document)
            yield Batch(f"trade/{day.day}/{number}", day.day, (), part, tuple(report), tuple(self._due_until(day.day)))
            report = []

    def _documents_of(self, day: TradeDay) -> tuple[list[PlannedDocument], list[ReportRow]]:
        parts: list[tuple[FileDocument, DocumentKind, list[ClassifiedLine]]] = []
        report = [_rejected(rejection) for rejection in day.rejections]
        for document in day.documents:
            by_kind: dict[DocumentKind, list[ClassifiedLine]] = {}
            for classified in self._classifier.classify(document):
                if kind := _KINDS.get(classified.treatment):
                    by_kind.setdefault(kind, []).append(classified)
                else:
                    report.append(_reported(classified))
            parts += [(document, kind, lines) for kind, lines in by_kind.items()]
        # In one minute sales come before what gives them back, whatever the order of the file.
        parts.sort(key=lambda part: (part[0].at, _IN_ORDER[part[1]], part[0].row))
        report.sort(key=lambda row: row.row)
        return [self._planned(*part) for part in parts], report

    def _planned(self, document: FileDocument, kind: DocumentKind, lines: list[ClassifiedLine]) -> PlannedDocument:
        account = account_code_of(document, self._mapping)
        return PlannedDocument(
            key=f"{kind}/{document.number}",
            kind=kind,
            number=document.number,
            at=document.at,
            account_code=account,
            country=document.country,
            lines=tuple(self._planned_line(document, account, classified) for classified in lines),
            due_on=self._due_on(document) if kind in (DocumentKind.ORDER, DocumentKind.DEBIT) else None,
        )

    def _planned_line(self, document: FileDocument, account: str, classified: ClassifiedLine) -> PlannedLine:
        line, treatment = classified.line, classified.treatment
        if treatment in SENDS_OUT or treatment in TAKES_IN:
            self._supply.move(classified.sku, abs(line.quantity) * (-1 if treatment in SENDS_OUT else 1))
        sale_key = account, classified.sku, line.unit_price
        if treatment in (Treatment.RETURN_WITHOUT_REFERENCE, Treatment.VALUE_CREDIT):
            if not is_matched(document, self._mapping):
                return PlannedLine(classified)
            reference = self._matcher.take(sale_key, abs(line.quantity))
            if reference and treatment is Treatment.RETURN_WITHOUT_REFERENCE:
                classified = classified._replace(treatment=Treatment.RETURN_WITH_REFERENCE)
            return PlannedLine(classified, reference=reference)
        if treatment in (Treatment.GOODS_SALE, Treatment.CHARGE) and line.unit_price:
            self._matcher.offer(sale_key, classified.key, line.quantity)
        return PlannedLine(classified, list_price=self._list_price(document, classified))

    def _list_price(self, document: FileDocument, classified: ClassifiedLine) -> Decimal | None:
        prices = self._mapping.prices
        group = prices.trade_group if document.customer else prices.counter_group
        scale = self._survey.price_list.get((group, classified.sku))
        return scale.unit_price(classified.line.quantity) if scale else None

    def _due_on(self, document: FileDocument) -> date:
        terms = self._mapping.accounts if document.customer else self._mapping.counter
        return document.at.date() + timedelta(days=terms.terms_days)

    def _remember_due(self, document: PlannedDocument) -> None:
        if document.due_on and any(planned.classified.amount for planned in document.lines):
            self._due_count += 1
            due = Due(document.due_on, document.key, document.account_code)
            heappush(self._due, (due.due_on, self._due_count, due))

    def _due_until(self, day: date) -> Iterator[Due]:
        while self._due and self._due[0][0] <= day:
            yield heappop(self._due)[2]

    def _sets(self, documents: list[PlannedDocument]) -> Iterator[tuple[PlannedDocument, ...]]:
        """Cut a day's documents into sets; a day always has one, for its report and what falls due."""
        part: list[PlannedDocument] = []
        lines = 0
        for document in documents:
            is_full = (
                len(part) == self._mapping.sets.documents or lines + len(document.lines) > self._mapping.sets.lines
            )
            if part and is_full:
                yield tuple(part)
                part, lines = [], 0
            part.append(document)
            lines += len(document.lines)
        yield tuple(part)


def _rejected(rejection: Rejection) -> ReportRow:
    return ReportRow(rejection.row, rejection.reason, rejection.excerpt)


def _reported(classified: ClassifiedLine) -> ReportRow:
    line = classified.line
    excerpt = excerpt_of(f"{classified.key}, {line.code}, {line.quantity:f} x {line.unit_price:f}, {line.description}")
    return ReportRow(line.row, classified.reason, excerpt, classified if classified.trade_class else None)

"""Debit notes, returns and credits of the replay."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from billing.drafts import ValueCreditDraft, ValueLineDraft
from billing.models import InvoiceLine
from billing.services import charge_fees, credit_returns, credit_value
from fulfillment.drafts import ReturnDraft, ReturnLineDraft
from fulfillment.models import ReturnLine
from fulfillment.services import create_returns, receive_returns
from orders_site.replay.classify import Treatment
from orders_site.replay.driver_ground import Ground, Steps
from orders_site.replay.driver_lines import (
    Became,
    Trace,
    became_ids,
    delivery_lines_of,
    note_lines,
    order_lines_of,
)
from orders_site.replay.plan import Batch, DocumentKind, PlannedDocument, PlannedLine

GOODS_BACK = {Treatment.RETURN_WITH_REFERENCE, Treatment.RETURN_WITHOUT_REFERENCE}
NO_VALUE = "The amount rounds to nothing."

Part = tuple[PlannedDocument, int, list[PlannedLine]]  # a document, the order or invoice it refers to or 0, its lines


def debit(ground: Ground, steps: Steps, batch: Batch) -> None:
    """Post a batch's debit notes: invoices without delivery."""
    if documents := batch.of_kind(DocumentKind.DEBIT):
        parts = [(document, 0, list(document.lines)) for document in documents]
        steps.take(batch.key, "debit", lambda: _post_values(ground, parts, batch.day, is_credit=False))


def credit(ground: Ground, steps: Steps, batch: Batch) -> None:
    """Take a batch's returns in and credit them, then credit what is value only."""
    documents = batch.of_kind(DocumentKind.CREDIT)
    backs = [document for document in documents if any(_is_back(line) for line in document.lines)]
    values = [document for document in documents if not all(_is_back(line) for line in document.lines)]
    if backs:
        numbers = [document.number for document in backs]
        steps.take(batch.key, "take_back", lambda: _take_back(ground, backs, batch.day))
        steps.take(batch.key, "credit_returns", lambda: _credit_returns(ground, numbers, batch.day))
    if values:
        steps.take(
            batch.key, "credit_value", lambda: _post_values(ground, _values(ground, values), batch.day, is_credit=True)
        )


def _is_back(planned: PlannedLine) -> bool:
    return planned.classified.treatment in GOODS_BACK


def _take_back(ground: Ground, documents: Sequence[PlannedDocument], on: date) -> None:
    """One return per document and order; what refers to nothing is a return of its own."""
    backs = [(document, [line for line in document.lines if _is_back(line)]) for document in documents]
    sold = order_lines_of(ground, (line.reference for _, lines in backs for line in lines))
    shipped = delivery_lines_of(sold.values())
    sources = {key: shipped[line_id] for key, line_id in sold.items()}
    parts = [
        part
        for document, lines in backs
        for part in _split(document, lines, {key: order_id for key, (_, order_id) in sources.items()})
    ]
    drafts = [_return(ground, *part, on, {key: line_id for key, (line_id, _) in sources.items()}) for part in parts]
    ids = create_returns(drafts=drafts, actor=ground.actor)
    rows = ReturnLine.objects.filter(rma__in=ids).values_list("rma_id", "position", "pk")
    line_ids = {(return_id, position): pk for return_id, position, pk in rows}
    traces: list[Trace] = [
        (planned.classified, line_ids[return_id, position])
        for return_id, (_, _, lines) in zip(ids, parts, strict=True)
        for position, planned in enumerate(lines, 1)
    ]
    note_lines(ground, Became.RETURN_LINE, traces)
    receive_returns(return_ids=ids, business_date=on, actor=ground.actor)


def _split(document: PlannedDocument, lines: Sequence[PlannedLine], targets: dict[str, int]) -> Iterator[Part]:
    """Cut a document's lines by what they refer to, in the order of their targets; file order within each."""

    def target(line: PlannedLine) -> int:
        return targets[line.reference] if line.reference else 0

    for target_id, members in groupby(sorted(lines, key=target), key=target):
        yield document, target_id, list(members)


def _return(
    ground: Ground,
    document: PlannedDocument,
    order_id: int,
    lines: Sequence[PlannedLine],
    on: date,
    shipped: dict[str, int],
) -> ReturnDraft:
    if order_id:
        found = tuple(ReturnLineDraft(line.quantity, delivery_line_id=shipped[line.reference or ""]) for line in lines)
    else:
        found = tuple(
            ReturnLineDraft(
                line.quantity,
                product_id=ground.products[line.classified.sku],
                unit_price=line.classified.line.unit_price,
            )
            for line in lines
        )
    return ReturnDraft(
        company_id=ground.company.pk,
        business_date=on,
        reason=f"Returned, {document.number}",
        lines=found,
        account_id=ground.accounts[document.account_code],
        warehouse_id=ground.warehouse_id,
        currency=ground.mapping.currency,
        import_key=f"{document.number}/{order_id or 'none'}",
    )


def _credit_returns(ground: Ground, numbers: Sequence[str], on: date) -> None:
    line_ids = became_ids(ground, numbers, Became.RETURN_LINE)
    return_ids = set(ReturnLine.objects.filter(pk__in=line_ids).values_list("rma_id", flat=True))
    credit_returns(return_ids=sorted(return_ids), business_date=on, actor=ground.actor)


def _values(ground: Ground, documents: Sequence[PlannedDocument]) -> list[Part]:
    """The value credits of these documents, one per invoice that they refer to."""
    wanted = [(document, [line for line in document.lines if not _is_back(line)]) for document in documents]
    sold = order_lines_of(ground, (line.reference for _, lines in wanted for line in lines))
    rows = InvoiceLine.objects.filter(order_line__in=sold.values(), credited_line=None)
    invoices = dict(rows.values_list("order_line_id", "invoice_id"))
    targets = {key: invoices[line_id] for key, line_id in sold.items()}
    return [part for document, lines in wanted for part in _split(document, lines, targets)]


def _post_values(ground: Ground, parts: Sequence[Part], on: date, *, is_credit: bool) -> None:
    """Post credits or charges of value; lines that round to nothing have no document and are noted with that reason."""
    empty: list[Trace] = [(line.classified, 0) for _, _, lines in parts for line in lines if not line.classified.amount]
    if empty:
        note_lines(ground, Became.NOTHING, empty, reason=NO_VALUE)
    worth = [
        (document, invoice_id, [line for line in lines if line.classified.amount])
        for document, invoice_id, lines in parts
    ]
    worth = [part for part in worth if part[2]]
    drafts = [_value(ground, *part, on, is_credit=is_credit) for part in worth]
    post = credit_value if is_credit else charge_fees
    ids = post(drafts=drafts, actor=ground.actor) if drafts else []
    rows = InvoiceLine.objects.filter(invoice__in=ids).values_list("invoice_id", "position", "pk")
    line_ids = {(invoice_id, position): pk for invoice_id, position, pk in rows}
    traces: list[Trace] = [
        (planned.classified, line_ids[invoice_id, position])
        for invoice_id, (_, _, lines) in zip(ids, worth, strict=True)
        for position, planned in enumerate(lines, 1)
    ]
    if traces:
        note_lines(ground, Became.INVOICE_LINE, traces)


def _value(
    ground: Ground,
    document: PlannedDocument,
    invoice_id: int,
    lines: Sequence[PlannedLine],
    on: date,
    *,
    is_credit: bool,
) -> ValueCreditDraft:
    labels = ground.mapping.codes.by_name
    return ValueCreditDraft(
        company=ground.company,
        account_id=ground.accounts[document.account_code],
        lines=tuple(
            ValueLineDraft(
                line.classified.line.description or labels[line.classified.code_class].label,
                abs(line.classified.amount),
                posting_group=line.classified.code_class,
            )
            for line in lines
        ),
        reason=f"{'Credit' if is_credit else 'Charge'}, {document.number}",
        business_date=on,
        invoice_id=invoice_id or None,
        import_key=f"{document.number}/{invoice_id or 'none'}",
        currency=ground.mapping.currency,
        customer_reference=document.number,
    )

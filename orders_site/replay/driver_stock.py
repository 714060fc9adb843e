"""Supply, stock corrections and write-offs of the replay."""

from collections.abc import Sequence
from datetime import date

from accounting.models import PostingRule
from accounting.services import ManualLine, post_manual_entry
from inventory.drafts import AdjustmentDraft, AdjustmentLineDraft, ReceiptDraft, SupplyDraft, SupplyLineDraft
from inventory.models import StockAdjustmentLine, SupplyOrder
from inventory.services import adjust_stock, create_supply_orders, receive_supplies
from orders_site.replay.classify import Treatment
from orders_site.replay.driver_ground import Ground, ReplayStopped, Steps
from orders_site.replay.driver_lines import Became, Trace, note_lines
from orders_site.replay.plan import Batch, DocumentKind, PlannedDocument, PlannedLine
from orders_site.replay.supply import SupplyOrder as PlannedSupply

NO_REASON = {Treatment.STOCK_LOSS: "Lost, no reason given", Treatment.STOCK_FOUND: "Found, no reason given"}


def supply(ground: Ground, steps: Steps, batch: Batch) -> None:
    """Order what a period needs and receive it on the same day."""
    for order in batch.supply:
        steps.take(order.key, "order", lambda order=order: _order(ground, order))  # type: ignore[misc]
        steps.take(order.key, "receive", lambda order=order: _receive(ground, order))  # type: ignore[misc]


def _reference(ground: Ground, order: PlannedSupply) -> str:
    return f"{ground.run.pk}/{order.key}"


def _order(ground: Ground, order: PlannedSupply) -> None:
    draft = SupplyDraft(
        company_id=ground.company.pk,
        supplier_id=ground.supplier_id,
        warehouse_id=ground.warehouse_id,
        currency=ground.mapping.currency,
        business_date=order.day,
        lines=tuple(
            SupplyLineDraft(ground.products[line.sku], line.quantity, order.day, line.unit_cost) for line in order.lines
        ),
        reference=_reference(ground, order),
    )
    create_supply_orders(drafts=[draft], actor=ground.actor)


def _receive(ground: Ground, order: PlannedSupply) -> None:
    found = SupplyOrder.objects.get(company=ground.company, supplier_reference=_reference(ground, order))
    receive_supplies(receipts=[ReceiptDraft(found.pk, order.day)], actor=ground.actor)


def adjust(ground: Ground, steps: Steps, batch: Batch) -> None:
    """Post a batch's stock corrections."""
    if documents := batch.of_kind(DocumentKind.STOCK):
        steps.take(batch.key, "adjust", lambda: _adjust(ground, documents, batch.day))


def _adjust(ground: Ground, documents: Sequence[PlannedDocument], on: date) -> None:
    drafts = [
        AdjustmentDraft(
            company=ground.company,
            warehouse_id=ground.warehouse_id,
            reason=f"{_reason(document)} ({document.number})",
            business_date=on,
            lines=tuple(_adjustment(ground, planned) for planned in document.lines),
        )
        for document in documents
    ]
    ids = adjust_stock(drafts=drafts, actor=ground.actor)
    lines: dict[int, list[int]] = {}
    rows = StockAdjustmentLine.objects.filter(adjustment__in=ids).order_by("pk")
    for adjustment_id, line_id in rows.values_list("adjustment_id", "pk"):
        lines.setdefault(adjustment_id, []).append(line_id)
    traces: list[Trace] = [
        (planned.classified, line_id)
        for adjustment_id, document in zip(ids, documents, strict=True)
        for planned, line_id in zip(document.lines, lines[adjustment_id], strict=True)
    ]
    note_lines(ground, Became.ADJUSTMENT_LINE, traces)


def _reason(document: PlannedDocument) -> str:
    first = document.lines[0].classified
    return first.line.description or NO_REASON[first.treatment]


def _adjustment(ground: Ground, planned: PlannedLine) -> AdjustmentLineDraft:
    classified = planned.classified
    is_found = classified.treatment is Treatment.STOCK_FOUND
    return AdjustmentLineDraft(
        ground.products[classified.sku],
        None,
        planned.quantity if is_found else -planned.quantity,
        ground.costs[classified.sku] if is_found else None,
    )


def write_off(ground: Ground, steps: Steps, batch: Batch) -> None:
    """Post a batch's bad debt adjustments as journal entries."""
    if documents := batch.of_kind(DocumentKind.WRITE_OFF):
        steps.take(batch.key, "write_off", lambda: _write_off(ground, documents, batch.day))


def _write_off(ground: Ground, documents: Sequence[PlannedDocument], on: date) -> None:
    """Expense against allowance; a positive amount is the other way round."""
    expense, allowance = (
        ledger_account(ground, purpose)
        for purpose in (ground.mapping.write_offs.debit, ground.mapping.write_offs.credit)
    )
    traces: list[Trace] = []
    for document in documents:
        for planned in document.lines:
            amount = planned.classified.amount
            sides = (expense, allowance) if amount < 0 else (allowance, expense)
            entry_id = post_manual_entry(
                company_id=ground.company.pk,
                business_date=on,
                description=f"{planned.classified.line.description or 'Bad debt'}, {document.number}",
                lines=(ManualLine(sides[0], debit=abs(amount)), ManualLine(sides[1], credit=abs(amount))),
                actor=ground.actor,
            )
            traces.append((planned.classified, entry_id))
    note_lines(ground, Became.JOURNAL_ENTRY, traces)


def ledger_account(ground: Ground, purpose: str) -> int:
    """The ledger account of a posting purpose. Raises ReplayStopped when the company has no rule for it."""
    found = PostingRule.objects.filter(company=ground.company, purpose=purpose, group="").values_list(
        "account_id", flat=True
    )
    if not found:
        raise ReplayStopped(f"The company has no ledger account for “{purpose}”, which the mapping names.")
    return int(found[0])

"""Write and post planned documents: the one way in which an invoice or a credit note comes to be."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from moneyed import Money

from accounting.drafts import ApplicationDraft, EntryDraft, OpenItemDraft, functional_amount
from accounting.models import OpenItem
from accounting.services import apply_items, numbered_items, open_items, post_entries
from billing.drafts import CREDIT, INVOICE, PlannedDocument
from billing.events import InvoicesPosted
from billing.loading import BillingTerms, billing_terms
from billing.models import Invoice, InvoiceLine, InvoiceTaxGroup
from billing.postings import invoice_lines
from billing.services.payment_state import refresh_payment_state
from billing.states import InvoiceStatus, PaymentState
from catalog.terms import discount_until, due_date
from core import outbox, trees
from core.events import publish
from core.models import Company, User
from core.numbering import post_last
from core.timeline import TimelineEntry, link, record
from core.wording import listed
from orders.credit.services import CreditMove, lock_exposures
from orders.drafts import Progress
from orders.services import record_credited, record_invoiced

ZERO = Decimal(0)
Written = Sequence[tuple[int, PlannedDocument]]
Terms = Mapping[tuple[int, int], BillingTerms]  # by account and payment terms


def post_documents(
    company: Company,
    documents: Sequence[PlannedDocument],
    *,
    actor: User,
    claims: Mapping[int, OpenItem] | None = None,
) -> list[int]:
    """Write these documents, move orders, credit, ledger and open items with them, and return their ids in order.

    A step of billing's commands: the caller holds the locks of orders, deliveries, returns and invoices, and of the
    open items ``claims`` (by invoice id), against which credit notes are set as far as they are open. Numbers are
    taken at the commit (I9). A document of nothing gets a number, but neither entry nor open item.
    """
    if not documents:
        return []
    terms = billing_terms({(document.account_id, document.terms_id) for document in documents})
    invoices = _insert(company, documents, terms, actor=actor)
    written = [(invoice.pk, document) for invoice, document in zip(invoices, documents, strict=True)]
    _link(written, actor=actor)
    gains = _open(company, written, terms, claims or {}, actor=actor)
    _move_orders_and_credit(company, written, gains, actor=actor)
    post_entries(company=company, drafts=_entries(written), actor=actor)
    publish(InvoicesPosted(actor_id=actor.pk, company_id=company.pk, invoice_ids=tuple(pk for pk, _ in written)))
    quoted = numbered_items(company=company, source_type="invoice")
    post_last(invoices, company=company, verb="post", actor=actor, quoted=quoted)
    outbox.emit("billing.render_invoice_pdf", [{"invoice_id": pk} for pk, _ in written], queue="documents")
    return [pk for pk, _ in written]


def _insert(company: Company, documents: Sequence[PlannedDocument], terms: Terms, *, actor: User) -> list[Invoice]:
    """The documents with their lines and tax groups, in one statement."""
    due = [_due_on(document, terms) for document in documents]
    ids = trees.insert(
        Invoice,
        {
            "direction": [document.direction for document in documents],
            "currency": [document.currency for document in documents],
            "business_date": [document.business_date for document in documents],
            "payment_state": [PaymentState.OPEN if document.gross else PaymentState.PAID for document in documents],
            "account_id": [document.account_id for document in documents],
            "order_id": [document.order_id for document in documents],
            "credits_id": [document.credits_id for document in documents],
            "rma_id": [document.rma_id for document in documents],
            "terms_id": [document.terms_id for document in documents],
            "bill_to": [document.bill_to or _agreed(document, terms).bill_to for document in documents],
            "customer_reference": [document.customer_reference for document in documents],
            "tax_point_on": [document.tax_point_on for document in documents],
            "due_on": due,
            "price_basis": [document.price_basis for document in documents],
            "net": [Money(document.net, document.currency) for document in documents],
            "tax": [Money(document.tax, document.currency) for document in documents],
            "gross": [Money(document.gross, document.currency) for document in documents],
            "fx_rate": [document.rate.rate for document in documents],
            "fx_date": [document.rate.valid_from for document in documents],
            "reason": [document.reason[:200] for document in documents],
            "import_key": [document.import_key for document in documents],
        },
        _lines(documents),
        _tax_groups(documents),
        same={"company_id": company.pk, "created_by_id": actor.pk, "changed_by_id": actor.pk},
    )
    return [
        Invoice(
            pk=pk,
            company=company,
            direction=document.direction,
            business_date=document.business_date,
            status=InvoiceStatus.DRAFT,
        )
        for pk, document in zip(ids, documents, strict=True)
    ]


def _agreed(document: PlannedDocument, terms: Terms) -> BillingTerms:
    return terms[document.account_id, document.terms_id]


def _due_on(document: PlannedDocument, terms: Terms) -> date:
    """An invoice is due by its terms; a credit note at once."""
    if document.direction == CREDIT:
        return document.business_date
    return due_date(_agreed(document, terms), document.business_date)


def _lines(documents: Sequence[PlannedDocument]) -> trees.Rows:
    rows = [
        (place, position, document.currency, line)
        for place, document in enumerate(documents)
        for position, line in enumerate(document.lines, 1)
    ]
    plain = (
        "product_id", "order_line_id", "delivery_line_id", "return_line_id", "credited_line_id", "quantity",
        "sales_quantity", "sales_unit", "unit_price", "price_unit", "tax_code", "tax_percent", "posting_group", "cost",
    )  # fmt: skip
    return trees.Rows(
        InvoiceLine,
        "invoice_id",
        [place for place, _, _, _ in rows],
        {
            "position": [position for _, position, _, _ in rows],
            "currency": [currency for _, _, currency, _ in rows],
            "description": [line.description[:200] for _, _, _, line in rows],
            **{name: [getattr(line, name) for _, _, _, line in rows] for name in plain},
            **{
                name: [Money(getattr(line, name), currency) for _, _, currency, line in rows]
                for name in ("discount", "net", "tax", "gross")
            },
        },
    )


def _tax_groups(documents: Sequence[PlannedDocument]) -> trees.Rows:
    groups = [
        (place, document.currency, group) for place, document in enumerate(documents) for group in document.groups
    ]
    return trees.Rows(
        InvoiceTaxGroup,
        "invoice_id",
        [place for place, _, _ in groups],
        {
            "tax_code": [group.code for _, _, group in groups],
            "tax_percent": [group.percent for _, _, group in groups],
            "kind": [group.kind for _, _, group in groups],
            "reason": [group.reason for _, _, group in groups],
            "currency": [currency for _, currency, _ in groups],
            "base": [Money(group.base, currency) for _, currency, group in groups],
            "tax": [Money(group.tax, currency) for _, currency, group in groups],
        },
    )


def _link(written: Written, *, actor: User) -> None:
    """The chain, and on split bills the reason why they are several."""
    link([(kind, source_id, "invoice", pk) for pk, document in written for kind, source_id in sorted(document.sources)])
    record(
        [
            TimelineEntry(
                "invoice",
                pk,
                "split",
                text=f"Billed apart from other documents of this account, because {listed(document.split_by)} differ.",
            )
            for pk, document in written
            if document.split_by
        ],
        actor=actor,
    )


def _open(
    company: Company,
    written: Written,
    terms: Terms,
    claims: Mapping[int, OpenItem],
    *,
    actor: User,
) -> dict[int, Decimal]:
    """Open each document's item and set credit notes against what they credit.

    Returns the exchange difference that became real, by document id.
    """
    opened = [(pk, document) for pk, document in written if document.gross]
    ids = open_items(company=company, drafts=[_item(pk, document, terms) for pk, document in opened], actor=actor)
    free = {item.pk: item.open_amount for item in claims.values()}
    applications: list[ApplicationDraft] = []
    for (pk, document), own_id in zip(opened, ids, strict=True):
        claim = claims.get(document.credits_id or 0)
        if claim is None:
            continue
        amount = min(document.gross, abs(free[claim.pk]))
        free[claim.pk] = abs(free[claim.pk]) - amount
        if amount > 0:
            debit, credit = (claim.pk, own_id) if document.direction == CREDIT else (own_id, claim.pk)
            applications.append(ApplicationDraft(debit, credit, amount, "invoice", pk, document.business_date))
    if not applications:
        return {}
    results = apply_items(
        company=company,
        applications=applications,
        business_date=applications[0].business_date or date.max,
        source_type="invoice",
        source_id=applications[0].source_id,
        actor=actor,
    )
    touched = {source_id for each in results for _, source_id in (each.debit_source, each.credit_source)}
    refresh_payment_state(touched)
    gains: defaultdict[int, Decimal] = defaultdict(Decimal)
    for application, result in zip(applications, results, strict=True):
        gains[application.source_id] += result.fx_difference
    return gains


def _item(pk: int, document: PlannedDocument, terms: Terms) -> OpenItemDraft:
    agreed = _agreed(document, terms)
    earns_discount = document.direction == INVOICE and agreed.discount_percent > 0
    return OpenItemDraft(
        account_id=document.account_id,
        source_type="invoice",
        source_id=pk,
        reference=document.item_reference,
        currency=document.currency,
        amount=document.sign * document.gross,
        functional_amount=document.sign * functional_amount(document.gross, rate=document.rate),
        issued_on=document.business_date,
        due_on=_due_on(document, terms),
        discount_until=discount_until(agreed, document.business_date) if earns_discount else None,
        discount_percent=agreed.discount_percent if earns_discount else ZERO,
    )


def _move_orders_and_credit(company: Company, written: Written, gains: Mapping[int, Decimal], *, actor: User) -> None:
    """Tell orders what was billed or credited, and move credit with it: a set per direction and business date."""
    sets: defaultdict[tuple[str, date], list[tuple[int, PlannedDocument]]] = defaultdict(list)
    for pk, document in written:
        sets[document.direction, document.business_date].append((pk, document))
    if len(sets) > 1:
        lock_exposures(company, {document.account_id for _, document in written})
    for (direction, on), members in sets.items():
        tell = record_invoiced if direction == INVOICE else record_credited
        moves = [_credit_move(pk, document, gains.get(pk, ZERO)) for pk, document in members]
        tell(company=company, progress=_progress(members), moves=moves, business_date=on, actor=actor)


def _progress(members: Written) -> list[Progress]:
    return [
        Progress(line.order_line_id, line.quantity, "invoice", pk)
        for pk, document in members
        for line in document.lines
        if line.order_line_id is not None and line.quantity
    ]


def _credit_move(pk: int, document: PlannedDocument, gain: Decimal) -> CreditMove:
    functional = document.sign * functional_amount(document.gross, rate=document.rate)
    return CreditMove(document.account_id, "invoice", pk, "open_items", open_items=functional + gain)


def _entries(written: Written) -> list[EntryDraft]:
    return [
        EntryDraft(
            source_type="invoice",
            source_id=pk,
            purpose="post",
            business_date=document.business_date,
            description=_description(document),
            lines=invoice_lines(document),
        )
        for pk, document in written
    ]


def _description(document: PlannedDocument) -> str:
    word = "Invoice" if document.direction == INVOICE else "Credit note"
    about = document.reason or document.customer_reference
    return f"{word}: {about}" if about else word

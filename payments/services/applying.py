"""Setting counter-claims against claims: open items, journal, credit and the documents' states in one step."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from accounting.drafts import ApplicationDraft, Applied, EntryDraft
from accounting.models import OpenItem
from accounting.services import apply_items
from billing.models import Invoice
from billing.services.locking import lock_invoices
from billing.services.payment_state import refresh_payment_state
from core.access import company_ids
from core.commands import command
from core.errors import NotFound
from core.models import Company, User
from core.rounding import round_amount
from core.timeline import TimelineEntry, link, record
from core.wording import amount_text, listed
from orders.credit.services import CreditMove, move_credit
from payments.drafts import Settlement, WantedInvoice
from payments.errors import NothingToApply
from payments.models import Payment
from payments.services.locking import Wishes, lock_claims, lock_payments

ZERO = Decimal(0)
UNAPPLIED = "unapplied"
Edge = tuple[str, int, str, int]  # of the document chain: earlier kind and id, later kind and id


def apply_and_move(
    company: Company,
    applications: Sequence[ApplicationDraft],
    *,
    business_date: date,
    actor: User,
    held: Mapping[int, OpenItem] | None = None,
    moves: Sequence[CreditMove] = (),
    entries: Sequence[EntryDraft] = (),
    story: Sequence[TimelineEntry] = (),
    edges: Sequence[Edge] = (),
) -> list[Applied]:
    """Apply, and move with it what follows: the credit ledger, the invoices' payment state, the chain, the timelines.

    ``held`` are items that the caller has locked or opened. ``moves``, ``entries``, ``story`` and ``edges`` are what
    the same event brings by itself to credit, journal, timelines and chain, written together with it. A step of
    payments' commands; the caller holds the locks of the invoices and payments behind the items. Constant statement
    count.
    """
    applied = apply_items(
        company=company,
        applications=applications,
        business_date=business_date,
        source_type="payment",
        source_id=0,
        actor=actor,
        held=held,
        entries=entries,
    )
    move_after(company, applied, business_date=business_date, actor=actor, moves=moves, story=story, edges=edges)
    return applied


def move_after(
    company: Company,
    applied: Sequence[Applied],
    *,
    business_date: date,
    actor: User,
    moves: Sequence[CreditMove] = (),
    story: Sequence[TimelineEntry] = (),
    edges: Sequence[Edge] = (),
) -> None:
    """Carry applications (or undone ones, below zero) into credit, payment states, chain and timelines."""
    moves = [*moves, *(_credit_move(each) for each in applied)]
    move_credit(company=company, moves=moves, business_date=business_date, actor=actor)
    sides = [side for each in applied for side in (each.debit_source, each.credit_source)]
    refresh_payment_state({source_id for source_type, source_id in sides if source_type == "invoice"})
    link([*edges, *((*each.debit_source, *each.credit_source) for each in applied if each.amount > 0)])
    record([*story, *_story(applied)], actor=actor)


def _credit_move(applied: Applied) -> CreditMove:
    """What an application does to the exposure: both components follow their open items, the difference is realised."""
    credit_functional = applied.functional_amount + applied.fx_difference
    is_payment = applied.credit_control == UNAPPLIED
    return CreditMove(
        account_id=applied.account_id,
        source_type="application",
        source_id=applied.application_id,
        purpose="apply",
        open_items=-applied.functional_amount + (ZERO if is_payment else credit_functional),
        unapplied=-credit_functional if is_payment else ZERO,
    )


def _story(applied: Sequence[Applied]) -> list[TimelineEntry]:
    """One line for each document's timeline: how much of what was set against what."""
    told: defaultdict[tuple[str, int, str], list[str]] = defaultdict(list)
    for each in applied:
        verb = "apply" if each.amount > 0 else "unapply"
        amount = amount_text(round_amount(abs(each.amount), each.currency), each.currency)
        told[(*each.credit_source, verb)].append(f"{amount} to {each.debit_reference}")
        told[(*each.debit_source, verb)].append(f"{amount} by {each.credit_reference}")
    return [
        TimelineEntry(kind, source_id, verb, text=listed(texts[:20]) + (" and more" if texts[20:] else ""))
        for (kind, source_id, verb), texts in told.items()
    ]


@command(permission="payments.receive_payment")
def apply_payment(
    *, payment_id: int, applications: Sequence[WantedInvoice], business_date: date, actor: User, oldest: bool = False
) -> list[Applied]:
    """Set what is left of a payment against these invoices, and against the account's oldest if ``oldest``.

    An amount of None pays what is open, as far as the payment goes. Amounts in the payment's currency.
    Raises NotFound, NothingToApply.
    """
    payment = Payment.objects.filter(pk=payment_id, company__in=company_ids(actor)).first()
    if payment is None:
        raise NotFound("Payment not found.")
    company = payment.company
    oldest_of = {(payment.account_id, payment.currency)} if oldest else set()
    named = Invoice.objects.filter(company=company, pk__in={invoice_id for invoice_id, _ in applications})
    wishes = Wishes(set(named.values_list("pk", flat=True)), oldest_of)
    locked = lock_claims(company, wishes, payment_ids=[payment_id])
    item = locked.on_account.get(payment_id)
    if item is None:
        raise NothingToApply(f"Nothing is left of {payment.number} to apply.")
    parts = locked.claims.spread(
        -item.open_amount, payment.currency, account_id=payment.account_id, wanted=applications, oldest=oldest
    )
    if not parts:
        raise NothingToApply(f"None of the chosen invoices has anything open that {payment.number} could pay.")
    drafts = [
        ApplicationDraft(debit_id, item.pk, amount, "payment", payment_id, business_date) for debit_id, amount in parts
    ]
    return apply_and_move(company, drafts, business_date=business_date, actor=actor, held=locked.items)


@command(permission="payments.receive_payment")
def settle_items(
    *, company: Company, settlements: Sequence[Settlement], business_date: date, actor: User
) -> list[Applied]:
    """Set any counter-claims of an account (payments, credit notes, rebates) against its claims, as a person matched
    them.

    Raises NotFound for items that the actor may not see, NotApplicable naming the item that refuses.
    """
    if not settlements:
        raise NothingToApply("Choose what to set against what.")
    if company.pk not in company_ids(actor):
        raise NotFound("Open item not found.")
    items = lock_documents_behind(
        company, {each.debit_item_id for each in settlements} | {each.credit_item_id for each in settlements}
    )
    drafts = [
        ApplicationDraft(
            each.debit_item_id,
            each.credit_item_id,
            each.amount,
            items[each.credit_item_id].source_type,
            items[each.credit_item_id].source_id,
            business_date,
        )
        for each in settlements
    ]
    return apply_and_move(company, drafts, business_date=business_date, actor=actor)


def lock_documents_behind(company: Company, item_ids: Collection[int]) -> dict[int, OpenItem]:
    """Lock the invoices, then the payments that these open items stand for; the items themselves are locked when they
    are applied.

    Raises NotFound.
    """
    items = OpenItem.objects.filter(company=company).in_bulk(item_ids)
    if len(items) != len(set(item_ids)):
        raise NotFound("Open item not found.")
    lock_invoices(_sources(items.values(), "invoice"))
    lock_payments(_sources(items.values(), "payment"))
    return items


def _sources(items: Iterable[OpenItem], kind: str) -> set[int]:
    return {item.source_id for item in items if item.source_type == kind}

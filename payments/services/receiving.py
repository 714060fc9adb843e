"""Money comes in: a set of payments, each booked, set against what it names, and the rest kept on account."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from accounting.drafts import (
    AmountToPost,
    ApplicationDraft,
    EntryDraft,
    OpenItemDraft,
    converted_lines,
    functional_amount,
)
from accounting.services import as_opened, open_items
from core import bulk, trees
from core.cases import CaseDraft, open_cases
from core.commands import command
from core.fx import Rate, rates_on
from core.models import Company, User
from core.numbering import sequence_numbers
from core.rounding import round_amount
from core.timeline import TimelineEntry
from core.wording import amount_text
from orders.credit.services import CreditMove
from orders.models import Order
from orders.services import lock_orders
from orders.states import OrderStatus
from payments.drafts import PaymentDraft, WantedInvoice
from payments.errors import PaymentRefused
from payments.loading import look_up
from payments.models import Payment
from payments.services.applying import apply_and_move
from payments.services.locking import LockedItems, Wishes, lock_claims
from payments.states import PaymentStatus

LARGEST_AMOUNT = Decimal(10) ** 14  # numeric(19,4) holds fifteen digits before the point
CANCELLED_ORDER = "paid_cancelled_order"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A payment that is written and now gets booked, with its rate and what it should pay."""

    payment: Payment
    rate: Rate
    wanted: Sequence[WantedInvoice] = ()
    oldest: bool = False

    @property
    def amount(self) -> Decimal:
        """In the payment's currency."""
        return Decimal(self.payment.amount.amount)

    @property
    def functional(self) -> Decimal:
        """In the company's functional currency, rounded once."""
        return functional_amount(self.amount, rate=self.rate)


@command(permission="payments.receive_payment")
def receive_payments(*, drafts: Sequence[PaymentDraft], actor: User) -> list[int]:
    """Book money that came in to one company, set it against the invoices it names, and return the payments' ids.

    Dr bank, Cr payments on account; applying moves it to receivables with the realised exchange difference. What is
    not applied stays on account as a counter-claim and lowers the credit exposure. Money for a cancelled order opens a
    case. Locks orders, invoices, open items and credit in that order; the statement count does not depend on the number
    of payments.

    Raises:
        PaymentRefused: an amount, date or method cannot be booked; ``fields`` names which.
        NotFound: an account, order or invoice does not exist in this company.
        NothingToApply: a named amount is more than the payment or the invoice has open.
        ConstraintRefused: an import key or provider reference was booked before.
    """
    if not drafts:
        return []
    known = look_up(drafts, actor=actor)
    require_sane(drafts)
    known.require(drafts)
    company = known.company
    rates = rates_on(
        {(draft.amount.currency.code, draft.business_date) for draft in drafts}, to=company.functional_currency
    )
    lock_named_orders({draft.order_id for draft in drafts if draft.order_id is not None})
    locked = lock_claims(company, wishes_of(drafts))
    payments = insert_payments(drafts, rates, status=PaymentStatus.RECEIVED, actor=actor)
    receipts = [
        Receipt(
            payment,
            rates[draft.amount.currency.code, draft.business_date],
            draft.wanted,
            draft.apply_oldest,
        )
        for payment, draft in zip(payments, drafts, strict=True)
    ]
    story = [
        TimelineEntry.about(payment, "receive", to_status=PaymentStatus.RECEIVED, text=f"{_words(payment)} received")
        for payment in payments
    ]
    book(company, receipts, locked, actor=actor, story=story)
    return [payment.pk for payment in payments]


def require_sane(drafts: Iterable[PaymentDraft]) -> None:
    """Refuse amounts and words that cannot be booked, naming the field. Raises PaymentRefused."""
    for draft in drafts:
        amount, currency = draft.amount.amount, draft.amount.currency.code
        if not amount.is_finite() or amount >= LARGEST_AMOUNT:
            raise _refused("amount", "Enter an amount of at most 14 digits before the point.")
        if amount <= 0:
            raise _refused("amount", "Enter an amount greater than zero.")
        if amount != round_amount(amount, currency):
            raise _refused("amount", f"{amount:f} has more decimal places than {currency} knows.")
        if draft.method not in Payment.Method.values:
            raise _refused("method", "Choose how the money came in.")
        if len(draft.reference) > 60:
            raise _refused("reference", "Enter a reference of at most 60 characters.")
        if "\x00" in draft.reference:
            raise _refused("reference", "The reference contains a character that cannot be stored.")


def _refused(field: str, sentence: str) -> PaymentRefused:
    return PaymentRefused(sentence, fields={field: sentence})


def lock_named_orders(order_ids: Collection[int]) -> None:
    """Lock the orders that are paid in advance: none of them is cancelled while the money is being booked."""
    if order_ids:
        lock_orders(order_ids)


def wishes_of(drafts: Iterable[PaymentDraft]) -> Wishes:
    """Which claims these drafts may take."""
    drafts = list(drafts)
    return Wishes(
        {invoice_id for draft in drafts for invoice_id, _ in draft.wanted},
        {(draft.account_id, draft.amount.currency.code) for draft in drafts if draft.apply_oldest},
    )


def insert_payments(
    drafts: Sequence[PaymentDraft],
    rates: Mapping[tuple[str, date], Rate],
    *,
    status: PaymentStatus,
    actor: User,
    skip_known: bool = False,
) -> list[Payment]:
    """Write the payments with their numbers and rates in one statement. Money that has come in gets its time stamp.

    With ``skip_known`` a payment whose unique keys exist is left out, and the caller looks for what is there; then
    the numbers take a statement of their own.
    """
    found = [rates[draft.amount.currency.code, draft.business_date] for draft in drafts]
    is_received = status == PaymentStatus.RECEIVED
    payments = [
        Payment(
            company_id=draft.company_id,
            currency=draft.amount.currency.code,
            business_date=draft.business_date,
            status=status,
            account_id=draft.account_id,
            order_id=draft.order_id,
            invoice_id=draft.invoice_id,
            method=draft.method,
            amount=draft.amount,
            fx_rate=rate.rate,
            fx_date=rate.valid_from,
            reference=draft.reference.strip(),
            provider=draft.provider,
            provider_reference=draft.provider_reference,
            import_key=draft.import_key,
            received_at=datetime.now(UTC) if is_received else None,
            received_by=actor if is_received else None,
        )
        for draft, rate in zip(drafts, found, strict=True)
    ]
    columns: dict[str, list[Any]] = {name: [getattr(payment, name) for payment in payments] for name in COLUMNS}
    same = {"created_by_id": actor.pk, "changed_by_id": actor.pk}
    if skip_known:
        columns["number"] = sequence_numbers(Payment, columns["business_date"])
        bulk.insert(Payment, columns, same=same, skip_known=True)
        return []
    for payment, (pk, number) in zip(payments, trees.insert_numbered(Payment, columns, same=same), strict=True):
        payment.pk, payment.number = pk, number
    return payments


COLUMNS = (
    "company_id",
    "currency",
    "business_date",
    "status",
    "account_id",
    "order_id",
    "invoice_id",
    "method",
    "amount",
    "fx_rate",
    "fx_date",
    "reference",
    "provider",
    "provider_reference",
    "import_key",
    "received_at",
    "received_by_id",
)


def book(
    company: Company,
    receipts: Sequence[Receipt],
    locked: LockedItems,
    *,
    actor: User,
    story: Sequence[TimelineEntry] = (),
) -> None:
    """Post received payments to ledger and subledger, spread them over the claims, and move credit with them.

    A step of commands that hold the locks of orders, claims and payments. Statements do not depend on the number.
    """
    drafts = [_item(receipt) for receipt in receipts]
    item_ids = open_items(company=company, drafts=drafts, actor=actor)
    applications = [
        ApplicationDraft(debit_id, item_id, amount, "payment", receipt.payment.pk, receipt.payment.business_date)
        for receipt, item_id in zip(receipts, item_ids, strict=True)
        for debit_id, amount in locked.claims.spread(
            receipt.amount,
            receipt.payment.currency,
            account_id=receipt.payment.account_id,
            wanted=receipt.wanted,
            oldest=receipt.oldest,
        )
    ]
    apply_and_move(
        company,
        applications,
        business_date=receipts[0].payment.business_date,
        actor=actor,
        held=locked.items | as_opened(company, drafts, item_ids),
        moves=[_move(receipt) for receipt in receipts],
        entries=[_entry(receipt) for receipt in receipts],
        story=story,
        edges=[
            ("order", each.payment.order_id, "payment", each.payment.pk) for each in receipts if each.payment.order_id
        ],
    )
    _note_cancelled_orders(receipts, actor=actor)


def _move(receipt: Receipt) -> CreditMove:
    return CreditMove(
        account_id=receipt.payment.account_id,
        source_type="payment",
        source_id=receipt.payment.pk,
        purpose="receive",
        unapplied=receipt.functional,
        business_date=receipt.payment.business_date,
    )


def _item(receipt: Receipt) -> OpenItemDraft:
    payment = receipt.payment
    return OpenItemDraft(
        account_id=payment.account_id,
        source_type="payment",
        source_id=payment.pk,
        reference=payment.number or "",
        currency=payment.currency,
        amount=-receipt.amount,
        functional_amount=-receipt.functional,
        issued_on=payment.business_date,
        due_on=payment.business_date,
        control="unapplied",
    )


def _entry(receipt: Receipt) -> EntryDraft:
    payment = receipt.payment
    group = "gateway" if payment.provider else payment.method
    amounts = (
        AmountToPost("bank", receipt.amount, group=group),
        AmountToPost("unapplied", -receipt.amount, partner_id=payment.account_id),
    )
    return EntryDraft(
        source_type="payment",
        source_id=payment.pk,
        purpose="receive",
        business_date=payment.business_date,
        description=" ".join(part for part in ("Payment", payment.number, payment.reference) if part),
        lines=converted_lines(amounts, rate=receipt.rate),
    )


def _note_cancelled_orders(receipts: Sequence[Receipt], *, actor: User) -> None:
    """Money for an order that is cancelled needs a person: send it back, or use it for something else. One query."""
    ids = {receipt.payment.order_id for receipt in receipts if receipt.payment.order_id}
    cancelled = dict(Order.objects.filter(pk__in=ids, status=OrderStatus.CANCELLED).values_list("pk", "number"))
    open_cases(
        cases=[
            cancelled_order_case(receipt.payment, cancelled[receipt.payment.order_id])
            for receipt in receipts
            if receipt.payment.order_id in cancelled
        ],
        actor=actor,
    )


def cancelled_order_case(payment: Payment, order_number: str | None) -> CaseDraft:
    """The case of money that came in for an order that nobody will deliver."""
    return CaseDraft(
        company_id=payment.company_id,
        kind=CANCELLED_ORDER,
        role="Finance",
        document_kind="payment",
        document_id=payment.pk,
        sentence=f"{payment.number} over {_words(payment)} came in for order {order_number}, which is cancelled."
        " Pay it back, or apply it to another invoice.",
        currency=payment.currency,
        value_at_risk=payment.amount.amount,
    )


def _words(payment: Payment) -> str:
    """The payment's amount in words that last."""
    return amount_text(round_amount(payment.amount.amount, payment.currency), payment.currency)

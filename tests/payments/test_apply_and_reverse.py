"""Applying later, and taking back."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounting.errors import NotApplicable
from accounting.models import OpenItem
from core.errors import NotAllowed, NotFound, TransitionRefused
from core.models import Company, DocumentEvent, ExceptionCase, FxRate
from orders.models import CreditTotal
from orders.services import cancel_orders
from payments.drafts import Settlement
from payments.errors import NothingToApply, PaymentRefused
from payments.models import Payment
from payments.services import apply_payment, receive_payments, reverse_payment, settle_items
from tests import factories
from tests.factories import TODAY
from tests.payments.conftest import Cash


def item_of(kind: str, source_id: int) -> OpenItem:
    return OpenItem.objects.get(source_type=kind, source_id=source_id, instalment=1)


def test_what_is_on_account_is_applied_later(cash: Cash) -> None:
    payment = cash.receive("150")
    invoice = cash.invoice(10)

    (applied,) = apply_payment(
        payment_id=payment.pk, applications=[(invoice.pk, None)], business_date=TODAY, actor=cash.world.fay
    )

    invoice.refresh_from_db()
    assert (applied.amount, applied.settled_debit, invoice.payment_state) == (120, True, "paid")
    assert item_of("payment", payment.pk).open_amount == -30
    told = DocumentEvent.objects.filter(verb="apply").values_list("document_kind", "text")
    assert set(told) == {
        ("payment", f"120.00 GBP to {invoice.number}"),
        ("invoice", f"120.00 GBP by {payment.number}"),
    }


def test_a_payment_goes_on_with_the_oldest_when_asked(cash: Cash) -> None:
    payment = cash.receive("150")
    first, second = cash.invoice(10), cash.invoice(5)

    apply_payment(payment_id=payment.pk, applications=[], business_date=TODAY, actor=cash.world.fay, oldest=True)

    assert item_of("invoice", first.pk).open_amount == 0
    assert item_of("invoice", second.pk).open_amount == 30


def test_a_payment_that_is_used_up_is_not_applied_again(cash: Cash) -> None:
    first, second = cash.invoice(10), cash.invoice(5)
    payment = cash.receive("120", invoice_id=first.pk)

    with pytest.raises(NothingToApply, match="Nothing is left of PAY-2026"):
        apply_payment(
            payment_id=payment.pk, applications=[(second.pk, None)], business_date=TODAY, actor=cash.world.fay
        )

    assert item_of("invoice", second.pk).open_amount == 60


def test_items_of_other_accounts_and_companies_do_not_meet(cash: Cash) -> None:
    other = factories.make_account(company=cash.world.company, code="OTHER")
    mine, foreign = cash.invoice(10), cash.receive("50", account_id=other.pk)
    stranger = factories.make_user(
        name="Otto",
        roles=("Finance",),
        companies=(Company.objects.create(code="X", name="X", functional_currency="GBP", country="GB"),),
    )
    wish = [Settlement(item_of("invoice", mine.pk).pk, item_of("payment", foreign.pk).pk, Decimal(10))]

    with pytest.raises(NotApplicable, match="belong to different accounts"):
        settle_items(company=cash.world.company, settlements=wish, business_date=TODAY, actor=cash.world.fay)
    with pytest.raises(NotFound):
        settle_items(company=cash.world.company, settlements=wish, business_date=TODAY, actor=stranger)
    with pytest.raises(NotFound):
        apply_payment(payment_id=foreign.pk, applications=[], business_date=TODAY, actor=stranger)
    with pytest.raises(NotAllowed):
        settle_items(company=cash.world.company, settlements=wish, business_date=TODAY, actor=cash.world.alice)

    assert item_of("payment", foreign.pk).open_amount == -50


def test_items_matched_by_hand_are_settled_and_never_beyond(cash: Cash) -> None:
    invoice, payment = cash.invoice(10), cash.receive("50")
    debit, credit = item_of("invoice", invoice.pk), item_of("payment", payment.pk)

    settle_items(
        company=cash.world.company,
        settlements=[Settlement(debit.pk, credit.pk, Decimal("49.99"))],
        business_date=TODAY,
        actor=cash.world.fay,
    )
    with pytest.raises(NotApplicable, match=r"Only 0\.01 GBP of PAY-2026"):
        settle_items(
            company=cash.world.company,
            settlements=[Settlement(debit.pk, credit.pk, Decimal("0.02"))],
            business_date=TODAY,
            actor=cash.world.fay,
        )

    debit.refresh_from_db()
    assert debit.open_amount == Decimal("70.01")


def test_a_reversal_opens_the_invoices_again_and_takes_everything_back(
    cash: Cash, balance: Callable[[str], Decimal]
) -> None:
    invoice = cash.invoice(10)
    payment = cash.receive("150", invoice_id=invoice.pk)

    reverse_payment(
        payment_id=payment.pk, business_date=TODAY + timedelta(days=3), reason="bounced", actor=cash.world.fay
    )

    invoice.refresh_from_db()
    payment.refresh_from_db()
    total = CreditTotal.objects.get(account=cash.world.acme)
    assert (payment.status, invoice.payment_state) == ("reversed", "open")
    assert (balance("1100"), balance("1200"), balance("2300")) == (0, 120, 0)
    assert (total.open_items, total.unapplied) == (120, 0)
    assert DocumentEvent.objects.get(document_kind="payment", verb="reverse").reason == "bounced"


def test_a_reversal_takes_back_the_exchange_difference(cash: Cash, balance: Callable[[str], Decimal]) -> None:
    world = cash.world
    for days, rate in ((0, "0.85"), (10, "0.91")):
        FxRate.objects.create(
            from_currency="EUR", to_currency="GBP", valid_from=TODAY + timedelta(days=days), rate=Decimal(rate)
        )
    euro = factories.make_account(company=world.company, currency="EUR", country="DE", tax_class="export")
    factories.make_price(company=world.company, product=world.bolt, rate="11.11", currency="EUR")
    invoice = cash.invoice(3, account=euro)
    on = TODAY + timedelta(days=10)
    facts: dict[str, Any] = {"currency": "EUR", "account_id": euro.pk, "business_date": on}
    payment = cash.receive("11.11", invoice_id=invoice.pk, **facts)
    assert balance("7000") == Decimal("-0.67")  # 10.11 - 9.44

    reverse_payment(payment_id=payment.pk, business_date=on, reason="wrong account", actor=world.fay)
    cash.receive("33.33", invoice_id=invoice.pk, **facts)

    item = item_of("invoice", invoice.pk)
    assert (item.open_amount, item.functional_open) == (0, 0)
    assert balance("7000") + balance("7100") == Decimal("-2.00")  # 33.33 x (0.91 - 0.85)
    assert (balance("1200"), balance("2300")) == (0, 0)


def test_a_payment_is_reversed_once_with_a_reason_by_who_may(cash: Cash) -> None:
    payment = cash.receive("120")
    facts: dict[str, Any] = {"payment_id": payment.pk, "business_date": TODAY}

    with pytest.raises(NotAllowed):
        reverse_payment(**facts, reason="x", actor=cash.world.alice)
    with pytest.raises(PaymentRefused):
        reverse_payment(**facts, reason="  ", actor=cash.world.fay)
    with pytest.raises(PaymentRefused, match="cannot be reversed before that"):
        reverse_payment(
            payment_id=payment.pk, business_date=TODAY - timedelta(days=1), reason="x", actor=cash.world.fay
        )
    reverse_payment(**facts, reason="x", actor=cash.world.fay)
    with pytest.raises(TransitionRefused):
        reverse_payment(**facts, reason="x", actor=cash.world.fay)

    assert Payment.objects.get().status == "reversed"


def test_nothing_is_left_to_apply_of_a_reversed_payment(cash: Cash) -> None:
    invoice, payment = cash.invoice(10), cash.receive("120")
    reverse_payment(payment_id=payment.pk, business_date=TODAY, reason="x", actor=cash.world.fay)

    with pytest.raises(NothingToApply):
        apply_payment(
            payment_id=payment.pk, applications=[(invoice.pk, None)], business_date=TODAY, actor=cash.world.fay
        )

    assert item_of("invoice", invoice.pk).open_amount == 120


def test_reversing_resolves_the_case_of_the_cancelled_order(cash: Cash) -> None:
    order = cash.trade.order({cash.world.bolt: "10"})
    cancel_orders(order_ids=[order.pk], reason="changed their mind", actor=cash.world.alice)
    payment = cash.receive("120", order_id=order.pk)

    reverse_payment(payment_id=payment.pk, business_date=TODAY, reason="paid back", actor=cash.world.fay)

    assert ExceptionCase.objects.get().resolved_at is not None


def test_a_payment_applied_many_times_costs_as_much_as_one_applied_once(
    cash: Cash, count_statements: Callable[..., Any]
) -> None:
    cash.receive("1")  # rights and companies are kept on the actor
    counts = []
    for invoices in (1, 3):
        for _ in range(invoices):
            cash.invoice(1)
        with count_statements() as statements:
            receive_payments(drafts=[cash.draft("100", apply_oldest=True)], actor=cash.world.fay)
        counts.append(statements.count)

    assert counts[0] == counts[1]

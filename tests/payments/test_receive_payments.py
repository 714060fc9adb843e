"""Money that comes in: booked once, spread over invoices, the rest on account."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from moneyed import Money

from accounting.models import Application, OpenItem
from billing.models import Invoice
from core.errors import ConstraintRefused, KeyReused, NotAllowed, NotFound
from core.models import Company, CompanyMembership, DocumentLink, ExceptionCase, FxRate
from orders.models import CreditTotal
from orders.services import cancel_orders
from payments.errors import NothingToApply, PaymentRefused
from payments.models import Payment
from payments.services import receive_payments
from tests import factories
from tests.factories import TODAY
from tests.payments.conftest import Cash
from tests.world import World


def test_a_payment_for_a_named_invoice_pays_it(cash: Cash, balance: Callable[[str], Decimal]) -> None:
    invoice = cash.invoice(10)

    payment = cash.receive("120", invoice_id=invoice.pk, reference="INV-1")

    invoice.refresh_from_db()
    assert (payment.status, payment.amount) == ("received", Money(120, "GBP"))
    assert re.fullmatch(r"PAY-2026-\d{6}", payment.number or "")
    assert invoice.payment_state == "paid"
    assert (balance("1100"), balance("1200"), balance("2300")) == (120, 0, 0)
    assert DocumentLink.objects.filter(
        earlier_kind="invoice", earlier_id=invoice.pk, later_kind="payment", later_id=payment.pk
    ).exists()


def test_a_part_payment_leaves_the_invoice_part_paid(cash: Cash, balance: Callable[[str], Decimal]) -> None:
    invoice = cash.invoice(10)

    cash.receive("50", invoice_id=invoice.pk)

    invoice.refresh_from_db()
    assert invoice.payment_state == "part"
    assert balance("1200") == 70


def test_an_over_payment_stays_on_account_and_lowers_the_exposure(
    cash: Cash, balance: Callable[[str], Decimal]
) -> None:
    invoice = cash.invoice(10)

    payment = cash.receive("150", invoice_id=invoice.pk)

    item = OpenItem.objects.get(source_type="payment", source_id=payment.pk)
    total = CreditTotal.objects.get(account=cash.world.acme)
    assert (item.control, item.open_amount) == ("unapplied", Decimal(-30))
    assert (total.open_items, total.unapplied) == (0, 30)
    assert (balance("1100"), balance("2300")) == (150, -30)


def test_oldest_first_pays_by_due_date_and_ends_when_the_money_does(cash: Cash) -> None:
    first, second, third = cash.invoice(10), cash.invoice(5), cash.invoice(10)

    cash.receive("200", apply_oldest=True)

    states = dict(Invoice.objects.values_list("pk", "payment_state"))
    assert states == {first.pk: "paid", second.pk: "paid", third.pk: "part"}
    assert OpenItem.objects.get(source_type="invoice", source_id=third.pk).open_amount == 100


def test_named_amounts_are_exact(cash: Cash) -> None:
    first, second = cash.invoice(10), cash.invoice(5)

    cash.receive("100", apply_to=((second.pk, Decimal(60)), (first.pk, Decimal("12.34"))))

    opened = dict(OpenItem.objects.filter(source_type="invoice").values_list("source_id", "open_amount"))
    assert opened == {first.pk: Decimal("107.66"), second.pk: 0}


@pytest.mark.parametrize(
    ("amount", "named", "says"),
    [
        ("100", "100.01", "The payment has only 100.00 GBP left"),
        ("500", "120.01", "Only 120.00 GBP of INV-2026-000001 is open"),
        ("100", "0", "not an amount in GBP"),
        ("100", "-1", "not an amount in GBP"),
        ("100", "1.005", "not an amount in GBP"),
    ],
)
def test_more_than_is_there_is_not_applied(cash: Cash, amount: str, named: str, says: str) -> None:
    invoice = cash.invoice(10)

    with pytest.raises(NothingToApply, match=says):
        cash.receive(amount, apply_to=((invoice.pk, Decimal(named)),))

    assert not Payment.objects.exists()


def test_two_payments_of_one_call_do_not_pay_the_same_twice(cash: Cash) -> None:
    invoice = cash.invoice(10)

    ids = receive_payments(
        drafts=[cash.draft("80", invoice_id=invoice.pk), cash.draft("80", invoice_id=invoice.pk)],
        actor=cash.world.fay,
    )

    left = OpenItem.objects.filter(source_type="payment").order_by("source_id").values_list("source_id", "open_amount")
    assert list(left) == [(ids[0], 0), (ids[1], Decimal(-40))]


@pytest.mark.parametrize(
    ("amount", "field", "facts"),
    [
        ("0", "amount", {}),
        ("-5", "amount", {}),
        ("1.005", "amount", {}),
        ("NaN", "amount", {}),
        ("Infinity", "amount", {}),
        ("1e999", "amount", {}),
        ("5", "method", {"method": "gold"}),
        ("5", "reference", {"reference": "x" * 61}),
        ("5", "reference", {"reference": "a\x00b"}),
    ],
)
def test_what_cannot_be_booked_is_refused_at_its_field(
    cash: Cash, amount: str, field: str, facts: dict[str, str]
) -> None:
    with pytest.raises(PaymentRefused) as refused:
        cash.receive(amount, **facts)

    assert list(refused.value.fields) == [field]
    assert not Payment.objects.exists()


def test_without_the_right_nothing_changes(cash: Cash) -> None:
    invoice = cash.invoice(10)

    with pytest.raises(NotAllowed):
        receive_payments(drafts=[cash.draft("120", invoice_id=invoice.pk)], actor=cash.world.charlie)

    invoice.refresh_from_db()
    assert (invoice.payment_state, Payment.objects.count()) == ("open", 0)


def test_a_closed_period_takes_no_money(cash: Cash) -> None:
    with pytest.raises(ConstraintRefused, match="locked or does not exist"):
        cash.receive("5", business_date=TODAY.replace(year=2031))

    assert not Payment.objects.exists()


def test_other_peoples_companies_accounts_and_invoices_do_not_exist(cash: Cash) -> None:
    stranger = factories.make_account(company=cash.world.company, code="OTHER")
    invoice = cash.invoice(10)
    other = Company.objects.create(code="X", name="X", functional_currency="GBP", country="GB")
    outsider = factories.make_user(name="Otto", roles=("Finance",), companies=(other,))

    with pytest.raises(NotFound):
        cash.receive("120", account_id=stranger.pk, invoice_id=invoice.pk)
    with pytest.raises(NotFound):
        receive_payments(drafts=[cash.draft("120")], actor=outsider)
    CompanyMembership.objects.create(user=cash.world.fay, company=other)
    with pytest.raises(NotFound):
        cash.receive("120", order_id=999_999)

    assert not Payment.objects.exists()


def test_the_same_key_books_once_and_answers_twice(cash: Cash) -> None:
    drafts = [cash.draft("120")]

    first = receive_payments.once("k")(drafts=drafts, actor=cash.world.fay)
    again = receive_payments.once("k")(drafts=drafts, actor=cash.world.fay)

    assert first == again
    assert Payment.objects.count() == 1
    with pytest.raises(KeyReused):
        receive_payments.once("k")(drafts=[cash.draft("121")], actor=cash.world.fay)


def test_an_import_key_is_booked_once(cash: Cash) -> None:
    cash.receive("120", import_key="bank-1")

    with pytest.raises(ConstraintRefused, match="booked before"):
        cash.receive("120", import_key="bank-1")

    assert Payment.objects.count() == 1


def test_a_foreign_invoice_reaches_zero_in_both_currencies_and_the_difference_is_realised(
    cash: Cash, balance: Callable[[str], Decimal]
) -> None:
    world = cash.world
    for days, rate in ((0, "0.85"), (10, "0.90"), (20, "0.83")):
        FxRate.objects.create(
            from_currency="EUR", to_currency="GBP", valid_from=TODAY + timedelta(days=days), rate=Decimal(rate)
        )
    euro = factories.make_account(company=world.company, currency="EUR", country="DE", tax_class="export")
    factories.make_price(company=world.company, product=world.bolt, rate="11.11", currency="EUR")
    invoice = cash.invoice(3, account=euro)

    for days, amount in ((10, "11.11"), (20, "22.22")):
        cash.receive(
            amount,
            currency="EUR",
            account_id=euro.pk,
            invoice_id=invoice.pk,
            business_date=TODAY + timedelta(days=days),
        )

    item = OpenItem.objects.get(source_type="invoice", source_id=invoice.pk)
    invoice.refresh_from_db()
    assert invoice.payment_state == "paid"
    assert (item.open_amount, item.functional_open) == (0, 0)
    assert item.functional_amount == Decimal("28.33")  # 33.33 x 0.85
    assert balance("1100") == Decimal("28.44")  # 10.00 + 18.44
    assert (balance("7000"), balance("7100")) == (Decimal("-0.56"), Decimal("0.45"))
    assert (balance("1200"), balance("2300")) == (0, 0)


def test_money_in_another_currency_than_the_invoice_is_refused(cash: Cash) -> None:
    FxRate.objects.create(from_currency="EUR", to_currency="GBP", valid_from=TODAY, rate=Decimal("0.85"))
    invoice = cash.invoice(10)

    with pytest.raises(NothingToApply, match="is in GBP; a payment in EUR cannot pay it"):
        cash.receive("100", currency="EUR", invoice_id=invoice.pk)


def test_money_for_a_cancelled_order_stays_on_account_and_opens_a_case(cash: Cash) -> None:
    order = cash.trade.order({cash.world.bolt: "10"})
    cancel_orders(order_ids=[order.pk], reason="changed their mind", actor=cash.world.alice)

    payment = cash.receive("120", order_id=order.pk)

    case = ExceptionCase.objects.get(kind="paid_cancelled_order")
    assert (case.document_id, case.value_at_risk, case.role) == (payment.pk, 120, "Finance")
    assert order.number in case.sentence


def test_a_set_costs_the_same_statements_whatever_its_size(
    world: World, cash: Cash, count_statements: Callable[..., object]
) -> None:
    receive_payments(drafts=[cash.draft("1")], actor=world.fay)  # rights and companies are kept on the actor
    counts = []
    for size in (10, 1000):
        drafts = [cash.draft(f"{n + 1}.07", business_date=TODAY + timedelta(days=n % 20)) for n in range(size)]
        with count_statements() as statements:  # type: ignore[attr-defined]
            receive_payments(drafts=drafts, actor=world.fay)
        counts.append(statements.count)

    assert counts[0] == counts[1]
    assert Application.objects.count() == 0

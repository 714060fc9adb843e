"""Setting payments and credit notes against claims: exact in both currencies, and in the ledger."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounting.drafts import ApplicationDraft, Applied, OpenItemDraft
from accounting.errors import NotApplicable
from accounting.models import Application, JournalEntry, OpenItem
from accounting.services import apply_items, unapply_items
from catalog.models import Account
from core.errors import NotFound
from core.models import Company, User
from tests.accounting.conftest import DAY, balance, facts, sides
from tests.accounting.makers import post_with_item

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("healthy")]
APRIL = date(2026, 4, 20)
Make = Callable[..., OpenItem]


def apply(company: Company, actor: User, *pairs: tuple[OpenItem, OpenItem, str], on: date = DAY) -> list[Applied]:
    return apply_items(
        company=company,
        applications=[ApplicationDraft(debit.pk, credit.pk, Decimal(amount)) for debit, credit, amount in pairs],
        business_date=on,
        source_type="payment",
        source_id=pairs[0][1].source_id,
        actor=actor,
    )


def test_a_payment_settles_its_invoice(company: Company, claim: Make, money: Make, system: User) -> None:
    invoice, payment = claim(1, "100", "19"), money(1, "119")

    (applied,) = apply(company, system, (invoice, payment, "119"))

    assert (applied.settled_debit, applied.settled_credit, applied.functional_amount) == (True, True, Decimal(119))
    assert (applied.debit_source, applied.credit_source) == (("invoice", 1), ("payment", 1))
    assert facts(invoice, "open_amount", "functional_open", "settled_on") == (0, 0, DAY)
    assert facts(payment, "open_amount", "functional_open", "settled_on") == (0, 0, DAY)
    assert sides(JournalEntry.objects.get(purpose__startswith="apply")) == [
        ("1200", Decimal(0), Decimal(119)),
        ("2300", Decimal(119), Decimal(0)),
    ]
    assert (balance(company, "1200"), balance(company, "2300"), balance(company, "1100")) == (0, 0, 119)


def test_an_over_payment_stays_on_account(company: Company, claim: Make, money: Make, system: User) -> None:
    invoice, payment = claim(1, "100"), money(1, "150")

    apply(company, system, (invoice, payment, "100"))

    assert facts(payment, "open_amount", "functional_open", "settled_on") == (-50, -50, None)
    assert balance(company, "2300") == -50


def test_a_foreign_invoice_reaches_zero_in_both_currencies_with_the_gain_posted(
    company: Company, claim: Make, money: Make, bolt: Account, dollars: None, system: User
) -> None:
    invoice = claim(1, "100.05", account=bolt, currency="USD")  # at 0.90: 90.05 EUR
    payment = money(1, "100.05", account=bolt, currency="USD", on=APRIL)  # at 0.95: 95.05 EUR

    (applied,) = apply(company, system, (invoice, payment, "100.05"), on=APRIL)

    assert applied.fx_difference == Decimal("5.00")
    assert facts(invoice, "open_amount", "functional_open") == (0, 0)
    assert facts(payment, "open_amount", "functional_open") == (0, 0)
    assert (balance(company, "1200"), balance(company, "2300")) == (0, 0)
    assert balance(company, "7000") == Decimal("-5.00")


def test_a_falling_rate_is_a_loss_and_undoing_takes_it_back_from_the_same_account(
    company: Company, claim: Make, money: Make, bolt: Account, dollars: None, system: User
) -> None:
    invoice = claim(1, "200", account=bolt, currency="USD", on=APRIL)  # 190 EUR
    payment = money(1, "100", account=bolt, currency="USD")  # 90 EUR

    apply(company, system, (invoice, payment, "100"), on=APRIL)
    after_applying = (balance(company, "1200"), balance(company, "7100"))
    apply(company, system, (invoice, payment, "-100"), on=APRIL)

    assert after_applying == (95, 5)
    assert (balance(company, "1200"), balance(company, "7000"), balance(company, "7100")) == (190, 0, 0)
    assert facts(invoice, "open_amount", "functional_open") == (200, 190)
    assert facts(payment, "open_amount", "functional_open") == (-100, -90)


def test_parts_leave_no_cent_behind(
    company: Company, claim: Make, money: Make, bolt: Account, dollars: None, system: User
) -> None:
    invoice = claim(1, "0.10", account=bolt, currency="USD")  # 0.09 EUR
    parts = [money(number, "0.03", account=bolt, currency="USD", on=APRIL) for number in (1, 2, 3)]
    rest = money(4, "0.01", account=bolt, currency="USD", on=APRIL)

    apply(company, system, *((invoice, part, "0.03") for part in parts), on=APRIL)
    apply(company, system, (invoice, rest, "0.01"), on=APRIL)

    assert facts(invoice, "open_amount", "functional_open") == (0, 0)
    assert balance(company, "1200") == 0


def test_a_credit_note_stays_within_receivables(company: Company, claim: Make, acme: Account, system: User) -> None:
    invoice = claim(1, "100")
    draft = OpenItemDraft(acme.pk, "credit_note", 9, "CN-9", "EUR", Decimal(-30), Decimal(-30), DAY, DAY)
    note = OpenItem.objects.get(pk=post_with_item(company=company, draft=draft, actor=system))

    (applied,) = apply(company, system, (invoice, note, "30"))

    assert applied.settled_credit
    assert not JournalEntry.objects.filter(purpose__startswith="apply").exists()
    assert balance(company, "1200") == 70


def test_undoing_all_that_is_applied_reopens_both_sides(
    company: Company, claim: Make, money: Make, system: User
) -> None:
    first, second, payment = claim(1, "60"), claim(2, "60"), money(1, "100")
    apply(company, system, (first, payment, "60"), (second, payment, "40"))

    undone = unapply_items(
        company=company, item_ids=[payment.pk], business_date=DAY, source_type="payment", source_id=1, actor=system
    )

    assert [each.amount for each in undone] == [-60, -40]
    assert facts(payment, "open_amount", "settled_on") == (-100, None)
    assert facts(first, "open_amount", "settled_on") == (60, None)
    assert (balance(company, "1200"), balance(company, "2300")) == (120, -100)


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("100.01", "Only 100.00 EUR of INV-1 is open; 100.01 EUR cannot be applied."),
        ("0", "0 is not an amount in EUR that can be applied."),
        ("0.005", "0.005 is not an amount in EUR that can be applied."),
        ("-1", "Only 0.00 EUR of P-1 is applied to INV-1."),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_changed(
    amount: str, sentence: str, company: Company, claim: Make, money: Make, system: User
) -> None:
    invoice, payment = claim(1, "100"), money(1, "150")

    with pytest.raises(NotApplicable) as refused:
        apply(company, system, (invoice, payment, amount))

    assert refused.value.sentence == sentence
    assert facts(invoice, "open_amount") == (100,)
    assert not Application.objects.exists()


def test_items_of_other_accounts_currencies_and_companies_are_refused(
    company: Company, claim: Make, money: Make, bolt: Account, dollars: None, system: User
) -> None:
    invoice = claim(1, "100")
    other_account, other_currency = money(1, "100", account=bolt), money(2, "100", currency="USD")
    elsewhere = Company.objects.create(code="OTHER", name="Other", functional_currency="EUR", country="DE")

    for credit, words in (
        (other_account, "different accounts"),
        (other_currency, "is in USD"),
        (claim(2, "5"), "counter-claim"),
    ):
        with pytest.raises(NotApplicable, match=words):
            apply(company, system, (invoice, credit, "1"))
    with pytest.raises(NotFound):
        apply(elsewhere, system, (invoice, other_account, "1"))

    assert not Application.objects.exists()


def test_an_application_takes_effect_when_both_exist(company: Company, claim: Make, money: Make, system: User) -> None:
    advance, invoice = money(1, "100", on=DAY), claim(1, "100", on=APRIL)

    apply(company, system, (invoice, advance, "100"), on=DAY)

    assert Application.objects.get().business_date == APRIL
    assert JournalEntry.objects.get(purpose__startswith="apply").business_date == APRIL


def test_statement_count_is_the_same_for_2_and_40_applications(
    company: Company, claim: Make, money: Make, system: User, count_statements: Callable[..., object]
) -> None:
    invoices = [claim(number, "10") for number in range(1, 43)]
    payment = money(1, "420")

    with count_statements() as few:
        apply(company, system, *((invoice, payment, "10") for invoice in invoices[:2]))
    with count_statements() as many:
        apply(company, system, *((invoice, payment, "10") for invoice in invoices[2:]))

    assert len(few) == len(many)
    assert len(many) == 6


@pytest.mark.parametrize("wrong", ["account", "currency", "company", "side", "own currency"])
def test_the_database_refuses_partners_that_do_not_match(
    wrong: str, company: Company, claim: Make, money: Make, acme: Account, bolt: Account, dollars: None
) -> None:
    elsewhere = Company.objects.create(code="OTHER", name="Other", functional_currency="EUR", country="DE")
    invoice = claim(1, "10")
    credit = {
        "account": lambda: money(1, "10", account=bolt),
        "currency": lambda: money(1, "10", currency="USD"),
        "side": lambda: claim(2, "10"),
    }.get(wrong, lambda: money(1, "10"))()

    with pytest.raises(IntegrityError, match="same account, company and currency"), transaction.atomic():
        Application.objects.create(
            company=elsewhere if wrong == "company" else company,
            debit_item=invoice,
            credit_item=credit,
            currency="USD" if wrong == "own currency" else "EUR",
            amount=Decimal(1),
            business_date=DAY,
            source_type="payment",
            source_id=1,
            command_uid=uuid4(),
        )

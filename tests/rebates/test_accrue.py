"""What invoices and credit notes add to agreements."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounting.models import JournalEntry
from billing.drafts import ValueCreditDraft, ValueLineDraft
from billing.services import credit_value
from catalog.models import Category
from core.errors import NotAllowed, StaleVersion, TransitionRefused
from core.models import FxRate
from rebates.errors import AgreementRefused
from rebates.models import RebateMovement, RebateTotal
from rebates.services import accrue_invoices, activate_agreement, change_expected_rate, create_agreement
from tests import factories
from tests.factories import TODAY
from tests.rebates.conftest import Rebates


def total_of(agreement_id: int) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    total = RebateTotal.objects.get(agreement=agreement_id)
    return total.base, total.accrued, total.settled, total.liability


def credit(rebates: Rebates, invoice_id: int, net: str) -> None:
    credit_value(
        drafts=[
            ValueCreditDraft(
                company=rebates.world.company,
                account_id=rebates.world.acme.pk,
                lines=(ValueLineDraft("Allowance", Decimal(net)),),
                reason="scratched",
                business_date=TODAY,
                invoice_id=invoice_id,
            )
        ],
        actor=rebates.world.fay,
    )


def test_an_invoice_accrues_its_net_value_at_the_expected_rate(
    rebates: Rebates, balance: Callable[[str], Decimal]
) -> None:
    agreement = rebates.agree(("0", "2"), ("1000", "5"))

    invoice = rebates.invoice(10)

    assert total_of(agreement.pk) == (100, 3, 0, 3)
    assert (balance("4900"), balance("2400")) == (3, -3)
    entry = JournalEntry.objects.get(source_type="invoice", source_id=invoice.pk, purpose=f"rebate {agreement.pk}")
    assert entry.business_date == invoice.business_date


def test_a_credit_note_takes_back_what_its_invoice_brought(rebates: Rebates, balance: Callable[[str], Decimal]) -> None:
    agreement = rebates.agree(("0", "2"), expected_percent=Decimal("3.3333"))
    invoice = rebates.invoice(10)
    assert total_of(agreement.pk)[1] == Decimal("3.33")

    credit(rebates, invoice.pk, "100")

    assert total_of(agreement.pk) == (0, 0, 0, 0)
    assert (balance("4900"), balance("2400")) == (0, 0)


def test_roundings_of_many_invoices_do_not_add_up(rebates: Rebates) -> None:
    agreement = rebates.agree(("0", "2"), expected_percent=Decimal("0.33"))

    for _ in range(3):
        rebates.invoice(1)

    assert total_of(agreement.pk)[:2] == (30, Decimal("0.10"))  # three times 0.033 on its own would be 0.09


def test_only_the_account_the_period_and_the_category_count(rebates: Rebates) -> None:
    world = rebates.world
    hardware = Category.objects.create(code="HW", name="Hardware")
    bolts = Category.objects.create(code="BOLTS", name="Bolts", parent=hardware)
    world.bolt.category = bolts
    world.bolt.save(update_fields=["category"])
    other = factories.make_account(company=world.company, code="OTHER")
    below = rebates.agree(("0", "2"), category_id=hardware.pk)
    elsewhere = rebates.agree(("0", "2"), account_id=other.pk)
    earlier = rebates.agree(("0", "2"), valid_until=TODAY - timedelta(days=1))
    later = rebates.agree(("0", "2"), valid_from=TODAY + timedelta(days=1))

    rebates.invoice(10)
    rebates.invoice(10, product=world.mug)

    assert total_of(below.pk)[0] == 100
    assert not RebateTotal.objects.filter(agreement__in=[elsewhere, earlier, later]).exists()


def test_a_back_dated_agreement_counts_what_was_posted_in_its_period(rebates: Rebates) -> None:
    rebates.invoice(10)
    rebates.invoice(5)

    agreement = rebates.agree(("0", "2"))
    rebates.invoice(1)

    assert total_of(agreement.pk)[:2] == (160, Decimal("4.80"))


def test_counting_again_changes_nothing(rebates: Rebates) -> None:
    agreement = rebates.agree(("0", "2"))
    invoice = rebates.invoice(10)

    accrue_invoices(company_id=rebates.world.company.pk, invoice_ids=[invoice.pk], actor=rebates.world.fay)

    assert total_of(agreement.pk)[0] == 100
    assert RebateMovement.objects.count() == 1


def test_a_foreign_invoice_counts_in_the_currency_of_the_agreement(rebates: Rebates) -> None:
    world = rebates.world
    for currency, rate in (("EUR", "0.85"), ("USD", "0.75")):
        FxRate.objects.create(from_currency=currency, to_currency="GBP", valid_from=TODAY, rate=Decimal(rate))
    euro = factories.make_account(company=world.company, currency="EUR", country="DE", tax_class="export")
    factories.make_price(company=world.company, product=world.bolt, rate="11.11", currency="EUR")
    ours, theirs, dollars = (
        rebates.agree(("0", "2"), account_id=euro.pk, currency=currency) for currency in ("GBP", "EUR", "USD")
    )

    rebates.invoice(3, account=euro)

    assert total_of(ours.pk) == (Decimal("28.33"), Decimal("0.85"), 0, Decimal("0.85"))
    assert total_of(theirs.pk) == (Decimal("33.33"), Decimal("1.00"), 0, Decimal("0.85"))
    assert total_of(dollars.pk) == (Decimal("37.77"), Decimal("1.13"), 0, Decimal("0.85"))


def test_a_new_expected_rate_corrects_what_was_accrued_by_the_difference(
    rebates: Rebates, balance: Callable[[str], Decimal]
) -> None:
    agreement = rebates.agree(("0", "2"))
    rebates.invoice(10)

    change_expected_rate(
        agreement_id=agreement.pk,
        version=agreement.version,
        percent=Decimal("4.5"),
        business_date=TODAY,
        reason="on the way to the next tier",
        actor=rebates.world.fay,
    )
    rebates.invoice(10)

    assert total_of(agreement.pk) == (200, 9, 0, 9)
    assert balance("2400") == -9
    with pytest.raises(StaleVersion):
        change_expected_rate(
            agreement_id=agreement.pk,
            version=agreement.version,
            percent=Decimal(5),
            business_date=TODAY,
            reason="",
            actor=rebates.world.fay,
        )


def test_only_who_may_writes_and_activates_and_only_once(rebates: Rebates) -> None:
    with pytest.raises(NotAllowed):
        create_agreement(draft=rebates.terms(("0", "2")), actor=rebates.world.alice)
    agreement = rebates.agree(("0", "2"))
    with pytest.raises(TransitionRefused):
        activate_agreement(agreement_id=agreement.pk, actor=rebates.world.fay)
    with pytest.raises(NotAllowed):
        activate_agreement(agreement_id=agreement.pk, actor=rebates.world.charlie)


@pytest.mark.parametrize(
    ("tiers", "facts", "fields"),
    [
        ((), {}, {"tiers"}),
        ((("0", "2"), ("0", "3")), {}, {"tiers-1-starts_at"}),
        ((("-1", "2"),), {}, {"tiers-0-starts_at"}),
        ((("NaN", "2"),), {}, {"tiers-0-starts_at"}),
        ((("0.001", "2"),), {}, {"tiers-0-starts_at"}),
        ((("1e999", "2"),), {}, {"tiers-0-starts_at"}),
        ((("0", "101"),), {}, {"tiers-0-percent"}),
        ((("0", "NaN"),), {}, {"tiers-0-percent"}),
        ((("0", "1.00001"),), {}, {"tiers-0-percent"}),
        ((("0", "2"),), {"expected_percent": Decimal("-1")}, {"expected_percent"}),
        ((("0", "2"),), {"name": " "}, {"name"}),
        ((("0", "2"),), {"name": "x" * 121}, {"name"}),
        ((("0", "2"),), {"method": "magic"}, {"method"}),
        ((("0", "2"),), {"currency": "XXX"}, {"currency"}),
        ((("0", "2"),), {"valid_until": date(2025, 1, 1)}, {"valid_until"}),
    ],
)
def test_terms_that_cannot_be_kept_are_refused_at_their_field(
    rebates: Rebates, tiers: tuple[tuple[str, str], ...], facts: dict[str, Any], fields: set[str]
) -> None:
    with pytest.raises(AgreementRefused) as refused:
        create_agreement(draft=rebates.terms(*tiers, **facts), actor=rebates.world.fay)

    assert set(refused.value.fields) == fields


def test_invoices_cost_the_same_statements_whatever_their_number(
    rebates: Rebates, count_statements: Callable[..., Any]
) -> None:
    other = factories.make_account(company=rebates.world.company, code="OTHER")
    rebates.invoice(1)
    for _ in range(4):
        rebates.invoice(1, account=other)
    counts = []
    for account in (rebates.world.acme, other):
        draft = rebates.terms(("0", "2"), account_id=account.pk)
        agreement_id = create_agreement(draft=draft, actor=rebates.world.fay)
        with count_statements() as statements:
            activate_agreement(agreement_id=agreement_id, actor=rebates.world.fay)
        counts.append(statements.count)

    assert counts[0] == counts[1]
    assert RebateMovement.objects.count() == 5

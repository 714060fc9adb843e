"""Credits and charges for value only."""

from dataclasses import replace
from decimal import Decimal

import pytest

from accounting.models import OpenItem
from billing.drafts import ValueCreditDraft, ValueLineDraft
from billing.errors import NotCreditable
from billing.models import Invoice
from billing.services import charge_fees, credit_value
from core.errors import ConstraintRefused, NotAllowed, NotFound
from orders.models import CreditTotal
from tests.billing.makers import Trade
from tests.factories import TODAY
from tests.world import World


def draft_of(world: World, net: str = "10.00", **facts: object) -> ValueCreditDraft:
    draft = ValueCreditDraft(
        world.company, world.acme.pk, (ValueLineDraft("Goodwill", Decimal(net)),), "scratched box", TODAY
    )
    return replace(draft, **facts)  # type: ignore[arg-type]


def test_a_goodwill_credit_is_set_against_its_invoice(world: World, trade: Trade) -> None:
    (invoice,) = trade.bill(trade.ship(trade.order({world.bolt: "10"})))

    (note_id,) = credit_value(drafts=[draft_of(world, invoice_id=invoice.pk)], actor=world.fay)

    note = Invoice.objects.get(pk=note_id)
    assert (note.gross.amount, note.credits_id, note.number) == (Decimal("12.00"), invoice.pk, "CN-2026-000001")
    assert OpenItem.objects.get(source_id=invoice.pk).open_amount == Decimal("108.00")
    assert CreditTotal.objects.get(account=world.acme).open_items == Decimal("108.00")


def test_an_invoice_is_never_credited_beyond_its_worth(world: World, trade: Trade) -> None:
    (invoice,) = trade.bill(trade.ship(trade.order({world.bolt: "10"})))
    credit_value(drafts=[draft_of(world, "60", invoice_id=invoice.pk)], actor=world.fay)

    with pytest.raises(NotCreditable, match=r"only 48\.00 GBP"):
        credit_value(drafts=[draft_of(world, "60", invoice_id=invoice.pk)], actor=world.fay)

    assert Invoice.objects.filter(direction="credit").count() == 1


def test_fees_are_charged_at_once_in_a_set(world: World) -> None:
    ids = charge_fees(drafts=[draft_of(world, "5.00"), draft_of(world, "7.00")], actor=world.fay)

    invoices = Invoice.objects.filter(pk__in=ids).order_by("pk")
    assert [invoice.gross.amount for invoice in invoices] == [Decimal("6.00"), Decimal("8.40")]
    assert [invoice.number for invoice in invoices] == ["INV-2026-000001", "INV-2026-000002"]


def test_an_import_key_counts_once(world: World) -> None:
    charge_fees(drafts=[draft_of(world, import_key="fee-1")], actor=world.fay)

    with pytest.raises(ConstraintRefused, match="posted before"):
        charge_fees(drafts=[draft_of(world, import_key="fee-1")], actor=world.fay)

    assert Invoice.objects.count() == 1


@pytest.mark.parametrize("net", ["0", "-1", "NaN", "1e999", "1.005"])
def test_amounts_that_are_none_are_refused_at_their_field(world: World, net: str) -> None:
    with pytest.raises(NotCreditable) as refusal:
        credit_value(drafts=[draft_of(world, net)], actor=world.fay)

    assert list(refusal.value.fields) == ["lines-0-net"]
    assert not Invoice.objects.exists()


def test_another_accounts_invoice_does_not_exist(world: World, trade: Trade) -> None:
    from tests import factories

    (invoice,) = trade.bill(trade.ship(trade.order({world.bolt: "10"})))
    other = factories.make_account(company=world.company)

    with pytest.raises(NotFound):
        credit_value(drafts=[draft_of(world, invoice_id=invoice.pk, account_id=other.pk)], actor=world.fay)


def test_without_the_right_nothing_is_credited(world: World) -> None:
    with pytest.raises(NotAllowed):
        credit_value(drafts=[draft_of(world)], actor=world.charlie)

    assert not Invoice.objects.exists()

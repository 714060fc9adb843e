"""Stories that payments start from: invoices of the small named world, and books that must agree afterwards."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from moneyed import Money

from accounting.invariants import INVARIANTS
from billing.models import Invoice
from catalog.models import Account, Product
from core import invariants
from orders.ledgers import CREDIT
from payments.drafts import PaymentDraft
from payments.models import Payment
from payments.services import receive_payments
from tests.billing.makers import Trade
from tests.factories import TODAY
from tests.world import World, world

__all__ = ["world"]


class Cash:
    """Invoices to be paid, and the money that pays them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.trade = Trade(world)

    def invoice(self, bolts: int = 10, *, product: Product | None = None, account: Account | None = None) -> Invoice:
        """An invoice over so many bolts: 12.00 each with tax."""
        order = self.trade.order({product or self.world.bolt: str(bolts)}, account=account)
        (invoice,) = self.trade.bill(self.trade.ship(order))
        return invoice

    def draft(self, amount: str, *, currency: str = "GBP", **facts: Any) -> PaymentDraft:
        """Money of Acme, unless said otherwise."""
        facts.setdefault("account_id", self.world.acme.pk)
        facts.setdefault("business_date", TODAY)
        return PaymentDraft(company_id=self.world.company.pk, amount=Money(Decimal(amount), currency), **facts)

    def receive(self, amount: str, **facts: Any) -> Payment:
        """Money that Fay books."""
        (payment_id,) = receive_payments(drafts=[self.draft(amount, **facts)], actor=self.world.fay)
        return Payment.objects.get(pk=payment_id)


def credit_differs_from_open_items() -> list[tuple[Any, ...]]:
    """Accounts whose exposure is not what their open items say, in functional currency."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.account_id, t.open_items, t.unapplied, s.receivable, s.unapplied FROM orders_credittotal t"
            " JOIN (SELECT company_id, account_id,"
            " coalesce(sum(functional_open) FILTER (WHERE control = 'receivable'), 0) AS receivable,"
            " -coalesce(sum(functional_open) FILTER (WHERE control = 'unapplied'), 0) AS unapplied"
            " FROM accounting_openitem GROUP BY company_id, account_id) s"
            " ON s.company_id = t.company_id AND s.account_id = t.account_id"
            " WHERE t.open_items <> s.receivable OR t.unapplied <> s.unapplied"
        )
        return cursor.fetchall()


def states_differ_from_items() -> list[tuple[Any, ...]]:
    """Invoices whose payment state is not what their open items say."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.id, i.payment_state, sum(o.open_amount), sum(o.amount) FROM billing_invoice i"
            " JOIN accounting_openitem o ON o.source_type = 'invoice' AND o.source_id = i.id GROUP BY i.id"
            " HAVING i.payment_state <> CASE WHEN sum(o.open_amount) = 0 THEN 'paid'"
            " WHEN sum(o.open_amount) = sum(o.amount) THEN 'open' ELSE 'part' END"
        )
        return cursor.fetchall()


def require_books_agree() -> None:
    """Every subledger equals its account and its ledger, and every stored state what it is derived from."""
    for invariant in INVARIANTS:
        if invariant.code in {"I6", "I7", "I8"}:
            found = invariants.check(invariant)
            assert found.holds, (invariant.name, found.rows)
    with connection.cursor() as cursor:
        cursor.execute(CREDIT.recount_sql())
        assert cursor.fetchall() == []
    assert credit_differs_from_open_items() == []
    assert states_differ_from_items() == []


@pytest.fixture
def cash(world: World) -> Iterator[Cash]:
    """Invoices and money; afterwards the books are looked at, whatever the test did."""
    yield Cash(world)
    require_books_agree()


@pytest.fixture
def balance() -> Callable[[str], Decimal]:
    """The balance of a ledger account by its code, debit above zero."""

    def of(code: str) -> Decimal:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(sum(l.debit - l.credit), 0) FROM accounting_journalline l"
                " JOIN accounting_ledgeraccount a ON a.id = l.account_id WHERE a.code = %s",
                [code],
            )
            (found,) = cursor.fetchone()
            return Decimal(found)

    return of

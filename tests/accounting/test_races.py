"""Real threads on one ledger. Each test failed when its lock or trigger was taken away (docs/accounting.md)."""

import threading
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounting.drafts import AmountToPost, ApplicationDraft
from accounting.errors import NotApplicable
from accounting.models import Application, JournalEntry, JournalLine, OpenItem, Period
from accounting.services import apply_items, lock_period, post_entries
from core import bulk
from core.closing import Collector, Part, Place, collected
from core.commands import command
from core.errors import ConstraintRefused, DomainError
from core.models import Company, NumberSeries, User
from core.runs import current_run
from tests.accounting.conftest import DAY, entry_of, facts, rate_of, require_healthy
from tests.support.concurrency import Outcome

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., OpenItem]
Together = Callable[[Sequence[Callable[[], Any]]], list[Outcome]]


def simple_entry(company: Company, number: int, amount: str = "10") -> Any:
    return entry_of(
        AmountToPost("bank", Decimal(amount)),
        AmountToPost("revenue", -Decimal(amount), "goods"),
        rate=rate_of("EUR", company, DAY),
        source=("race", number),
    )


class _Hook(Collector):
    work: Callable[[], Any]

    def part(self) -> Part:
        return Part(Place.NUMBERS, "hooked AS (SELECT 1)", [], "1", lambda _: self.work())


def after_closing(work: Callable[[], Any]) -> None:
    """Have something done when the running command is all written and numbered, and not yet committed."""
    collected(_Hook).work = work


def errors(outcomes: Sequence[Outcome]) -> list[type[BaseException]]:
    return [type(outcome.error) for outcome in outcomes if outcome.error is not None]


def test_two_applications_of_60_against_a_payment_of_100(
    company: Company, claim: Make, money: Make, system: User, run_together: Together
) -> None:
    invoices, payment = [claim(1, "60"), claim(2, "60")], money(1, "100")

    def apply_to(invoice: OpenItem) -> Callable[[], Any]:
        return lambda: apply_items(
            company=company,
            applications=[ApplicationDraft(invoice.pk, payment.pk, Decimal(60))],
            business_date=DAY,
            source_type="payment",
            source_id=1,
            actor=system,
        )

    outcomes = run_together([apply_to(invoice) for invoice in invoices])

    assert errors(outcomes) == [NotApplicable]
    assert facts(payment, "open_amount") == (-40,)
    require_healthy()


def test_the_database_itself_refuses_the_second_application(
    company: Company, claim: Make, money: Make, system: User, run_together: Together
) -> None:
    invoices, payment = [claim(1, "60"), claim(2, "60")], money(1, "100")

    @command(permission=None)
    def apply_without_locks(*, invoice_id: int, actor: User) -> None:
        bulk.insert(
            Application,
            {
                "debit_item_id": [invoice_id],
                "credit_item_id": [payment.pk],
                "currency": ["EUR"],
                "amount": [Decimal(60)],
            },
            same={
                "company_id": company.pk,
                "business_date": DAY,
                "source_type": "payment",
                "source_id": 1,
                "command_uid": current_run().uid,
            },
        )
        time.sleep(0.2)  # both have inserted before either commits, unless the trigger's lock makes one wait

    outcomes = run_together(
        [lambda pk=invoice.pk: apply_without_locks(invoice_id=pk, actor=system) for invoice in invoices]
    )

    assert errors(outcomes) == [ConstraintRefused]
    assert Application.objects.count() == 1


def test_locking_a_period_waits_for_the_posting_under_way(
    company: Company, system: User, run_together: Together
) -> None:
    period = Period.objects.get(company=company, name="2026-03")
    posted = threading.Event()
    ends: dict[str, float] = {}

    @command(permission=None)
    def post_slowly(*, actor: User) -> None:
        post_entries(company=company, drafts=[simple_entry(company, 1)], actor=actor)
        after_closing(lambda: (posted.set(), time.sleep(0.4), ends.update(post=time.monotonic())))

    def lock() -> None:
        assert posted.wait(10)
        lock_period(period_id=period.pk, actor=system)
        ends["lock"] = time.monotonic()

    outcomes = run_together([lambda: post_slowly(actor=system), lock])

    assert errors(outcomes) == []
    assert ends["lock"] > ends["post"]
    with pytest.raises(ConstraintRefused, match="locked or does not exist"):
        post_entries(company=company, drafts=[simple_entry(company, 2)], actor=system)
    require_healthy()


def test_posting_waits_for_the_period_that_is_being_locked_and_is_refused(
    company: Company, system: User, run_together: Together
) -> None:
    period = Period.objects.get(company=company, name="2026-03")
    locked = threading.Event()

    @command(permission=None)
    def lock_slowly(*, actor: User) -> None:
        lock_period(period_id=period.pk, actor=actor)
        locked.set()
        time.sleep(0.4)

    def post() -> None:
        assert locked.wait(10)
        post_entries(company=company, drafts=[simple_entry(company, 1)], actor=system)

    outcomes = run_together([lambda: lock_slowly(actor=system), post])

    assert errors(outcomes) == [ConstraintRefused]
    assert not JournalEntry.objects.exists()
    require_healthy()


def draft_entry(company: Company, actor: User) -> JournalEntry:
    """An entry with two lines that is written and committed, but not posted yet."""
    accounts = dict(company.ledger_accounts.values_list("code", "pk"))
    entry = JournalEntry.objects.create(
        company=company, currency="EUR", business_date=DAY, source_type="race", source_id=1, purpose="post",
        description="race", created_by=actor, changed_by=actor,
    )  # fmt: skip
    for code, debit, credit in (("1100", 5, 0), ("4000", 0, 5)):
        add_line(entry, accounts[code], Decimal(debit), Decimal(credit))
    return entry


def add_line(entry: JournalEntry, account_id: int, debit: Decimal, credit: Decimal) -> None:
    JournalLine.objects.create(
        entry=entry, company_id=entry.company_id, account_id=account_id, business_date=DAY, debit=debit, credit=credit,
        currency="EUR", document_amount=debit - credit,
    )  # fmt: skip


def post_by_hand(entry: JournalEntry) -> None:
    JournalEntry.objects.filter(pk=entry.pk).update(status="posted", number="JE-2026-000001")


def test_a_line_added_while_its_entry_is_being_posted_is_refused(
    company: Company, system: User, run_together: Together
) -> None:
    entry, account = draft_entry(company, system), company.ledger_accounts.get(code="1100")
    posted = threading.Event()

    def post() -> None:
        with transaction.atomic():
            post_by_hand(entry)
            posted.set()
            time.sleep(0.4)

    def add() -> None:
        assert posted.wait(10)
        add_line(entry, account.pk, Decimal(7), Decimal(0))

    outcomes = run_together([post, add])

    assert errors(outcomes) == [IntegrityError]
    assert "is posted; reverse it instead" in str(outcomes[1].error)
    assert entry.lines.count() == 2
    require_healthy(["accounting_i6_unbalanced_entries"])


def test_posting_waits_for_the_line_that_is_being_added_and_finds_it_out_of_balance(
    company: Company, system: User, run_together: Together
) -> None:
    entry, account = draft_entry(company, system), company.ledger_accounts.get(code="1100")
    added = threading.Event()

    def add() -> None:
        with transaction.atomic():
            add_line(entry, account.pk, Decimal(7), Decimal(0))
            added.set()
            time.sleep(0.4)

    def post() -> None:
        assert added.wait(10)
        post_by_hand(entry)

    outcomes = run_together([add, post])

    assert errors(outcomes) == [IntegrityError]
    assert "balances exactly" in str(outcomes[1].error)
    require_healthy(["accounting_i6_unbalanced_entries"])


def test_sixteen_posters_number_without_gaps_although_some_roll_back(
    company: Company, system: User, run_together: Together
) -> None:
    class Interrupted(Exception):
        pass

    @command(permission=None)
    def post_some(*, first: int, actor: User) -> None:
        post_entries(
            company=company, drafts=[simple_entry(company, number) for number in range(first, first + 3)], actor=actor
        )
        if first % 50 == 0:
            raise Interrupted

    def interrupt() -> None:
        raise Interrupted

    @command(permission=None)
    def post_and_fail_after_numbering(*, first: int, actor: User) -> None:
        post_entries(company=company, drafts=[simple_entry(company, first)], actor=actor)
        after_closing(interrupt)

    def poster(number: int) -> Callable[[], None]:
        def work() -> None:
            for turn in range(4):
                first = 1000 * number + 10 * turn
                try:
                    if turn == 2:
                        post_and_fail_after_numbering(first=first, actor=system)
                    else:
                        post_some(first=first, actor=system)
                except (Interrupted, DomainError):
                    continue

        return work

    outcomes = run_together([poster(number) for number in range(16)])

    assert errors(outcomes) == []
    numbers = sorted(JournalEntry.objects.values_list("number", flat=True))
    assert numbers == [f"JE-2026-{value:06d}" for value in range(1, len(numbers) + 1)]
    assert len(numbers) == 16 * 2 * 3  # turn 0 and turn 2 are interrupted in every thread
    assert NumberSeries.objects.get().last_number == len(numbers)
    require_healthy()

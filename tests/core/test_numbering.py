"""Numbers: gapless and in posting order where the law wants it, from a sequence elsewhere (I9)."""

import random
import threading
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection

from accounting.models import JournalEntry
from core.commands import command
from core.errors import DomainError, TransitionRefused
from core.locks import Rank, lock_rows
from core.models import Company, DocumentEvent, NumberSeries, User
from core.numbering import fiscal_year, post_last, sequence_numbers
from inventory.models import StockAdjustment
from orders.models import Order
from tests.core.makers import TODAY, make_company
from tests.core.postings import make_drafts, post_drafts


class ChangedMind(DomainError):
    """The posting is taken back."""


def numbers(company: Company) -> list[str]:
    """All numbers given, in the order of posting."""
    rows = StockAdjustment.objects.filter(company=company, number__isnull=False).order_by("posted_at", "number")
    return list(rows.values_list("number", flat=True))


def test_documents_are_numbered_in_the_order_given(company: Company, boss: User) -> None:
    first, second, third = make_drafts(company=company, actor=boss, count=3)

    post_drafts(company=company, ids=[third, first, second], actor=boss)

    given = dict(StockAdjustment.objects.values_list("pk", "number"))
    assert given == {third: "SA-2026-000001", first: "SA-2026-000002", second: "SA-2026-000003"}


def test_posting_writes_status_stamp_and_version_together(company: Company, boss: User) -> None:
    (row_id,) = make_drafts(company=company, actor=boss, count=1)

    post_drafts(company=company, ids=[row_id], actor=boss)

    document = StockAdjustment.objects.get(pk=row_id)
    assert (document.status, document.version, document.posted_by_id) == ("posted", 2, boss.pk)
    assert document.posted_at is not None


def test_a_refused_posting_leaves_no_gap(company: Company, boss: User) -> None:
    one, two = make_drafts(company=company, actor=boss, count=2)

    with pytest.raises(ChangedMind):
        post_drafts(company=company, ids=[one], actor=boss, refuse_with=ChangedMind("No."))
    post_drafts(company=company, ids=[two], actor=boss)

    assert numbers(company) == ["SA-2026-000001"]
    assert StockAdjustment.objects.get(pk=one).number is None


def test_a_posted_document_is_not_posted_again(company: Company, boss: User) -> None:
    (row_id,) = make_drafts(company=company, actor=boss, count=1)
    post_drafts(company=company, ids=[row_id], actor=boss)

    with pytest.raises(TransitionRefused, match="is posted; it cannot be changed"):
        post_drafts(company=company, ids=[row_id], actor=boss)

    assert NumberSeries.objects.get(company=company).last_number == 1


def test_each_company_year_and_branch_counts_for_itself(company: Company, boss: User) -> None:
    other = make_company()
    for owner, day, branch in (
        (company, date(2026, 1, 5), ""),
        (company, date(2027, 1, 5), ""),
        (company, date(2026, 6, 1), "B"),
        (other, date(2026, 1, 5), ""),
    ):
        ids = make_drafts(company=owner, actor=boss, count=1, on=day)
        post_drafts(company=owner, ids=ids, actor=boss, branch=branch)

    assert sorted(numbers(company)) == ["SA-2026-000001", "SA-2027-000001", "SA-B-2026-000001"]
    assert numbers(other) == ["SA-2026-000001"]


def test_postings_of_joined_commands_are_numbered_together_at_the_end(company: Company, boss: User) -> None:
    one, two = make_drafts(company=company, actor=boss, count=2)
    seen: list[str | None] = []

    @command(permission=None)
    def post_both(*, actor: User) -> None:
        post_drafts(company=company, ids=[one], actor=actor)
        seen.append(StockAdjustment.objects.get(pk=one).number)
        post_drafts(company=company, ids=[two], actor=actor)

    post_both(actor=boss)

    assert seen == [None]
    assert numbers(company) == ["SA-2026-000001", "SA-2026-000002"]


@pytest.mark.parametrize("count", [1, 10, 200])
def test_numbering_costs_the_same_statements_for_any_number_of_documents(
    company: Company, boss: User, count_statements: Any, count: int
) -> None:
    ids = make_drafts(company=company, actor=boss, count=count)

    with count_statements() as statements:
        post_drafts(company=company, ids=ids, actor=boss)

    # settings, lock, closing (timeline, log, counter, update)
    assert statements.count == 3


def test_nothing_to_post_is_nothing(company: Company, boss: User) -> None:
    @command(permission=None)
    def post_nothing(*, actor: User) -> None:
        post_last([], company=company, verb="post", actor=actor)

    post_nothing(actor=boss)

    assert not NumberSeries.objects.exists()


def test_sixteen_at_once_with_rollbacks_leave_no_gap(company: Company, boss: User, run_together: Any) -> None:
    ids = make_drafts(company=company, actor=boss, count=16 * 6)
    refused: list[int] = []

    def poster(mine: list[int]) -> None:
        dice = random.Random(mine[0])
        for row_id in mine:
            if dice.random() < 0.25:
                refused.append(row_id)
                with pytest.raises(ChangedMind):
                    post_drafts(company=company, ids=[row_id], actor=boss, refuse_with=ChangedMind("No."))
            else:
                post_drafts(company=company, ids=[row_id], actor=boss)

    outcomes = run_together([lambda part=part: poster(ids[part::16]) for part in range(16)], timeout_s=120)

    assert [outcome.error for outcome in outcomes if outcome.error] == []
    posted = len(ids) - len(refused)
    assert sorted(numbers(company)) == [f"SA-2026-{number:06d}" for number in range(1, posted + 1)]
    assert NumberSeries.objects.get(company=company).last_number == posted


def test_numbers_follow_the_order_of_commits(company: Company, boss: User, run_together: Any) -> None:
    """The later commit has the higher number, although its command began first."""
    slow, fast = make_drafts(company=company, actor=boss, count=2)
    begun, fast_is_done = threading.Event(), threading.Event()

    @command(permission=None)
    def post_slowly(*, actor: User) -> None:
        post_drafts(company=company, ids=[slow], actor=actor)
        begun.set()
        assert fast_is_done.wait(20)

    def post_fast() -> None:
        assert begun.wait(20)
        post_drafts(company=company, ids=[fast], actor=boss)
        fast_is_done.set()

    outcomes = run_together([lambda: post_slowly(actor=boss), post_fast])

    assert [outcome.error for outcome in outcomes] == [None, None]
    assert StockAdjustment.objects.get(pk=fast).number == "SA-2026-000001"
    assert StockAdjustment.objects.get(pk=slow).number == "SA-2026-000002"


def test_the_database_ties_number_and_status(company: Company, boss: User) -> None:
    facts = {
        "company": company,
        "currency": "EUR",
        "business_date": TODAY,
        "source_type": "test",
        "source_id": 1,
        "purpose": "test",
        "created_by": boss,
        "changed_by": boss,
    }

    with pytest.raises(IntegrityError, match="entry_posted_has_number"):
        JournalEntry.objects.create(number="JE-2026-000009", status="draft", **facts)


def test_a_posted_document_is_neither_changed_nor_deleted_by_sql(company: Company, boss: User) -> None:
    (row_id,) = make_drafts(company=company, actor=boss, count=1)
    post_drafts(company=company, ids=[row_id], actor=boss)

    for sql, match in (
        ("UPDATE inventory_stockadjustment SET number = 'SA-2026-000009'", "is posted and does not change"),
        ("DELETE FROM inventory_stockadjustment", "is posted and cannot be deleted"),
    ):
        with connection.cursor() as cursor:
            cursor.execute("SAVEPOINT before")
            with pytest.raises(Exception, match=match):
                cursor.execute(sql)
            cursor.execute("ROLLBACK TO SAVEPOINT before")


def test_quotes_and_orders_are_numbered_from_a_sequence(db: None, count_statements: Any) -> None:
    with count_statements() as statements:
        given = sequence_numbers(Order, [date(2026, 3, 2), date(2027, 1, 1), date(2026, 3, 2)])

    assert statements.count == 1
    first = int(given[0][-6:])
    assert given == [f"SO-2026-{first:06d}", f"SO-2027-{first + 1:06d}", f"SO-2026-{first + 2:06d}"]


@pytest.mark.parametrize(
    ("starts", "on", "year"),
    [
        (1, date(2026, 1, 1), 2026),
        (1, date(2026, 12, 31), 2026),
        (4, date(2026, 3, 31), 2025),
        (4, date(2026, 4, 1), 2026),
        (12, date(2026, 11, 30), 2025),
        (12, date(2026, 12, 1), 2026),
    ],
)
def test_a_fiscal_year_is_named_by_the_year_in_which_it_starts(starts: int, on: date, year: int) -> None:
    assert fiscal_year(Company(fiscal_year_start_month=starts), on) == year


def test_the_counter_is_taken_after_every_other_lock(company: Company, boss: User) -> None:
    (row_id,) = make_drafts(company=company, actor=boss, count=1)

    @command(permission=None)
    def post_then_lock_more(*, actor: User) -> None:
        post_drafts(company=company, ids=[row_id], actor=actor)
        lock_rows(Company, [], Rank.MASTER_DATA)
        lock_rows(StockAdjustment, [row_id], Rank.COUNT)
        lock_rows(User, [actor.pk], Rank.ORDER)

    post_then_lock_more(actor=boss)

    assert numbers(company) == ["SA-2026-000001"]


def test_the_timeline_says_who_posted(company: Company, boss: User) -> None:
    (row_id,) = make_drafts(company=company, actor=boss, count=1)

    post_drafts(company=company, ids=[row_id], actor=boss)

    event = DocumentEvent.objects.get()
    assert (event.document_kind, event.document_id, event.verb) == ("stock_adjustment", row_id, "post")
    assert (event.from_status, event.to_status, event.actor_id) == ("draft", "posted", boss.pk)

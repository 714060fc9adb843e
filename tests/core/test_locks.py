"""One lock order, asserted at run time; rows locked in id order and read under the lock."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.commands import command
from core.errors import NotFound
from core.locks import lock_rows, require_locked
from core.locks_registry import LockOrderError, LockRegistry, Rank
from core.models import Company, NumberSeries, User
from tests.core.makers import lock_companies, make_company

RANKS = list(Rank)


@pytest.mark.parametrize(("first", "second"), [(a, b) for a in RANKS for b in RANKS if a < b])
def test_a_lower_rank_after_a_higher_one_is_refused(first: Rank, second: Rank) -> None:
    registry = LockRegistry()
    registry.take(second, "later", [1])

    with pytest.raises(LockOrderError, match=rf"{first.name} .* locked after {second.name}"):
        registry.take(first, "earlier", [1])


@given(st.lists(st.tuples(st.sampled_from(RANKS), st.integers(1, 50)), max_size=30))
def test_anything_in_the_order_of_ranks_and_ids_is_allowed(locks: list[tuple[Rank, int]]) -> None:
    registry = LockRegistry()

    for rank, row_id in sorted(locks):
        registry.take(rank, rank.name, [row_id])

    assert all(registry.holds(rank.name, [row_id]) for rank, row_id in locks)


@pytest.mark.parametrize("ids", [[2, 1], [1, 3, 2]])
def test_ids_out_of_order_are_refused(ids: list[int]) -> None:
    with pytest.raises(LockOrderError, match="out of id order"):
        LockRegistry().take(Rank.ORDER, "orders_order", ids)


def test_a_lower_id_of_the_same_table_later_is_refused() -> None:
    registry = LockRegistry()
    registry.take(Rank.ORDER, "orders_order", [5])

    with pytest.raises(LockOrderError):
        registry.take(Rank.ORDER, "orders_order", [4])


def test_locking_again_what_is_held_is_free_even_after_higher_ranks() -> None:
    registry = LockRegistry()
    registry.take(Rank.ORDER, "orders_order", [4, 5])
    registry.take(Rank.COUNTER, "core_numberseries", [1])

    registry.take(Rank.ORDER, "orders_order", [5, 4])

    assert registry.holds("orders_order", [4, 5])
    assert not registry.holds("orders_order", [4, 6])
    assert not registry.holds("orders_quote", [4])


def test_rows_come_back_in_id_order_once_each(company: Company, boss: User) -> None:
    other = make_company()

    names = lock_companies(company_ids=[other.pk, company.pk, other.pk], actor=boss)

    assert names == [company.name, other.name]


def test_a_missing_row_is_not_found(company: Company, boss: User) -> None:
    with pytest.raises(NotFound, match="company not found") as refused:
        lock_companies(company_ids=[company.pk, company.pk + 1_000], actor=boss)

    assert refused.value.status == 404


def test_locking_outside_a_command_is_a_programmer_error(company: Company) -> None:
    with pytest.raises(AssertionError, match="only inside a command"):
        lock_rows(Company, [company.pk], Rank.MASTER_DATA)


def test_each_command_begins_with_an_empty_registry(company: Company, boss: User) -> None:
    other = make_company()

    lock_companies(company_ids=[other.pk], actor=boss)
    lock_companies(company_ids=[company.pk], actor=boss)


def test_what_a_guard_needs_locked_must_be_locked_by_the_caller(company: Company, boss: User) -> None:
    @command(permission=None)
    def guard(*, lock: bool, actor: User) -> str:
        if lock:
            lock_rows(Company, [company.pk], Rank.MASTER_DATA)
        require_locked(Company, [company.pk])
        return "held"

    assert guard(lock=True, actor=boss) == "held"
    with pytest.raises(AssertionError, match="core_company must be locked by the caller"):
        guard(lock=False, actor=boss)


def test_a_joined_command_is_held_to_the_order_of_the_whole_transaction(company: Company, boss: User) -> None:
    series = NumberSeries.objects.create(company=company, prefix="X", fiscal_year=2026)

    @command(permission=None)
    def wrong_way(*, actor: User) -> None:
        lock_rows(NumberSeries, [series.pk], Rank.COUNTER)
        lock_companies(company_ids=[company.pk], actor=actor)

    with pytest.raises(LockOrderError, match=r"MASTER_DATA .* after COUNTER"):
        wrong_way(actor=boss)


def test_the_row_is_read_as_it_is_under_the_lock(company: Company, boss: User, run_together: Any) -> None:
    """Two that add one to what they read end two higher: the second read waited for the first."""

    @command(permission=None)
    def add_one(*, actor: User) -> None:
        (row,) = lock_rows(Company, [company.pk], Rank.MASTER_DATA)
        row.registration_number = str(int(row.registration_number or 0) + 1)
        row.save(update_fields=["registration_number"])

    outcomes = run_together([lambda: add_one(actor=boss)] * 6)

    assert [outcome.error for outcome in outcomes] == [None] * 6
    assert Company.objects.get(pk=company.pk).registration_number == "6"

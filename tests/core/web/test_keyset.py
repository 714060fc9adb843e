"""Turning pages by key."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.models import Job
from core.web.keyset import Ordering, Place, can_be_absent, read_place, turn_to, write_place

SIZE = 3


def walk(ordering: Ordering, *, backwards: bool = False) -> list[int]:
    """The keys of all rows, page by page, to the end or back from it."""
    rows, keys = Job.objects.values("pk", ordering.path), []
    page = turn_to(rows, ordering, SIZE, after=None, before=None)
    pages = [page]
    while page.has_later:
        last = read_place(write_place(ordering, page.rows[-1], page.first + len(page.rows)), ordering)
        page = turn_to(rows, ordering, SIZE, after=last, before=None)
        pages.append(page)
    if not backwards:
        return [row["pk"] for page in pages for row in page.rows]
    keys = [row["pk"] for row in reversed(page.rows)]
    while page.has_earlier:
        first = read_place(write_place(ordering, page.rows[0], page.first), ordering)
        page = turn_to(rows, ordering, SIZE, after=None, before=first)
        keys += [row["pk"] for row in reversed(page.rows)]
    return keys[::-1]


@pytest.mark.django_db
@pytest.mark.parametrize("is_descending", [False, True])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(totals=st.lists(st.one_of(st.none(), st.integers(0, 4)), max_size=11))
def test_every_row_comes_once_in_order_both_ways(
    make_jobs: Callable[..., list[Job]], is_descending: bool, totals: list[int | None]
) -> None:
    Job.objects.all().delete()
    made = make_jobs(*totals)
    ordering = Ordering("total_count", is_descending, can_be_absent=True)
    expected = sorted(
        made, key=lambda job: (job.total_count is None, job.total_count or 0, job.pk), reverse=is_descending
    )

    assert walk(ordering) == [job.pk for job in expected]
    assert walk(ordering, backwards=True) == [job.pk for job in expected]


@pytest.mark.django_db
def test_a_row_that_arrives_meanwhile_shifts_nothing(make_jobs: Callable[..., list[Job]]) -> None:
    make_jobs(10, 20, 30, 40, 50, 60)
    ordering, rows = Ordering("total_count"), Job.objects.values("pk", "total_count")
    first = turn_to(rows, ordering, SIZE, after=None, before=None)
    make_jobs(5)

    place = read_place(write_place(ordering, first.rows[-1], 4), ordering)
    second = turn_to(rows, ordering, SIZE, after=place, before=None)

    assert [row["total_count"] for row in second.rows] == [40, 50, 60]
    assert second.first == 4


@pytest.mark.parametrize(
    "value", [Decimal("12.5000"), date(2026, 1, 2), datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC), "O'Hara", 7, None]
)
def test_a_place_survives_the_address(value: Any) -> None:
    ordering = Ordering("x")

    assert read_place(write_place(ordering, {"x": value, "pk": 3}, 51), ordering) == Place(value, 3, 51)


def test_a_place_of_another_list_or_sort_or_a_tampered_one_starts_the_list_anew() -> None:
    word = write_place(Ordering("x"), {"x": 1, "pk": 3}, 51)

    assert read_place(word, Ordering("x", of="another list")) is None
    assert read_place(word, Ordering("y")) is None
    assert read_place(word, Ordering("x", is_descending=True)) is None
    assert read_place(word[:-2] + "zz", Ordering("x")) is None
    assert read_place("", Ordering("x")) is None


def test_it_knows_which_sorts_may_be_absent() -> None:
    jobs = Job.objects.all()

    assert can_be_absent(jobs, "total_count")
    assert can_be_absent(jobs, "company__name")
    assert not can_be_absent(jobs, "title")
    assert not can_be_absent(jobs, "requested_by__username")
    assert not can_be_absent(jobs, "pk")

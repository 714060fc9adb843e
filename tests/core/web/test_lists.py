"""The list machinery: what it shows, counts, sorts, hides and exports."""

import csv
import io
from collections.abc import Callable

import django_filters
import pytest
from django.contrib.auth.models import Permission
from django.http import HttpRequest, QueryDict, StreamingHttpResponse

from core.errors import Conflict
from core.models import Job, User
from core.web.columns import Column
from core.web.exports import FORMATS, export
from core.web.filters import ListFilterSet
from core.web.lists import ListPage

Ask = Callable[..., HttpRequest]
MakeJobs = Callable[..., list[Job]]


class JobFilter(ListFilterSet):
    search_paths = ("title",)
    permissions = {"total": "core.see_margin"}

    total = django_filters.RangeFilter(field_name="total_count", label="Total")
    state = django_filters.ChoiceFilter(choices=Job.State, label="State")

    class Meta:
        model = Job
        fields: tuple[str, ...] = ()


COLUMNS = (
    Column("title", "Title", sort="title"),
    Column("total_count", "Total", "count", sort="total_count", permission="core.see_margin"),
    Column("state", "State", "tag"),
    Column("queue", "Queue", export=False),
)


def listing(request: HttpRequest) -> ListPage:
    return ListPage(request, Job.objects.all(), COLUMNS, noun="jobs", default_sort="-title", filterset=JobFilter)


def grant(user: User, codename: str) -> None:
    user.user_permissions.add(Permission.objects.get(content_type__app_label="core", codename=codename))


def exported(request: HttpRequest) -> list[list[str]]:
    answer = export(listing(request), "csv")
    assert isinstance(answer, StreamingHttpResponse)
    return list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_the_number_of_statements_depends_on_nothing(ask: Ask, make_jobs: MakeJobs, count_statements: Callable) -> None:
    seen = []
    for more in (10, 10, 1000):
        make_jobs(*range(more))
        with count_statements() as statements:
            page = listing(ask())
            assert page.table.body
            assert page.count_text
        seen.append(len(statements))

    assert seen[1] == seen[2] == 2


def test_counts_are_exact_to_a_thousand_and_on_demand(ask: Ask, make_jobs: MakeJobs) -> None:
    make_jobs(*range(1000))
    assert listing(ask()).count_text == "1,000"
    make_jobs(1)

    assert listing(ask()).count_text == "1,000+"
    assert listing(ask("?exact=1")).count_text == "1,001"


def test_a_column_without_the_right_is_nowhere(ask: Ask, make_jobs: MakeJobs) -> None:
    make_jobs(7)
    page = listing(ask("?sort=total_count&total_min=100"))

    assert [head.label for head in page.table.heads] == ["Title", "State", "Queue"]
    assert "total_count" not in str(page._values.query)
    assert page.sort == "-title"
    assert page.count == 1, "the filter is not there either"
    assert exported(ask()) == [["Title", "State"], ["Job 0", "queued"]]


def test_with_the_right_it_is_shown_sorted_filtered_and_exported(ask: Ask, reader: User, make_jobs: MakeJobs) -> None:
    grant(reader, "see_margin")
    make_jobs(7, 3, 5)

    page = listing(ask("?sort=total_count&total_min=4"))

    assert [row["total_count"] for row in page.page.rows] == [5, 7]
    assert [(head.label, head.aria_sort) for head in page.table.heads][:2] == [("Title", ""), ("Total", "ascending")]
    assert page.table.heads[1].sort_url == "?total_min=4&sort=-total_count"
    assert [(chip.label, chip.value, chip.remove_url) for chip in page.filters.chips] == [
        ("Total", "from 4", "?sort=total_count")
    ]


def test_an_unreadable_filter_shows_nothing_and_exports_nothing(ask: Ask, make_jobs: MakeJobs) -> None:
    make_jobs(1, 2)
    page = listing(ask("?state=nonsense"))

    assert page.count == 0
    assert [export(page, kind).status_code for kind in FORMATS] == [400, 400]


def test_the_export_is_the_filtered_list_in_its_order_and_disarmed(ask: Ask, make_jobs: MakeJobs) -> None:
    make_jobs(1, 2, state="done")
    make_jobs(3)
    Job.objects.filter(total_count=2).update(title='=HYPERLINK("http://x")')

    assert exported(ask("?state=done&sort=title")) == [
        ["Title", "State"],
        ['\'=HYPERLINK("http://x")', "done"],
        ["Job 0", "done"],
    ]


def test_pages_keep_filter_and_sort_and_turn_both_ways(ask: Ask, make_jobs: MakeJobs) -> None:
    make_jobs(*range(120), state="done")
    first = listing(ask("?state=done&sort=title"))
    assert (first.page.first, first.last, first.previous_url) == (1, 50, "")

    second = listing(ask(first.next_url))
    assert (second.page.first, second.last) == (51, 100)
    assert first.next_url.startswith("?state=done&sort=title&after=")

    back = listing(ask(second.previous_url))
    assert [row["pk"] for row in back.page.rows] == [row["pk"] for row in first.page.rows]
    assert (back.page.first, back.next_url != "") == (1, True)


def test_every_word_of_a_search_must_be_found(ask: Ask, make_jobs: MakeJobs) -> None:
    make_jobs(*range(12))

    assert [row["title"] for row in listing(ask("?q=job+11")).page.rows] == ["Job 11"]
    assert listing(ask("?q=job+nowhere")).count == 0


def test_a_bulk_verb_means_picked_rows_that_one_may_see_in_the_view_or_not_or_all_that_match(
    ask: Ask, make_jobs: MakeJobs
) -> None:
    done = make_jobs(1, 2, state="done")
    moved, hidden = make_jobs(3, 4)

    def picked(**data: object) -> list[int]:
        request = ask("?state=done")
        request.method, request.POST = "POST", QueryDict(mutable=True)
        for name, values in data.items():
            request.POST.setlist(name, values)
        return listing(request).picked_keys(limit=10, among=Job.objects.exclude(pk=hidden.pk))

    assert picked(picked=[str(done[0].pk), str(moved.pk), str(hidden.pk), "x"]) == [done[0].pk, moved.pk]
    word = listing(ask("?state=done")).matching
    assert picked(all_matching=[word], picked=[str(moved.pk)]) == [job.pk for job in done]
    assert picked() == []


def posted_as(request: HttpRequest, word: str) -> HttpRequest:
    """The request as a bulk verb of “all matching” with this word."""
    request.method, request.POST = "POST", QueryDict(mutable=True)
    request.POST["all_matching"] = word
    return request


def picked_of(request: HttpRequest) -> list[int]:
    return listing(request).picked_keys(limit=10, among=Job.objects.all())


@pytest.mark.parametrize("arrived", ["", "?state=", "?state=queued", "?state=done&q=1", "?sort=title", "?q=done"])
def test_a_filter_that_was_lost_or_changed_never_turns_these_into_others(
    ask: Ask, make_jobs: MakeJobs, arrived: str
) -> None:
    done = make_jobs(1, 2, state="done")
    make_jobs(3)
    word = listing(ask("?state=done&sort=title&size=100&select=all")).matching

    with pytest.raises(Conflict):
        picked_of(posted_as(ask(arrived), word))
    assert picked_of(posted_as(ask("?q=&state=done"), word)) == [job.pk for job in done], "it says the same"


@pytest.mark.parametrize("word", ["1", "on", "eyJ4IjoxfQ:zz", "WzEsMF0:x"])
def test_all_matching_without_its_signature_is_refused(ask: Ask, make_jobs: MakeJobs, word: str) -> None:
    make_jobs(1)

    with pytest.raises(Conflict):
        picked_of(posted_as(ask(), word))


def test_the_word_for_all_matching_is_of_one_person(ask: Ask, make_jobs: MakeJobs) -> None:
    make_jobs(1)
    request = posted_as(ask(), listing(ask()).matching)
    request.user = User.objects.create_user("other")

    with pytest.raises(Conflict):
        picked_of(request)


def test_the_word_for_all_matching_is_of_one_list(ask: Ask, make_jobs: MakeJobs) -> None:
    make_jobs(1)
    people = ListPage(ask(), User.objects.all(), (Column("username", "Name"),), noun="people", default_sort="username")

    with pytest.raises(Conflict):
        picked_of(posted_as(ask(), people.matching))


def test_size_is_one_of_those_offered(ask: Ask) -> None:
    assert [listing(ask(f"?size={size}")).size for size in ("100", "5000", "x", "")] == [100, 50, 50, 50]


@pytest.mark.parametrize("word", ["garbage", "eyJ4IjoxfQ:zz"])
def test_a_broken_place_starts_anew(ask: Ask, make_jobs: MakeJobs, word: str) -> None:
    make_jobs(1)

    assert listing(ask(f"?after={word}")).page.first == 1

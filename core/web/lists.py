"""The list page: declared columns over one queryset, filtered, sorted, paged by key, exported as shown.

All state is in the address. The number of statements depends neither on the rows nor on the page: one for the rows,
one for the count, and what the filters need for their choices.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from core.web import formats
from core.web.cells import Row, csv_field, safe_text
from core.web.columns import Column, fields_of, visible_columns
from core.web.filters import ListFilterSet
from core.web.keyset import Ordering, Page, can_be_absent, read_place, turn_to, write_place
from core.web.parts import ActionButton, Empty, Tab
from core.web.posted import whole_number
from core.web.tables import Head, Table

PAGE_SIZES = (50, 100, 200)
PICKED, ALL_MATCHING = "picked", "all_matching"
_PLACES = ("after", "before", "format", "exact")


class _Echo:
    """A file that gives back what is written to it: the csv module formats, the response streams."""

    def write(self, text: str) -> str:
        return text


class ListPage:
    """One list as the request asks for it.

    ``default_sort`` is a column's name, with ``-`` for descending. ``noun`` names the rows in plural. ``totals`` is
    asked for sums only when the list is short enough to be counted exactly. Everything is read when it is first
    drawn, never before.
    """

    def __init__(
        self,
        request: HttpRequest,
        queryset: "QuerySet[Any, Any]",
        columns: Sequence[Column],
        *,
        noun: str,
        default_sort: str,
        filterset: type[ListFilterSet] | None = None,
        tabs: Sequence[Tab] = (),
        empty: Empty | None = None,
        row_css: Callable[[Row], str] | None = None,
        also_reads: Sequence[str] = (),
        totals: "Callable[[QuerySet[Any, Any]], Sequence[tuple[str, str]]] | None" = None,
        bulk: Sequence[ActionButton] = (),
    ) -> None:
        self.request = request
        self.noun = noun
        self.default_sort = default_sort
        self.tabs = tabs
        self.empty = empty or Empty(f"No {noun} here.", icon="search")
        self.row_css = row_css
        self.bulk = bulk
        self._totals = totals
        self._also_reads = also_reads
        self.columns = visible_columns(columns, request.user)
        self.filters = filterset(request.GET, queryset, request=request) if filterset else None
        self._all = queryset

    # --- what is asked for -------------------------------------------------------------------------------------------

    @cached_property
    def queryset(self) -> "QuerySet[Any, Any]":
        """The narrowed rows; none at all if a filter could not be read."""
        if self.filters is None:
            return self._all
        return self.filters.qs if self.filters.is_readable else self._all.none()

    @cached_property
    def sort(self) -> str:
        """The sort in force, as the address has it. An unknown or forbidden one falls back to the default."""
        asked = self.request.GET.get("sort", "")
        known = {column.name for column in self.columns if column.sort}
        return asked if asked.removeprefix("-") in known else self.default_sort

    @cached_property
    def ordering(self) -> Ordering:
        """The sort as the database sees it."""
        name = self.sort.removeprefix("-")
        path = next((column.sort for column in self.columns if column.name == name and column.sort), "pk")
        return Ordering(path, self.sort.startswith("-"), can_be_absent(self._all, path))

    @cached_property
    def size(self) -> int:
        """Rows per page."""
        asked = self.request.GET.get("size", "")
        return int(asked) if asked in map(str, PAGE_SIZES) else PAGE_SIZES[0]

    def url(self, **changes: str | int | None) -> str:
        """This list's address with some things changed; the page's place is dropped unless it is given."""
        query = self.request.GET.copy()
        for name in _PLACES:
            query.pop(name, None)
        for name, value in changes.items():
            query.pop(name, None)
            if value is not None:
                query[name] = str(value)
        return f"?{query.urlencode()}"

    # --- what is shown -----------------------------------------------------------------------------------------------

    @cached_property
    def _values(self) -> "QuerySet[Any, Any]":
        return self.queryset.values(*fields_of(self.columns, (self.ordering.path, *self._also_reads)))

    @cached_property
    def page(self) -> Page:
        """The rows of this page, in one statement."""
        after, before = (read_place(self.request.GET.get(name, ""), self.ordering) for name in ("after", "before"))
        return turn_to(self._values, self.ordering, self.size, after=after, before=before)

    @cached_property
    def table(self) -> Table:
        """The rows as a table with sortable heads."""
        table = Table(
            self.columns,
            self.page.rows,
            user=self.request.user,
            caption=f"{self.noun.capitalize()}, sorted by {self._sort_words}",
            row_css=self.row_css,
            select_name=PICKED if self.bulk else "",
        )
        table.heads = [self._head(column) for column in table.columns]
        return table

    @property
    def _sort_words(self) -> str:
        name = self.sort.removeprefix("-")
        label = next((column.label for column in self.columns if column.name == name), "entry")
        return f"{label.lower()}, {'descending' if self.ordering.is_descending else 'ascending'}"

    def _head(self, column: Column) -> Head:
        if not column.sort:
            return Head(column, column.label)
        is_current = column.name == self.sort.removeprefix("-")
        down = is_current and not self.ordering.is_descending
        aria = ("descending" if self.ordering.is_descending else "ascending") if is_current else ""
        return Head(column, column.label, self.url(sort=f"-{column.name}" if down else column.name), aria)

    @cached_property
    def count(self) -> int:
        """How many rows there are: exact up to 1,000, then 1,001 for “more”, unless the exact number was asked for."""
        keys = self.queryset.order_by().values("pk")
        if "exact" in self.request.GET:
            return int(keys.count())
        return int(keys[: formats.COUNT_CAP + 1].count())

    @property
    def count_text(self) -> str:
        """The count as shown."""
        return f"{self.count:,}" if "exact" in self.request.GET else formats.count(self.count)

    @property
    def exact_url(self) -> str:
        """Where the exact number is told, if it is not yet."""
        return self.url(exact=1) if self.count > formats.COUNT_CAP and "exact" not in self.request.GET else ""

    @property
    def last(self) -> int:
        """The shown number of the page's last row."""
        return self.page.first + len(self.page.rows) - 1

    @property
    def next_url(self) -> str:
        """The next page, or nothing."""
        if not self.page.has_later or not self.page.rows:
            return ""
        return self.url(after=write_place(self.ordering, self.page.rows[-1], self.last + 1))

    @property
    def previous_url(self) -> str:
        """The page before, or nothing."""
        if not self.page.has_earlier or not self.page.rows:
            return ""
        return self.url(before=write_place(self.ordering, self.page.rows[0], self.page.first))

    @cached_property
    def totals(self) -> Sequence[tuple[str, str]]:
        """Sums under the list, one per currency; none for a list too long to be counted."""
        if self._totals is None or self.count > formats.COUNT_CAP:
            return ()
        return self._totals(self.queryset)

    @property
    def kept_fields(self) -> list[tuple[str, str]]:
        """What a new search keeps from the address: the sort, the size and the view."""
        own = set(self.filters.form.fields) if self.filters else set()
        return [
            (name, str(value))
            for name, value in self.request.GET.items()
            if name not in _PLACES and name not in own and not any(name.startswith(f"{field}_") for field in own)
        ]

    # --- what was picked ---------------------------------------------------------------------------------------------

    def bulk_url(self, action: ActionButton) -> str:
        """Where a verb for picked rows is posted: with the list's filters, so that “all matching” means these."""
        query = self.request.GET.urlencode()
        return f"{action.url}?{query}" if query else action.url

    def picked_keys(self, limit: int, *, among: "QuerySet[Any, Any]") -> list[int]:
        """The rows that a posted bulk verb means: those picked ``among`` what the person may see, or all that match.

        The verb itself may have moved picked rows out of the list's view: a second press must find them again, to be
        answered as the first. At most ``limit`` + 1 keys come back, so that the caller can refuse too many.
        """
        if ALL_MATCHING in self.request.POST:
            rows = self.queryset
        else:
            words = map(whole_number, self.request.POST.getlist(PICKED))
            rows = among.filter(pk__in=[key for key in words if key is not None][: limit + 1])
        return list(rows.order_by("pk").values_list("pk", flat=True)[: limit + 1])

    # --- how it is answered ------------------------------------------------------------------------------------------

    def response(self, template: str, context: Mapping[str, Any] | None = None) -> HttpResponse | StreamingHttpResponse:
        """The page, its table alone for htmx, or the CSV file. The template gets this object as ``list``."""
        if self.request.GET.get("format") == "csv":
            return self.csv()
        is_part = self.request.headers.get("HX-Target") == "list"
        answer = render(
            self.request, "components/list.html" if is_part else template, {"list": self, **(context or {})}
        )
        patch_vary_headers(answer, ["HX-Request", "HX-Target"])
        return answer

    def csv(self) -> HttpResponse | StreamingHttpResponse:
        """Stream every row of the filtered list in its order: numbers as numbers, no formulas."""
        if self.filters is not None and not self.filters.is_readable:
            return HttpResponseBadRequest("A filter could not be read, so nothing was exported.")
        name = f"{self.noun.replace(' ', '-')}-{timezone.localdate():%Y-%m-%d}.csv"
        return StreamingHttpResponse(
            self._csv_lines(),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
        )

    def _csv_lines(self) -> Iterator[str]:
        columns = [column for column in self.columns if column.export]
        codes = next((column.currency for column in columns if column.currency), "")
        write = csv.writer(_Echo()).writerow
        heads = [safe_text(column.label) for column in columns]
        yield "\ufeff" + write([*heads, "Currency"] if codes else heads)
        for row in self._values.order_by(*self.ordering.expressions()).iterator(chunk_size=2000):
            fields = [csv_field(column, row) for column in columns]
            yield write([*fields, safe_text(row[codes] or "")] if codes else fields)

"""The list page: declared columns over one queryset, filtered, sorted, paged by key, exported as shown.

All state is in the address. The number of statements depends neither on the rows nor on the page: one for the rows,
one for the count, one for the saved views, and what the filters need for their choices.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from core.errors import Conflict
from core.web import exports, formats
from core.web.cells import Row
from core.web.columns import Column, fields_of, visible_columns
from core.web.companies import chosen_company
from core.web.filters import ListFilterSet
from core.web.keyset import Ordering, Page, can_be_absent, read_place, turn_to, write_place
from core.web.parts import ActionButton, Empty, Tab
from core.web.posted import whole_number
from core.web.tables import Head, Table
from core.web.viewing import Viewing

PAGE_SIZES = (50, 100, 200)
PICKED, ALL_MATCHING = "picked", "all_matching"
PLACES = ("after", "before", "format", "exact")  # where one is in the list, not what it is
_MATCHING = signing.Signer(salt="kept.list.matching")


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
        self.viewing = Viewing(request, tabs)
        self.empty = empty or Empty(f"No {noun} here.", icon="search")
        self.row_css = row_css
        self.bulk = bulk
        self._totals = totals
        self._also_reads = also_reads
        self.offered = visible_columns(columns, request.user)
        self._all = self._of_chosen_company(queryset)
        self.filters = filterset(request.GET, self._all, request=request) if filterset else None

    def _of_chosen_company(self, queryset: "QuerySet[Any, Any]") -> "QuerySet[Any, Any]":
        """Documents of the company that the person works for at present; all that they may see, if they chose none."""
        company_id = chosen_company(self.request)
        if company_id is None:
            return queryset
        try:
            queryset.model._meta.get_field("company")
        except FieldDoesNotExist:
            return queryset
        return queryset.filter(company_id=company_id)

    # --- what is asked for -------------------------------------------------------------------------------------------

    @cached_property
    def columns(self) -> list[Column]:
        """The columns that are shown: the first, and those that the person or the saved view chose; else all."""
        chosen = self.viewing.columns
        found = [column for column in self.offered[1:] if column.name in chosen]
        return [*self.offered[:1], *found] if found else self.offered

    @property
    def tabs(self) -> Sequence[Tab]:
        """The list's own views and the saved ones."""
        return self.viewing.tabs

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
        known = {column.name for column in self.offered if column.sort}
        return asked if asked.removeprefix("-") in known else self.default_sort

    @cached_property
    def ordering(self) -> Ordering:
        """The sort as the database sees it."""
        name = self.sort.removeprefix("-")
        path = next((column.sort for column in self.offered if column.name == name and column.sort), "pk")
        of = f"{self.viewing.list_key} {self._all.model._meta.label}"
        return Ordering(path, self.sort.startswith("-"), can_be_absent(self._all, path), of)

    @cached_property
    def size(self) -> int:
        """Rows per page."""
        asked = self.request.GET.get("size", "")
        return int(asked) if asked in map(str, PAGE_SIZES) else PAGE_SIZES[0]

    def url(self, **changes: str | int | None) -> str:
        """This list's address with some things changed; the page's place is dropped unless it is given."""
        query = self.request.GET.copy()
        for name in PLACES:
            query.pop(name, None)
        for name, value in changes.items():
            query.pop(name, None)
            if value is not None:
                query[name] = str(value)
        return f"?{query.urlencode()}"

    @property
    def address(self) -> str:
        """Where this very list is found: what forms about its views carry along."""
        return self.request.path + self.url()

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
            is_all_selected=self.is_all_selected,
        )
        table.heads = [self._head(column) for column in table.columns]
        return table

    @property
    def _sort_words(self) -> str:
        name = self.sort.removeprefix("-")
        label = next((column.label for column in self.offered if column.name == name), "entry")
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
        if self.is_counted_exactly:
            return int(keys.count())
        return int(keys[: formats.COUNT_CAP + 1].count())

    @property
    def count_text(self) -> str:
        """The count as shown."""
        return f"{self.count:,}" if self.is_counted_exactly else formats.count(self.count)

    @property
    def is_counted_exactly(self) -> bool:
        """Whether somebody asked how many there are: by the link in the pager, or by selecting all of them."""
        return "exact" in self.request.GET or self.is_all_selected

    def is_longer_than(self, rows: int) -> bool:
        """Whether more rows than that match, found without counting further."""
        return int(self.queryset.order_by().values("pk")[: rows + 1].count()) > rows

    @property
    def exact_url(self) -> str:
        """Where the exact number is told, if it is not yet."""
        return self.url(exact=1) if self.count > formats.COUNT_CAP and not self.is_counted_exactly else ""

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
            if name not in PLACES and name not in own and not any(name.startswith(f"{field}_") for field in own)
        ]

    # --- what was picked ---------------------------------------------------------------------------------------------

    @property
    def is_all_selected(self) -> bool:
        """Whether every row that matches is selected, on this page and beyond."""
        return bool(self.bulk) and self.request.GET.get("select") == "all"

    @cached_property
    def matching(self) -> str:
        """What “all that match” stands for, signed: these filters of this list for this person, nothing wider."""
        return _MATCHING.sign_object(self._meant)

    @property
    def _meant(self) -> list[Any]:
        """Whose selection it is, of which rows. A verb has an address of its own, so the list is known by its rows."""
        rows = f"{self.noun} {self._all.model._meta.label}"
        return [self.request.user.pk, chosen_company(self.request) or 0, rows, *self._narrowing]

    @property
    def _narrowing(self) -> list[list[str]]:
        """Everything in the address that decides which rows there are."""
        kept = {*PLACES, "sort", "size", "select", "saved"}
        found = ([name, *values] for name, values in self.request.GET.lists() if name not in kept and any(values))
        return sorted(found)

    def bulk_url(self, action: ActionButton) -> str:
        """Where a verb for picked rows is posted: with the list's filters, so that “all matching” means these."""
        return action.url + self.url().removesuffix("?")

    def picked(self, *, among: "QuerySet[Any, Any]") -> "QuerySet[Any, Any]":
        """The rows that a posted bulk verb means: those picked ``among`` what the person may see, or all that match.

        The verb itself may have moved picked rows out of the list's view: a second press must find them again, to be
        answered as the first. Raises Conflict where “all that match” was said of other filters than those that
        arrived.
        """
        word = self.request.POST.get(ALL_MATCHING, "")
        if word:
            self._require_same_filters(word)
            return self.queryset
        words = map(whole_number, self.request.POST.getlist(PICKED))
        return among.filter(pk__in=[key for key in words if key is not None])

    def picked_keys(self, limit: int, *, among: "QuerySet[Any, Any]") -> list[int]:
        """The keys of the ``picked`` rows. At most ``limit`` + 1, so that the caller can refuse too many."""
        return list(self.picked(among=among).order_by("pk").values_list("pk", flat=True)[: limit + 1])

    def _require_same_filters(self, word: str) -> None:
        """A filter that was lost on the way must not turn “these” into “all”."""
        try:
            said = _MATCHING.unsign_object(word)
        except (signing.BadSignature, ValueError):
            said = None
        if said != self._meant:
            raise Conflict("The filters are not those under which you selected all. Select again; nothing was changed.")

    # --- how it is answered ------------------------------------------------------------------------------------------

    def response(self, template: str, context: Mapping[str, Any] | None = None) -> HttpResponseBase:
        """The page, its table alone for htmx, or a file. The template gets this object as ``list``."""
        if isinstance(self.request, exports.ListRequest):
            return exports.ListAnswer(self)
        kind = self.request.GET.get("format", "")
        if kind in exports.FORMATS:
            return exports.export(self, kind)
        is_part = self.request.headers.get("HX-Target") == "list"
        if not self.request.GET and not is_part and self.viewing.first_url:
            return HttpResponseRedirect(self.viewing.first_url)
        answer = render(
            self.request,
            "components/list_part.html" if is_part else template,
            {"list": self, **(context or {})},
        )
        patch_vary_headers(answer, ["HX-Request", "HX-Target"])
        return answer

    @property
    def export_columns(self) -> list[Column]:
        """What a file holds: the shown columns that are meant for files."""
        return [column for column in self.columns if column.export]

    @property
    def export_currency(self) -> str:
        """The field with each row's currency code, if a column of amounts names one."""
        return next((column.currency for column in self.export_columns if column.currency), "")

    def export_rows(self) -> Iterator[Row]:
        """Every row of the filtered list in its order, read in portions through a cursor of the server."""
        rows: Iterator[Row] = self._values.order_by(*self.ordering.expressions()).iterator(chunk_size=2000)
        return rows

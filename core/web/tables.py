"""A table on any page: columns as data over rows of values, drawn by one macro."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from markupsafe import Markup, escape

from core.web.cells import Row, drawer
from core.web.columns import Column, visible_columns, with_currency_in_head

if TYPE_CHECKING:
    from core.models import User

SAYS_LITTLE = frozenset({"quantity", "count", "percent", "date", "stamp"})  # kinds that need their label beside them


@dataclass(frozen=True, slots=True)
class Head:
    """One cell of the table's head. ``aria_sort`` is empty, "ascending" or "descending"."""

    column: Column
    label: str
    sort_url: str = ""
    aria_sort: str = ""


class Table:
    """Rows of ``values()`` dictionaries under declared columns. The first visible column heads its row.

    ``row_css`` gives a row its class ("off", "cur"); ``select_name`` adds a check box per row with the row's key as
    value, all picked for good if ``is_all_selected``; ``foot`` holds one text per column name for the last line.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Sequence[Row],
        *,
        user: "User | AnonymousUser",
        caption: str,
        row_css: Callable[[Row], str] | None = None,
        select_name: str = "",
        is_all_selected: bool = False,
        foot: dict[str, str] | None = None,
    ) -> None:
        self.rows = rows
        self.caption = caption
        self.row_css = row_css
        self.select_name = select_name
        self._picked = " checked disabled" if is_all_selected else ""
        self.foot = foot or {}
        self._columns = [with_currency_in_head(column, rows) for column in visible_columns(columns, user)]
        self.columns = [column for column, _ in self._columns]

    @cached_property
    def heads(self) -> list[Head]:
        """The head cells, without sorting."""
        return [Head(column, column.label) for column in self.columns]

    @cached_property
    def body(self) -> list[Markup]:
        """The rows, drawn. Built as text because a macro call per cell would cost most of the page."""
        cells = []
        for number, (column, is_mixed) in enumerate(self._columns):
            css = f' class="{column.css}"' if column.css else ""
            if column.card and column.cell in SAYS_LITTLE:
                css += f' data-head="{escape(column.label)}"'  # on a phone there is no head above it
            start, end = (f'<th scope="row"{css}>', "</th>") if number == 0 else (f"<td{css}>", "</td>")
            cells.append((start, drawer(column, is_mixed=is_mixed), end))
        return [Markup(self._row(row, cells)) for row in self.rows]  # noqa: S704 - every drawer escapes its value

    def _row(self, row: Row, cells: Sequence[tuple[str, Callable[[Row], str], str]]) -> str:
        css = self.row_css(row) if self.row_css else ""
        parts = [f'<tr class="{escape(css)}">' if css else "<tr>"]
        if self.select_name:
            title = escape(self.columns[0].of(row) or row["pk"])
            parts.append(
                f'<td class="fit"><input type="checkbox" class="pick" form="bulk" name="{self.select_name}"'
                f' value="{row["pk"]}" aria-label="Select {title}"{self._picked}></td>'
            )
        for start, draw, end in cells:
            parts += (start, draw(row), end)
        parts.append("</tr>\n")
        return "".join(parts)

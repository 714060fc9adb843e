"""What the pages of accounting share."""

import csv
from collections.abc import Iterator, Sequence

from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import resolve_url
from markupsafe import Markup

from accounting.sources import source_url, source_words
from core.access import may
from core.web.cells import Row, csv_field, safe_text
from core.web.columns import Column
from core.web.parts import Tab

REPORTS = (
    ("Trial balance", "accounting:trial-balance", "accounting.view_ledger"),
    ("Profit and loss, balance sheet", "accounting:statements", "accounting.view_ledger"),
    ("Ageing", "accounting:ageing", "core.see_credit"),
)


def report_tabs(request: HttpRequest) -> list[Tab]:
    """The reports that this person may open, beside each other, the shown one marked."""
    tabs = [(label, resolve_url(name)) for label, name, right in REPORTS if may(request.user, right)]
    return [Tab(label, url, is_current=url == request.path) for label, url in tabs]


def source_link(source_type: str, source_id: int) -> str:
    """The document behind a posting: a link where it has a page."""
    words, url = source_words(source_type, source_id), source_url(source_type, source_id)
    return Markup('<a href="{}">{}</a>').format(url, words) if url else words


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_of(name: str, columns: Sequence[Column], rows: Sequence[Row]) -> StreamingHttpResponse:
    """A report as a file: numbers as numbers, no formulas."""
    write = csv.writer(_Echo()).writerow

    def lines() -> Iterator[str]:
        yield "\ufeff" + write([safe_text(column.label) for column in columns])
        for row in rows:
            yield write([csv_field(column, row) for column in columns])

    return StreamingHttpResponse(
        lines(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"},
    )

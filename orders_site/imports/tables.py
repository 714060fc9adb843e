"""Columns of the lists of imports and of their rows."""

from typing import Any

import django_filters

from core.web.columns import Column
from core.web.filters import ListFilterSet
from core.web.parts import Tag
from orders_site.imports.cells import from_plain
from orders_site.imports.kinds import KINDS
from orders_site.imports.models import ImportRow, ImportRun

STATE_TAGS: dict[str, Tag] = {
    ImportRun.State.UPLOADED: Tag("To be mapped", "info"),
    ImportRun.State.CHECKING: Tag("Checking", "info"),
    ImportRun.State.CHECKED: Tag("Checked", "violet"),
    ImportRun.State.APPLYING: Tag("Applying", "info"),
    ImportRun.State.STOPPED: Tag("Stopped", "warn"),
    ImportRun.State.DONE: Tag("Applied", "ok"),
    ImportRun.State.UNREADABLE: Tag("Unreadable", "bad"),
}
OUTCOME_TAGS: dict[str, Tag] = {
    ImportRow.Outcome.READ: Tag("Read"),
    ImportRow.Outcome.NEW: Tag("New", "info"),
    ImportRow.Outcome.CHANGED: Tag("Changed", "violet"),
    ImportRow.Outcome.SAME: Tag("Same"),
    ImportRow.Outcome.WRONG: Tag("Wrong", "bad"),
}
RESULT_TAGS: dict[str, Tag] = {
    ImportRow.Result.DONE: Tag("Done", "ok"),
    ImportRow.Result.REFUSED: Tag("Refused", "bad"),
}


def _what(row: Any) -> str:
    return KINDS[row["kind"]].label


def told(row: Any) -> str:
    """What is to be said of a row: what is wrong, else what to look at, else what changes."""
    words = [f"{label}: {sentence}" for label, sentence in row["problems"].items()]
    words += [f"{label}: {sentence}" for label, sentence in row["warnings"].items()]
    if not row["problems"]:
        words += [f"{label}: {before or 'nothing'} → {after or 'nothing'}" for label, before, after in row["changes"]]
    return " ".join([*words, row["sentence"]]).strip()


def _start(row: Any) -> str:
    return " · ".join(cell.text for cell in from_plain(row["cells"])[:3] if not cell.is_empty)[:80]


RUNS = (
    Column("file_name", "File", "link", url="imports:run", card="k1", width="clip"),
    Column("kind", "What", reads=("kind",), value=_what, sort="kind", card="k3"),
    Column("state", "State", "tag", sort="state", tags=STATE_TAGS, card="k2"),
    Column("company__name", "Company", sort="company__name", hide="opt", is_muted=True),
    Column("created_by__username", "By", sort="created_by__username", hide="not-s", is_muted=True),
    Column("created_at", "Uploaded", "stamp", sort="created_at", card="k4"),
)
ROWS = (
    Column("number", "Row", sort="number", card="k1", width="fit"),
    Column("outcome", "Dry run", "tag", sort="outcome", tags=OUTCOME_TAGS, card="k2"),
    Column("result", "Result", "tag", sort="result", tags=RESULT_TAGS, card="k4"),
    Column("begins", "Begins with", reads=("cells",), value=_start, card="k3", width="clip"),
    Column("told", "Details", reads=("problems", "warnings", "changes", "sentence"), value=told,
           width="wrap", card="kw"),
)  # fmt: skip


class RunFilter(ListFilterSet):
    """Narrow imports by file and state."""

    search_paths = ("file_name",)
    search_hint = "File"

    state = django_filters.MultipleChoiceFilter(choices=ImportRun.State.choices, label="State")

    class Meta:
        model = ImportRun
        fields: tuple[str, ...] = ()


class RowFilter(ListFilterSet):
    """Narrow rows by what they would do and what became of them."""

    search_paths = ("key",)
    search_hint = "Key"

    outcome = django_filters.MultipleChoiceFilter(choices=ImportRow.Outcome.choices[1:], label="Dry run")
    result = django_filters.MultipleChoiceFilter(choices=ImportRow.Result.choices[1:], label="Result")

    class Meta:
        model = ImportRow
        fields: tuple[str, ...] = ()

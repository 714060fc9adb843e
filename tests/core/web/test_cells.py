"""One value as a cell and as a CSV field."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from core.web.cells import csv_field, drawer, plain_number, safe_text
from core.web.columns import Column
from core.web.parts import Tag
from core.web.tables import Table


def cell(value: Any, kind: Any = "text", **more: Any) -> str:
    return drawer(Column("x", "X", kind, **more))({"x": value, "pk": 7, "currency": "EUR"})


def field(value: Any, kind: Any = "text", **more: Any) -> str:
    return csv_field(Column("x", "X", kind, **more), {"x": value, "currency": "EUR"})


def test_text_from_people_is_escaped() -> None:
    assert cell("<script>") == "&lt;script&gt;"
    assert cell(Tag("<b>"), "tag") == '<span class="tag neutral">&lt;b&gt;</span>'
    assert "&lt;" in drawer(Column("x", "X", sub="town"))({"x": "a", "town": "<i>"})


def test_nothing_is_a_muted_dash() -> None:
    assert cell(None, "money") == cell("") == '<span class="muted nil">—</span>'


def test_zero_is_muted_and_a_negative_stands_out() -> None:
    assert cell(Decimal(0), "money", currency="currency") == '<span class="muted">0.00</span>'
    assert cell(Decimal("-2"), "money", currency="currency") == '<span class="neg">\u22122.00</span>'
    assert cell(Decimal("2"), "quantity") == "2"


def test_a_status_word_comes_from_the_state_table() -> None:
    tags = {"draft": Tag("Draft"), "held": Tag("On hold", "bad")}

    assert cell("held", "tag", tags=tags) == '<span class="tag bad">On hold</span>'
    assert cell("unheard", "tag", tags=tags) == '<span class="tag neutral">unheard</span>'


def test_a_bar_is_never_wider_than_its_track_nor_without_its_number() -> None:
    drawn = cell(Decimal("133.3"), "bar")

    assert 'width="40.0"' in drawn
    assert "133\u00a0%" in drawn


@pytest.mark.parametrize("start", [*"=+-@\t\r", "\uff1d", " =", "\u00a0@"])
def test_text_that_starts_like_a_formula_is_disarmed(start: str) -> None:
    assert safe_text(f"{start}cmd|'/c calc'!A1") == f"'{start}cmd|'/c calc'!A1"


def test_harmless_text_is_left_alone() -> None:
    assert safe_text("SO-2026-1") == "SO-2026-1"
    assert safe_text("") == ""


def test_numbers_stay_numbers_in_a_file() -> None:
    assert field(Decimal("-1234.5000"), "money", currency="currency") == "-1234.50"
    assert field(Decimal("1E+3"), "quantity") == "1000"
    assert field(date(2026, 12, 1), "date") == "2026-12-01"
    assert field(None, "money") == ""
    assert plain_number(Decimal("0.10"), 2) == "0.10"


def test_a_tag_is_exported_as_its_word_and_disarmed() -> None:
    assert field(Tag("=1+1"), "tag") == "'=1+1"


def test_a_number_or_a_day_says_on_a_phone_what_it_is() -> None:
    columns = [
        Column("sku", "SKU", "code", card="k1"),
        Column("free", "Free", "quantity", card="k2"),
        Column("due", "Due", "date"),
    ]
    drawn = Table(columns, [{"sku": "A", "free": Decimal(5), "due": None}], user=AnonymousUser(), caption="Stock").body[
        0
    ]

    assert '<td class="num k2" data-head="Free">5</td>' in drawn
    assert drawn.count("data-head") == 1

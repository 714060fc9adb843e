"""Array texts say to PostgreSQL exactly what the values say in Python."""

import json
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from core.arrays import array

pytestmark = pytest.mark.django_db

TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))


def read_back(element: str, values: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT v FROM unnest(%s::{element}[]) WITH ORDINALITY AS a(v, n) ORDER BY n", [array(element, values)]
        )
        found = [row[0] for row in cursor.fetchall()]
    return [None if value is None else json.loads(value) for value in found] if element == "jsonb" else found


@pytest.mark.parametrize(
    ("element", "values"),
    [
        ("bigint", [1, -9223372036854775808, None, 9223372036854775807]),
        ("numeric", [Decimal("1.20"), Decimal("-1E+3"), None, Decimal("1E-6"), Decimal(10) ** 18]),
        ("date", [date(1, 1, 1), None, date(9999, 12, 31)]),
        ("uuid", [uuid.UUID(int=0), None, uuid.UUID(int=2**128 - 1)]),
        ("boolean", [True, None, False]),
        ("text", ["", None, "NULL", "null", "a,b", "{}", '"', "\\", "\\N", " padded ", "line\nbreak", "ß\u2028😀"]),
        ("jsonb", [{"a": ['"', "\\", "{,}", None, 1.5]}, None, [], "text", {"ü": "\u2028"}]),
        ("timestamptz", [datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), None]),
    ],
)  # fmt: skip
def test_values_come_back_as_they_were_sent(element: str, values: list[Any]) -> None:
    found = read_back(element, values)

    assert found == values
    assert [str(value) for value in found if isinstance(value, Decimal)] == [
        f"{value:f}" for value in values if isinstance(value, Decimal)
    ]


def test_no_values_are_an_empty_array() -> None:
    assert [read_back(element, []) for element in ("bigint", "text", "jsonb", "timestamptz")] == [[], [], [], []]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.none() | TEXTS, max_size=5))
def test_any_text_comes_back(values: list[str | None]) -> None:
    assert read_back("text", values) == values


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12)
    )
)
def test_any_amount_comes_back_to_the_last_digit(values: list[Decimal | None]) -> None:
    assert read_back("numeric", values) == values

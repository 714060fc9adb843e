"""Comparing figures with expected tables: a line, a piece or a cent off is named with its key."""

from decimal import Decimal
from pathlib import Path

import pytest

from orders_site.replay.compare import all_differences, differences, expected_figures, folded
from orders_site.replay.errors import ReplayInputError
from orders_site.replay.figures import Dimension, Figure, Figures
from tests.site.replay.trade_files import MAPPING, numbered, planned, trade_line


def figures_of(folder: Path) -> Figures:
    survey, _ = planned(
        folder,
        numbered(
            trade_line(code="85123A", price="0.335", quantity="3"),
            trade_line(code="85123a", price="0.335", quantity="3"),
            trade_line(invoice="500002", quantity="-2", price="0", customer=""),
            trade_line(invoice="C500003", quantity="-1", price="1", country="EIRE"),
        ),
    )
    return survey.figures


def write_expected(folder: Path, figures: Figures) -> None:
    for dimension in Dimension:
        rows = [
            f"{value},{trade_class},{figure.lines},{figure.quantity},{figure.amount}"
            for (value, trade_class), figure in figures.by(dimension).items()
        ]
        table = "\n".join([f"{dimension},class,lines,quantity,amount_2dp", *rows])
        (folder / f"expected_rounded_by_{dimension}.csv").write_text(table)


def test_figures_are_added_up_by_every_dimension_and_class(tmp_path: Path) -> None:
    figures = figures_of(tmp_path)

    assert figures.by(Dimension.CODE)["85123a", "sale"] == Figure(1, Decimal(3), Decimal("1.01"))
    assert figures.by(Dimension.MONTH)["2010-03", "sale"] == Figure(2, Decimal(6), Decimal("2.02"))
    assert figures.by(Dimension.CUSTOMER)["(none)", "stock_adj"] == Figure(1, Decimal(-2), Decimal(0))
    assert figures.by(Dimension.COUNTRY)["EIRE", "cancel"] == Figure(1, Decimal(-1), Decimal(-1))
    assert figures.by_class()["cancel"] == Figure(1, Decimal(-1), Decimal(-1))


def test_equal_tables_show_no_difference(tmp_path: Path) -> None:
    figures = figures_of(tmp_path)
    write_expected(tmp_path, figures)

    assert all_differences(expected_figures(tmp_path), figures) == []


@pytest.mark.parametrize("off", [Figure(1), Figure(0, Decimal(1)), Figure(0, Decimal(0), Decimal("0.01"))])
def test_a_line_a_piece_or_a_cent_off_is_named(tmp_path: Path, off: Figure) -> None:
    figures = figures_of(tmp_path)
    write_expected(tmp_path, figures)
    figures.add(Dimension.COUNTRY, "EIRE", "cancel", off)

    (difference,) = all_differences(expected_figures(tmp_path), figures)

    assert str(difference).startswith("country EIRE, cancel: expected 1 lines, quantity -1, amount -1.00, got ")


def test_a_figure_that_is_absent_is_a_difference(tmp_path: Path) -> None:
    figures = figures_of(tmp_path)
    months = figures.by(Dimension.MONTH)

    found = list(differences(Dimension.MONTH, months, {}))

    assert [(d.trade_class, d.actual) for d in found] == [(c, Figure()) for c in ("cancel", "sale", "stock_adj")]


def test_codes_that_are_one_product_are_added_up(tmp_path: Path) -> None:
    by_sku = folded(figures_of(tmp_path).by(Dimension.CODE), MAPPING.codes.sku_of)

    assert by_sku["85123A", "sale"] == Figure(2, Decimal(6), Decimal("2.02"))


def test_a_table_that_is_absent_or_of_another_form_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReplayInputError, match=r"expected_rounded_by_month.csv cannot be read"):
        expected_figures(tmp_path)

    write_expected(tmp_path, figures_of(tmp_path))
    (tmp_path / "expected_rounded_by_code.csv").write_text("code,class,lines,quantity,amount_2dp\nX,sale,one,1,1\n")
    with pytest.raises(ReplayInputError, match=r"expected_rounded_by_code.csv is not a table of expected figures."):
        expected_figures(tmp_path)

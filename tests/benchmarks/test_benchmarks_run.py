"""The benchmarks still run: at their smallest size, on the tests' own cluster, with floors that write the same rows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

from benchmarks import confirm, editor, hot_product
from benchmarks.ground import Ground
from benchmarks.report import Figure, as_json


@pytest.fixture
def ground(own_database: None) -> Iterator[Ground]:
    """The tests' cluster; the worker's own database is in use again afterwards."""
    settings = connections["default"].settings_dict
    before = dict(settings)
    yield Ground(Path(before["HOST"]))
    connections["default"].close()
    settings |= before


def test_confirm_a_saved_row_and_a_hot_product_run_beside_their_floors(ground: Ground) -> None:
    for work in (confirm, editor):
        few, ten = work.run(ground, small=True)
        assert few.statements == ten.statements
        assert ten.ratio is not None
        assert ten.ratio > 0

    (hot,) = hot_product.run(ground, small=True)
    assert hot.note == "10 promised, 14 no supply, 0 errors"


def test_a_figure_says_its_ratio_to_the_floor_and_the_load() -> None:
    quick = Figure("confirm", 12.0, "ms", floor=8.0, load=0.5)
    many = Figure("writers", 100.0, "orders/s", floor=250.0, load=0.5)

    assert (quick.ratio, many.ratio) == (1.5, 2.5)
    assert "1.50 x" in str(quick)
    assert "load 0.5" in str(quick)
    assert '"ratio": 2.5' in as_json("writers", [many])

"""What holds for the plan of any file: lines settled once, supply before demand, one plan for a file, little memory."""

import tracemalloc
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders_site.replay.classify import SENDS_OUT, TAKES_IN
from orders_site.replay.mapping import SupplyPeriod
from orders_site.replay.plan import Batch, DocumentKind, plan_trade
from orders_site.replay.survey import survey_trade
from tests.site.replay.trade_files import MAPPING, back, planned, report_of, sale, trade_line, write_trade


def test_supply_of_a_period_arrives_on_its_first_day_less_what_is_on_hand(tmp_path: Path) -> None:
    _, batches = planned(
        tmp_path,
        [
            sale("500001", "10", day="2010-03-05"),
            back("500002", "4", day="2010-03-20"),
            sale("500003", "6", day="2010-04-01"),
            sale("500004", "-1", day="2010-04-30", price="0", customer=""),
        ],
    )

    supply = [
        (order.day, line.sku, line.quantity, line.unit_cost)
        for b in batches
        for order in b.supply
        for line in order.lines
    ]
    assert supply == [
        (date(2010, 3, 1), "22423", Decimal(10), Decimal("1.40")),
        (date(2010, 4, 1), "22423", Decimal(3), Decimal("1.40")),
    ]


@pytest.mark.parametrize(
    ("period", "days"),
    [
        (SupplyPeriod.DAY, ["2010-03-05", "2010-03-06", "2010-03-09"]),
        (SupplyPeriod.WEEK, ["2010-03-01", "2010-03-08"]),
        (SupplyPeriod.MONTH, ["2010-03-01"]),
    ],
)
def test_supply_arrives_per_declared_period(tmp_path: Path, period: SupplyPeriod, days: list[str]) -> None:
    mapping = replace(MAPPING, supply=replace(MAPPING.supply, period=period))
    lines = [sale(f"50000{n}", "1", day=day) for n, day in enumerate(["2010-03-05", "2010-03-06", "2010-03-09"])]

    _, batches = planned(tmp_path, lines, mapping)

    assert [str(order.day) for batch in batches for order in batch.supply] == days


LINE = st.fixed_dictionaries(
    {
        "invoice": st.sampled_from(["50000{}", "C50000{}", "A50000{}", "Z50000{}"]),
        "code": st.sampled_from(["22423", "22423 ", "85123a", "85123A", "POST", "M", "GIFT", ""]),
        "quantity": st.sampled_from(["1", "6", "-6", "-1", "0", "NaN", "48"]),
        "price": st.sampled_from(["2.55", "0", "0.001", "-1", "1e999"]),
        "customer": st.sampled_from(["", "13085", "13078"]),
        "country": st.sampled_from(["United Kingdom", "EIRE", "Atlantis"]),
    }
)


@settings(max_examples=150, deadline=None)
@given(
    drawn=st.lists(st.tuples(LINE, st.integers(0, 3)), min_size=1, max_size=30), period=st.sampled_from(SupplyPeriod)
)
def test_every_line_is_settled_once_and_stock_never_falls_below_zero(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[dict[str, str], int]], period: SupplyPeriod
) -> None:
    day = date(2010, 2, 26)
    lines = [sale("500000", "1")]
    lines[0][5] = f"{day} 08:00:00"
    for position, (cells, days_later) in enumerate(drawn):
        day += timedelta(days=days_later)
        cells = cells | {"invoice": cells["invoice"].format(position % 7), "line_no": str(position + 2)}
        lines.append(trade_line(**cells, at=f"{day} 09:00:00"))
    sets = replace(MAPPING.sets, documents=2, lines=4)
    mapping = replace(MAPPING, supply=replace(MAPPING.supply, period=period), sets=sets)

    folder = tmp_path_factory.mktemp("any")
    survey, batches = planned(folder, lines, mapping)

    settled = [line.classified.line.row for b in batches for d in b.documents for line in d.lines]
    settled += [row.row for row in report_of(batches)]
    assert sorted(settled) == list(range(2, len(lines) + 2))
    assert sum(batch.lines for batch in batches) == survey.lines + survey.lines_rejected == len(lines)
    assert list(plan_trade(folder / "lines.csv.gz", mapping, survey)) == batches
    assert len({batch.key for batch in batches}) == len(batches)
    assert_stock_holds(batches)


def assert_stock_holds(batches: list[Batch]) -> None:
    """Follow what is on hand as a batch is carried out: receipts first, then documents by kind."""
    on_hand: dict[str, Decimal] = {}
    for batch in batches:
        for order in batch.supply:
            assert order.day <= batch.day
            for line in order.lines:
                assert line.quantity > 0
                on_hand[line.sku] = on_hand.get(line.sku, Decimal(0)) + line.quantity
        for kind in DocumentKind:
            for document in batch.of_kind(kind):
                for planned_line in document.lines:
                    sku, treatment = planned_line.classified.sku, planned_line.classified.treatment
                    sign = (treatment in TAKES_IN) - (treatment in SENDS_OUT)
                    on_hand[sku] = on_hand.get(sku, Decimal(0)) + sign * planned_line.quantity
                    assert on_hand[sku] >= 0


def peak_of_days(folder: Path, days: int) -> int:
    """Plan so many days of the same trade (20 documents of 5 lines a day) and give the peak of memory in bytes."""
    first = date(2010, 1, 1)
    path = write_trade(
        folder,
        [
            trade_line(
                invoice=f"{500_000 + day * 20 + document}",
                line_no=str(line),
                code=f"{22_000 + document + line}",
                at=f"{first + timedelta(days=day)} 09:{document:02}:00",
                customer=str(13_000 + document),
            )
            for day in range(days)
            for document in range(20)
            for line in range(1, 6)
        ],
    )
    tracemalloc.start()
    survey = survey_trade(path, MAPPING)
    for _ in plan_trade(path, MAPPING, survey):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_length_of_the_file(tmp_path: Path) -> None:
    short, long = peak_of_days(tmp_path, 20), peak_of_days(tmp_path, 80)

    # Four times the lines. What grows: document numbers already closed, pieces sent out per month and product.
    assert long < 1.25 * short

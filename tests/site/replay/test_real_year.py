"""The real year of trade: each line settled, each figure equal to the published tables, and the page about it true."""

import csv
import gzip
import json
import os
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orders_site.replay.classify import SENDS_OUT, TAKES_IN, ClassifiedLine, Treatment
from orders_site.replay.compare import all_differences, expected_figures
from orders_site.replay.figures import Figure, Figures
from orders_site.replay.plan import Batch, plan_trade
from orders_site.replay.survey import Survey, survey_trade
from tests.site.replay.trade_files import MAPPING

PROJECT = Path(__file__).parents[3]
FOLDER = Path(os.environ.get("KEPT_TRADE_DATA", PROJECT.parent / "shared" / "data")) / "online_retail_2009_2010"
PAGE = PROJECT / "docs" / "replay.md"
TIMES_THE_FLOOR = 40  # survey and plan, two readings, against unpacking and splitting the file once; 25 is usual

pytestmark = pytest.mark.skipif(
    not FOLDER.exists(), reason=f"the real year of trade is not at {FOLDER} (KEPT_TRADE_DATA names its folder)"
)


@dataclass
class Year:
    """What is kept of one reading: sums, not lines."""

    survey: Survey
    cpu_seconds: float = 0.0
    batches: int = 0
    due: int = 0
    supply_orders: int = 0
    supply_lines: int = 0
    supply_cost: Decimal = Decimal(0)
    references: Counter[Treatment] = field(default_factory=Counter)
    list_prices: Counter[bool] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    _treatments: dict[tuple[str, str], list[Any]] = field(
        default_factory=lambda: defaultdict(lambda: [0, Decimal(0), Decimal(0)])
    )
    rows: int = 0
    row_sum: int = 0
    reports: list[str] = field(default_factory=list)
    on_hand: dict[str, Decimal] = field(default_factory=dict)
    lowest_on_hand: Decimal = Decimal(0)
    figures: Figures = field(default_factory=Figures)

    def count(self, lines: list[ClassifiedLine]) -> None:
        self.figures.add_lines(lines)
        for classified in lines:
            self.rows += 1
            self.row_sum += classified.line.row
            total = self._treatments[classified.treatment, classified.code_class]
            total[0] += 1
            total[1] += classified.line.quantity
            total[2] += classified.amount

    def take(self, batch: Batch) -> None:
        self.batches += 1
        self.due += len(batch.due)
        for order in batch.supply:
            self.supply_orders += 1
            self.supply_lines += len(order.lines)
            for line in order.lines:
                self.supply_cost += line.quantity * line.unit_cost
                self.move(line.sku, line.quantity)
        for document in batch.documents:
            self.kinds[document.kind] += 1
            self.count([planned.classified for planned in document.lines])
            for planned in document.lines:
                treatment = planned.classified.treatment
                self.references[treatment] += planned.reference is not None
                if treatment is Treatment.GOODS_SALE:
                    self.list_prices[not planned.is_agreed_price] += 1
                if sign := (treatment in TAKES_IN) - (treatment in SENDS_OUT):
                    self.move(planned.classified.sku, sign * planned.quantity)
        self.reports += [row.reason for row in batch.report]
        self.count([row.classified for row in batch.report if row.classified])

    def move(self, sku: str, quantity: Decimal) -> None:
        self.on_hand[sku] = self.on_hand.get(sku, Decimal(0)) + quantity
        self.lowest_on_hand = min(self.lowest_on_hand, self.on_hand[sku])

    @property
    def treatments(self) -> dict[tuple[str, str], Figure]:
        return {
            (str(treatment), code_class): Figure(*sums) for (treatment, code_class), sums in self._treatments.items()
        }

    def by_treatment(self) -> dict[str, Figure]:
        totals: dict[str, Figure] = {treatment.value: Figure() for treatment in Treatment}
        for (treatment, _), figure in self.treatments.items():
            totals[treatment] += figure
        return totals


@pytest.fixture(scope="module")
def year() -> Year:
    """Survey and plan the file once for all tests of this module."""
    path = FOLDER / "lines.csv.gz"
    started = time.process_time()
    year = Year(survey_trade(path, MAPPING))
    for batch in timed(plan_trade(path, MAPPING, year.survey), year, started):
        year.take(batch)
    return year


def timed(batches: Iterator[Batch], year: Year, started: float) -> Iterator[Batch]:
    """Give the batches and measure the time of making them, without what the test does with them."""
    year.cpu_seconds = time.process_time() - started
    while True:
        before = time.process_time()
        batch = next(batches, None)
        year.cpu_seconds += time.process_time() - before
        if batch is None:
            return
        yield batch


def page_table(heading: str) -> list[list[str]]:
    """Give the rows of the first table under a heading of the page, numbers without separators."""
    section = PAGE.read_text().split(f"\n## {heading}", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    return [[re.sub(r"(?<=\d),(?=\d)", "", cell.strip()) for cell in row] for row in rows[2:]]


def figure_cells(figure: Figure) -> list[str]:
    return [str(figure.lines), f"{figure.quantity:f}", f"{figure.amount:.2f}"]


def test_every_line_of_the_file_is_settled_exactly_once(year: Year) -> None:
    totals = json.loads((FOLDER / "expected_totals.json").read_text())

    assert year.rows == year.survey.lines == totals["lines"] == 525_461
    assert year.row_sum == sum(range(2, totals["lines"] + 2))
    assert year.survey.documents == totals["invoices"]
    assert year.survey.lines_rejected == 0


def test_the_classes_equal_the_published_totals(year: Year) -> None:
    totals = json.loads((FOLDER / "expected_totals.json").read_text())
    by_class = year.figures.by_class()

    assert {name: (f.lines, f.quantity) for name, f in by_class.items()} == {
        row["cls"]: (row["lines"], row["qty"]) for row in totals["by_class"]
    }
    assert {name: str(figure.amount) for name, figure in by_class.items()} == {
        "adjust": "-136552.02",
        "cancel": "-629855.37",
        "sale": "10305892.01",
        "stock_adj": "0.00",
        "zero_price": "0.00",
    }
    assert sum(figure.amount for figure in by_class.values()) == Decimal(totals["amount_total_line_rounded"])


def test_month_country_customer_and_code_equal_the_expected_tables_to_the_cent(year: Year) -> None:
    expected = expected_figures(FOLDER)

    assert all_differences(expected, year.figures) == []
    assert all_differences(expected, year.survey.figures) == []


def test_supply_is_there_before_it_is_needed(year: Year) -> None:
    page = " ".join(PAGE.read_text().split())

    assert year.lowest_on_hand == 0
    assert f"{year.batches} batches, of which {year.supply_orders} are supply orders" in page
    assert f"({year.supply_lines:,} lines, cost {year.supply_cost:,.2f})" in page
    assert f"{year.due:,} invoices fall due before the file ends" in page


def test_credits_find_as_many_sales_as_the_page_says(year: Year) -> None:
    assert year.references[Treatment.RETURN_WITH_REFERENCE] == 7_463
    assert year.references[Treatment.VALUE_CREDIT] == 71
    assert sum(year.references.values()) == 7_463 + 71


def test_the_page_tells_what_each_line_becomes(year: Year) -> None:
    by_treatment = year.by_treatment()

    assert {row[0]: row[1:4] for row in page_table("2.")} == {n: figure_cells(f) for n, f in by_treatment.items()}


def test_the_page_tells_how_many_documents_of_each_kind(year: Year) -> None:
    assert {row[0]: int(row[1]) for row in page_table("3.")} == dict(year.kinds)


def test_the_page_tells_what_became_of_codes_that_are_not_goods(year: Year) -> None:
    rows = [
        [code_class, treatment, *figure_cells(figure)]
        for (treatment, code_class), figure in year.treatments.items()
        if code_class != "goods" and treatment != Treatment.REPORTED
    ]

    assert page_table("4.") == sorted(rows)


def test_the_page_tells_the_master_data(year: Year) -> None:
    survey = year.survey
    counters = sum(account.is_counter for account in survey.accounts)

    assert {row[0]: int(row[1]) for row in page_table("5.")} == {
        "accounts": len(survey.accounts),
        "accounts of customers": len(survey.accounts) - counters,
        "cash accounts": counters,
        "products": len(survey.products),
        "goods": sum(product.is_stocked for product in survey.products.values()),
        "price scales": len(survey.price_list),
        "scale steps": sum(len(scale.steps) for scale in survey.price_list.values()),
    }
    assert year.list_prices == {True: 470_709, False: 38_537}


def test_what_becomes_no_document_is_reported_with_its_reason(year: Year) -> None:
    assert Counter(year.reports) == {
        "A document without value, of a code under which nothing is stocked.": 28,
        "Nothing is stocked under this code.": 2,
    }


def test_survey_and_plan_cost_a_bounded_multiple_of_reading_the_file(year: Year) -> None:
    started = time.process_time()
    with gzip.open(FOLDER / "lines.csv.gz", "rt", encoding="utf-8", newline="") as text:
        rows = sum(1 for _ in csv.reader(text))
    floor = time.process_time() - started

    assert rows == 525_462
    assert year.cpu_seconds < TIMES_THE_FLOOR * floor, f"{year.cpu_seconds:.1f} s against a floor of {floor:.1f} s"

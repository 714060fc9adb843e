"""Makes small files of trade in the form of the real one, with honest defaults for what a test does not care about."""

import csv
import gzip
import io
from collections import defaultdict
from pathlib import Path

from orders_site.replay.mapping import ReplayMapping
from orders_site.replay.mapping_file import load_mapping
from orders_site.replay.plan import Batch, PlannedDocument, ReportRow, plan_trade
from orders_site.replay.survey import Survey, survey_trade

HEADER = [
    "invoice",
    "line_no",
    "stock_code",
    "description",
    "quantity",
    "invoice_ts",
    "unit_price",
    "customer_id",
    "country",
]
MAPPING = load_mapping()


def trade_line(
    *,
    invoice: str = "500001",
    line_no: str = "1",
    code: str = "22423",
    description: str = "CAKESTAND",
    quantity: str = "6",
    at: str = "2010-03-01 09:00:00",
    price: str = "2.550",
    customer: str = "13085",
    country: str = "United Kingdom",
) -> list[str]:
    """Give the cells of one line."""
    return [invoice, line_no, code, description, quantity, at, price, customer, country]


def sale(invoice: str, quantity: str, *, day: str = "2010-03-01", **more: str) -> list[str]:
    """Give a line of a trade document."""
    return trade_line(invoice=invoice, quantity=quantity, at=f"{day} 09:00:00", **more)


def back(invoice: str, quantity: str, *, day: str = "2010-03-02", **more: str) -> list[str]:
    """Give a line of a cancellation, by default a day later."""
    return trade_line(invoice=f"C{invoice}", quantity=f"-{quantity}", at=f"{day} 09:00:00", **more)


def numbered(*lines: list[str]) -> list[list[str]]:
    """Number the lines of each document in their order."""
    count: dict[str, int] = defaultdict(int)
    for line in lines:
        count[line[0]] += 1
        line[1] = str(count[line[0]])
    return list(lines)


def csv_bytes(lines: list[list[str]], header: list[str] = HEADER) -> bytes:
    """Give the text of a file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *lines])
    return text.getvalue().encode()


def write_trade(folder: Path, lines: list[list[str]]) -> Path:
    """Write a packed file of trade."""
    path = folder / "lines.csv.gz"
    path.write_bytes(gzip.compress(csv_bytes(lines)))
    return path


def planned(folder: Path, lines: list[list[str]], mapping: ReplayMapping = MAPPING) -> tuple[Survey, list[Batch]]:
    """Write, survey and plan a file."""
    path = write_trade(folder, lines)
    survey = survey_trade(path, mapping)
    return survey, list(plan_trade(path, mapping, survey))


def documents_of(batches: list[Batch]) -> dict[str, PlannedDocument]:
    """Give the planned documents by key."""
    return {document.key: document for batch in batches for document in batch.documents}


def report_of(batches: list[Batch]) -> list[ReportRow]:
    """Give the report of all batches."""
    return [row for batch in batches for row in batch.report]

"""What each line counts as and what it becomes: the table of kinds, signs and codes, and their documents."""

from decimal import Decimal
from pathlib import Path

import pytest

from orders_site.replay.classify import ClassifiedLine, Classifier, Treatment
from orders_site.replay.documents import days_of_trade
from orders_site.replay.errors import ReplayInputError
from orders_site.replay.reader import read_trade
from tests.site.replay.trade_files import MAPPING, numbered, trade_line, write_trade


def classified(folder: Path, *lines: list[str]) -> list[ClassifiedLine]:
    classifier = Classifier(MAPPING)
    days = days_of_trade(read_trade(write_trade(folder, numbered(*lines)), MAPPING))
    return [line for day in days for document in day.documents for line in classifier.classify(document)]


@pytest.mark.parametrize(
    ("invoice", "code", "quantity", "price", "customer", "trade_class", "treatment"),
    [
        ("500001", "22423", "6", "2.55", "13085", "sale", Treatment.GOODS_SALE),
        ("500001", "22423", "6", "2.55", "", "sale", Treatment.GOODS_SALE),
        ("500001", "POST", "1", "18", "13085", "sale", Treatment.CHARGE),
        ("500001", "AMAZONFEE", "1", "13541.33", "", "sale", Treatment.CHARGE),
        ("500001", "gift_0001_20", "1", "17.02", "", "sale", Treatment.CHARGE),
        ("500001", "22423", "2", "0", "13085", "zero_price", Treatment.FREE_GOODS),
        ("500001", "22423", "2", "0", "", "zero_price", Treatment.STOCK_FOUND),
        ("500001", "POST", "1000", "0", "", "zero_price", Treatment.REPORTED),
        ("500001", "TEST001", "5", "0", "14103", "zero_price", Treatment.REPORTED),
        ("500001", "22423", "-8", "0", "", "stock_adj", Treatment.STOCK_LOSS),
        ("500001", "GIFT", "-9", "0", "", "stock_adj", Treatment.REPORTED),
        ("500001", "22423", "-8", "2.55", "13085", "", Treatment.REJECTED),
        ("500001", "22423", "8", "-2.55", "13085", "", Treatment.REJECTED),
        ("500001", "22423", "0", "2.55", "13085", "", Treatment.REJECTED),
        ("C500001", "22423", "-6", "2.55", "13085", "cancel", Treatment.RETURN_WITHOUT_REFERENCE),
        ("C500001", "M", "-1", "10953.50", "12918", "cancel", Treatment.VALUE_CREDIT),
        ("C500001", "M", "1", "373.57", "", "cancel", Treatment.DEBIT_NOTE),
        ("C500001", "22423", "-6", "-2.55", "13085", "", Treatment.REJECTED),
        ("C500001", "M", "1", "0", "13085", "cancel", Treatment.REPORTED),
        ("C500001", "M", "-1", "0", "13085", "cancel", Treatment.REPORTED),
        ("A500001", "B", "1", "-53594.36", "", "adjust", Treatment.WRITE_OFF),
        ("A500001", "B", "1", "0", "", "adjust", Treatment.REPORTED),
        ("X500001", "22423", "6", "2.55", "13085", "", Treatment.REJECTED),
    ],
)
def test_a_line_alone_on_its_document(
    tmp_path: Path,
    invoice: str,
    code: str,
    quantity: str,
    price: str,
    customer: str,
    trade_class: str,
    treatment: Treatment,
) -> None:
    (line,) = classified(
        tmp_path, trade_line(invoice=invoice, code=code, quantity=quantity, price=price, customer=customer)
    )

    assert (line.trade_class, line.treatment) == (trade_class, treatment)
    assert bool(line.reason) == (treatment in (Treatment.REPORTED, Treatment.REJECTED))


@pytest.mark.parametrize(
    ("code", "sku", "code_class"),
    [
        ("22423", "22423", "goods"),
        ("85123a", "85123A", "goods"),
        ("47503J ", "47503J", "goods"),
        ("DCGS0003", "DCGS0003", "goods"),
        ("SP1002", "SP1002", "goods"),
        ("POST", "POST", "freight"),
        ("DOT", "DOT", "freight"),
        ("C2", "C2", "freight"),
        ("D", "D", "discount"),
        ("m", "M", "manual"),
        ("S", "S", "sample"),
        ("B", "B", "bad_debt"),
        ("ADJUST2", "ADJUST2", "adjustment"),
        ("BANK CHARGES", "BANK CHARGES", "fee"),
        ("CRUK", "CRUK", "fee"),
        ("gift_0001_20", "GIFT_0001_20", "voucher"),
        ("TEST002", "TEST002", "test"),
        ("PADS", "PADS", "pads"),
        ("DRAWER-7", "DRAWER-7", "goods"),
    ],
)
def test_a_code_is_folded_and_finds_its_class(tmp_path: Path, code: str, sku: str, code_class: str) -> None:
    (line,) = classified(tmp_path, trade_line(code=code))

    assert (line.sku, line.code_class, line.line.code) == (sku, code_class, code)


def test_a_line_without_price_is_free_goods_beside_a_sale_and_a_stock_count_alone(tmp_path: Path) -> None:
    gift = {"quantity": "10", "price": "0", "customer": ""}

    beside, _, alone = classified(
        tmp_path,
        trade_line(invoice="500001", **gift),
        trade_line(invoice="500001", code="POST", customer=""),
        trade_line(invoice="500002", **gift),
    )

    assert (beside.treatment, alone.treatment) == (Treatment.FREE_GOODS, Treatment.STOCK_FOUND)


def test_a_free_service_on_an_order_is_a_charge_of_nothing(tmp_path: Path) -> None:
    _, free = classified(tmp_path, trade_line(), trade_line(code="POST", price="0"))

    assert (free.treatment, free.amount) == (Treatment.CHARGE, Decimal("0.00"))


@pytest.mark.parametrize(
    ("quantity", "price", "amount"),
    [
        ("1", "0.005", "0.01"),
        ("1", "0.004", "0.00"),
        ("3", "0.335", "1.01"),
        ("1", "2.125", "2.13"),
        ("1", "0.001", "0.00"),
    ],
)
def test_a_line_is_rounded_once_half_up(tmp_path: Path, quantity: str, price: str, amount: str) -> None:
    (sale,) = classified(tmp_path, trade_line(quantity=quantity, price=price))
    (credit,) = classified(tmp_path, trade_line(invoice="C500001", quantity=f"-{quantity}", price=price))

    assert str(sale.amount) == amount
    assert credit.amount == -Decimal(amount)


def test_an_undeclared_country_is_rejected_by_name(tmp_path: Path) -> None:
    (line,) = classified(tmp_path, trade_line(country="Atlantis"))

    assert (line.treatment, line.reason) == (Treatment.REJECTED, "The country Atlantis is not declared.")


def test_interleaved_documents_are_gathered_and_take_their_earliest_time(tmp_path: Path) -> None:
    path = write_trade(
        tmp_path,
        [
            trade_line(invoice="500001", line_no="1", at="2010-03-01 09:01:00"),
            trade_line(invoice="500002", line_no="1", at="2010-03-01 09:01:00"),
            trade_line(invoice="500001", line_no="2", at="2010-03-01 09:00:00"),
        ],
    )

    (day,) = days_of_trade(read_trade(path, MAPPING))

    assert [(d.number, f"{d.at:%H:%M}", len(d.lines)) for d in day.documents] == [
        ("500001", "09:00", 2),
        ("500002", "09:01", 1),
    ]


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        ({"line_no": "1"}, "Line number 1 stands twice on document 500001."),
        ({"line_no": "2", "customer": "1"}, "Document 500001 belongs to another customer on its first line."),
        ({"line_no": "2", "country": "EIRE"}, "Document 500001 belongs to another country on its first line."),
        ({"line_no": "2", "at": "2010-03-02 00:01:00"}, "Document 500001 was complete on an earlier day."),
    ],
)
def test_a_line_that_its_document_cannot_take_is_rejected(tmp_path: Path, second: dict[str, str], reason: str) -> None:
    path = write_trade(tmp_path, [trade_line(), trade_line(**second)])

    days = list(days_of_trade(read_trade(path, MAPPING)))

    assert [(r.row, r.reason) for day in days for r in day.rejections] == [(3, reason)]
    assert sum(len(document.lines) for day in days for document in day.documents) == 1


def test_a_file_that_goes_back_by_a_day_is_refused(tmp_path: Path) -> None:
    path = write_trade(tmp_path, [trade_line(), trade_line(invoice="500002", at="2010-02-28 23:59:00")])

    with pytest.raises(ReplayInputError, match=r"Line 3 is of 2010-02-28 .* Sort the file by date first."):
        list(days_of_trade(read_trade(path, MAPPING)))


def test_a_file_without_a_usable_line_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReplayInputError, match=r"The file holds no line of trade, only its header."):
        list(days_of_trade(read_trade(write_trade(tmp_path, []), MAPPING)))
    with pytest.raises(
        ReplayInputError, match=r"No line of the file can be used. Line 2: The quantity 'x' is not a number."
    ):
        list(days_of_trade(read_trade(write_trade(tmp_path, [trade_line(quantity="x")]), MAPPING)))

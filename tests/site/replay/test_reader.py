"""Reading a file of trade: what is refused as a whole, what is rejected line by line, and what is understood."""

import gzip
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders_site.replay.errors import ReplayInputError
from orders_site.replay.reader import Rejection, TradeLine, read_trade
from tests.site.replay.trade_files import HEADER, MAPPING, csv_bytes, trade_line, write_trade


def read_bytes(folder: Path, content: bytes) -> list[TradeLine | Rejection]:
    path = folder / "lines.csv"
    path.write_bytes(content)
    return list(read_trade(path, MAPPING))


def rejection_of(folder: Path, line: list[str]) -> str:
    good = trade_line(invoice="500002")
    first, second = read_trade(write_trade(folder, [line, good]), MAPPING)
    assert isinstance(first, Rejection)
    assert isinstance(second, TradeLine)
    assert first.row == 2
    assert len(first.excerpt) <= 121
    return first.reason


def test_a_line_is_understood_to_the_last_cell(tmp_path: Path) -> None:
    path = write_trade(tmp_path, [trade_line(code="47503J ", description=" WHITE CHERRY LIGHTS", price="2.105")])

    assert list(read_trade(path, MAPPING)) == [
        TradeLine(
            row=2,
            document="500001",
            number=1,
            code="47503J ",
            description="WHITE CHERRY LIGHTS",
            quantity=Decimal(6),
            at=datetime(2010, 3, 1, 9),  # noqa: DTZ001 - the company's wall clock
            unit_price=Decimal("2.105"),
            customer="13085",
            country="United Kingdom",
        )
    ]


def test_plain_text_and_a_byte_order_mark_are_read_like_packed_text(tmp_path: Path) -> None:
    content = csv_bytes([trade_line()])
    packed = list(read_trade(write_trade(tmp_path, [trade_line()]), MAPPING))

    assert read_bytes(tmp_path, content) == packed
    assert read_bytes(tmp_path, b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n")) == packed


def test_columns_may_stand_in_any_order_with_others_between(tmp_path: Path) -> None:
    cells = ["x", *reversed(trade_line())]

    (line,) = read_bytes(tmp_path, csv_bytes([cells], ["note", *reversed(HEADER)]))

    assert isinstance(line, TradeLine)
    assert (line.document, line.number, line.country) == ("500001", 1, "United Kingdom")


@pytest.mark.parametrize("kept", [1, 11, 300, -9, -1])
def test_a_truncated_file_is_refused_as_a_whole(tmp_path: Path, kept: int) -> None:
    path = write_trade(
        tmp_path, [trade_line(invoice=str(500_000 + n), description=f"LAMP {n * n}") for n in range(500)]
    )
    path.write_bytes(path.read_bytes()[:kept])

    with pytest.raises(ReplayInputError, match=r"truncated|lacks the columns|damaged"):
        list(read_trade(path, MAPPING))


def test_damaged_compressed_data_is_refused(tmp_path: Path) -> None:
    path = write_trade(
        tmp_path, [trade_line(invoice=str(500_000 + n), description=f"LAMP {n * n}") for n in range(500)]
    )
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)

    with pytest.raises(ReplayInputError, match=r"lines.csv.gz is damaged"):
        list(read_trade(path, MAPPING))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (gzip.compress(b"", mtime=0), "The file is empty."),
        (b"a,b\n1,2\n", "The file lacks the columns invoice, stock_code, .*, line_no. Its first line says: a, b."),
        (csv_bytes([], [*HEADER[:-1], "land"]), "The file lacks the columns country."),
        (csv_bytes([], [*HEADER, "country"]), "The file has the columns country more than once."),
        (csv_bytes([]).decode().encode("utf-16"), "The file lacks the columns"),
        (b'"invoice\n', "The first line is no header. A quotation mark is opened and never closed."),
        (b"\x00" * 100_000, "The first line is no header. The line is longer than 4,000 characters."),
    ],
)
def test_what_is_no_file_of_trade_is_refused_with_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(ReplayInputError, match=sentence):
        read_bytes(tmp_path, content)


def test_an_absent_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ReplayInputError, match=r"none.csv cannot be read: No such file"):
        list(read_trade(tmp_path / "none.csv", MAPPING))
    with pytest.raises(ReplayInputError, match="cannot be read: Is a directory"):
        list(read_trade(tmp_path, MAPPING))


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"quantity": "NaN"}, "The quantity 'NaN' is not a number."),
        ({"quantity": "1e999"}, "The quantity '1e999' is not a number."),
        ({"quantity": "٣"}, "The quantity '٣' is not a number."),
        ({"quantity": ""}, "The quantity '' is not a number."),
        ({"quantity": "1,000"}, "The quantity '1,000' is not a number."),
        ({"quantity": "2.5"}, "The quantity 2.5 has more than 0 decimal places."),
        ({"quantity": "-1000001"}, "The quantity -1000001 is beyond 1,000,000."),
        ({"price": "Infinity"}, "The unit price 'Infinity' is not a number."),
        ({"price": "0x10"}, "The unit price '0x10' is not a number."),
        ({"price": "0.0000001"}, "The unit price 0.0000001 has more than 6 decimal places."),
        ({"price": "10000000.01"}, "The unit price 10000000.01 is beyond 10,000,000."),
        ({"at": "01/03/2010 09:00"}, "The date '01/03/2010 09:00' is not written as %Y-%m-%d %H:%M:%S."),
        ({"at": "2010-02-30 09:00:00"}, "The date '2010-02-30 09:00:00' is not written as %Y-%m-%d %H:%M:%S."),
        ({"at": "9999-12-31 09:00:00"}, "The date 9999-12-31 is not between 2000-01-01 and 2030-12-31."),
        ({"invoice": "  "}, "The document number is missing."),
        ({"code": ""}, "The product code is missing."),
        ({"country": ""}, "The country is missing."),
        ({"line_no": "0"}, "The line number '0' is not a number from 1."),
        ({"line_no": "-1"}, "The line number '-1' is not a number from 1."),
        ({"line_no": "one"}, "The line number 'one' is not a number from 1."),
        ({"description": "A\x00B"}, "The description holds characters that cannot be printed."),
        ({"description": "A\u202eB"}, "The description holds characters that cannot be printed."),
        ({"description": "A\nB"}, "A quotation mark is opened and never closed."),
        ({"description": "x" * 1_000}, "The description has 1,000 characters; 200 are allowed."),
        ({"description": "x" * 1_000_000}, "The line is longer than 4,000 characters."),
        ({"customer": "9" * 41}, "The customer has 41 characters; 40 are allowed."),
    ],
)
def test_a_bad_line_is_rejected_with_its_reason(tmp_path: Path, cells: dict[str, str], reason: str) -> None:
    path = write_trade(tmp_path, [trade_line(**cells), trade_line(invoice="500002")])

    first, *_, last = read_trade(path, MAPPING)

    assert isinstance(first, Rejection)
    assert (first.row, first.reason) == (2, reason)
    assert isinstance(last, TradeLine)
    assert last.document == "500002"


def test_a_line_of_another_width_is_rejected(tmp_path: Path) -> None:
    assert rejection_of(tmp_path, ["500001", "1"]) == "The line has 2 columns where the header has 9."
    assert rejection_of(tmp_path, [*trade_line(), ""]) == "The line has 10 columns where the header has 9."


def test_bytes_that_are_not_utf8_cost_their_own_line_only(tmp_path: Path) -> None:
    content = csv_bytes([trade_line(description="CAF@"), trade_line(invoice="500002")]).replace(b"@", b"\xe9")

    first, second = read_bytes(tmp_path, content)

    assert isinstance(first, Rejection)
    assert first.reason == "The description is not valid UTF-8."
    assert first.excerpt.isprintable()
    assert isinstance(second, TradeLine)


@pytest.mark.parametrize("length", [4_000, 4_001, 4_002, 4_003, 70_000])
def test_a_line_around_the_longest_allowed_costs_no_other_line(tmp_path: Path, length: int) -> None:
    rest = csv_bytes([trade_line(), trade_line(invoice="500002")])[len(csv_bytes([])) :]

    lines = read_bytes(tmp_path, csv_bytes([]) + b"x" * length + b"\n" + rest)

    assert [isinstance(line, Rejection) for line in lines] == [True, False, False]
    assert [line.row for line in lines] == [2, 3, 4]


def test_an_open_quote_costs_its_own_line_only(tmp_path: Path) -> None:
    content = csv_bytes([trade_line(invoice=str(500_000 + n)) for n in range(4)]).replace(b"500001,1,", b'500001,1,"')

    lines = read_bytes(tmp_path, content)

    assert [isinstance(line, Rejection) for line in lines] == [False, True, False, False]


def test_progress_reaches_the_whole_of_the_file(tmp_path: Path) -> None:
    path = write_trade(tmp_path, [trade_line()])
    reports: list[tuple[int, int]] = []

    list(read_trade(path, MAPPING, on_progress=lambda done, size: reports.append((done, size))))

    assert reports[-1] == (path.stat().st_size, path.stat().st_size)


@given(st.lists(st.binary(max_size=60).map(lambda b: b.replace(b"\r", b"").replace(b"\n", b"")), max_size=8))
def test_whatever_bytes_follow_the_header_each_line_is_answered(
    tmp_path_factory: pytest.TempPathFactory, rubbish: list[bytes]
) -> None:
    path = tmp_path_factory.mktemp("rubbish") / "lines.csv"
    path.write_bytes(
        csv_bytes([]) + b"".join(line + b"\n" for line in rubbish) + csv_bytes([trade_line()])[len(csv_bytes([])) :]
    )

    answers = list(read_trade(path, MAPPING))

    assert [answer.row for answer in answers] == list(range(2, len(rubbish) + 3))
    assert isinstance(answers[-1], TradeLine)

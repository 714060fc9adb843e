"""Gathers the lines of a file into its documents, one business day at a time.

A document may be interleaved with others and may carry several times of one day; it has one customer and one country.
Memory holds the lines of one day, and the numbers of the documents already closed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from orders_site.replay.errors import ReplayInputError
from orders_site.replay.reader import Rejection, TradeLine


@dataclass(slots=True)
class FileDocument:
    """One document as the file has it: its accepted lines in file order, all of one customer and country."""

    number: str
    customer: str
    country: str
    at: datetime  # the earliest on any line
    lines: list[TradeLine] = field(default_factory=list)

    @property
    def row(self) -> int:
        """Give the first row of the file that belongs to it."""
        return self.lines[0].row


@dataclass(slots=True)
class TradeDay:
    """What one business day of the file holds: documents in the order of their time, and the rejected lines."""

    day: date
    documents: list[FileDocument]
    rejections: list[Rejection]


def days_of_trade(lines: Iterable[TradeLine | Rejection]) -> Iterator[TradeDay]:
    """Give the documents of each business day, in day order, with every rejected line on the day where it stood.

    Raises:
        ReplayInputError: the file goes back by a day, so that no set of documents could ever be called complete.
    """
    gather = _Gatherer()
    for line in lines:
        if isinstance(line, Rejection):
            gather.rejections.append(line)
        else:
            if (day := line.at.date()) != gather.day:
                if gather.day is not None:
                    _require_later(line, gather.day)
                    yield gather.finish_day()
                gather.day = day
            gather.add(line)
    if gather.day is not None:
        yield gather.finish_day()
    elif gather.rejections:
        first = gather.rejections[0]
        raise ReplayInputError(f"No line of the file can be used. Line {first.row}: {first.reason}")
    else:
        raise ReplayInputError("The file holds no line of trade, only its header.")


def _require_later(line: TradeLine, day: date) -> None:
    if line.at.date() < day:
        raise ReplayInputError(
            f"Line {line.row} is of {line.at:%Y-%m-%d} and stands after lines of {day}. Sort the file by date first."
        )


class _Gatherer:
    """Holds the open documents of one day, and which numbers are closed."""

    def __init__(self) -> None:
        self.day: date | None = None
        self.rejections: list[Rejection] = []
        self._open: dict[str, FileDocument] = {}
        self._line_numbers: dict[str, set[int]] = {}
        self._closed: set[str] = set()

    def add(self, line: TradeLine) -> None:
        """Put a line into its document, or reject it when the document cannot take it."""
        document = self._open.get(line.document)
        if document is None:
            if line.document in self._closed:
                self._reject(line, f"Document {line.document} was complete on an earlier day.")
                return
            document = FileDocument(line.document, line.customer, line.country, line.at)
            self._open[line.document] = document
            self._line_numbers[line.document] = set()
        taken = self._line_numbers[line.document]
        number = len(taken) + 1 if line.number is None else line.number
        if number in taken:
            self._reject(line, f"Line number {number} stands twice on document {line.document}.")
        elif line.customer != document.customer:
            self._reject(line, f"Document {line.document} belongs to another customer on its first line.")
        elif line.country != document.country:
            self._reject(line, f"Document {line.document} belongs to another country on its first line.")
        else:
            taken.add(number)
            document.lines.append(line if line.number is not None else line._replace(number=number))
            if line.at < document.at:
                document.at = line.at

    def _reject(self, line: TradeLine, reason: str) -> None:
        excerpt = f"{line.document}, {line.code}, {line.quantity:f} x {line.unit_price:f}"
        self.rejections.append(Rejection(line.row, reason, excerpt))

    def finish_day(self) -> TradeDay:
        """Close the day's documents and give them in the order of their time, then of the file."""
        assert self.day is not None
        documents = sorted(self._open.values(), key=lambda document: (document.at, document.row))
        day = TradeDay(self.day, documents, self.rejections)
        self._closed.update(self._open)
        self._open, self._line_numbers, self.rejections = {}, {}, []
        return day

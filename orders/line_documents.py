"""What stands behind a line's quantities: deliveries and invoices. Filled from above, as orders know neither."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.models import User
from core.web.parts import Tag


@dataclass(frozen=True, slots=True)
class LineDocument:
    """So much of one order line stands on one document. ``kind`` is the word before it: Delivery, Invoice."""

    kind: str
    number: str
    url: str
    on: date | None
    quantity: Decimal
    tag: Tag


Loader = Callable[[int, User], Mapping[int, Sequence[LineDocument]]]
_loaders: dict[str, Loader] = {}


def register_line_documents(name: str, loader: Loader) -> None:
    """Let documents of a kind stand behind the lines of an order. ``loader`` takes an order and a person, and gives the
    documents that the person may see by line id, in one query. Twice is once.
    """
    _loaders[name] = loader


def documents_of_lines(order_id: int, user: User) -> dict[int, list[LineDocument]]:
    """All documents behind the lines of an order, by line id, oldest first. One query per registered kind."""
    found: dict[int, list[LineDocument]] = {}
    for name in sorted(_loaders):
        for line_id, documents in _loaders[name](order_id, user).items():
            found.setdefault(line_id, []).extend(documents)
    return found

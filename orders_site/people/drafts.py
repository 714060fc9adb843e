"""What commands about people are given."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """Somebody who is asked in."""

    username: str
    email: str
    first_name: str
    last_name: str
    role_ids: tuple[int, ...]
    company_ids: tuple[int, ...]


class Secret:
    """A text that goes into a command and into no log: it writes itself as dots."""

    __slots__ = ("reveal",)

    def __init__(self, text: str) -> None:
        self.reveal = text

    def __str__(self) -> str:
        return "•••"

    __repr__ = __str__

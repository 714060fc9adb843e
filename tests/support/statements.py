"""Count what a piece of code asks of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

# Sent by the frame around the work, never by the work itself.
FRAME = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


@dataclass
class Statements:
    """The SQL statements of one block, in order; savepoints of the test's own frame are left out."""

    sql: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.sql)

    @property
    def count(self) -> int:
        return len(self.sql)

    def __str__(self) -> str:
        return "\n".join(f"{number}. {text}" for number, text in enumerate(self.sql, 1))


@contextmanager
def count_statements() -> Iterator[Statements]:
    """Collect the statements the default connection sends inside the block; ``executemany`` counts as one."""
    seen = Statements()

    def note(execute: Any, text: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        statement = str(text)
        if not statement.lstrip().upper().startswith(FRAME):
            seen.sql.append(statement)
        return execute(text, params, many, context)

    with connection.execute_wrapper(note):
        yield seen

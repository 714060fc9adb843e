"""One shot: send it, look at the answer, look whether anything was changed, and take it back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client

from core.constraints import translate
from core.invariants import check_all
from tests.corpus.company import Place
from tests.corpus.items import Item

Pairs = list[tuple[str, bytes]]
FORM = "application/x-www-form-urlencoded"
# What every visit writes down: not what was asked for.
OF_VISITS = {"django_session", "core_visit", "core_apikey"}
MOST_AUDITS = 2  # of one test: accepted shots after which all invariants are asked


@contextmanager
def taken_back() -> Iterator[None]:
    """A transaction inside which commands believe that it is theirs, and which leaves nothing."""
    atomic = transaction.atomic()
    atomic._from_testcase = True  # type: ignore[attr-defined]
    with atomic:
        yield
        transaction.set_rollback(True)


def encoded(pairs: Pairs) -> bytes:
    """A form's body or a query, whatever bytes the values hold."""
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs).encode()


@dataclass
class Shot:
    """What is sent, and the items in it."""

    method: str
    address: str
    body: bytes = b""
    query: bytes = b""
    content_type: str = FORM
    headers: dict[str, str] = field(default_factory=dict)
    items: tuple[Item, ...] = ()
    where: str = ""
    is_lenient: bool = False

    @property
    def must_change_nothing(self) -> bool:
        """Whether an item in it is one that is taken nowhere."""
        return any(item.is_refused for item in self.items) and not self.is_lenient

    def __str__(self) -> str:
        return f"{self.method} {self.address} {self.where} <- {'; '.join(map(str, self.items))}"


class Range:
    """Where is shot: the company, a browser of its person, and the state of every table."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.fired = 0
        self.changed = 0
        self.faults: list[str] = []
        self._audits: set[str] = set()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
            )
            self.tables = sorted({name for (name,) in cursor.fetchall()} - OF_VISITS)
        self.before = self._digests(self.tables)

    def _digests(self, tables: list[str]) -> dict[str, tuple[int, int]]:
        """Rows and versions of rows of each table."""
        if not tables:
            return {}
        part = "SELECT '{0}', count(*), coalesce(sum(xmin::text::bigint), 0) FROM \"{0}\""
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(part.format(name) for name in tables))
            return {name: (count, int(versions)) for name, count, versions in cursor.fetchall()}

    def _written(self) -> dict[str, int]:
        """How many rows this transaction has written to each table so far, also those that were taken back."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables")
            return dict(cursor.fetchall())

    def changes(self, since: dict[str, int]) -> list[str]:
        """The tables that are not as they were."""
        touched = [name for name, count in self._written().items() if count != since.get(name, 0)]
        now = self._digests([name for name in touched if name not in OF_VISITS])
        return sorted(name for name, digest in now.items() if digest != self.before.get(name))

    def browser(self) -> Client:
        """A browser in which the person has signed in."""
        client = Client()
        client.cookies["sessionid"] = self.place.session
        return client

    def send(self, shot: Shot, client: Client | None = None) -> Any:
        """The answer alone."""
        extra = {"QUERY_STRING": shot.query.decode("latin-1")} if shot.query else {}
        return (client or self.browser()).generic(
            shot.method, shot.address, shot.body, content_type=shot.content_type, headers=shot.headers, **extra
        )

    def fire(self, shot: Shot, client: Client | None = None) -> int:
        """Send it and note what is wrong with the answer; nothing of it stays. Returns the status."""
        self.fired += 1
        cache.clear()  # counts of tries
        with taken_back():
            since = self._written()
            try:
                answer = self.send(shot, client)
                if answer.streaming and shot.method == "GET":
                    for _ in answer.streaming_content:
                        pass
            except Exception as error:
                self.faults.append(f"{shot}: {type(error).__name__}: {str(error)[:300]}")
                return 500
            status = int(answer.status_code)
            if connection.needs_rollback:
                self.faults.append(f"{shot}: left the transaction broken")
            elif status >= 500:
                self.faults.append(f"{shot}: answered {status}")
            else:
                self._judge(shot, status, self.changes(since))
        return status

    def _judge(self, shot: Shot, status: int, changes: list[str]) -> None:
        if not changes:
            return
        self.changed += 1
        if shot.method == "GET" or status >= 400 or shot.must_change_nothing:
            self.faults.append(f"{shot}: answered {status} and changed {', '.join(changes)}")
            return
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except IntegrityError as error:
            if translate(error) is None:  # at the end of the command it would have been no refusal but a fault
                self.faults.append(f"{shot}: {type(error).__name__}: {str(error)[:300]}")
            return
        self._audit(shot)

    def _audit(self, shot: Shot) -> None:
        """Ask all invariants after the first shots that were taken as something."""
        mark = f"{shot.where}"
        if mark in self._audits or len(self._audits) >= MOST_AUDITS:
            return
        self._audits.add(mark)
        broken = [(each.invariant.name, each.rows[:2]) for each in check_all() if not each.holds]
        if broken:
            self.faults.append(f"{shot}: breaks {broken}")

    def require_sound(self) -> None:
        """Nothing was wrong, and nothing stayed: the company is as it was, for which every invariant held."""
        assert self.faults == [], f"{len(self.faults)} faults of {self.fired} shots:\n" + "\n".join(self.faults[:40])
        assert self._digests(self.tables) == self.before


Fire = Callable[[Shot], int]


def multipart(pairs: Pairs, files: "list[tuple[str, bytes, bytes]] | None" = None) -> tuple[bytes, str]:
    """A form's body with files (field, name, content), whatever bytes they hold; and its content type."""
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value for name, value in pairs]
    for field_name, name, content in files or ():
        head = f'Content-Disposition: form-data; name="{field_name}"; filename="'.encode() + name + b'"\r\n\r\n'
        parts.append(head + content)
    body = b"".join(b"--corpus\r\n" + part + b"\r\n" for part in parts) + b"--corpus--\r\n"
    return body, "multipart/form-data; boundary=corpus"

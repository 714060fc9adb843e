"""Short hands for tests of imports: files, and the way of one through upload, mapping, dry run and applying."""

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core import work
from core.models import User
from orders_site.imports.kinds import KINDS
from orders_site.imports.mapping import guess
from orders_site.imports.models import ImportRow, ImportRun
from tests.world import World

Rows = Sequence[Sequence[Any]]


def csv_file(rows: Rows, *, separator: str = ",", encoding: str = "utf-8") -> bytes:
    """A CSV file."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue().encode(encoding)


def workbook(rows: Rows, **more: Any) -> bytes:
    """A workbook of one sheet; ``change`` may do something to the book before it is saved."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    if "change" in more:
        more["change"](book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_number(book: bytes, instead_of: int, written: str) -> bytes:
    """The workbook with another number in its first sheet, as no library would write it."""
    return with_sheet(book, lambda part: part.replace(f"<v>{instead_of}</v>".encode(), f"<v>{written}</v>".encode()))


def with_sheet(book: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with the XML of its first sheet changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            part = before.read(name)
            after.writestr(name, change(part) if name.endswith("sheet1.xml") else part)
    return out.getvalue()


class Importer:
    """One person's way through the pages of imports."""

    def __init__(self, world: World, user: User) -> None:
        self.world, self.user, self.client = world, user, Client()
        self.client.force_login(user)

    def upload(self, kind: str, data: bytes, name: str = "file.csv", **more: str) -> Any:
        """Post a file; the answer."""
        form = {"kind": kind, "company": str(self.world.company.pk), "separator": "", **more}
        return self.client.post(reverse("imports:new"), form | {"file": SimpleUploadedFile(name, data)})

    def take(self, kind: str, data: bytes, name: str = "file.csv") -> ImportRun:
        """Upload a file that can be read."""
        answer = self.upload(kind, data, name)
        assert answer.status_code == 303, answer.content.decode()[-3000:]
        return ImportRun.objects.latest("pk")

    def map(self, run: ImportRun, *, said: dict[str, str] | None = None, **columns: Any) -> Any:
        """Post the mapping: what is guessed, and ``field=header`` or ``field=("=", text)`` on top."""
        form = dict(said or {})
        guessed = guess(KINDS[run.kind], run.headers)
        form |= {f"column-{name}": words["column"] for name, words in guessed.items()}
        for name, value in columns.items():
            form.pop(f"column-{name}", None)
            if isinstance(value, tuple):
                form[f"constant-{name}"] = value[1]
            else:
                form[f"column-{name}"] = value
        return self.client.post(reverse("imports:mapping", args=[run.pk]), form)

    def check(self, kind: str, data: bytes, name: str = "file.csv", **more: Any) -> ImportRun:
        """Upload, map, and let the worker do the dry run."""
        run = self.take(kind, data, name)
        answer = self.map(run, **more)
        assert answer.status_code == 303, answer.content.decode()[-3000:]
        return self.work(run)

    def apply(self, run: ImportRun) -> ImportRun:
        """Press apply and let the worker do it."""
        answer = self.client.post(reverse("imports:apply", args=[run.pk]))
        assert answer.status_code == 303, answer.content.decode()[-3000:]
        return self.work(run)

    def work(self, run: ImportRun) -> ImportRun:
        """Let the worker do what waits."""
        work.sweep()
        run.refresh_from_db()
        assert run.job is None or run.job.state == "done", run.job.error
        return run


def outcomes(run: ImportRun) -> dict[int, str]:
    """What the dry run said of each row."""
    return dict(ImportRow.objects.filter(run=run).order_by("number").values_list("number", "outcome"))


def said(run: ImportRun, number: int) -> str:
    """Everything that is said of a row, in one text."""
    row = ImportRow.objects.get(run=run, number=number)
    words = [f"{label}: {text}" for label, text in (row.problems | row.warnings).items()]
    return " ".join([*words, *(" ".join(change) for change in row.changes), row.sentence])

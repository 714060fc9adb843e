"""The present view of a list as a file. Small ones stream; of big ones a worker makes the file, which is kept a week.

A worker asks the list's own page as the person who wants the file: the same address, the same guard, the same rows and
columns. What it makes is handed out only to that person, and only while they still hold every right and company that
they held when it was made.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, QueryDict, StreamingHttpResponse
from django.http.response import FileResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone

from core.access import company_ids, permissions_of
from core.errors import NotAllowed, NotFound
from core.jobs import RunningJob, start_job
from core.models import Job, JobFilePart, User
from core.web.cells import Row, csv_field, safe_text
from core.web.companies import CHOSEN_COMPANY
from core.web.workbooks import write_workbook

if TYPE_CHECKING:
    from core.web.lists import ListPage

STREAMED_AT_MOST = 5_000  # rows; a worker makes longer files
EXPORT_JOB = "core.export_list"
PART_BYTES = 1 << 20
_NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A kind of file that a list can become."""

    label: str
    media_type: str


FORMATS = {
    "xlsx": FileFormat("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": FileFormat("CSV", "text/csv; charset=utf-8"),
}


# --- the file --------------------------------------------------------------------------------------------------------


class _Echo:
    """A file that gives back what is written to it: the csv module formats, the response streams."""

    def write(self, text: str) -> str:
        return text


def csv_lines(listing: "ListPage", rows: Iterable[Row]) -> Iterator[str]:
    """The rows as lines of a CSV file: numbers as numbers, no formulas, a byte order mark for Excel."""
    columns, codes = listing.export_columns, listing.export_currency
    write = csv.writer(_Echo()).writerow
    heads = [safe_text(column.label) for column in columns]
    yield "\ufeff" + write([*heads, "Currency"] if codes else heads)
    for row in rows:
        fields = [csv_field(column, row) for column in columns]
        yield write([*fields, safe_text(row[codes] or "")] if codes else fields)


def write_file(file: IO[bytes], listing: "ListPage", kind: str, rows: Iterable[Row]) -> None:
    """Write the rows of a list into an open file."""
    if kind == "csv":
        for line in csv_lines(listing, rows):
            file.write(line.encode())
        return
    columns, currency = listing.export_columns, listing.export_currency
    write_workbook(file, title=listing.noun.capitalize(), columns=columns, currency=currency, rows=rows)


def file_name(listing: "ListPage", kind: str) -> str:
    """``orders-2026-11-23.xlsx``."""
    return f"{listing.noun.replace(' ', '-')}-{timezone.localdate():%Y-%m-%d}.{kind}"


# --- the answer ------------------------------------------------------------------------------------------------------


def export(listing: "ListPage", kind: str) -> HttpResponseBase:
    """Every row of the filtered list in its order, as a file; a page that offers a job where there are too many."""
    if listing.filters is not None and not listing.filters.is_readable:
        return HttpResponseBadRequest("A filter could not be read, so nothing was exported.")
    if listing.is_longer_than(STREAMED_AT_MOST):
        context = {
            "list": listing,
            "kind": kind,
            "format": FORMATS[kind],
            "most": STREAMED_AT_MOST,
        }
        return render(listing.request, "core/export.html", context)
    if kind == "csv":
        answer: HttpResponseBase = StreamingHttpResponse(csv_lines(listing, listing.export_rows()))
    else:
        file = TemporaryFile()  # noqa: SIM115 - the response closes it
        write_file(file, listing, kind, listing.export_rows())
        file.seek(0)
        answer = FileResponse(file)
    answer["Content-Type"] = FORMATS[kind].media_type
    answer["Content-Disposition"] = f'attachment; filename="{file_name(listing, kind)}"'
    answer["Cache-Control"] = "no-store"
    return answer


# --- a list, asked for by its address --------------------------------------------------------------------------------


class ListAnswer(HttpResponse):
    """What a list's page answers to who wants the list itself, not its drawing."""

    def __init__(self, listing: "ListPage") -> None:
        super().__init__()
        self.listing = listing


class _ChosenCompany(dict[str, Any]):
    """What a list reads of a session: the chosen company. It is nobody's session, so it has no key."""

    session_key = ""


class ListRequest(HttpRequest):
    """A question for a list, without a browser: the same address, the same person, the same chosen company."""

    def __init__(self, address: str, user: User, company_id: int | None) -> None:
        super().__init__()
        parts = urlsplit(address)
        self.method = "GET"
        self.path = self.path_info = parts.path
        self.GET = QueryDict(parts.query)
        self.user = user
        self.session = _ChosenCompany({CHOSEN_COMPANY: company_id} if company_id else {})  # type: ignore[assignment]


def list_at(address: str, user: User, company_id: int | None = None) -> "ListPage":
    """The list that this person finds at an address of this site, through its own view with its guard.

    Raises NotFound where there is no list, and what the view raises: NotAllowed without the right to it.
    """
    request = ListRequest(address, user, company_id)
    try:
        match = resolve(request.path)
        is_public = str(getattr(match.func, "access_policy", "public: ")).startswith("public: ")  # so it is no list
        request.resolver_match = match
        answer = None if is_public else match.func(request, *match.args, **match.kwargs)
    except (Resolver404, Http404):
        raise NotFound("There is no such list.") from None
    if not isinstance(answer, ListAnswer):
        raise NotFound("There is no such list.")
    return answer.listing


# --- the job ---------------------------------------------------------------------------------------------------------


def start_export(*, address: str, kind: str, company_id: int | None, actor: User, key: str | None) -> int:
    """Have a worker make the file of a list; returns the job's id. Raises NotFound, NotAllowed."""
    if kind not in FORMATS:
        raise NotFound("There is no such kind of file.")
    listing = list_at(address, actor, company_id)
    if listing.filters is not None and not listing.filters.is_readable:
        raise NotFound("A filter could not be read, so nothing was exported.")
    job_id: int = start_job.once(key)(
        kind=EXPORT_JOB,
        title=f"{listing.noun.capitalize()} as {FORMATS[kind].label} file",
        arguments={"address": address, "kind": kind, "company_id": company_id},
        queue="documents",
        actor=actor,
    )
    return job_id


def run_export(job: RunningJob) -> Mapping[str, Any]:
    """Make the file of a list with the present rights of who asked for it. Begins anew when it was interrupted."""
    kind = job.arguments["kind"]
    listing = list_at(job.arguments["address"], job.actor, job.arguments["company_id"])
    total = listing.queryset.order_by().values("pk").count()
    with TemporaryFile() as file:
        done = 0

        def told() -> Iterator[Row]:
            nonlocal done
            for row in listing.export_rows():
                done += 1
                if not done % 500:
                    job.progress(done, total)
                yield row

        write_file(file, listing, kind, told())
        size = file.tell()
        file.seek(0)
        _store(job.id, file)
    job.save_checkpoint({}, done=done, total=done)
    return {
        "sentence": f"{done:,} {listing.noun}. The file is kept for a week.",
        "file": {
            "name": file_name(listing, kind),
            "kind": kind,
            "size": size,
            "rights": sorted(permissions_of(job.actor)),
            "companies": sorted(company_ids(job.actor)),
        },
    }


def _store(job_id: int, file: IO[bytes]) -> None:
    """Keep the file in parts; those of an interrupted try are replaced."""
    JobFilePart.objects.filter(job_id=job_id).delete()
    number = 0
    while content := file.read(PART_BYTES):
        JobFilePart.objects.create(job_id=job_id, number=number, content=content)
        number += 1


def hand_out(job: Job, user: User) -> HttpResponseBase:
    """The file of a finished job, read part by part.

    Raises NotFound: no file, another person's, or past its week; NotAllowed: they lost a right or a company since.
    """
    made = job.result.get("file")
    if job.requested_by_id != user.pk or made is None:
        raise NotFound("There is no such file.")
    if not JobFilePart.objects.filter(job=job, number=0).exists():
        raise NotFound("The file was kept for a week and is gone. Export the list again.")
    if not (set(made["rights"]) <= permissions_of(user) and set(made["companies"]) <= company_ids(user)):
        raise NotAllowed("Your rights have changed since this file was made. Export the list again.")
    answer = StreamingHttpResponse(_parts(job.pk), content_type=FORMATS[made["kind"]].media_type, headers=_NO_STORE)
    answer["Content-Disposition"] = f'attachment; filename="{made["name"]}"'
    answer["Content-Length"] = str(made["size"])
    return answer


def _parts(job_id: int) -> Iterator[bytes]:
    number = 0
    parts = JobFilePart.objects.filter(job_id=job_id)
    while (content := parts.filter(number=number).values_list("content", flat=True).first()) is not None:
        yield bytes(content)
        number += 1

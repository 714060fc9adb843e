"""What stands beside documents, for programs: the timeline of any document, its notes and its files."""

import base64
import binascii
import uuid
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from ninja import Path, Query
from pydantic import Field

from core.api.finding import CallRefused, document_numbered, person_of
from core.api.paging import Turn, listed
from core.api.routes import SIGNED_IN, Routes, key_of
from core.api.schemas import Code, In, Listed, Moment, Note, OfCompany, Out, Short
from core.dossiers import FILE, NOTE, WRITE, add_file, add_note, file_seen_by, visible_rows
from core.files import Content
from core.models import DocumentEvent
from core.web.cells import Row
from core.web.story import told
from orders_site.dossiers import KINDS

routes = Routes(tags=["Notes and files"])
BYTES: dict[int, Any] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}
LISTED = (
    "verb", "document_kind", "text", "reason", "data", "recorded_at", "via",
    "actor__first_name", "actor__last_name", "actor__username",
)  # fmt: skip


Kind = Annotated[str, Field(json_schema_extra={"enum": sorted(KINDS)}, description="Which kind of document")]


class EntryOut(Out):
    """One entry of a timeline: what happened, a note, or a file."""

    sort: Literal["event", "note", "file"]
    text: str
    reason: str
    by: str
    at: Moment
    via: str
    file: str | None = Field(description="By what the file is read; null for what is no file")
    size: int | None
    sha256: str | None


class NoteIn(In):
    """A note. It is never changed: correct it by another one."""

    text: Note = Field(min_length=1)


class FileIn(In):
    """A file. Its kind is known by its content: PDF, PNG, JPEG, TXT, CSV, XLSX, DOCX."""

    name: str = Field(min_length=1, max_length=120)
    content: str = Field(min_length=1, description="The bytes, base64. A call is at most 5 MB as a whole")


class NoteOut(Out):
    """The note as it is kept."""

    text: str
    at: Moment


class FileOut(Out):
    """The file as it is kept, and by what it is read."""

    file: str
    media_type: str
    size: int
    sha256: str


class Asked(Turn, OfCompany):
    """Which part of a timeline."""

    sort: Short = Field(default="", pattern="^(|event|note|file)$", description="Only these: event, note, file")


def _named(request: HttpRequest, kind: str, number: str, company: str) -> int:
    """The id of the document with this number (of an account its code, of a product its SKU). Raises Http404."""
    rows, column = visible_rows(kind, person_of(request)), KINDS[kind].named_by
    if column == "number":
        return int(document_numbered(rows, number, company).pk)
    if company:
        raise CallRefused("Accounts and products are of no company.", fields={"company": "Leave it out."})
    return int(get_object_or_404(rows, **{f"{column}__iexact": number}).pk)


@routes.read("/documents/{kind}/{number}/timeline", right=SIGNED_IN, answer=Listed[EntryOut])
def read_timeline(request: HttpRequest, kind: Path[Kind], number: Path[Code], asked: Query[Asked]) -> dict[str, Any]:
    """What happened to a document, its notes and files, the newest first. Needs the right to see the document."""
    rows = DocumentEvent.objects.filter(document_kind=kind, document_id=_named(request, kind, number, asked.company))
    if asked.sort:
        rows = rows.exclude(verb__in=(NOTE, FILE)) if asked.sort == "event" else rows.filter(verb=asked.sort)
    return listed(request, rows, asked, reads=LISTED, row=_entry)


def _entry(row: Row) -> dict[str, Any]:
    sort = row["verb"] if row["verb"] in (NOTE, FILE) else "event"
    name = " ".join(part for part in (row["actor__first_name"], row["actor__last_name"]) if part)
    return {
        "sort": sort,
        "text": row["text"] or told(row["document_kind"], row["verb"]),
        "reason": row["reason"],
        "by": name or row["actor__username"],
        "at": row["recorded_at"],
        "via": row["via"],
        "file": row["data"].get("uid") if sort == FILE else None,
        "size": row["data"].get("size") if sort == FILE else None,
        "sha256": row["data"].get("sha256") if sort == FILE else None,
    }


@routes.act("/documents/{kind}/{number}/notes", right=WRITE, answer=NoteOut, status=201)
def write_note(
    request: HttpRequest, wanted: NoteIn, kind: Path[Kind], number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Write a note on a document's timeline. Card numbers are refused."""
    document_id = _named(request, kind, number, asked.company)
    key = add_note.once(key_of(request))(
        document_kind=kind, document_id=document_id, text=wanted.text, actor=person_of(request)
    )
    note = DocumentEvent.objects.get(document_kind=kind, document_id=document_id, command_uid=key)
    return {"text": note.text, "at": note.recorded_at}


@routes.act("/documents/{kind}/{number}/files", right=WRITE, answer=FileOut, status=201)
def put_file(
    request: HttpRequest, wanted: FileIn, kind: Path[Kind], number: Path[Code], asked: Query[OfCompany]
) -> dict[str, Any]:
    """Put a file beside a document."""
    document_id = _named(request, kind, number, asked.company)
    try:
        data = base64.b64decode(wanted.content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CallRefused("The content is not base64.", fields={"body.content": "Send base64."}) from error
    uid = add_file.once(key_of(request))(
        document_kind=kind, document_id=document_id, name=wanted.name, content=Content(data), actor=person_of(request)
    )
    file = file_seen_by(uuid.UUID(uid), person_of(request))
    return {"file": uid, "media_type": file.media_type, "size": file.size_bytes, "sha256": file.sha256}


@routes.read("/files/{uid}", right=SIGNED_IN, answer=None, files=BYTES)
def read_file(request: HttpRequest, uid: Path[uuid.UUID]) -> HttpResponse:
    """A file, byte for byte, for saving; the timeline says of which kind it is. Needs the right to see its document."""
    file = file_seen_by(uid, person_of(request))
    disposition = content_disposition_header(as_attachment=True, filename=file.name) or "attachment"
    headers = {"ETag": f'"{file.sha256}"', "Content-Disposition": disposition}
    return HttpResponse(bytes(file.content), content_type="application/octet-stream", headers=headers)

"""The timeline of any document: all of it, notes and files added to it, files taken out of it."""

import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from core.dossiers import WRITE, Kind, add_file, add_note, file_seen_by, known_kinds, visible_rows
from core.errors import DomainError, NotFound
from core.files import KINDS, Content
from core.web.access import requires, signed_in
from core.web.limits import Limit, take
from core.web.parts import Link, Tab
from core.web.posted import actor_of, key_of, whole_number
from core.web.story import SORTS, chain_of, timeline_address, timeline_of, timeline_page

FILES_AN_HOUR = Limit("files", 120, 3600)
SAVE_ONLY = {"Content-Security-Policy": "default-src 'none'; style-src 'none'; sandbox"}


class NoteForm(forms.Form):
    """A note as it is typed; the command says what is wrong with it."""

    text = forms.CharField(
        label="Note", strip=False, required=False, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 2_000})
    )


class FileForm(forms.Form):
    """A file as it is chosen."""

    file = forms.FileField(label="File", required=False, help_text=KINDS)


@dataclass(frozen=True, slots=True)
class _Place:
    """The document whose timeline it is."""

    kind: Kind
    word: str
    pk: int
    title: str

    @property
    def page(self) -> str:
        """The address of the document's own page."""
        return reverse(self.kind.page, args=[self.pk])


def _place(request: HttpRequest, kind: str, pk: int) -> _Place:
    """The document, if the person sees it. Raises NotFound: absent and invisible answer alike; NotAllowed."""
    found = visible_rows(kind, actor_of(request)).filter(pk=pk).values_list(known_kinds()[kind].named_by).first()
    if found is None:
        raise NotFound("There is no such document.")
    return _Place(known_kinds()[kind], kind, pk, found[0] or "")


@require_safe
@signed_in
def timeline(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Everything that happened to a document with its notes and files, 50 at a time, or one sort of it."""
    return _whole(request, _place(request, kind, pk), None, None)


def _whole(
    request: HttpRequest, place: _Place, note: forms.Form | None, file: forms.Form | None, status: int = 200
) -> HttpResponse:
    sort = request.GET.get("show", "")
    sort = sort if sort in SORTS else ""
    before = whole_number(request.GET.get("before", ""))
    entries, older = timeline_page(place.word, place.pk, sort=sort, before=before)
    address = timeline_address(place.word, place.pk)
    context: dict[str, Any] = {
        "title": f"Timeline of {place.title}",
        "crumb": Link(place.title, place.page),
        "tabs": [Tab(label, f"{address}?show={each}", is_current=each == sort) for each, label in SORTS.items()],
        "entries": entries,
        "older": f"{address}?show={sort}&before={older}" if older else "",
        "address": address,
        "note_form": note,
        "file_form": file,
    }
    return render(request, "core/timeline.html", context, status=status)


@require_POST
@requires(WRITE)
def note(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Write a note; what cannot be kept comes back with what was typed."""
    place, form = _place(request, kind, pk), NoteForm(request.POST)
    typed = request.POST.get("text", "")
    try:
        add_note.once(key_of(request))(document_kind=kind, document_id=pk, text=typed, actor=actor_of(request))
    except DomainError as refusal:
        return _refused(request, place, form, FileForm(), form, refusal)
    return _done(request, place, "The note was added.")


@require_POST
@requires(WRITE)
def attach(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Put a file beside a document."""
    place, form = _place(request, kind, pk), FileForm(request.POST, request.FILES)
    given = request.FILES.get("file")
    try:
        take(FILES_AN_HOUR, str(actor_of(request).pk))
        add_file.once(key_of(request))(
            document_kind=kind,
            document_id=pk,
            name=str(given.name) if given else "no file",
            content=Content(given.read() if given else b""),
            actor=actor_of(request),
        )
    except DomainError as refusal:
        return _refused(request, place, NoteForm(), form, form, refusal)
    return _done(request, place, "The file was added.")


def _refused(
    request: HttpRequest, place: _Place, note: forms.Form, file: forms.Form, wrong: forms.Form, refusal: DomainError
) -> HttpResponse:
    """Show the refusal at its field. Raises one that is none of the form's, such as a missing right."""
    for name, sentence in refusal.fields.items():
        if name in wrong.fields:
            wrong.add_error(name, sentence)
    if not wrong.errors:
        raise refusal
    for field in wrong.fields.values():
        field.required = True  # said by the label; whether it is there was the command's to say
    if request.headers.get("HX-Request"):
        return _section(request, place, note, file, status=refusal.status)
    return _whole(request, place, note, file, status=refusal.status)


def _done(request: HttpRequest, place: _Place, told: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return _section(request, place, NoteForm(), FileForm(), told=told)
    return HttpResponse(status=303, headers={"Location": f"{place.page}#timeline"})


def _section(
    request: HttpRequest, place: _Place, note: forms.Form, file: forms.Form, *, told: str = "", status: int = 200
) -> HttpResponse:
    """The part of a document's page that tells its timeline."""
    chain = chain_of(place.word, place.pk, request.user) if place.kind.tells_later else ()
    context = {
        "entries": timeline_of(place.word, place.pk, chain=chain),
        "address": timeline_address(place.word, place.pk),
        "note_form": note,
        "file_form": file,
        "told": told,
    }
    return render(request, "core/_timeline.html", context, status=status)


@require_safe
@signed_in
def hand_out(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """A file, byte for byte, for saving only, to who sees its document now."""
    file = file_seen_by(uid, actor_of(request))
    disposition = content_disposition_header(as_attachment=True, filename=file.name)
    headers = SAVE_ONLY | {"Content-Disposition": disposition or "attachment", "ETag": f'"{file.sha256}"'}
    return HttpResponse(bytes(file.content), content_type=_type(file.media_type), headers=headers)


def _type(media_type: str) -> str:
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type

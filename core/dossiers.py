"""What people write and put beside a document: notes and files, kept on its timeline and never edited.

Rooms know only their own documents, so ``orders_site/dossiers.py`` names for each kind who sees it and which rows;
whoever adds something here or takes a file out is asked the same.
"""

import re
import unicodedata
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from core import access
from core.commands import command
from core.context import current_context
from core.errors import DomainError, NotFound
from core.files import Content, kept_name, media_type_of
from core.models import DocumentFile, User
from core.runs import current_run
from core.timeline import TimelineEntry, record

WRITE = "core.write_note"
NOTE, FILE = "note", "file"  # their verbs on the timeline
LONGEST_NOTE = 2_000
_UNREADABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_DIGITS = re.compile(r"[0-9](?:[ .\-/]?[0-9]){12,}")
_GROUPS = re.compile(r"[0-9]+")
CARD_DIGITS = range(13, 20)
CARD_FOUND = (
    "This looks like the number of a payment card, which must not be kept here. Leave out all but its last four."
)

Rows = Callable[[User], "QuerySet[Any]"]


class NoteRefused(DomainError):
    """A note that cannot be kept as it is."""

    code = "note_refused"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document that has a timeline: the right to see it, the rows that a person sees, its page.

    ``named_by`` is the column that programs name it by; ``tells_later`` if its page tells of later documents too.
    """

    word: str
    see: str
    rows: Rows
    page: str
    named_by: str = "number"
    tells_later: bool = False


_kinds: dict[str, Kind] = {}


def register(kinds: dict[str, Kind]) -> None:
    """Let documents of these kinds have notes and files. Twice is once."""
    _kinds.update(kinds)


def known_kinds() -> dict[str, Kind]:
    """Every kind, by its word in addresses."""
    return dict(_kinds)


def visible_rows(kind: str, actor: User) -> "QuerySet[Any]":
    """The documents of the kind that this person sees. Raises NotFound for no such kind, NotAllowed without its
    right.
    """
    if kind not in _kinds:
        raise NotFound("There is no such kind of document.")
    access.require(actor, _kinds[kind].see)
    return _kinds[kind].rows(actor)


def _require_visible(kind: str, document_id: int, actor: User) -> None:
    if not visible_rows(kind, actor).filter(pk=document_id).exists():
        raise NotFound("There is no such document.")


@command(permission=WRITE)
def add_note(*, document_kind: str, document_id: int, text: str, actor: User) -> str:
    """Write a note on a document's timeline; returns by what the note is known there. Corrected only by another note.

    Raises NotFound for a document that the person does not see, NoteRefused for an empty or overlong text, control
    characters and card numbers.
    """
    _require_visible(document_kind, document_id, actor)
    record([TimelineEntry(document_kind, document_id, NOTE, text=note_text(text))], actor=actor)
    return str(current_run().uid)


@command(permission=WRITE)
def add_file(*, document_kind: str, document_id: int, name: str, content: Content, actor: User) -> str:
    """Keep a file beside a document, byte for byte with its SHA-256; returns the random name it is kept under.

    Raises NotFound for a document that the person does not see, FileRefused for what is not kept (``core.files``).
    """
    _require_visible(document_kind, document_id, actor)
    shown = kept_name(name)
    _require_no_card(shown, "file")
    file = DocumentFile.objects.create(
        uid=uuid.uuid4(),
        document_kind=document_kind,
        document_id=document_id,
        name=shown,
        media_type=media_type_of(shown, content.data),
        size_bytes=len(content.data),
        sha256=content.sha256,
        content=content.data,
        actor=actor,
        via=current_context().via,
        command_uid=current_run().uid,
    )
    told = {"uid": str(file.uid), "size": file.size_bytes, "sha256": file.sha256}
    record([TimelineEntry(document_kind, document_id, FILE, text=shown, data=told)], actor=actor)
    return str(file.uid)


def file_seen_by(uid: uuid.UUID, actor: User) -> DocumentFile:
    """A file with its content, if the person sees its document now. Raises NotFound."""
    found = DocumentFile.objects.filter(uid=uid).first()
    if found is None or found.document_kind not in _kinds or not access.may(actor, _kinds[found.document_kind].see):
        raise NotFound("There is no such file.")
    _require_visible(found.document_kind, found.document_id, actor)
    return found


def note_text(text: str) -> str:
    """The text as it is kept. Raises NoteRefused."""
    text = text.replace("\r\n", "\n").strip()
    wrong = ""
    if not text:
        wrong = "Enter the note."
    elif len(text) > LONGEST_NOTE:
        wrong = f"A note has at most {LONGEST_NOTE:,} characters; this one has {len(text):,}."
    elif _UNREADABLE.search(text):
        wrong = "The note holds characters that cannot be shown. Type them anew."
    if wrong:
        raise NoteRefused(wrong, fields={"text": wrong})
    _require_no_card(text, "text")
    return text


def _require_no_card(text: str, field: str) -> None:
    if holds_card_number(text):
        raise NoteRefused(CARD_FOUND, fields={field: CARD_FOUND})


def holds_card_number(text: str) -> bool:
    """Whether 13 to 19 digits in a row, or in groups as on a card, pass the check of card numbers (ISO/IEC 7812)."""
    plain = "".join(
        str(unicodedata.decimal(sign)) if sign.isdecimal() else " " if sign.isspace() or sign == "\u00a0" else sign
        for sign in unicodedata.normalize("NFKC", text)
        if unicodedata.category(sign) != "Cf"
    )
    return any(_is_card(digits) for run in _DIGITS.findall(re.sub(r"[ ]+", " ", plain)) for digits in _candidates(run))


def _candidates(run: str) -> set[str]:
    """The groups of a run that could be one number: any one by itself, or several of three to six digits."""
    groups = _GROUPS.findall(run)
    found = set(groups)
    for first in range(len(groups)):
        joined = ""
        for group in groups[first : first + 6]:
            if not 3 <= len(group) <= 6:
                break
            joined += group
            found.add(joined)
    return found


def _is_card(digits: str) -> bool:
    if len(digits) not in CARD_DIGITS or len(set(digits)) == 1:
        return False
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0

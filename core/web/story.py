"""What every document page tells: the chain of documents it stands in, and the timeline of what happened to it.

Rooms know only their own documents, so the chain is composed from a registry that ``orders_site/wiring.py`` fills: one
loader per kind.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.urls import reverse

from core.dossiers import FILE, NOTE
from core.models import DocumentEvent, User
from core.web.formats import stamp
from core.web.parts import ChainStop, Happening

Loader = Callable[[Collection[int], "User | AnonymousUser"], Mapping[int, ChainStop]]

MOST_STOPS = 24  # a chain longer than a screen is read on the documents' own pages
MOST_HAPPENINGS = 12
PAGE_OF_HAPPENINGS = 50
SORTS = {"": "All", "event": "What happened", "note": "Notes", "file": "Files"}

_CHAIN = """
    WITH RECURSIVE up AS (
        SELECT %(kind)s::text AS kind, %(id)s::bigint AS id
        UNION
        SELECT l.earlier_kind, l.earlier_id FROM core_documentlink l
        JOIN up ON l.later_kind = up.kind AND l.later_id = up.id
    ), down AS (
        SELECT kind, id FROM up
        UNION
        SELECT l.later_kind, l.later_id FROM core_documentlink l
        JOIN down ON l.earlier_kind = down.kind AND l.earlier_id = down.id
    )
    SELECT kind, id FROM down LIMIT 200
"""

# A timeline tells what happened, so a verb is written in the past; what a verb did to one kind alone comes first.
_TOLD = {
    "accept": "Accepted",
    "activate": "Activated",
    "apply": "Applied",
    "cancel": "Cancelled",
    "cancel rest": "The rest was cancelled",
    "change": "Changed",
    "change_dates": "Dates changed",
    "change_rate": "Expected rate changed",
    "close": "Closed",
    "complete": "Completed",
    "confirm": "Confirmed",
    "create": "Created",
    "decline": "Declined",
    "expire": "Expired",
    "fail": "Failed",
    "hold": "Put on hold",
    "order": "Ordered",
    "pack": "Packed",
    "pick": "Picking started",
    "post": "Posted",
    "receive": "Received",
    "release": "Released",
    "reopen": "Reopened",
    "request": "Payment asked for",
    "reverse": "Reversed",
    "revise": "New version begun",
    "send": "Sent",
    "settle": "Settled",
    "ship": "Shipped",
    "submit": "Submitted for approval",
    "unapply": "Taken back",
}
_TOLD_OF = {
    ("order", "release"): "Released from hold",
    ("delivery", "release"): "Released to the floor",
    ("delivery", "ship"): "Shipped, goods issue posted",
    ("invoice", "apply"): "Settled",
}
_TOLD_WITH_TEXT = {"apply", "unapply"}  # their text is how much, and of what
_OWN_PAGE_ONLY = ("create", "release", "pack", "pdf")  # too small to be told on an earlier document's page

_kinds: dict[str, tuple[int, Loader]] = {}


def register_kind(kind: str, *, rank: int, loader: Loader) -> None:
    """Let documents of ``kind`` appear in chains. ``rank`` orders kinds along the street; ``loader`` returns the stops
    that the user may see, by id, in one query. Twice is once.
    """
    _kinds[kind] = (rank, loader)


def chain_of(
    kind: str, document_id: int, user: "User | AnonymousUser", *, missing: ChainStop | None = None
) -> list[ChainStop]:
    """The documents that this one was made from and that were made from it, in order, and what is missing yet.

    One query, and one per kind in it. Nothing for a document that stands alone.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CHAIN, {"kind": kind, "id": document_id})
        found: defaultdict[str, set[int]] = defaultdict(set)
        for each, row_id in cursor.fetchall():
            found[each].add(row_id)
    found[kind].add(document_id)
    stops: list[tuple[int, int, ChainStop]] = []
    for each in sorted(found.keys() & _kinds.keys()):
        rank, loader = _kinds[each]
        for row_id, stop in loader(found[each], user).items():
            state = "here" if (each, row_id) == (kind, document_id) else stop.state
            stops.append((rank, row_id, replace(stop, state=state, document=(each, row_id))))
    chain = [stop for _, _, stop in sorted(stops, key=lambda entry: entry[:2])][:MOST_STOPS]
    chain += [missing] if missing else []
    return chain if len(chain) > 1 else []


def timeline_address(kind: str, document_id: int) -> str:
    """Where the whole timeline of a document stands, with its notes and files."""
    return reverse("work:timeline", args=[kind, document_id])


def timeline_of(
    kind: str, document_id: int, *, chain: Sequence[ChainStop] = (), most: int = MOST_HAPPENINGS
) -> list[Happening]:
    """What happened to the document, its notes and files, newest first: who, when, why. One query.

    With its ``chain`` it also tells what happened to the documents that were made from it, by their numbers.
    """
    at = next((position for position, stop in enumerate(chain) if stop.state == "here"), len(chain))
    later = {stop.document: stop.label for stop in chain[at + 1 :] if stop.document}
    own = Q(document_kind=kind, document_id=document_id)
    others = (Q(document_kind=each, document_id=pk) & ~Q(verb__in=_OWN_PAGE_ONLY) for each, pk in later)
    events = DocumentEvent.objects.filter(reduce(or_, others, own)).select_related("actor").order_by("-id")[:most]
    return [
        _happening(event, first=position == 0, of=later.get((event.document_kind, event.document_id), ""))
        for position, event in enumerate(events)
    ]


def timeline_page(
    kind: str, document_id: int, *, sort: str = "", before: int | None = None, most: int = PAGE_OF_HAPPENINGS
) -> tuple[list[Happening], int | None]:
    """One page of a document's own timeline, of one sort if it is named (``SORTS``), and where the next one begins."""
    rows = DocumentEvent.objects.filter(
        document_kind=kind, document_id=document_id, **({"id__lt": before} if before else {})
    )
    if sort:
        rows = rows.exclude(verb__in=(NOTE, FILE)) if sort == "event" else rows.filter(verb=sort)
    events = list(rows.select_related("actor").order_by("-id")[: most + 1])
    shown = [_happening(event, first=before is None and place == 0) for place, event in enumerate(events[:most])]
    return shown, events[most - 1].pk if len(events) > most else None


def _happening(event: DocumentEvent, *, first: bool, of: str = "") -> Happening:
    """One entry in words: the verb, then its story, then who and why; ``of`` names another document."""
    if event.verb in (NOTE, FILE):
        return _kept(event, of)
    what = told(event.document_kind, event.verb)
    if of:
        what = f"{of} {what[0].lower()}{what[1:]}"
    if event.text:
        what = f"{what}: {event.text}" if event.verb in _TOLD_WITH_TEXT else f"{of}: {event.text}" if of else event.text
    detail = " · ".join(part for part in (str(event.actor), event.reason, _door(event)) if part)
    bad = event.verb in {"cancel", "reverse", "promise moved", "hold", "short_pick"}
    return Happening(event.recorded_at, what, detail, "bad" if bad else "now" if first else "")


def _kept(event: DocumentEvent, of: str) -> Happening:
    """A note, or a file with what it weighs: who, and at what time."""
    by = (str(event.actor), stamp(event.recorded_at), _door(event))
    if event.verb == NOTE:
        detail = " · ".join(part for part in (f"Note on {of}" if of else "Note", *by) if part)
        return Happening(event.recorded_at, event.text, detail, sort="note")
    size = filesizeformat(event.data.get("size", 0))
    detail = " · ".join(part for part in (f"File of {of}" if of else "File", size, *by) if part)
    address = reverse("work:file", args=[event.data["uid"]])
    return Happening(event.recorded_at, event.text, detail, sort="file", url=address)


def _door(event: DocumentEvent) -> str:
    return {"api": "by API", "import": "by import", "job": "by a job"}.get(event.via, "")


def told(kind: str, verb: str) -> str:
    """What a verb did to a document of the kind, as a timeline tells it: ``Created``, ``Released from hold``."""
    return _TOLD_OF.get((kind, verb)) or _TOLD.get(verb) or verb.replace("_", " ").capitalize()

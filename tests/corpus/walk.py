"""Walking one room of the site: its pages, the forms they hold and the queries they read, and what is sent to each."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from core.dates import business_date
from tests.corpus.examples import addresses, page_routes, room_of
from tests.corpus.items import Item, Round
from tests.corpus.pages import Field, Form, read_page
from tests.corpus.shots import FORM, Pairs, Range, Shot, encoded, multipart

ROOMS = sorted({room_of(route) for route in page_routes()})
ROW = re.compile(r"\d+|[0-9a-f]{8}-[0-9a-f-]{27}")
OF_THE_FRAME = re.compile(r"/(search|settings|logout|work)/")  # on every page: shot at from their own room
OF_LISTS = ("after", "before", "sort", "size", "format", "select", "saved", "view", "company")
WORDS = {"text", "long", "search", "code", "email", "secret"}
KINDS_BY_NAME = {
    "sort": "sort", "after": "page", "before": "page", "size": "page", "format": "view", "select": "view",
    "saved": "page", "view": "view", "company": "code", "idempotency_key": "code", "q": "search",
}  # fmt: skip
FILLS = {
    "email": "ned2@h.example", "country": "GB", "currency": "GBP", "code": "NEW1", "sku": "NEW-1", "name": "New",
    "time_zone": "Europe/London", "reason": "because", "username": "new", "account": "C1000", "product": "SET-TEA",
    "stock_unit": "ea", "tax_category": "standard", "tax_class": "domestic",
}  # fmt: skip


def kind_of(control: Field) -> str:
    """The kind of field that the corpus is asked for."""
    return KINDS_BY_NAME.get(control.name) or control.kind


def baseline(form: Form) -> Pairs:
    """The form as somebody would send it who filled in what is empty, by its first button."""
    pairs = []
    for control in form.fields.values():
        values = [value for value in control.values if value] or [_fill(control)]
        pairs += [(control.name, value.encode()) for value in values if value or control.kind not in ("check", "file")]
    return [*pairs, *[(name, value.encode()) for name, value, address in form.buttons if name and not address][:1]]


def _fill(control: Field) -> str:
    if re.search(r"-[1-9]\d*-", control.name):  # further lines stay empty
        return ""
    match control.kind:
        case "choice":
            return next((option for option in control.options if option), "")
        case "day":
            return business_date("Europe/London").isoformat()
        case "number" | "whole":
            return "1"
        case "check" | "hidden" | "file":
            return ""
    return FILLS.get(control.name.split("-")[-1], "")


def bytes_of(item: Item, foreign: dict[str, int]) -> bytes:
    """The item as a form's value; a foreign key is that of another company's row."""
    return item.value if isinstance(item.value, bytes) else str(foreign[item.value["foreign"]]).encode()


def places_of(form: Form) -> list[Field]:
    """The fields of a form, of each kind of line the first."""
    found: dict[str, Field] = {}
    for control in form.fields.values():
        if control.name != "csrfmiddlewaretoken":
            found.setdefault(ROW.sub("#", control.name), control)
    return list(found.values())


class Walk:
    """One room's pages, and what they let a person send."""

    def __init__(self, range_: Range, room: str) -> None:
        self.range, self.room = range_, room
        self.round = Round(ROOMS.index(room) * 37)
        self.forms: list[Form] = []
        self.queries: dict[str, dict[str, str]] = {}
        seen = set()
        for route in page_routes():
            if room_of(route) == room:
                for address in addresses(route):
                    for form in self._read(address):
                        mark = (ROW.sub("#", form.action), *sorted({ROW.sub("#", name) for name in form.fields}))
                        if mark not in seen:
                            seen.add(mark)
                            self.forms.append(form)

    def _read(self, address: str) -> Iterator[Form]:
        """The forms of a page that post, noting what its query may say."""
        answer = self.range.browser().get(address)
        if answer.status_code != 200 or not answer.get("Content-Type", "").startswith("text/html"):
            return
        forms, links = read_page(answer.content.decode(), address)
        own = [urlsplit(link) for link in links]
        known = {name: "search" for link in own if link.path in ("", address) for name, _ in parse_qsl(link.query)}
        for form in forms:
            path = urlsplit(form.action).path or address
            if OF_THE_FRAME.match(path) and room_of(path[1:]) != self.room:
                continue
            if form.method == "GET" and path == address:
                known |= {name: control.kind for name, control in form.fields.items()}
            elif form.method == "POST":
                form.action = form.action if form.action.startswith("/") else address + form.action
                yield form
        mark = ROW.sub("#", address)
        if mark not in {ROW.sub("#", each) for each in self.queries}:
            self.queries[address] = known

    def shots_at_forms(self) -> Iterator[Shot]:
        """For each form: wholly bad, its texts bad, what is hidden bad, and each other field alone."""
        for form in self.forms:
            fields = places_of(form)
            hidden = [each for each in fields if each.kind == "hidden"]
            words = [each for each in fields if each.kind in WORDS]
            yield self.shot(form, [each for each in fields if each.kind != "hidden"])
            yield from (self.shot(form, some) for some in (words, hidden) if some)
            for each in fields:
                if each.kind not in WORDS and "_FORMS" not in each.name.removesuffix("TOTAL_FORMS"):
                    yield self.shot(form, [each])
            if words:
                yield self.shot(form, [words[self.range.fired % len(words)]])

    def shot(self, form: Form, fields: list[Field]) -> Shot:
        """The form with the next items in these fields."""
        bad = {each.name: self.round.deal(kind_of(each)) for each in fields if each.kind != "file"}
        files = [(each.name, b"x.csv", self.round.deal("table").value) for each in fields if each.kind == "file"]
        pairs = [(name, value) for name, value in baseline(form) if name not in bad]
        pairs += [(name, bytes_of(item, self.range.place.foreign)) for name, item in bad.items()]
        has_files = any(each.kind == "file" for each in form.fields.values())
        body, content_type = multipart(pairs, files) if has_files else (encoded(pairs), FORM)
        return Shot(
            "POST", form.action, body, content_type=content_type, items=tuple(bad.values()), where=",".join(bad)
        )

    def shots_at_queries(self) -> Iterator[Shot]:
        """For each page: its filters one kind after the other, all of it with the words of lists, and what is none."""
        for address, kinds in self.queries.items():
            asked = {name: KINDS_BY_NAME.get(name, kind) for name, kind in kinds.items()}
            by_kind = [[name for name in asked if asked[name] == kind] for kind in sorted(set(asked.values()))]
            for names in [*by_kind, [*asked, *(name for name in OF_LISTS if name not in asked)]]:
                bad = {name: self.round.deal(asked.get(name) or KINDS_BY_NAME[name]) for name in names}
                query = encoded([(name, bytes_of(item, self.range.place.foreign)) for name, item in bad.items()])
                yield Shot("GET", address, query=query, items=tuple(bad.values()), where=",".join(bad))
            item = self.round.deal("query")
            yield Shot("GET", address, query=item.value, items=(item,), where="its query")

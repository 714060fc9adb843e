"""Forms of a page as a browser would send them: found in the page itself, so that a new field is shot at by itself."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

KINDS_BY_TYPE = {
    "date": "day", "checkbox": "check", "radio": "choice", "email": "email", "password": "secret", "search": "search",
    "file": "file", "number": "number", "url": "text", "tel": "text",
}  # fmt: skip
KINDS_BY_MODE = {"decimal": "number", "numeric": "whole"}


@dataclass
class Field:
    """One control: its name, its kind of field in the corpus, and what the page would send of it."""

    name: str
    kind: str
    values: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)


@dataclass
class Form:
    """One form of a page."""

    action: str
    method: str
    id: str = ""
    fields: dict[str, Field] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # name, value, own address

    def add(self, control: Field) -> None:
        """Add a control, or another value of one."""
        known = self.fields.setdefault(control.name, control)
        if known is not control:
            known.values += control.values
            known.options += control.options


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self.address = address
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._open: Form | None = None
        self._select: Field | None = None
        self._area: Field | None = None
        self._strays: list[tuple[str, Field | tuple[str, str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = said.get("action") or said.get("hx-post") or self.address
            is_post = said.get("method", "").lower() == "post" or "hx-post" in said
            self._open = Form(action, "POST" if is_post else "GET", said.get("id", ""))
            self.forms.append(self._open)
        elif tag == "a" and said.get("href", "").startswith(("/", "?")):
            self.links.append(said["href"])
        elif tag in ("input", "select", "textarea", "button") and "disabled" not in said:
            self._control(tag, said)
        elif tag == "option" and self._select is not None:
            self._select.options.append(said.get("value", ""))
            if "selected" in said:
                self._select.values.append(said.get("value", ""))
        if "hx-post" in said and tag != "form":
            self.forms.append(Form(said["hx-post"], "POST", fields=self._open.fields if self._open else {}))
        if "hx-get" in said and said["hx-get"].startswith(("/", "?")):
            self.links.append(said["hx-get"])

    def _control(self, tag: str, said: dict[str, str]) -> None:
        name, kind = said.get("name", ""), said.get("type", "text")
        if tag == "button" or kind in ("submit", "image", "button", "reset"):
            if kind not in ("button", "reset"):
                self._put(said, (name, said.get("value", ""), said.get("formaction", "")))
            return
        if not name:
            return
        control = Field(name, _kind(tag, said))
        if tag == "select":
            self._select = control
        elif tag == "textarea":
            self._area = control
            control.values.append("")
        elif kind in ("checkbox", "radio"):
            control.options.append(said.get("value", "on"))
            control.values += [said.get("value", "on")] if "checked" in said else []
        else:
            control.values.append(said.get("value", ""))
        self._put(said, control)

    def _put(self, said: dict[str, str], what: "Field | tuple[str, str, str]") -> None:
        if said.get("form"):
            self._strays.append((said["form"], what))
        elif self._open is not None:
            _add(self._open, what)

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.values[-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None

    def close(self) -> None:
        super().close()
        for owner, what in self._strays:
            for form in self.forms:
                if form.id == owner:
                    _add(form, what)


def _add(form: Form, what: "Field | tuple[str, str, str]") -> None:
    if isinstance(what, Field):
        form.add(what)
    else:
        form.buttons.append(what)


def _kind(tag: str, said: dict[str, str]) -> str:
    kind = said.get("type", "text")
    if tag != "input":
        return {"select": "choice", "textarea": "long"}[tag]
    if kind == "hidden":
        return "hidden"
    return KINDS_BY_TYPE.get(kind) or KINDS_BY_MODE.get(said.get("inputmode", "")) or "text"


def read_page(html: str, address: str) -> tuple[list[Form], list[str]]:
    """The forms and the links of a page."""
    reader = _Reader(address)
    reader.feed(html)
    reader.close()
    return reader.forms, reader.links

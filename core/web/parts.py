"""What pages are made of, as data: a view names the parts, the components draw them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from markupsafe import Markup

from core.states import Action

Tone = Literal["neutral", "info", "violet", "warn", "ok", "bad"]
ButtonStyle = Literal["", "primary", "quiet", "danger"]
Text = str | Markup


@dataclass(frozen=True, slots=True)
class Tag:
    """A status word with its shape. The same word in list, page, paper, API and filter."""

    label: str
    tone: Tone = "neutral"


@dataclass(frozen=True, slots=True)
class Link:
    """Where a word leads."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Tab:
    """A saved view: a plain link with its count."""

    label: str
    url: str
    count: str = ""
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Confirm:
    """The question before an irreversible or outward effect. ``go`` and ``keep`` are verbs; ``keep`` has the focus."""

    title: str
    text: Text
    go: str
    keep: str = "Keep as it is"


@dataclass(frozen=True, slots=True)
class ActionButton:
    """A verb on a page: a POST form with its own idempotency key, or a plain link if ``is_link``."""

    label: str
    url: str
    name: str = ""
    style: ButtonStyle = ""
    icon: str = ""
    key: str = ""
    needs_reason: bool = False
    confirm: Confirm | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    version: int | None = None
    is_link: bool = False
    blocked_because: str = ""


def action_buttons(
    actions: Sequence[Action],
    *,
    url_for: Callable[[str], str],
    version: int,
    primary: str = "",
    confirm: Mapping[str, Confirm] | None = None,
) -> list[ActionButton]:
    """Turn the verbs of a document's transition table into buttons, the primary one last on the right."""
    buttons = [
        ActionButton(
            label=action.label,
            url=url_for(action.verb),
            name=action.verb,
            style="primary" if action.verb == primary else "danger" if action.is_dangerous else "",
            needs_reason=action.needs_reason,
            confirm=(confirm or {}).get(action.verb),
            version=version,
        )
        for action in actions
    ]
    return sorted(buttons, key=lambda button: button.style == "primary")


@dataclass(frozen=True, slots=True)
class ChainStop:
    """One document of the chain: done is filled, here is this page, to do is dotted, the end is what is missing yet.

    ``is_void``: it was cancelled, so the step may be taken again.
    """

    label: str
    what: str
    url: str = ""
    tag: Tag | None = None
    state: Literal["done", "here", "todo", "end"] = "done"
    document: tuple[str, int] | None = None
    is_void: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """A label over a value; ``url`` where documents stand behind it, ``delta`` for the difference that matters."""

    label: str
    value: Text
    url: str = ""
    delta: str = ""
    style: Literal["", "sum", "big"] = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of a timeline, newest first: what happened, a note, or a file with the address it is saved from."""

    at: datetime | date
    text: Text
    detail: Text = ""
    state: Literal["", "now", "bad"] = ""
    sort: Literal["event", "note", "file"] = "event"
    url: str = ""


@dataclass(frozen=True, slots=True)
class Kpi:
    """A headline figure. Never alone: ``compared`` says against what, or how much money it means."""

    label: str
    value: str
    compared: str
    url: str = ""
    is_bad: bool = False


@dataclass(frozen=True, slots=True)
class QueueItem:
    """Work that waits: how many, what, its money, and the verb that fixes it."""

    key: str
    count: int
    label: str
    url: str
    who: str = ""
    money: str = ""
    action: str = ""
    tag: Tag | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One stop of a procedure."""

    label: str
    detail: str = ""
    state: Literal["done", "here", "todo"] = "todo"


@dataclass(frozen=True, slots=True)
class Meter:
    """How much of something is used, in percent (0 to 100; more is drawn full)."""

    percent: Decimal
    tone: Literal["", "ok", "warn", "bad"] = ""

    @property
    def width(self) -> str:
        """The width to draw."""
        return str(min(max(self.percent, Decimal(0)), Decimal(100)).quantize(Decimal("0.1")))


@dataclass(frozen=True, slots=True)
class Empty:
    """What a page says where nothing is: one sentence, one action, one link."""

    text: str
    icon: str = "check"
    action: Link | None = None
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """The frame of a document's page: verbs, chain, facts, sums, timeline. The lines are the page's own.

    ``timeline_url``: the address of the whole timeline (``story.timeline_address``), where notes and files are added.
    """

    title: str
    crumb: Link
    tag: Tag
    meta: str = ""
    actions: Sequence[ActionButton] = ()
    chain: Sequence[ChainStop] = ()
    facts: Sequence[Fact] = ()
    sums: Sequence[Fact] = ()
    sums_title: str = "Total"
    timeline: Sequence[Happening] = ()
    timeline_url: str = ""
    refusal: str = ""

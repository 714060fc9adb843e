"""Life cycles as tables: which verb leads from where to where, who may, and what is written when it happens."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.access import may
from core.errors import TransitionRefused

if TYPE_CHECKING:
    from core.models import Document, User


@dataclass(frozen=True, slots=True)
class Transition:
    """One verb. ``stamp`` names the pair of fields ``<stamp>_at`` and ``<stamp>_by`` that the verb sets, if any."""

    sources: frozenset[str]
    target: str
    permission: str
    label: str
    stamp: str = ""
    needs_reason: bool = False
    is_dangerous: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """A verb as a page offers it."""

    verb: str
    label: str
    needs_reason: bool
    is_dangerous: bool


def available_actions(document: "Document", user: "User") -> list[Action]:
    """The verbs that are possible now and that this user may do: what draws the buttons."""
    return [
        Action(verb, move.label, move.needs_reason, move.is_dangerous)
        for verb, move in document.transitions.items()
        if document.status in move.sources and may(user, move.permission)
    ]


def require_transition(documents: "Sequence[Document]", verb: str) -> Transition:
    """Check the verb against every document's status as it is under the lock.

    Raises TransitionRefused naming the first.
    """
    move = documents[0].transitions[verb]
    for document in documents:
        if document.status not in move.sources:
            status = document.get_status_display().lower()  # type: ignore[attr-defined]  # of the concrete document
            raise TransitionRefused(f"{document.title} is {status}; it cannot be changed by “{move.label}” now.")
    return move

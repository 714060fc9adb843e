"""What pages tell of documents: verbs in the past, later documents by their numbers, what the chain still misses."""

from typing import Any

import pytest
from django.apps import apps

from core.commands import command
from core.models import Document, User
from core.timeline import TimelineEntry, link, record
from core.web import story
from core.web.parts import ChainStop
from core.web.story import chain_of, register_kind, timeline_of, told


@command(permission=None)
def tell(*, entries: list[TimelineEntry], edges: list[tuple[str, int, str, int]], actor: User) -> None:
    """Write timeline rows and chain edges."""
    record(entries, actor=actor)
    link(edges)


@pytest.fixture
def ana(db: None) -> User:
    return User.objects.create(username="ana", first_name="Ana")


@pytest.fixture
def kinds(monkeypatch: Any) -> None:
    """Three kinds of documents along a street, of which everybody may see all but the last."""
    monkeypatch.setattr(story, "_kinds", {})
    for rank, kind in enumerate(("offer", "deal", "bill", "secret")):
        register_kind(
            kind,
            rank=rank,
            loader=lambda ids, user, kind=kind: (  # type: ignore[misc]
                {pk: ChainStop(f"{kind.upper()}-{pk}", kind) for pk in ids} if kind != "secret" else {}
            ),
        )


def test_every_verb_of_every_document_is_told_in_the_past() -> None:
    verbs = {
        (model.kind, verb) for model in apps.get_models() if issubclass(model, Document) for verb in model.transitions
    }

    assert len(verbs) > 20
    assert [(kind, verb) for kind, verb in verbs if told(kind, verb) == verb.replace("_", " ").capitalize()] == []


def test_a_timeline_tells_of_later_documents_by_their_numbers(ana: User, kinds: None) -> None:
    entries = [
        TimelineEntry("offer", 1, "send"),
        TimelineEntry("deal", 2, "confirm"),
        TimelineEntry("bill", 3, "create"),
        TimelineEntry("bill", 3, "post"),
        TimelineEntry("bill", 3, "apply", text="5.00 by PAY-1"),
        TimelineEntry("secret", 4, "post"),
    ]
    edges = [("offer", 1, "deal", 2), ("deal", 2, "bill", 3), ("bill", 3, "secret", 4)]
    tell(entries=entries, edges=edges, actor=ana)

    chain = chain_of("deal", 2, ana)
    assert [(stop.label, stop.state) for stop in chain] == [("OFFER-1", "done"), ("DEAL-2", "here"), ("BILL-3", "done")]
    assert [entry.text for entry in timeline_of("deal", 2, chain=chain)] == [
        "BILL-3 applied: 5.00 by PAY-1",
        "BILL-3 posted",
        "Confirmed",
    ]
    assert [entry.text for entry in timeline_of("deal", 2)] == ["Confirmed"]


def test_a_document_alone_has_no_chain_unless_something_is_missing(ana: User, kinds: None) -> None:
    missing = ChainStop("To ship", "2 open lines", state="end")

    assert chain_of("deal", 2, ana) == []
    assert [stop.label for stop in chain_of("deal", 2, ana, missing=missing)] == ["DEAL-2", "To ship"]

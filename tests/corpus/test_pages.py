"""Every page, form and query of the site: nobody means it, everybody is answered, nothing is changed silently."""

import os
from collections.abc import Iterator

import pytest

from tests.corpus.examples import CONVERTER, addresses, page_routes
from tests.corpus.items import Round, corpus
from tests.corpus.shots import Range, Shot
from tests.corpus.walk import ROOMS, Walk

ROUNDS = int(os.environ.get("KEPT_BAD_INPUT_ROUNDS", "1"))  # more of them for a long night


def test_the_corpus_is_as_large_as_it_says() -> None:
    values = {repr(item.value) for item in corpus()}

    assert len(corpus()) >= 1_700
    assert len(values) >= 1_500


@pytest.mark.parametrize("room", ROOMS)
def test_what_a_room_lets_one_send(range_: Range, room: str) -> None:
    walk = Walk(range_, room)
    for _ in range(ROUNDS):
        for shot in walk.shots_at_forms():
            range_.fire(shot)
        for shot in walk.shots_at_queries():
            range_.fire(shot)

    range_.require_sound()


def _routes_by_hand(turn: Round) -> Iterator[Shot]:
    """Each route of pages: headers that are forged, and things in its address that are none."""
    for route in page_routes():
        (address, *_) = [*addresses(route), f"/{CONVERTER.sub('1', route)}"]
        head = turn.deal("headers")
        yield Shot("GET", address, headers=head.value, items=(head,), where="headers")
        for start in [each.start() for each in CONVERTER.finditer(route)]:
            item = turn.deal("path")
            before = f"/{_filled(route[:start])}"
            rest = _filled(CONVERTER.sub("\0", route[start:], count=1))
            yield Shot("GET", before + rest.replace("\0", item.value.decode()), items=(item,), where="address")


def _filled(part: str) -> str:
    return CONVERTER.sub("1", part)


@pytest.mark.parametrize("part", range(4))
def test_every_route_with_forged_headers_and_places(range_: Range, part: int) -> None:
    shots = list(_routes_by_hand(Round()))
    for shot in shots[part::4]:
        range_.fire(shot)

    assert len(shots) > 300
    range_.require_sound()

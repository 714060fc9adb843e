"""The range sees what it is there to see."""

from dataclasses import replace

import pytest
from django.http import HttpRequest, HttpResponse

from core.models import User
from quotes.models import Quote
from tests.corpus.items import corpus
from tests.corpus.shots import Range, Shot, encoded

REFUSED = next(item for item in corpus() if item.is_refused)


def _decline(quote: Quote, **more: str) -> Shot:
    form = {"reason": "because", "version": str(quote.version), **more}
    body = encoded([(name, value.encode()) for name, value in form.items()])
    return Shot("POST", f"/quotes/{quote.pk}/do/decline/", body)


def test_a_fault_is_seen(range_: Range, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("inside")

    monkeypatch.setattr("orders.views.lists.ListPage", broken)

    assert range_.fire(Shot("GET", "/orders/")) == 500
    with pytest.raises(AssertionError, match="ZeroDivisionError: inside"):
        range_.require_sound()


def test_a_silent_change_is_seen_and_a_carried_out_verb_is_none(range_: Range) -> None:
    quote = Quote.objects.filter(status="sent")[0]

    assert range_.fire(_decline(quote)) == 303
    assert (range_.changed, range_.faults) == (1, [])
    range_.fire(replace(_decline(quote, nonsense="NaN"), items=(REFUSED,)))
    assert len(range_.faults) == 1
    assert "answered 303 and changed" in range_.faults[0]
    assert Quote.objects.get(pk=quote.pk).status == "sent"


def test_a_change_by_reading_is_seen(range_: Range, monkeypatch: pytest.MonkeyPatch) -> None:
    def writing(request: HttpRequest, *_: object, **__: object) -> HttpResponse:
        User.objects.filter(pk=range_.place.boss.pk).update(last_name="Read")
        return HttpResponse("")

    monkeypatch.setattr("core.web.lists.ListPage.response", writing)

    range_.fire(Shot("GET", "/orders/"))

    assert ["answered 200 and changed core_user" in fault for fault in range_.faults] == [True]

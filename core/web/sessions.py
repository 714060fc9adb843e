"""How long a session lives, how fresh its sign-in is, and which sessions a person has.

A session ends when nobody uses it for as long as the person's roles allow (30 minutes where nothing else is said), and
12 hours after the sign-in in any case. The time is written down at most once a minute.
"""

import re
import time
from collections.abc import Callable, Collection, Mapping
from functools import partial
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse

from core.models import User, Visit
from core.web.visitors import visitor_address

CLOCK = "kept_clock"
IDLE_SECONDS = 30 * 60
WHOLE_SECONDS = 12 * 3600
WRITTEN_EVERY_SECONDS = 60
FRESH_SECONDS = 10 * 60

_idle_minutes: dict[str, int] = {}
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def declare_idle_minutes(minutes: Mapping[str, int]) -> None:
    """Say after how many idle minutes the sessions of a role end; roles that are not named have 30."""
    _idle_minutes.clear()
    _idle_minutes.update(minutes)


def idle_seconds(user: User) -> int:
    """After how many idle seconds this person's session ends: the shortest time of all roles. One query."""
    names = user.groups.values_list("name", flat=True)
    return min((_idle_minutes.get(name, IDLE_SECONDS // 60) for name in names), default=IDLE_SECONDS // 60) * 60


def begin(sender: object, request: HttpRequest, user: User, **_: Any) -> None:
    """Start the clock of a session and write down the visit. Called by Django's sign-in, for every way in."""
    now = time.time()
    request.session[CLOCK] = {"began": now, "seen": now, "confirmed": now, "idle": idle_seconds(user)}
    request.session.set_expiry(request.session[CLOCK]["idle"])
    if request.session.session_key is None:
        request.session.create()
    device = device_name(request.META.get("HTTP_USER_AGENT", ""))
    Visit.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={"user": user, "address": visitor_address(request), "device": device},
    )


def wind(session: SessionBase) -> None:
    """Let the session live on from now, written down at most once a minute; end it when its time is over."""
    clock, now = session.get(CLOCK), time.time()
    if clock is None:  # from before there was a clock
        session.flush()
        return
    left = int(clock["began"] + WHOLE_SECONDS - now)
    if left <= 0:
        session.flush()
    elif now - clock["seen"] >= WRITTEN_EVERY_SECONDS:
        session[CLOCK] = clock | {"seen": now}
        session.set_expiry(min(clock["idle"], left))
        Visit.objects.filter(session_key=session.session_key).update(seen_at=Now())


def restart(session: SessionBase) -> None:
    """Give a session that was just signed in its own time again, after a library has set another."""
    if CLOCK in session:
        session.set_expiry(session[CLOCK]["idle"])
    else:  # on the way to the second factor
        session.set_expiry(FRESH_SECONDS)


def keep_visit(before: str | None, session: SessionBase) -> None:
    """Let the visit of a session go on under its new key: a new password gives one, and nobody signed in anew."""
    if before and before != session.session_key:
        Visit.objects.filter(session_key=before).update(session_key=session.session_key)


def confirm(request: HttpRequest) -> None:
    """Note that the person has just proved again who it is."""
    request.session[CLOCK] = request.session.get(CLOCK, {}) | {"confirmed": time.time()}


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person proved within the last ten minutes who it is."""
    return bool(time.time() - request.session.get(CLOCK, {}).get("confirmed", 0.0) < FRESH_SECONDS)


class SessionClockMiddleware:
    """Wind the clock of every session that a request used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.session.accessed and SESSION_KEY in request.session:
            wind(request.session)
        return response


def device_name(agent: str) -> str:
    """Browser and system in two words, from what the browser says about itself."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    if browser or system:
        return " on ".join(word for word in (browser, system) if word)
    return re.sub(r"[^\w ./-]", "", agent)[:40] or "Unknown device"


# --- which sessions there are ----------------------------------------------------------------------------------------


def live_visits(user: User) -> "QuerySet[Visit]":
    """The sessions in which this person is signed in, the last used first."""
    alive = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=Now())
    return Visit.objects.filter(Exists(alive), user=user).order_by("-seen_at")


def end_visits(visits: Collection[Visit]) -> int:
    """End these sessions in this transaction; the copies in the cache go after the commit. Returns how many."""
    keys = [visit.session_key for visit in visits]
    Session.objects.filter(session_key__in=keys).delete()
    transaction.on_commit(partial(_forget, keys), robust=True)  # without a cache there are no copies
    return len(keys)


def _forget(keys: Collection[str]) -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for key in keys:
        store(session_key=key).delete()

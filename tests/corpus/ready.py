"""The seeded company, made once per run in a database of its own, of which every process takes a copy."""

import json
import logging
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client, override_settings
from pytest_django.plugin import DjangoDbBlocker

from core.models import Company, User
from core.web.requests import Utf8Request
from orders_site.webhooks.models import WebhookSubscription
from orders_site.webhooks.signing import new_secret, seal
from tests.corpus.company import Place, seed
from tests.corpus.shots import taken_back
from tests.support import clusters

SEEDED = "kept_seeded_company"


@pytest.fixture(scope="module")
def place(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Place]:
    """The company, in a transaction that is never committed."""
    own = dict(connection.settings_dict)
    sockets = Path(own["HOST"])
    changed = override_settings(MEDIA_ROOT=sockets.parent / "uploads", KEPT_API_CALLS_PER_MINUTE=1_000_000)
    with django_db_blocker.unblock(), changed, pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", _nobody_there)
        patch.setattr("django.test.client.WSGIRequest", Utf8Request)  # as the server makes them
        patch.setattr(logging.root.manager, "disable", logging.CRITICAL)
        facts = _ensure_seeded(sockets)
        copy = f"kept_company_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
        with clusters.superuser(sockets, "postgres") as postgres:
            has_copy = clusters.database_exists(postgres, copy)
        if not has_copy:
            clusters.clone(sockets, copy, SEEDED)
        _point_at(copy)
        with taken_back():
            yield _place(facts)
        _point_at(own["NAME"])


def _point_at(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _ensure_seeded(sockets: Path) -> dict[str, Any]:
    """Seed in the first process that comes; the others wait and copy."""
    told = sockets.parent / "seeded_company.json"
    with clusters.one_at_a_time(sockets.parent / "seeded_company.lock"):
        if not told.exists():
            building = f"{SEEDED}_building"
            clusters.clone(sockets, building)
            _point_at(building)
            atomic = transaction.atomic()
            atomic._from_testcase = True  # type: ignore[attr-defined] # commands take it for no caller's transaction
            with atomic:
                made = seed()
                connection.run_on_commit.clear()  # nobody is there to be told
            told.write_text(json.dumps({"api_key": made.api_key, "foreign": made.foreign}))
            connection.close()
            with clusters.superuser(sockets, "postgres") as postgres:
                postgres.execute(f"ALTER DATABASE {building} RENAME TO {SEEDED}")
    facts: dict[str, Any] = json.loads(told.read_text())
    return facts


def _place(facts: dict[str, Any]) -> Place:
    """The company as this process finds it, with a session and secrets of its own: each has another key to seal by."""
    place = Place(Company.objects.get(code="HP"), User.objects.get(username="bea"), **facts)
    WebhookSubscription.objects.update(sealed_secret=seal(new_secret()))
    client = Client()
    client.force_login(place.boss)
    place.session = client.cookies["sessionid"].value
    return place


def _nobody_there(*_: object, **__: object) -> None:
    raise socket.gaierror("no names are looked up here")

"""One seeded company for every test of the corpus: each shot is taken back, so that the next finds it as it was."""

import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from core.web.requests import Utf8Request
from tests.corpus.company import Place, seed
from tests.corpus.shots import Range


@pytest.fixture(scope="module")
def place(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: Any) -> Iterator[Place]:
    """The company, in a transaction that is never committed."""
    folder: Path = tmp_path_factory.mktemp("uploads")
    changed = override_settings(MEDIA_ROOT=folder, KEPT_API_CALLS_PER_MINUTE=1_000_000)
    atomic = transaction.atomic()
    atomic._from_testcase = True  # type: ignore[attr-defined]
    with django_db_blocker.unblock(), changed, pytest.MonkeyPatch.context() as patch, atomic:
        patch.setattr(socket, "getaddrinfo", _nobody_there)
        patch.setattr("django.test.client.WSGIRequest", Utf8Request)  # as the server makes them
        patch.setattr(logging.root.manager, "disable", logging.CRITICAL)
        yield seed()
        transaction.set_rollback(True)


def _nobody_there(*_: object, **__: object) -> None:
    raise socket.gaierror("no names are looked up here")


@pytest.fixture
def range_(place: Place) -> Range:
    """The company to shoot at."""
    return Range(place)

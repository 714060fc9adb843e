"""One seeded company for every test of the corpus: each shot is taken back, so that the next finds it as it was."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.corpus.company import Place, seeded
from tests.corpus.shots import Range


@pytest.fixture(scope="module")
def place(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: Any) -> Iterator[Place]:
    """The company, in a transaction that is never committed."""
    with django_db_blocker.unblock(), seeded(tmp_path_factory.mktemp("uploads")) as place:
        yield place


@pytest.fixture
def range_(place: Place) -> Range:
    """The company to shoot at."""
    return Range(place)

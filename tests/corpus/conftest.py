"""One seeded company for every test of the corpus: each shot is taken back, so that the next finds it as it was."""

import pytest

from tests.corpus.company import Place
from tests.corpus.ready import place
from tests.corpus.shots import Range

__all__ = ["place"]


@pytest.fixture
def range_(place: Place) -> Range:
    """The company to shoot at."""
    return Range(place)

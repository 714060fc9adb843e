"""The core's own small world: one company, one person who may administer it, one who may nothing."""

import pytest

from core.models import Company, User
from tests.core import makers


@pytest.fixture
def company(db: None) -> Company:
    """A company that counts in euros."""
    return makers.make_company()


@pytest.fixture
def boss(company: Company) -> User:
    """Somebody who may administer."""
    return makers.make_person(rights=["core.administer"], companies=[company])


@pytest.fixture
def charlie(company: Company) -> User:
    """Somebody who may nothing."""
    return makers.make_person()

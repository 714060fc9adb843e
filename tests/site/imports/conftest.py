"""What tests of imports stand on: a place for uploads, a person of master data, and the way through the pages."""

from pathlib import Path
from typing import Any

import pytest

from catalog.models import Category
from core.models import User
from tests import factories
from tests.site.imports.makers import Importer
from tests.world import World


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path, monkeypatch: Any) -> Path:
    """An own folder for uploads; jobs run when the test says so."""
    monkeypatch.setattr("core.outbox.nudge.nudge", lambda ids, queue: None)
    settings.MEDIA_ROOT = tmp_path
    return tmp_path / "imports"


@pytest.fixture
def clerk(world: World) -> User:
    """Somebody who may import everything."""
    Category.objects.create(code="FIX", name="Fixings")
    roles = ("Master data", "Sales", "Warehouse lead")
    return factories.make_user(name="Clara", roles=roles, companies=(world.company,))


@pytest.fixture
def importer(world: World, clerk: User) -> Importer:
    """The pages of imports in that person's browser."""
    return Importer(world, clerk)

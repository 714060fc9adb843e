"""One company, two warehouses, one product."""

import pytest

from catalog.models import Product
from core.models import Company, User
from core.system import system_user
from inventory.models import Warehouse
from tests.inventory.makers import make_company, make_product, make_warehouse


@pytest.fixture
def clerk(db: None) -> User:
    """Somebody without any right."""
    return User.objects.create_user("clerk")


@pytest.fixture
def system(db: None) -> User:
    """The system itself."""
    return system_user()


@pytest.fixture
def company(db: None) -> Company:
    """A company with open books."""
    return make_company()


@pytest.fixture
def main(company: Company) -> Warehouse:
    """The warehouse that is promised from first."""
    return make_warehouse(company=company)


@pytest.fixture
def north(company: Company) -> Warehouse:
    """A second warehouse."""
    return make_warehouse(company=company, code="NORTH", rank=2)


@pytest.fixture
def bolt(db: None) -> Product:
    """What is promised."""
    return make_product(sku="BOLT")

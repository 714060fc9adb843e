"""One small named world:

Harland & Pike sells bolts and mugs; Alice sells, Bob ships, Fay does the books, Charlie may nothing.
"""

from dataclasses import dataclass

import pytest

from catalog.models import Account, Product
from core.models import Company, User
from inventory.models import Warehouse
from tests import factories


@dataclass(frozen=True)
class World:
    """The company and everything that most tests need of it."""

    company: Company
    main: Warehouse
    north: Warehouse
    acme: Account
    bolt: Product
    mug: Product
    alice: User
    bob: User
    fay: User
    charlie: User
    boss: User


@pytest.fixture
def world(db: None) -> World:
    """100 bolts at 4.00 and 50 mugs at 2.50 in the main warehouse; prices 10.00 and 6.00; Acme buys on 30 days."""
    factories.make_roles()
    company = factories.make_company()
    main = factories.make_warehouse(company=company, code="MAIN")
    north = factories.make_warehouse(company=company, code="NORTH")
    bolt = factories.make_product(sku="BOLT-M8")
    mug = factories.make_product(sku="MUG-NAVY", tax_category="reduced")
    for product, price in ((bolt, "10"), (mug, "6")):
        factories.make_price(company=company, product=product, rate=price)
    factories.put_in_stock(company=company, warehouse=main, product=bolt, quantity="100", unit_cost="4")
    factories.put_in_stock(company=company, warehouse=main, product=mug, quantity="50", unit_cost="2.5")

    def person(name: str, *roles: str) -> User:
        return factories.make_user(name=name, roles=roles, companies=(company,))

    return World(
        company=company,
        main=main,
        north=north,
        acme=factories.make_account(company=company, code="ACME", name="Acme Hardware"),
        bolt=bolt,
        mug=mug,
        alice=person("Alice", "Sales"),
        bob=person("Bob", "Warehouse lead"),
        fay=person("Fay", "Finance lead"),
        charlie=person("Charlie"),
        boss=person("Bea", "Sales lead", "Credit manager", "Manager"),
    )

"""What a page asks the database does not depend on how much there is: each page with few rows and with a thousand.

The pages are those of the resolver. Three statements are of the frame: the person with its rights, its companies, what
waits for it. They count with lists and documents; the budget of a dashboard is for what is on it.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.test import Client

from accounting.models import JournalEntry
from billing.models import Invoice
from catalog.models import Product
from core.web.lists import ListPage
from fulfillment.models import Delivery, Return
from inventory.models import StockAdjustment, SupplyOrder, SupplyReceipt
from orders.models import Order
from orders_site.roles import ROLES
from quotes.models import Contract, Quote
from tests import factories
from tests.corpus.company import Place
from tests.corpus.examples import addresses
from tests.corpus.ready import place
from tests.corpus.shots import taken_back
from tests.doors.routes import page_routes
from tests.support.copies import copy_rows, copy_what_hangs_on, products_of
from tests.support.statements import Statements, count_statements

__all__ = ["place"]

FEW_LINES, MANY = 10, 1_000
OURS = {config.label for config in apps.get_app_configs() if not config.name.startswith("django")}
# What there is few of in any company, or what the pages are asked with.
FEW = {
    "Company", "User", "Warehouse", "Period", "PostingRule", "RoleRight", "CommandLog", "IdempotencyKey", "SealedBlock",
    "SealedSegment", "DocumentEvent", "JobFilePart",
}  # fmt: skip
# Prices of other days: their keys and days must not overlap.
INSTEAD = {
    "ConditionRecord": {
        "valid_from": "DATE '1990-01-01' + g::int",
        "valid_until": "DATE '1990-01-02' + g::int",
    }
}
# The budgets of pages, whatever is on them.
MOST_OF_A_LIST, MOST_OF_A_DOCUMENT, MOST_OF_A_DASHBOARD = 8, 20, 12
OF_THE_FRAME = 3
# Documents, their lines and what hangs on these.
DOCUMENTS: tuple[tuple[type[models.Model], str], ...] = (
    (Quote, "quotes/<int:pk>/"),
    (Contract, "quotes/contracts/<int:pk>/"),
    (Order, "orders/<int:order_id>/"),
    (Delivery, "fulfil/<int:delivery_id>/"),
    (Return, "fulfil/returns/<int:return_id>/"),
    (Invoice, "invoices/<int:invoice_id>/"),
    (SupplyOrder, "stock/supply/<int:pk>/"),
    (SupplyReceipt, "stock/receipts/<int:pk>/"),
    (StockAdjustment, "stock/adjustments/<int:pk>/"),
    (JournalEntry, "ledger/entries/<int:pk>/"),
)


class Pages:
    """The pages that somebody may see, and what each asks."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.lists: set[str] = set()
        self.addresses = dict(self._found())

    def _found(self) -> Iterator[tuple[str, str]]:
        for route in page_routes():
            if "GET" in route.methods and not route.is_public:
                for address in addresses(route.pattern):
                    answer = self.client.get(address)
                    if answer.status_code == 200 and not answer.streaming:
                        yield route.pattern, address
                        break

    def ask(self, address: str) -> Statements:
        """What the page asks now."""
        with count_statements() as statements:
            assert self.client.get(address).status_code == 200, address
        return statements


@pytest.fixture(scope="module")
def pages(place: Place) -> Iterator[Pages]:
    """The pages of a person with every role; those that are lists are noted."""
    client = Client()
    client.force_login(place.boss)
    lists: set[str] = set()
    begin = ListPage.__init__

    def noted(self: ListPage, request: Any, *args: Any, **more: Any) -> None:
        lists.add(request.resolver_match.route)
        begin(self, request, *args, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ListPage, "__init__", noted)
        found = Pages(client)
        found.lists = lists
        yield found


def _models() -> list[type[models.Model]]:
    """The models of ours that have rows of their own, those that others point to first."""
    left = [
        model
        for model in apps.get_models()
        if model._meta.app_label in OURS and model._meta.managed and not model._meta.proxy
        and model.__name__ not in FEW and not model.__name__.endswith("History")
    ]  # fmt: skip
    found: list[type[models.Model]] = []
    while left:
        free = [model for model in left if not _points_to(model) & set(left) - {model}] or left[:1]
        found += free
        left = [model for model in left if model not in free]
    return found


def _points_to(model: type[models.Model]) -> set[Any]:
    return {field.related_model for field in model._meta.local_fields if isinstance(field, models.ForeignKey)}


def added(few: Statements, many: Statements) -> list[str]:
    """The statements that came in addition."""
    return list((Counter(many.sql) - Counter(few.sql)).elements())


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def test_a_page_asks_the_same_with_a_thousand_rows(pages: Pages) -> None:
    few = {route: pages.ask(address) for route, address in pages.addresses.items()}
    with taken_back():
        for model in _models():
            copy_rows(model, MANY, INSTEAD.get(model.__name__))
        _analyze()
        many = {route: pages.ask(address) for route, address in pages.addresses.items()}

    more = {route: added(few[route], many[route]) for route in few if many[route].count > few[route].count}
    assert more == {}
    assert {route: many[route].count for route in pages.lists if many[route].count > MOST_OF_A_LIST} == {}
    assert len(pages.lists) >= 30
    assert len(few) >= 120


@pytest.mark.parametrize(("model", "route"), DOCUMENTS, ids=lambda each: getattr(each, "__name__", ""))
def test_a_document_asks_the_same_with_a_thousand_lines(pages: Pages, model: type[models.Model], route: str) -> None:
    address = pages.addresses[route]
    document = model._default_manager.get(pk=address.strip("/").split("/")[-1])
    under = {other: found for other, found in pages.addresses.items() if found.startswith(address)}
    asked, copied = [], {}
    for wanted in (FEW_LINES, MANY):
        with taken_back():
            copy_rows(Product, wanted, pk__in=products_of(document))  # of which a document may have each once
            copied = copy_what_hangs_on(document, wanted)
            _analyze()
            asked.append({other: pages.ask(found) for other, found in under.items()})

    few, many = asked
    assert max(copied.values()) >= MANY - 100, copied
    assert {other: added(few[other], many[other]) for other in few if many[other].count > few[other].count} == {}
    assert many[route].count <= MOST_OF_A_DOCUMENT


@pytest.mark.parametrize("role", sorted(ROLES))
def test_the_home_of_a_role_asks_little(place: Place, role: str) -> None:
    client = Client()
    client.force_login(factories.make_user(name=f"Of {role}", roles=(role,), companies=(place.company,)))
    client.get("/")  # what is asked once per process

    with count_statements() as statements:
        assert client.get("/").status_code == 200

    assert statements.count <= MOST_OF_A_DASHBOARD + OF_THE_FRAME, str(statements)

"""The frame: what a user finds in it, and how it looks to them."""

from collections.abc import Callable, Iterator

import pytest
from django.http import HttpRequest

from core.models import Company, User
from core.web import shell
from core.web.shell import CreateItem, NavItem

Ask = Callable[..., HttpRequest]


@pytest.fixture(autouse=True)
def _declared() -> Iterator[None]:
    before = vars(shell.registry).copy()
    shell.declare(
        [
            NavItem("Admin", "Design", "design:catalogue", "settings", "core.administer", "d"),
            NavItem("", "List", "design:list", "order", go="l"),
            NavItem("Money", "Ledger", "design:form", "ledger", "core.see_bank"),
        ],
        creates=[CreateItem("Customer", "design:form", "c"), CreateItem("Secret", "design:form", "s", "core.see_bank")],
    )
    yield
    vars(shell.registry).update(before)


def test_what_a_user_may_not_use_is_absent(ask: Ask) -> None:
    groups = shell.navigation(ask())

    assert [(group.label, [link.label for link in group.links]) for group in groups] == [
        ("", ["List"]),
        ("Admin", ["Design"]),
    ]
    assert shell.creates(ask()) == [("Customer", "/design/form/", "c c")]


def test_the_longest_address_that_fits_is_the_current_place(ask: Ask) -> None:
    request = ask()
    request.path = "/design/list/7/"

    current = [link.label for group in shell.navigation(request) for link in group.links if link.is_current]
    assert current == ["List"]


def test_the_user_s_theme_and_density_are_used(ask: Ask, reader: User) -> None:
    reader.theme, reader.density = "dark", "warehouse"

    assert shell.appearance(ask()) == shell.Appearance("dark", "warehouse")


def test_companies_are_named_only_where_there_is_more_than_one(ask: Ask, reader: User) -> None:
    first = Company.objects.create(code="A", name="Acme", functional_currency="EUR", country="DE")
    reader.companies.add(first)
    assert shell.company_names(ask()) == ""

    reader.companies.add(Company.objects.create(code="B", name="Bolt", functional_currency="GBP", country="GB"))
    del reader._kept_companies  # type: ignore[attr-defined]
    assert shell.company_names(ask()) == "Acme · Bolt"

"""The first run: an empty system leads to it, a code protects it, each step can be taken up again, and it ends."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from accounting.models import LedgerAccount, Period, PostingRule
from catalog.models import PaymentTerms, PriceList, TaxRate, UnitOfMeasure
from core.errors import DomainError
from core.invariants import check_all
from core.models import CommandLog, Company, User
from core.system import system_user
from inventory.models import Warehouse
from orders_site.first_run import progress
from orders_site.first_run.services import (
    FIRST_ROLES,
    CompanyDraft,
    PersonDraft,
    Sealed,
    create_company,
    create_first_administrator,
)
from orders_site.roles import sync_roles
from tests.core.makers import make_person

PASSWORD = "a long word of Mara's own"


@pytest.fixture
def empty(db: None, settings: Any) -> None:
    """A system just set up: roles and the system's own user, nobody else."""
    settings.KEPT_FIRST_RUN = True
    sync_roles()
    system_user()


def administrator(**others: str) -> dict[str, str]:
    given = {
        "code": progress.setup_code(), "first_name": "Mara", "last_name": "Lind", "email": "mara@example.com",
        "username": "mara", "password": PASSWORD, "again": PASSWORD,
    }  # fmt: skip
    return given | others


COMPANY = {"name": "Lind & Co", "code": "lind", "country": "DE", "fiscal_year_start_month": "4"}
TAXES = {"name": "USt", "standard": "19", "reduced": "7", "valid_from": "2025-04-01"}
WAREHOUSE = {"name": "Halle 1", "code": "MAIN"}


@pytest.mark.parametrize("path", ["/", "/orders/", "/login/", "/api/v1/orders", "/nowhere/", "/webhooks/new/"])
def test_every_address_of_an_empty_system_leads_to_the_wizard(empty: None, client: Client, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer["Location"]) == (302, "/first-run/")
    assert client.get("/first-run/")["Location"] == "/first-run/administrator/"


def test_who_watches_over_the_system_is_answered(empty: None, client: Client) -> None:
    assert client.get("/healthz").status_code in (200, 503)


def test_the_setup_prints_the_code_while_nobody_is_known(own_database: None, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    said = StringIO()
    call_command("setup", stdout=said)
    assert progress.setup_code() in said.getvalue()

    make_person()
    said = StringIO()
    call_command("setup", stdout=said)
    assert "set-up code" not in said.getvalue()


def test_the_code_belongs_to_this_database_and_this_key(empty: None, settings: Any) -> None:
    code = progress.setup_code()
    assert progress.is_setup_code(code.lower().replace("-", " "))
    assert not progress.is_setup_code("")
    assert not progress.is_setup_code(code[:-1])

    User.objects.filter(username="system").update(date_joined="2026-01-01T00:00:00Z")
    other = progress.setup_code()
    settings.SECRET_KEY = "another"

    assert len({code, other, progress.setup_code()}) == 3


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"code": "AAAA-BBBB-CCCC"}, "not the code that the set-up printed"),
        ({"password": "short", "again": "short"}, "too short"),
        ({"password": "mara.lind.1234", "again": "mara.lind.1234", "username": "mara.lind.1234"}, "too similar"),
        ({"again": "another"}, "not the same"),
        ({"email": "mara"}, "valid email"),
        ({"username": "a b"}, "valid username"),
        ({"username": ""}, "Enter username"),
    ],
)
def test_what_is_wrong_lets_nobody_in(empty: None, client: Client, wrong: dict[str, str], sentence: str) -> None:
    answer = client.post("/first-run/administrator/", administrator(**wrong))

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not progress.has_people()


def test_only_one_first_administrator_is_let_in(empty: None, client: Client) -> None:
    assert client.post("/first-run/administrator/", administrator()).status_code == 303
    again = Client().post("/first-run/administrator/", administrator(username="eve"))

    assert again["Location"] == "/first-run/"
    assert User.objects.filter(is_system=False).count() == 1


def test_two_first_administrators_at_once_are_one(own_database: None, run_together: Any) -> None:
    sync_roles()
    system = system_user()

    def enter(name: str) -> Any:
        person = PersonDraft(name, name, "", f"{name}@example.com")
        return lambda: create_first_administrator(
            code_is_right=True, person=person, sealed=Sealed(PASSWORD), actor=system
        )

    outcomes = run_together([enter("mara"), enter("eve")])

    assert sorted(outcome.error is None for outcome in outcomes) == [False, True]
    assert User.objects.filter(is_system=False).count() == 1


def test_step_by_step_to_a_company_that_can_invoice(empty: None, client: Client) -> None:
    for step, given in (("administrator", administrator()), ("company", COMPANY), ("taxes", TAXES)):
        assert client.post(f"/first-run/{step}/", given)["Location"] == "/first-run/"
        assert client.get("/")["Location"] == "/first-run/"  # taken up where it was left
    assert client.post("/first-run/warehouse/", WAREHOUSE)["Location"] == "/first-run/ready/"

    company = Company.objects.get()
    assert (company.code, company.functional_currency, company.time_zone) == ("LIND", "EUR", "Europe/Berlin")
    assert Period.objects.filter(company=company).count() == 36
    assert LedgerAccount.objects.filter(company=company).exists()
    assert PostingRule.objects.filter(company=company).exists()
    assert PriceList.objects.get(company=company).currency == "EUR"
    assert UnitOfMeasure.objects.exists()
    assert PaymentTerms.objects.exists()
    rates = TaxRate.objects.filter(company=company, tax_class="domestic").order_by("-percent")
    assert [(rate.tax_category, rate.percent) for rate in rates] == [("standard", 19), ("reduced", 7), ("zero", 0)]
    assert Warehouse.objects.get(company=company).bins.filter(is_default=True).exists()
    mara = User.objects.get(username="mara")
    assert mara.check_password(PASSWORD)
    assert set(mara.groups.values_list("name", flat=True)) == set(FIRST_ROLES)
    assert client.get("/first-run/ready/").status_code == 200
    assert client.get("/").status_code == 200
    assert [each.invariant.name for each in check_all() if not each.holds] == []


def test_a_step_that_is_done_is_not_done_again(empty: None, client: Client) -> None:
    for step, given in (("administrator", administrator()), ("company", COMPANY), ("company", COMPANY)):
        client.post(f"/first-run/{step}/", given | {"idempotency_key": "one"})
    assert Company.objects.count() == 1
    for _ in range(2):
        client.post("/first-run/taxes/", TAXES)
        client.post("/first-run/warehouse/", WAREHOUSE)

    assert TaxRate.objects.filter(tax_class="domestic").count() == 3
    assert Warehouse.objects.count() == 1


@pytest.mark.parametrize("country", ["US", "DK", "CH"])
def test_the_taxes_of_the_country_are_proposed(empty: None, client: Client, country: str) -> None:
    client.post("/first-run/administrator/", administrator())
    client.post("/first-run/company/", COMPANY | {"country": country})
    html = client.get("/first-run/taxes/").content.decode()

    assert {"US": 'value="Sales tax"', "DK": 'value="25"', "CH": 'value="8.1"'}[country] in html
    given = {"US": TAXES | {"standard": "0", "reduced": ""}, "DK": TAXES | {"reduced": ""}}.get(country, TAXES)
    assert client.post("/first-run/taxes/", given).status_code == 303


def test_the_password_is_in_no_log(empty: None, client: Client) -> None:
    client.post("/first-run/administrator/", administrator())

    logged = json.dumps(list(CommandLog.objects.values_list("arguments", flat=True)))
    assert "(not shown)" in logged
    assert PASSWORD not in logged
    assert User.objects.get(username="mara").password not in logged


def test_others_do_not_set_up_companies(empty: None, client: Client) -> None:
    client.force_login(make_person())

    for step, given in (("company", COMPANY), ("taxes", TAXES), ("warehouse", WAREHOUSE)):
        assert client.post(f"/first-run/{step}/", given).status_code == 403
    assert not Company.objects.exists()


def test_the_second_factor_comes_before_the_company(empty: None, client: Client, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    client.post("/first-run/administrator/", administrator())

    assert client.get("/first-run/company/")["Location"] == "/settings/second-factor/app/"
    assert client.post("/first-run/company/", COMPANY).status_code == 403
    assert not Company.objects.exists()


def test_the_first_person_is_not_called_as_the_system(empty: None, client: Client) -> None:
    answer = client.post("/first-run/administrator/", administrator(username="System"))

    assert answer.status_code == 422
    assert "The system itself has this name" in answer.content.decode()
    assert not progress.has_people()


def test_a_company_that_was_made_in_another_window_is_the_only_one(empty: None, client: Client) -> None:
    client.post("/first-run/administrator/", administrator())
    mara = User.objects.get(username="mara")
    facts = {"name": "Lind", "country": "DE", "currency": "EUR", "time_zone": "Europe/Berlin"}
    create_company(draft=CompanyDraft(code="ONE", **facts), actor=mara)

    with pytest.raises(DomainError, match="company already"):
        create_company(draft=CompanyDraft(code="TWO", **facts), actor=mara)

"""Row history: every state of master data and documents, with the command that made it, and no way to touch it."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, connection, models

from catalog.models import Product, UnitOfMeasure
from core.append_only import append_only_tables
from core.audit.history import RowHistory
from core.models import CommandLog, Company, RoleRight, User, UserRole
from tests.core.makers import make_company, make_person, rename_company
from tests.core.orders import make_bare_order


def history(model: Any, row_id: int) -> list[Any]:
    return list(model.pgh_event_model.objects.filter(pgh_obj_id=row_id).order_by("pgh_id"))


def test_inserts_changes_and_deletions_are_kept_with_their_values(db: None) -> None:
    unit = UnitOfMeasure.objects.create(code="box", name="Box")
    UnitOfMeasure.objects.filter(pk=unit.pk).update(name="Carton")
    unit_id = unit.pk
    unit.delete()

    rows = history(UnitOfMeasure, unit_id)

    assert [(row.pgh_label, row.name) for row in rows] == [
        ("insert", "Box"),
        ("update", "Carton"),
        ("delete", "Carton"),
    ]


def test_a_state_names_the_command_that_made_it(company: Company, boss: User) -> None:
    rename_company(company_id=company.pk, name="Harland", actor=boss)

    made, renamed = history(Company, company.pk)

    assert made.command_uid is None
    assert renamed.command_uid == CommandLog.objects.get().uid
    assert (renamed.name, renamed.functional_currency) == ("Harland", "EUR")


def test_a_change_that_changes_nothing_is_no_state(company: Company) -> None:
    Company.objects.filter(pk=company.pk).update(name=company.name)

    assert len(history(Company, company.pk)) == 1


def test_derived_columns_leave_no_trace(db: None) -> None:
    order = make_bare_order()
    type(order).objects.filter(pk=order.pk).update(version=7, billing_state="full")

    assert len(history(type(order), order.pk)) == 1


def test_secrets_are_not_kept(db: None) -> None:
    columns = {field.name for field in apps.get_model("core", "UserHistory")._meta.fields}

    assert "username" in columns
    assert not columns & {"password", "last_login"}


def test_many_rows_in_one_statement_cost_no_more_statements(db: None, count_statements: Any) -> None:
    unit = UnitOfMeasure.objects.create(code="ea", name="Each")

    with count_statements() as statements:
        Product.objects.bulk_create([Product(sku=f"S{n}", name="S", stock_unit=unit) for n in range(200)])
        Product.objects.update(name="T")

    assert statements.count == 2
    assert Product.pgh_event_model.objects.filter(pgh_label="update", name="T").count() == 200


@pytest.mark.parametrize("sql", ["UPDATE {} SET name = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_history_only_grows(company: Company, sql: str) -> None:
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="only grows"):
        cursor.execute(sql.format("core_companyhistory"))


@pytest.mark.as_app_role
def test_the_application_writes_history_and_may_not_change_it() -> None:
    company = make_company()
    assert len(history(Company, company.pk)) == 1

    with connection.cursor() as cursor, pytest.raises(Exception, match="permission denied"):
        cursor.execute("DELETE FROM core_companyhistory")


def test_who_had_which_role_and_right_when_is_kept(db: None) -> None:
    person, role = make_person(), Group.objects.create(name="Sales")
    right = Permission.objects.get(codename="administer")

    person.groups.add(role)
    role.permissions.add(right)
    person.groups.remove(role)

    roles = UserRole.pgh_event_model.objects.order_by("pgh_id").values_list("pgh_label", "user_id", "group_id")
    assert list(roles) == [("insert", person.pk, role.pk), ("delete", person.pk, role.pk)]
    rights = RoleRight.pgh_event_model.objects.values_list("pgh_label", "group_id", "permission_id")
    assert list(rights) == [("insert", role.pk, right.pk)]


def tracked() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if issubclass(model, RowHistory)]


def test_history_tables_are_append_only_and_indexed_by_their_row_alone() -> None:
    for model in tracked():
        assert model._meta.db_table in append_only_tables()
        indexed = {field.name for field in model._meta.fields if getattr(field, "db_index", False)}
        assert indexed == {"pgh_obj"}, model


@pytest.mark.parametrize(
    "name",
    [
        "core.Company", "core.User", "core.CompanyMembership", "core.FxRate", "catalog.Account", "catalog.Product",
        "catalog.ConditionRecord", "catalog.TaxRate", "accounting.LedgerAccount", "accounting.Period",
        "accounting.JournalEntry", "inventory.Warehouse", "inventory.SupplyOrder", "quotes.Quote", "quotes.Contract",
        "orders.Order", "orders.OrderLine", "orders.OrderHold", "orders.CreditProfile", "fulfillment.Delivery",
        "fulfillment.Return", "billing.Invoice", "payments.Payment", "rebates.RebateAgreement",
    ],
)  # fmt: skip
def test_master_data_and_documents_have_history(name: str) -> None:
    assert hasattr(apps.get_model(name), "pgh_event_model")

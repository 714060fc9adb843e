"""The one door: transaction, permission, log, refusals, joined commands."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from core.commands import command
from core.context import RequestContext, use_context
from core.errors import ConstraintRefused, DomainError, NotAllowed
from core.models import CommandLog, Company, FxRate, User
from core.runs import active_run, current_run
from tests.core.makers import TODAY, Renamed, make_person, rate, rename_company, setting


class Unwanted(DomainError):
    """A rule that these tests refuse by."""


@command(permission=None)
def rename_and_refuse(*, company_id: int, actor: User) -> None:
    """Change something in a joined command, then refuse."""
    rename_company(company_id=company_id, name="Changed", actor=actor)
    raise Unwanted("Not like this.")


@command(permission=None)
def rename_twice(*, company_id: int, actor: User) -> str:
    """Join the same command twice."""
    rename_company(company_id=company_id, name="First", actor=actor)
    return rename_company(company_id=company_id, name="Second", actor=actor).name


@command(permission=None)
def publish_rate(*, currency: str, value: str, actor: User) -> int:
    """Insert a row whose constraints speak."""
    return rate(currency=currency, value=value).pk


@command(permission=None)
def break_something(*, sql: str, actor: User) -> None:
    """Send this to the database."""
    with connection.cursor() as cursor:
        cursor.execute(sql)


@command(permission=None)
def change_company(*, company_id: int, changes: dict[str, str], actor: User) -> None:
    """Write these columns as they are."""
    Company.objects.filter(pk=company_id).update(**changes)


def name_of(company: Company) -> str:
    return Company.objects.values_list("name", flat=True).get(pk=company.pk)


def test_a_command_answers_and_writes_one_log_row(company: Company, boss: User) -> None:
    with use_context(RequestContext(via="page", request_id="request-1")):
        answer = rename_company(company_id=company.pk, name="Harland", actor=boss, reason="merger")

    assert answer == Renamed(company.pk, "Harland", Decimal("1.50"), TODAY)
    log = CommandLog.objects.get()
    assert (log.name, log.actor_id, log.via, log.request_id) == ("tests.rename_company", boss.pk, "page", "request-1")
    assert log.arguments == {"company_id": company.pk, "name": "Harland", "reason": "merger"}
    assert (log.reason, log.steps) == ("merger", [])


def test_the_log_keeps_the_head_of_oversize_arguments(company: Company, boss: User) -> None:
    rename_company(company_id=company.pk, name="x" * 100, actor=boss, reason="y" * 20_000)

    log = CommandLog.objects.get()
    assert log.arguments["cut"] is True
    assert len(log.arguments["head"]) == 4_096
    assert log.reason == "y" * 500


def test_without_the_permission_nothing_is_changed_and_nothing_logged(company: Company, charlie: User) -> None:
    with pytest.raises(NotAllowed, match=r"core\.administer") as refused:
        rename_company(company_id=company.pk, name="Mine", actor=charlie)

    assert refused.value.status == 403
    assert name_of(company) == company.name
    assert not CommandLog.objects.exists()


def test_a_joined_command_asks_for_its_own_permission(company: Company, charlie: User) -> None:
    with pytest.raises(NotAllowed):
        rename_twice(company_id=company.pk, actor=charlie)

    assert name_of(company) == company.name


def test_a_deactivated_person_may_nothing(company: Company) -> None:
    gone = make_person(rights=["core.administer"])
    gone.is_active = False

    with pytest.raises(NotAllowed):
        rename_company(company_id=company.pk, name="Mine", actor=gone)


def test_joined_commands_share_one_transaction_and_one_log_row(company: Company, boss: User) -> None:
    assert rename_twice(company_id=company.pk, actor=boss) == "Second"

    log = CommandLog.objects.get()
    assert (log.name, log.steps) == ("tests.rename_twice", ["tests.rename_company", "tests.rename_company"])


def test_a_refusal_undoes_the_joined_commands_too(company: Company, boss: User) -> None:
    with pytest.raises(Unwanted):
        rename_and_refuse(company_id=company.pk, actor=boss)

    assert name_of(company) == company.name
    assert not CommandLog.objects.exists()


def test_no_run_is_left_behind_by_a_refusal(company: Company, boss: User) -> None:
    with pytest.raises(Unwanted):
        rename_and_refuse(company_id=company.pk, actor=boss)

    assert active_run() is None
    with pytest.raises(AssertionError, match="only inside a command"):
        current_run()


def test_a_command_takes_keywords_only(boss: User) -> None:
    call: Any = rename_company

    with pytest.raises(AssertionError, match="keywords only"):
        call(1, "Harland", boss)
    with pytest.raises(AssertionError, match="keywords only"):
        call.once("key")(1, "Harland", boss)


@pytest.mark.own_database
def test_a_command_inside_a_foreign_transaction_is_refused(company: Company, boss: User) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        rename_company(company_id=company.pk, name="Harland", actor=boss)


@pytest.mark.own_database
def test_settings_of_the_transaction_end_with_it(company: Company, boss: User) -> None:
    rename_company(company_id=company.pk, name="Harland", actor=boss)

    assert not setting("kept.command")
    assert not setting("kept.actor")
    assert setting("lock_timeout") == "0"


def test_the_transaction_carries_command_actor_and_timeouts(company: Company, boss: User) -> None:
    seen: dict[str, Any] = {}

    @command(permission=None)
    def look(*, actor: User) -> None:
        seen.update({name: setting(name) for name in ("kept.command", "kept.actor", "lock_timeout")})
        seen["timeout"] = setting("statement_timeout")
        seen["uid"] = str(current_run().uid)

    look(actor=boss)

    assert seen["kept.command"] == seen["uid"] == str(CommandLog.objects.get().uid)
    assert seen["kept.actor"] == str(boss.pk)
    assert (seen["lock_timeout"], seen["timeout"]) == ("1500ms", "15s")


def test_a_broken_rule_of_the_database_becomes_its_sentence(boss: User) -> None:
    publish_rate(currency="USD", value="0.9", actor=boss)

    with pytest.raises(ConstraintRefused, match="already a rate for this pair") as refused:
        publish_rate(currency="USD", value="0.8", actor=boss)

    assert refused.value.constraint == "fx_rate_once_per_day"
    assert FxRate.objects.get().rate == Decimal("0.9")


def test_a_trigger_of_ours_brings_its_own_sentence(company: Company, boss: User) -> None:
    rename_company(company_id=company.pk, name="Harland", actor=boss)

    with pytest.raises(ConstraintRefused, match="core_commandlog only grows; correct it by a new row"):
        break_something(sql="DELETE FROM core_commandlog", actor=boss)


def test_a_constraint_without_a_sentence_stays_a_fault(boss: User) -> None:
    with pytest.raises(IntegrityError, match="fx_rate_positive"):
        publish_rate(currency="USD", value="-1", actor=boss)


@pytest.mark.parametrize(
    "changes",
    [{"name": "a\x00b"}, {"name": "x" * 121}, {"country": "GBR"}],
    ids=["NUL", "too long", "too long a code"],
)
def test_a_value_that_cannot_be_kept_is_refused(company: Company, boss: User, changes: dict[str, str]) -> None:
    with pytest.raises(DomainError, match="too long or too large to be kept") as refused:
        change_company(company_id=company.pk, changes=changes, actor=boss)

    assert (refused.value.status, CommandLog.objects.exists()) == (422, False)
    assert name_of(company) == company.name


@pytest.mark.parametrize("sql", ["SELECT 1e20::numeric(19, 4)", "SELECT 9e20::bigint", "SELECT '\"\\u0000\"'::jsonb"])
def test_a_number_or_json_that_cannot_be_kept_is_refused(boss: User, sql: str) -> None:
    with pytest.raises(DomainError, match="too long or too large to be kept"):
        break_something(sql=sql, actor=boss)


def test_a_key_that_cannot_be_kept_is_refused(company: Company, boss: User) -> None:
    with pytest.raises(DomainError, match="too long or too large to be kept"):
        rename_company.once("k\x00")(company_id=company.pk, name="Changed", actor=boss)

    assert name_of(company) == company.name


def test_any_other_database_error_is_not_retried_nor_hidden(boss: User) -> None:
    with pytest.raises(DataError):
        break_something(sql="SELECT 1/0", actor=boss)

    assert not CommandLog.objects.exists()

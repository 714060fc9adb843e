"""Idempotency keys: one effect per actor, command and key, whatever arrives how often (I10)."""

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from core.commands import command
from core.errors import DomainError, KeyReused, StillRunning
from core.models import CommandLog, Company, FxRate, IdempotencyKey, User
from tests.core.makers import TODAY, Renamed, make_person, rate, rename_company


@command(permission=None)
def publish(*, currency: str, value: Decimal, actor: User) -> int:
    """Leave a row per effect, so that effects can be counted."""
    return rate(currency=currency, value=str(value)).pk


@command(permission=None)
def do_nothing(*, actor: User) -> None:
    """A command without an answer."""


@command(permission=None)
def publish_as_a_step(*, key: str, actor: User) -> int:
    """Ask for a step to be carried out once."""
    return publish.once(key)(currency="USD", value=Decimal(1), actor=actor)


class NotYet(DomainError):
    """Refused for now."""


def effects() -> int:
    return FxRate.objects.count()


def test_a_repeated_key_is_answered_as_before_and_has_no_second_effect(company: Company, boss: User) -> None:
    first = rename_company.once("key-1")(company_id=company.pk, name="Harland", actor=boss)
    Company.objects.filter(pk=company.pk).update(name="Changed since")

    again = rename_company.once("key-1")(company_id=company.pk, name="Harland", actor=boss)

    assert first == again == Renamed(company.pk, "Harland", Decimal("1.50"), TODAY)
    assert Company.objects.get(pk=company.pk).name == "Changed since"
    assert CommandLog.objects.count() == 1


def test_a_step_of_another_command_has_no_key_of_its_own(boss: User) -> None:
    with pytest.raises(AssertionError, match=r"tests\.publish is a step of tests\.publish_as_a_step"):
        publish_as_a_step(key="key-1", actor=boss)
    assert effects() == 0

    publish_as_a_step(key="", actor=boss)
    assert effects() == 1


def test_a_command_without_an_answer_is_replayed_too(boss: User) -> None:
    assert do_nothing.once("key-1")(actor=boss) is None
    assert do_nothing.once("key-1")(actor=boss) is None

    assert CommandLog.objects.count() == 1


@pytest.mark.parametrize("no_key", [None, ""])
def test_without_a_key_every_call_has_its_effect(boss: User, no_key: str | None) -> None:
    publish.once(no_key)(currency="USD", value=Decimal(1), actor=boss)
    publish.once(no_key)(currency="GBP", value=Decimal(1), actor=boss)

    assert effects() == 2
    assert not IdempotencyKey.objects.exists()


def test_one_key_with_two_requests_is_refused(boss: User) -> None:
    publish.once("key-1")(currency="USD", value=Decimal(1), actor=boss)

    with pytest.raises(KeyReused) as refused:
        publish.once("key-1")(currency="GBP", value=Decimal(1), actor=boss)

    assert (refused.value.status, refused.value.code) == (409, "idempotency_key_reused")
    assert effects() == 1


def test_equal_arguments_in_another_order_are_the_same_request(boss: User) -> None:
    first = publish.once("key-1")(currency="USD", value=Decimal("1.0"), actor=boss)

    assert publish.once("key-1")(actor=boss, value=Decimal("1.0"), currency="USD") == first


def test_the_same_key_of_another_person_or_command_is_another_request(company: Company, boss: User) -> None:
    publish.once("key-1")(currency="USD", value=Decimal(1), actor=boss)
    publish.once("key-1")(currency="GBP", value=Decimal(1), actor=make_person())
    do_nothing.once("key-1")(actor=boss)

    assert effects() == 2
    assert IdempotencyKey.objects.count() == 3


def test_a_refusal_is_not_stored_so_the_mended_request_may_use_its_key(boss: User) -> None:
    allowed: list[bool] = []

    @command(permission=None)
    def publish_when_allowed(*, actor: User) -> str:
        rate(currency="USD", value="1")
        if not allowed:
            raise NotYet("Not yet.")
        return "done"

    with pytest.raises(NotYet):
        publish_when_allowed.once("key-1")(actor=boss)
    assert (effects(), IdempotencyKey.objects.count()) == (0, 0)

    allowed.append(True)
    assert publish_when_allowed.once("key-1")(actor=boss) == "done"
    assert effects() == 1


def test_a_fault_is_not_stored_either(boss: User) -> None:
    @command(permission=None)
    def break_after_writing(*, actor: User) -> None:
        rate(currency="USD", value="1")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_after_writing.once("key-1")(actor=boss)

    assert (effects(), IdempotencyKey.objects.count(), CommandLog.objects.count()) == (0, 0, 0)


def test_twins_at_the_same_moment_have_one_effect_and_one_answer(boss: User, run_together: Any) -> None:
    def call() -> int:
        return publish.once("key-1")(currency="USD", value=Decimal(1), actor=boss)

    outcomes = run_together([call] * 8)

    assert [outcome.error for outcome in outcomes] == [None] * 8
    assert len({outcome.value for outcome in outcomes}) == 1
    assert effects() == 1


def test_twins_with_different_requests_are_told_apart(boss: User, run_together: Any) -> None:
    calls = [
        lambda currency=currency: publish.once("key-1")(currency=currency, value=Decimal(1), actor=boss)
        for currency in ("USD", "GBP", "SEK", "NOK")
    ]

    outcomes = run_together(calls)

    assert sorted(type(outcome.error).__name__ for outcome in outcomes) == ["KeyReused"] * 3 + ["NoneType"]
    assert effects() == 1


def test_without_the_unique_key_twins_would_have_two_effects(boss: User, run_together: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_idempotencykey DROP CONSTRAINT idempotency_key_once")
        cursor.execute("ALTER TABLE core_fxrate DROP CONSTRAINT fx_rate_once_per_day")

    def call() -> int:
        return publish.once("key-1")(currency="USD", value=Decimal(1), actor=boss)

    run_together([call] * 4)

    assert effects() > 1


def test_a_twin_that_waits_too_long_is_told_that_it_is_still_running(
    boss: User, run_together: Any, settings: Any
) -> None:
    settings.KEPT_LOCK_TIMEOUT = "200ms"
    begun, may_end = threading.Event(), threading.Event()

    @command(permission=None)
    def take_long(*, actor: User) -> str:
        begun.set()
        assert may_end.wait(20)
        return "done"

    def twin() -> str:
        assert begun.wait(20)
        try:
            return take_long.once("key-1")(actor=boss)
        finally:
            may_end.set()

    slow, fast = run_together([lambda: take_long.once("key-1")(actor=boss), twin])

    assert (slow.value, slow.error) == ("done", None)
    assert isinstance(fast.error, StillRunning)
    assert fast.error.status == 409
    assert take_long.once("key-1")(actor=boss) == "done"

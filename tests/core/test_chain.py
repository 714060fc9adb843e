"""The sealed audit chain: whatever is done behind the triggers is found, and the row is named (I17)."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from core.audit.chain import MARK_BYTES, Deviation, first_deviation, seal_rows
from core.audit.sealer import ChainBehindError, seal, sealed_columns, sealed_models
from core.audit.verify import Anchor, verify_chain
from core.commands import command
from core.models import CommandLog, Company, SealedBlock, SealedSegment, User
from tests.core.makers import make_person, rename_company
from tests.support import clusters
from tests.support.horizon import wait_for_horizon


@contextmanager
def behind_the_triggers() -> Iterator[psycopg.Connection]:
    """Connect as who may do anything, with every trigger and rule switched off."""
    parts = connection.settings_dict
    with clusters.superuser(Path(parts["HOST"]), parts["NAME"]) as intruder:
        intruder.execute("SET session_replication_role = replica")
        yield intruder


def sealed_log(count: int, *, company: Company, boss: User) -> list[int]:
    """So many sealed rows of the command log, by id."""
    for number in range(count):
        rename_company(company_id=company.pk, name=f"Name {number}", actor=boss)
    wait_for_horizon()
    seal()
    return list(CommandLog.objects.order_by("id").values_list("id", flat=True))


def tamper(sql: str, *values: Any) -> None:
    with behind_the_triggers() as intruder:
        assert intruder.execute(sql, values or None).rowcount > 0


def sentences() -> list[str]:
    return [problem.sentence for problem in verify_chain().problems]


@pytest.mark.own_database
def test_what_was_sealed_and_left_alone_holds(company: Company, boss: User) -> None:
    sealed_log(3, company=company, boss=boss)
    sealed_log(2, company=company, boss=boss)

    report = verify_chain()

    assert (report.holds, report.problems) == (True, [])
    assert report.blocks == SealedBlock.objects.count() == 2
    assert report.rows == sum(SealedBlock.objects.values_list("row_count", flat=True)) > 5
    last = SealedBlock.objects.get(number=2)
    assert report.head == Anchor(2, bytes(last.digest).hex())


@pytest.mark.own_database
def test_nothing_new_makes_no_block(company: Company, boss: User) -> None:
    sealed_log(1, company=company, boss=boss)

    assert seal() == 0
    assert SealedBlock.objects.count() == 1


@pytest.mark.own_database
def test_a_changed_row_is_named(company: Company, boss: User) -> None:
    ids = sealed_log(3, company=company, boss=boss)

    tamper("UPDATE core_commandlog SET reason = 'innocent' WHERE id = %s", ids[1])

    assert sentences() == [f"core_commandlog row {ids[1]} is not as it was sealed in block 1."]


@pytest.mark.own_database
def test_a_deleted_row_is_named_by_the_one_before_it(company: Company, boss: User) -> None:
    ids = sealed_log(3, company=company, boss=boss)

    tamper("DELETE FROM core_commandlog WHERE id = %s", ids[1])

    assert sentences() == [f"core_commandlog has lost a row after row {ids[0]} that block 1 seals."]


@pytest.mark.own_database
def test_a_deleted_first_row_is_found_too(company: Company, boss: User) -> None:
    ids = sealed_log(2, company=company, boss=boss)

    tamper("DELETE FROM core_commandlog WHERE id = %s", ids[0])

    assert sentences() == ["core_commandlog has lost a row at its beginning that block 1 seals."]


@pytest.mark.own_database
def test_a_row_that_was_slipped_in_is_named(company: Company, boss: User) -> None:
    ids = sealed_log(3, company=company, boss=boss)
    copied = ", ".join(column for column in sealed_columns(CommandLog) if column not in ("id", "uid"))

    tamper(
        f"INSERT INTO core_commandlog (id, uid, {copied}) SELECT %s, gen_random_uuid(), {copied}"
        " FROM core_commandlog WHERE id = %s",
        ids[2] + 500,
        ids[1],
    )

    assert sentences() == [f"core_commandlog has row {ids[2] + 500}, which block 1 does not know."]


@pytest.mark.own_database
def test_rows_that_changed_places_are_found(company: Company, boss: User) -> None:
    ids = sealed_log(3, company=company, boss=boss)

    tamper("UPDATE core_commandlog SET id = -id WHERE id = ANY(%s)", ids[:2])
    tamper("UPDATE core_commandlog SET id = %s + id + %s WHERE id < 0", ids[0], ids[1])

    assert sentences() == [f"core_commandlog row {ids[0]} is not as it was sealed in block 1."]


@pytest.mark.own_database
def test_a_row_moved_to_another_transaction_is_found(company: Company, boss: User) -> None:
    ids = sealed_log(3, company=company, boss=boss)

    tamper("UPDATE core_commandlog SET txid = 1 WHERE id = %s", ids[2])

    assert sentences() == [f"core_commandlog row {ids[2]} is not as it was sealed in block 1."]


@pytest.mark.own_database
def test_a_change_of_row_history_is_found(company: Company, boss: User) -> None:
    sealed_log(1, company=company, boss=boss)

    tamper("UPDATE core_companyhistory SET name = 'Somebody else' WHERE pgh_label = 'update'")

    assert ["core_companyhistory row" in sentence for sentence in sentences()] == [True]


@pytest.mark.own_database
@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("UPDATE core_sealedblock SET row_count = 9, until_txid = until_txid + 1 WHERE number = 2", "was changed"),
        ("UPDATE core_sealedblock SET previous_digest = digest WHERE number = 2", "does not continue"),
        ("UPDATE core_sealedblock SET digest = sha256('x') WHERE number = 1", "was changed"),
        ("DELETE FROM core_sealedblock WHERE number = 1", "a block is missing"),
        ("UPDATE core_sealedsegment SET marks = sha256('x') WHERE \"table\" = 'core_commandlog'", "was changed"),
        ("DELETE FROM core_sealedsegment WHERE \"table\" = 'core_commandlog'", "was changed"),
    ],
)
def test_a_change_of_the_chain_itself_is_found(company: Company, boss: User, sql: str, sentence: str) -> None:
    sealed_log(2, company=company, boss=boss)
    sealed_log(2, company=company, boss=boss)

    tamper(sql)

    assert any(sentence in found for found in sentences()), sentences()


@pytest.mark.own_database
def test_a_forger_who_writes_block_two_anew_is_given_away_by_block_three(company: Company, boss: User) -> None:
    for _ in range(3):
        sealed_log(1, company=company, boss=boss)
    victim = CommandLog.objects.order_by("id")[1]

    tamper("UPDATE core_commandlog SET reason = 'forged' WHERE id = %s", victim.pk)
    tamper("UPDATE core_sealedblock SET digest = sha256('as if') WHERE number = 2")

    assert "Block 3 does not continue the block before it." in sentences()


@pytest.mark.own_database
def test_a_chain_that_was_cut_off_is_found_by_an_anchor_noted_outside(company: Company, boss: User) -> None:
    sealed_log(1, company=company, boss=boss)
    sealed_log(1, company=company, boss=boss)
    anchor = verify_chain().head
    assert anchor is not None

    with behind_the_triggers() as intruder:
        last = SealedBlock.objects.get(number=2)
        intruder.execute("DELETE FROM core_sealedsegment WHERE block_id = %s", [last.pk])
        intruder.execute("DELETE FROM core_sealedblock WHERE id = %s", [last.pk])
        intruder.execute("DELETE FROM core_commandlog WHERE txid >= %s", [last.from_txid])
        intruder.execute("DELETE FROM core_companyhistory WHERE txid >= %s", [last.from_txid])

    assert verify_chain().holds
    assert [problem.sentence for problem in verify_chain(anchor=anchor).problems] == [
        "Block 2 is not the one that was noted outside."
    ]


@pytest.mark.own_database
def test_a_transaction_that_commits_late_is_sealed_later_not_skipped(
    company: Company, boss: User, run_together: Callable[..., Any]
) -> None:
    begun, may_commit = threading.Event(), threading.Event()

    @command(permission=None)
    def write_slowly(*, actor: User) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
        begun.set()
        assert may_commit.wait(20)

    def seal_meanwhile() -> None:
        assert begun.wait(20)
        rename_company(company_id=company.pk, name="Quick", actor=boss)
        seal()
        may_commit.set()

    outcomes = run_together([lambda: write_slowly(actor=boss), seal_meanwhile])
    assert [outcome.error for outcome in outcomes] == [None, None]
    wait_for_horizon()
    seal()

    assert CommandLog.objects.count() == 2
    sealed = SealedSegment.objects.filter(table="core_commandlog").values_list("row_count", flat=True)
    assert sum(sealed) == 2
    assert verify_chain().holds


@pytest.mark.own_database
def test_two_sealers_do_not_write_one_block_twice(company: Company, boss: User, run_together: Any) -> None:
    for number in range(3):
        rename_company(company_id=company.pk, name=f"Name {number}", actor=boss)

    wait_for_horizon()
    outcomes = run_together([seal, seal, seal, seal])

    assert [outcome.error for outcome in outcomes] == [None] * 4
    assert sum(outcome.value for outcome in outcomes) == 1
    assert verify_chain().holds


@pytest.mark.own_database
def test_a_long_import_is_sealed_in_bounded_blocks(company: Company, boss: User, monkeypatch: Any) -> None:
    monkeypatch.setattr("core.audit.sealer.MOST_TRANSACTIONS", 4)

    sealed_log(10, company=company, boss=boss)

    # company, two people, a right, a membership and ten commands in transactions of their own
    assert SealedBlock.objects.count() >= 3
    assert verify_chain().holds
    assert verify_chain(from_block=2).blocks == SealedBlock.objects.count() - 1


@pytest.mark.own_database
def test_a_column_that_is_added_later_breaks_no_digest(company: Company, boss: User) -> None:
    sealed_log(1, company=company, boss=boss)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_commandlog ADD COLUMN colour text DEFAULT 'red'")

    assert verify_chain().holds


@pytest.mark.own_database
def test_a_cluster_loaded_from_a_dump_says_so_instead_of_skipping(company: Company, boss: User) -> None:
    sealed_log(1, company=company, boss=boss)
    tamper("UPDATE core_sealedblock SET until_txid = until_txid + 1000000000")

    with pytest.raises(ChainBehindError, match=r"docs/audit\.md"):
        seal()


@pytest.mark.own_database
def test_the_command_names_the_row_and_ends_with_one(company: Company, boss: User, capsys: Any) -> None:
    ids = sealed_log(2, company=company, boss=boss)
    call_command("verify_chain")
    assert "The chain holds." in capsys.readouterr().out

    tamper("UPDATE core_commandlog SET reason = 'x' WHERE id = %s", ids[1])
    with pytest.raises(SystemExit) as ended:
        call_command("verify_chain", "--json")

    assert ended.value.code == 1
    assert f'"key": {ids[1]}' in capsys.readouterr().out


@pytest.mark.as_app_role
def test_the_application_seals_and_cannot_change_what_it_sealed() -> None:
    rename_company(company_id=_company(), name="Name", actor=make_person(rights=["core.administer"]))
    wait_for_horizon()
    assert seal() == 1

    with connection.cursor() as cursor, pytest.raises(Exception, match="permission denied"):
        cursor.execute("UPDATE core_sealedblock SET row_count = 0")


def _company() -> int:
    return Company.objects.create(code="APP", name="App", functional_currency="EUR", country="DE").pk


def test_every_append_only_table_is_sealed_but_the_chain_itself() -> None:
    tables = {model._meta.db_table for model in sealed_models()}

    assert {"core_commandlog", "core_documentevent", "inventory_stockmovement", "orders_orderlinehistory"} <= tables
    assert not {"core_sealedblock", "core_sealedsegment"} & tables


digests = st.lists(st.binary(min_size=32, max_size=32), max_size=8, unique_by=lambda digest: digest[:MARK_BYTES])


@given(digests, st.data())
def test_the_first_deviation_is_where_the_change_was(rows: list[bytes], data: st.DataObject) -> None:
    marks = seal_rows("t", ["a"], rows).marks
    assert first_deviation(marks, rows) is None

    at = data.draw(st.integers(0, len(rows)))
    assert first_deviation(marks, [*rows[:at], b"\xff" * 33, *rows[at:]]) == Deviation(at, "added")
    if at < len(rows):
        assert first_deviation(marks, rows[:at] + rows[at + 1 :]) == Deviation(at, "removed")
        changed = [*rows[:at], b"\xff" * 33, *rows[at + 1 :]]
        assert first_deviation(marks, changed) == Deviation(at, "changed")

"""How long bookkeeping is kept that is no evidence. Documents, ledgers and the audit are kept for good."""

from collections.abc import Callable
from datetime import timedelta

from django.db import connection

KEPT = {
    # A client retries within hours; a week covers a weekend offline.
    "core_idempotencykey": (timedelta(days=7), "created_at", "true"),
    # Long enough to see when a message of last month ran. Dead letters stay until somebody looks.
    "core_outboxmessage": (timedelta(days=30), "done_at", "state = 'done'"),
    # A file holds rows as they were: after a week it is made anew.
    "core_jobfilepart": (timedelta(days=7), "created_at", "true"),
    # Rows go before their job does.
    "core_jobrow": (timedelta(days=60), "created_at", "true"),
    # A person may come back to a result after holidays.
    "core_job": (timedelta(days=90), "finished_at", "state = 'done'"),
    # Long enough to look up where somebody signed in last quarter.
    "core_visit": (timedelta(days=90), "seen_at", "true"),
    "django_session": (timedelta(0), "expire_date", "true"),
}
BATCH_ROWS = 5_000
_others: dict[str, Callable[[], int]] = {}


def also(what: str, remove: Callable[[], int]) -> None:
    """Have something else pruned with the tables: ``remove()`` answers how many went. Called from wiring."""
    _others[what] = remove


def keep(table: str, age: timedelta, column: str, condition: str) -> None:
    """Let rows of this table that meet the condition go at this age. Called from ``orders_site/wiring.py``."""
    KEPT[table] = (age, column, condition)


def prune() -> dict[str, int]:
    """Delete what is past its time, in batches that lock little; returns how many of each went."""
    gone = {table: _prune(table, *rule) for table, rule in KEPT.items()}
    return gone | {what: remove() for what, remove in _others.items()}


def _prune(table: str, age: timedelta, column: str, condition: str) -> int:
    gone = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {table} WHERE {condition}"  # noqa: S608
                f" AND {column} < statement_timestamp() - make_interval(days => %s)"
                f" LIMIT {BATCH_ROWS} FOR UPDATE SKIP LOCKED))",
                [age.days],
            )
            gone += cursor.rowcount
            if cursor.rowcount < BATCH_ROWS:
                return gone

"""Exception cases: what a person must look at, opened and resolved by the commands that find and mend it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from core.commands import command
from core.models import ExceptionCase, User

LONGEST_SENTENCE = 500  # characters, as the column has it


@dataclass(frozen=True, slots=True)
class CaseDraft:
    """One thing that went wrong with one document, the role that looks after it, and what it may cost."""

    company_id: int
    kind: str
    role: str
    document_kind: str
    document_id: int
    sentence: str
    currency: str = ""
    value_at_risk: Decimal | None = None


@command(permission=None)
def open_cases(*, cases: Sequence[CaseDraft], actor: User) -> None:
    """Put these on the desk of their role; a case that is open already is told the new sentence and value.

    There is one open case per kind and document; of two drafts for the same one the later holds. Rows are
    written in key order, so that two commands that find the same cases wait for each other instead of blocking each
    other.
    """
    latest = {(case.kind, case.document_kind, case.document_id): case for case in cases}
    if not latest:
        return
    wanted = [latest[key] for key in sorted(latest)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {ExceptionCase._meta.db_table}"  # noqa: S608
            " (company_id, kind, role, document_kind, document_id, sentence, currency, value_at_risk, resolution)"
            " SELECT u.*, '' FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[],"
            " %s::text[], %s::numeric[]) AS u"
            " ON CONFLICT (kind, document_kind, document_id) WHERE resolved_at IS NULL DO UPDATE"
            " SET sentence = excluded.sentence, currency = excluded.currency, value_at_risk = excluded.value_at_risk",
            [
                [case.company_id for case in wanted],
                [case.kind for case in wanted],
                [case.role for case in wanted],
                [case.document_kind for case in wanted],
                [case.document_id for case in wanted],
                [case.sentence[:LONGEST_SENTENCE] for case in wanted],
                [case.currency for case in wanted],
                [case.value_at_risk for case in wanted],
            ],
        )


@command(permission=None)
def resolve_cases(*, kind: str, document_kind: str, document_ids: Collection[int], resolution: str, actor: User) -> int:
    """Take the open cases of this kind about these documents off the desk; returns how many there were.

    One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {ExceptionCase._meta.db_table} SET resolved_at = statement_timestamp(), resolved_by_id = %s,"  # noqa: S608
            " resolution = %s WHERE kind = %s AND document_kind = %s AND document_id = ANY(%s) AND resolved_at IS NULL",
            [actor.pk, resolution[:LONGEST_SENTENCE], kind, document_kind, sorted(document_ids)],
        )
        return int(cursor.rowcount)

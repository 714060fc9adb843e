"""Document numbers: from a sequence when gaps may be, without gaps and taken last when the law wants it.

A gapless number taken first holds its counter for the whole transaction (47 postings a second); taken last it costs
what a sequence costs (709). So ``post_last`` only notes what is to be posted, and the outermost command numbers
everything just before its commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from core.locks_registry import Rank
from core.models import Company, Document, NumberSeries, User
from core.runs import current_run
from core.states import require_transition
from core.timeline import TimelineEntry, record

NUMBER_DIGITS = 6


def fiscal_year(company: Company, on: date) -> int:
    """The fiscal year that ``on`` falls into, named by the calendar year in which it starts."""
    return on.year if on.month >= company.fiscal_year_start_month else on.year - 1


def sequence_numbers(model: type[Document], business_dates: Sequence[date]) -> list[str]:
    """One number per date from the kind's sequence (``SO-2026-000123``); gaps are allowed. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(%s) FROM generate_series(1, %s)", [f"number_{model.prefix.lower()}", len(business_dates)]
        )
        values = [row[0] for row in cursor.fetchall()]
    return [
        f"{model.prefix}-{day.year}-{value:0{NUMBER_DIGITS}d}"
        for day, value in zip(business_dates, values, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Posting:
    """One document that gets its gapless number and its posted status in the pre-commit step."""

    document: Document
    verb: str
    series: tuple[int, str, int, str]


def post_last(documents: Sequence[Document], *, company: Company, verb: str, actor: User, branch: str = "") -> None:
    """Number and post these documents when the running command commits, in the order given, without gaps (I9).

    Status, number and stamp are written in one UPDATE per table, because CHECKs tie them together. The instances carry
    the number after the outermost command returned, not before. All documents must be locked or just inserted by the
    caller.
    """
    if not documents:
        return
    require_transition(documents, verb)
    run = current_run()
    postings = [
        _Posting(
            document, verb, (company.pk, document.number_prefix, fiscal_year(company, document.business_date), branch)
        )
        for document in documents
    ]
    waiting = _waiting(run.before_commit)
    if waiting is None:
        waiting = _PostAll([])
        run.before_commit.append(waiting)
    waiting.postings.extend(postings)
    waiting.actor = actor


class _PostAll:
    """The pre-commit step of one command: every counter locked in one sorted statement, then one UPDATE per table."""

    def __init__(self, postings: list[_Posting]) -> None:
        self.postings = postings
        self.actor: User | None = None

    def __call__(self) -> None:
        assert self.actor is not None
        counts: dict[tuple[int, str, int, str], int] = {}
        for posting in self.postings:
            counts[posting.series] = counts.get(posting.series, 0) + 1
        last = _take_counters(counts)
        next_number = {series: last[series] - count for series, count in counts.items()}
        for posting in self.postings:
            next_number[posting.series] += 1
            posting.document.number = _number(posting.series, next_number[posting.series])
        groups: dict[tuple[type[Document], str], list[Document]] = {}
        for posting in self.postings:
            groups.setdefault((type(posting.document), posting.verb), []).append(posting.document)
        for (model, verb), documents in groups.items():
            _post(model, verb, documents, actor=self.actor)


def _waiting(steps: Sequence[object]) -> _PostAll | None:
    return next((step for step in steps if isinstance(step, _PostAll)), None)


def _number(series: tuple[int, str, int, str], value: int) -> str:
    _, prefix, year, branch = series
    return "-".join(part for part in (prefix, branch, str(year), f"{value:0{NUMBER_DIGITS}d}") if part)


def _take_counters(counts: dict[tuple[int, str, int, str], int]) -> dict[tuple[int, str, int, str], int]:
    """Advance every counter by its count, in key order in one statement, and return the last number of each."""
    keys = sorted(counts)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_numberseries AS s (company_id, prefix, fiscal_year, branch, last_number)"
            " SELECT * FROM unnest(%s::bigint[], %s::text[], %s::smallint[], %s::text[], %s::int[])"
            " ON CONFLICT (company_id, prefix, fiscal_year, branch)"
            " DO UPDATE SET last_number = s.last_number + excluded.last_number"
            " RETURNING company_id, prefix, fiscal_year, branch, last_number, id",
            [*[list(column) for column in zip(*keys, strict=True)], [counts[key] for key in keys]],
        )
        rows = cursor.fetchall()
    current_run().locks.take(Rank.COUNTER, NumberSeries._meta.db_table, sorted(row[5] for row in rows))
    return {(row[0], row[1], row[2], row[3]): row[4] for row in rows}


def _post(model: type[Document], verb: str, documents: list[Document], *, actor: User) -> None:
    move = model.transitions[verb]
    stamps = f", {move.stamp}_at = now(), {move.stamp}_by_id = %(actor)s" if move.stamp else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{model._meta.db_table}" t SET number = v.number, status = %(target)s, version = version + 1,'  # noqa: S608
            f" changed_at = now(), changed_by_id = %(actor)s{stamps}"
            " FROM unnest(%(ids)s::bigint[], %(numbers)s::text[]) AS v(id, number)"
            " WHERE t.id = v.id AND t.number IS NULL",
            {
                "target": move.target,
                "actor": actor.pk,
                "ids": [document.pk for document in documents],
                "numbers": [document.number for document in documents],
            },
        )
        assert cursor.rowcount == len(documents)
    if model.has_timeline:
        record(
            [
                TimelineEntry.about(document, verb, from_status=document.status, to_status=move.target)
                for document in documents
            ],
            actor=actor,
        )
    for document in documents:
        document.status = move.target
        document.version += 1

"""Document numbers: from a sequence when gaps may be, without gaps and taken last when the law wants it.

A gapless number taken first holds its counter for the whole transaction (47 postings a second); taken last it costs
what a sequence costs (709). So ``post_last`` only notes what is to be posted, and the outermost command numbers
everything just before its commit.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, models

from core.arrays import array
from core.closing import Collector, Part, Place, collected
from core.locks_registry import Rank
from core.models import Company, Document, NumberSeries, User
from core.runs import current_run
from core.states import require_transition
from core.timeline import TimelineEntry, record

NUMBER_DIGITS = 6
NUMBER_FORMAT = "FM" + "9" * 12 + "0" * NUMBER_DIGITS  # the same for to_char, and longer numbers in full


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


Series = tuple[int, str, int, str]  # company, prefix, fiscal year, branch
Move = tuple[type[Document], str]  # the kind and its verb


@dataclass(frozen=True, slots=True)
class Quoting:
    """Rows of another table that quote these documents' numbers in ``column``, and get them together with them.

    ``by`` names the column that holds the document's id, ``where`` what else tells the rows.
    """

    model: type[models.Model]
    column: str
    by: str
    where: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Posting:
    """One document that gets its gapless number and its posted status when its command closes."""

    document: Document
    verb: str
    series: Series


def post_last(
    documents: Sequence[Document],
    *,
    company: Company,
    verb: str,
    actor: User,
    branch: str = "",
    quoted: Quoting | None = None,
) -> None:
    """Number and post these documents when the running command closes, in the order given, without gaps (I9).

    Counters, status, number, stamp and the rows that quote the numbers are written in the closing statement, because
    CHECKs tie them together. The instances carry the number after the outermost command returned, not before. All
    documents must be locked or just inserted by the caller.
    """
    if not documents:
        return
    require_transition(documents, verb)
    waiting = collected(_PostAll)
    if waiting.actor is None:
        current_run().before_commit.append(waiting.tell)
    waiting.actor = actor
    for document in documents:
        series = (company.pk, document.number_prefix, fiscal_year(company, document.business_date), branch)
        waiting.postings.append(_Posting(document, verb, series))
    if quoted is not None:
        waiting.quoted.append((quoted, (type(documents[0]), verb), [document.pk for document in documents]))


# Every counter advanced, and locked, in key order.
_COUNTED = """counted AS (
    INSERT INTO core_numberseries AS s (company_id, prefix, fiscal_year, branch, last_number)
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::smallint[], %s::text[], %s::int[])
    ON CONFLICT (company_id, prefix, fiscal_year, branch)
    DO UPDATE SET last_number = s.last_number + excluded.last_number
    RETURNING id, company_id, prefix, fiscal_year, branch, last_number
)"""
# Each document's number: so many before its counter's last as documents follow it.
_NUMBERED = f"""valued AS (
    SELECT w.place, w.move, w.id, c.prefix, c.branch, c.fiscal_year, c.last_number - w.following AS value
    FROM unnest(%s::int[], %s::bigint[], %s::bigint[], %s::text[], %s::smallint[], %s::text[], %s::int[])
         WITH ORDINALITY AS w(move, id, company_id, prefix, fiscal_year, branch, following, place)
    JOIN counted c USING (company_id, prefix, fiscal_year, branch)
), numbered AS MATERIALIZED (
    SELECT place, move, id,
           concat_ws('-', prefix, nullif(branch, ''), fiscal_year, to_char(value, '{NUMBER_FORMAT}')) AS number
    FROM valued
)"""  # noqa: S608 - a constant


class _PostAll(Collector):
    """What one command numbers and posts."""

    def __init__(self) -> None:
        self.postings: list[_Posting] = []
        self.quoted: list[tuple[Quoting, Move, list[int]]] = []
        self.actor: User | None = None

    def tell(self) -> None:
        """The timeline of each document, after all else that the command tells."""
        assert self.actor is not None
        record(
            [
                TimelineEntry.about(
                    document, each.verb, from_status=document.status, to_status=document.transitions[each.verb].target
                )
                for each in self.postings
                if (document := each.document).has_timeline
            ],
            actor=self.actor,
        )

    def part(self) -> Part:
        moves = sorted({(type(each.document), each.verb) for each in self.postings}, key=str)
        queries, values = [_COUNTED, _NUMBERED], self._counters(moves)
        for place, (model, verb) in enumerate(moves):
            sql, own = self._move(place, model, verb)
            queries.append(f"moved_{place} AS ({sql})")
            values += own
        for place, (quoted, move, ids) in enumerate(self.quoted):
            queries.append(f"quoting_{place} AS ({_quoting_sql(quoted, moves.index(move))})")
            values += [array("bigint", ids), *quoted.where.values()]
        counts = ", ".join(f"(SELECT count(*) FROM moved_{place})" for place in range(len(moves)))  # noqa: S608
        answer = (
            f"jsonb_build_array((SELECT jsonb_agg(id) FROM counted), ARRAY[{counts}],"  # noqa: S608
            " (SELECT jsonb_agg(number ORDER BY place) FROM numbered))"
        )
        return Part(Place.NUMBERS, ", ".join(queries), values, answer, self._receive)

    def _counters(self, moves: Sequence[Move]) -> list[Any]:
        """The values of ``_COUNTED`` and ``_NUMBERED``."""
        following: dict[Series, int] = {}
        rows = []
        for each in reversed(self.postings):
            before = following.get(each.series, 0)
            following[each.series] = before + 1
            rows.append((moves.index((type(each.document), each.verb)), each.document.pk, *each.series, before))
        keys = sorted(following)
        counters = [*zip(*keys, strict=True), [following[key] for key in keys]]
        documents = zip(*reversed(rows), strict=True)
        kinds = ("bigint", "text", "smallint", "text", "integer")
        return [
            *(array(kind, column) for kind, column in zip(kinds, counters, strict=True)),
            *(array(kind, column) for kind, column in zip(("integer", "bigint", *kinds), documents, strict=True)),
        ]

    def _move(self, place: int, model: type[Document], verb: str) -> tuple[str, list[Any]]:
        assert self.actor is not None
        move = model.transitions[verb]
        stamps = f", {move.stamp}_at = now(), {move.stamp}_by_id = %s" if move.stamp else ""
        sql = (
            f'UPDATE "{model._meta.db_table}" t SET number = n.number, status = %s, version = version + 1,'  # noqa: S608
            f" changed_at = now(), changed_by_id = %s{stamps}"
            f" FROM numbered n WHERE n.move = {place} AND t.id = n.id AND t.number IS NULL RETURNING 1"
        )
        return sql, [move.target, self.actor.pk, *([self.actor.pk] if move.stamp else ())]

    def _receive(self, answer: str) -> None:
        counters, moved, numbers = json.loads(answer)
        assert sum(moved) == len(numbers) == len(self.postings), "a document was not numbered"
        current_run().locks.take(Rank.COUNTER, NumberSeries._meta.db_table, sorted(counters))
        for each, number in zip(self.postings, numbers, strict=True):
            document = each.document
            document.number, document.status = number, document.transitions[each.verb].target
            document.version += 1


def _quoting_sql(quoted: Quoting, move: int) -> str:
    narrow = "".join(f' AND t."{column}" = %s' for column in quoted.where)
    return (
        f'UPDATE "{quoted.model._meta.db_table}" t SET "{quoted.column}" = n.number FROM numbered n'  # noqa: S608
        f' WHERE n.move = {move} AND n.id = ANY(%s::bigint[]) AND t."{quoted.by}" = n.id{narrow} RETURNING 1'
    )

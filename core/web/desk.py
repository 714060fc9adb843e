"""What waits and what runs, for the frame of every page: counts beside the places of the sidebar, the person's jobs.

All of it is one statement, each count bounded, so that the frame costs the same whatever there is.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from core.models import Job, User

COUNTED_AT_MOST = 999  # more is “999+”: nobody works through a longer queue by its number
JOBS_SHOWN = 5
JUST_FINISHED = timedelta(hours=1)

Countable = Callable[[User, frozenset[int]], "QuerySet[Any, Any]"]  # of a person, within these companies


@dataclass(frozen=True, slots=True)
class RunningOrDone:
    """A job as the bell shows it."""

    id: int
    title: str
    state: str
    done_count: int
    total_count: int | None

    @property
    def is_running(self) -> bool:
        """Whether it waits or runs."""
        return self.state in (Job.State.QUEUED, Job.State.RUNNING)


@dataclass(frozen=True, slots=True)
class Desk:
    """The counts by place, and the jobs of the person, newest first."""

    counts: Mapping[str, int]
    jobs: Sequence[RunningOrDone]

    @property
    def running(self) -> list[RunningOrDone]:
        """The jobs that are not finished."""
        return [job for job in self.jobs if job.is_running]


def desk_of(user: User, companies: frozenset[int], countables: Mapping[str, Countable]) -> Desk:
    """Count what waits at each place and find the person's jobs that run or finished within the hour. One statement."""
    recent = Q(state__in=[Job.State.QUEUED, Job.State.RUNNING]) | Q(finished_at__gt=Now() - JUST_FINISHED)
    jobs = Job.objects.filter(recent, requested_by=user).order_by("-id")[:JOBS_SHOWN]
    columns = ("id", "title", "state", "done_count", "total_count")
    texts: list[str] = []
    values: list[Any] = []
    places: list[str] = []
    for place, rows in countables.items():
        counted = _sql(rows(user, companies).order_by().values("pk")[: COUNTED_AT_MOST + 1])
        if counted:
            texts.append(f"(SELECT count(*) FROM ({counted[0]}) AS counted)")  # noqa: S608 - written by Django
            values += counted[1]
            places.append(place)
    found = _sql(jobs.values(*columns))
    assert found is not None
    texts.append(f"(SELECT coalesce(json_agg(job), '[]')::text FROM ({found[0]}) AS job)")  # noqa: S608 - written by Django
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(texts)}", [*values, *found[1]])
        *counts, listed = cursor.fetchone()
    return Desk(
        dict(zip(places, counts, strict=True)),
        [RunningOrDone(**{name: job[name] for name in columns}) for job in json.loads(listed)],
    )


def _sql(rows: "QuerySet[Any, Any]") -> tuple[str, Sequence[Any]] | None:
    """The rows' statement and its values; None where the database need not be asked, since there can be none."""
    try:
        text, values = rows.query.sql_with_params()
    except EmptyResultSet:
        return None
    return text, values

"""Carries a plan out through the commands, batch by batch, and says how far it is.

Each batch is a few steps, each step one transaction that notes itself: killed anywhere and started again, the run goes
on where it was. Memory holds one batch and the plan's own notes.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.db import connection

from core.models import User
from core.system import system_user
from orders_site.models import ReplayRun
from orders_site.replay.driver_credits import credit, debit
from orders_site.replay.driver_figures import figures_of
from orders_site.replay.driver_ground import Ground, Steps
from orders_site.replay.driver_lines import note_report
from orders_site.replay.driver_master import make_master, open_run
from orders_site.replay.driver_money import collect
from orders_site.replay.driver_sales import sell
from orders_site.replay.driver_stock import adjust, supply, write_off
from orders_site.replay.figures import Figures
from orders_site.replay.mapping import ReplayMapping
from orders_site.replay.plan import Batch, plan_trade
from orders_site.replay.survey import Survey, survey_trade


@dataclass(slots=True)
class Standing:
    """How far a run is: told after every batch. ``lines`` of ``lines_in_all``; ``seconds`` since it began to trade."""

    day: date
    batches: int
    lines: int
    lines_in_all: int
    seconds: float


@dataclass(slots=True)
class Outcome:
    """What a run did, and the figures that the plan foresaw for the days it carried out."""

    ground: Ground
    survey: Survey
    planned: Figures
    batches: int = 0
    lines: int = 0
    seconds: float = 0.0
    master_seconds: float = 0.0
    by_step: dict[str, float] = field(default_factory=dict)
    is_whole: bool = True

    def figures(self) -> Figures:
        """The figures as the documents have them."""
        return figures_of(self.ground)


def replay(
    path: Path,
    mapping: ReplayMapping,
    *,
    company_code: str,
    limit_days: int | None = None,
    on_standing: Callable[[Standing], None] = lambda standing: None,
    actor: User | None = None,
) -> Outcome:
    """Take a file of trade into a company, or as many of its first days of trade as wanted.

    Raises:
        ReplayInputError: the file cannot be used as a whole; nothing was written.
        ReplayStopped: a step ended otherwise than planned; what was done before it stays.
        DomainError: a command refused a step; nothing of the step was kept.
    """
    survey = survey_trade(path, mapping)
    who = actor or system_user()
    ground = open_run(survey, mapping, company_code=company_code, file_name=path.name, actor=who)
    steps = TimedSteps(ground.run, who)
    outcome = Outcome(ground, survey, Figures(), by_step=steps.seconds)
    started = time.monotonic()
    with planned_for_what_is_there():
        make_master(ground, steps, survey)
        outcome.master_seconds = time.monotonic() - started
        started, days = time.monotonic(), set[date]()
        for batch in plan_trade(path, mapping, survey):
            if not batch.supply:
                days.add(batch.day)
            if limit_days is not None and len(days) > limit_days:
                outcome.is_whole = False
                break
            carry_out(ground, steps, batch)
            _count(outcome, batch)
            outcome.seconds = time.monotonic() - started
            on_standing(
                Standing(
                    batch.day, outcome.batches, outcome.lines, survey.lines + survey.lines_rejected, outcome.seconds
                )
            )
    return outcome


@contextmanager
def planned_for_what_is_there() -> Iterator[None]:
    """Let PostgreSQL plan each statement anew for the block.

    A prepared statement would keep the plan that it got while the tables were empty: right for a page, which asks for a
    few rows, and thirty times too slow for a thousand lines against tables that grow.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_custom_plan")
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.broken:
            with connection.cursor() as cursor:
                cursor.execute("RESET plan_cache_mode")


class TimedSteps(Steps):
    """Steps that remember how long each kind of them took, for the profile of a run."""

    def __init__(self, run: ReplayRun, actor: User) -> None:
        super().__init__(run, actor)
        self.seconds: dict[str, float] = {}

    def take(self, batch: str, name: str, do: Callable[[], object]) -> None:
        """Do the step unless it is done, by the clock."""
        started = time.monotonic()
        super().take(batch, name, do)
        self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - started


def carry_out(ground: Ground, steps: Steps, batch: Batch) -> None:
    """Carry one batch out: receive, sell, debit, credit, count, write off, be paid. Steps that are done are passed."""
    supply(ground, steps, batch)
    if batch.report:
        steps.take(batch.key, "report", lambda: note_report(ground, batch.report))
    sell(ground, steps, batch)
    debit(ground, steps, batch)
    credit(ground, steps, batch)
    adjust(ground, steps, batch)
    write_off(ground, steps, batch)
    collect(ground, steps, batch)


def _count(outcome: Outcome, batch: Batch) -> None:
    outcome.batches += 1
    outcome.lines += batch.lines
    outcome.planned.add_lines(planned.classified for document in batch.documents for planned in document.lines)
    outcome.planned.add_lines(row.classified for row in batch.report if row.classified)

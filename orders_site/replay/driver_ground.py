"""What every step of the replay stands on: the run, the company, and the ids of what the mapping names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from core import bulk
from core.commands import command
from core.models import Company, User
from orders_site.models import ReplayRun, ReplayStep
from orders_site.replay.errors import ReplayInputError
from orders_site.replay.mapping import ReplayMapping


class ReplayStopped(ReplayInputError):
    """A step ended otherwise than the plan foresaw; nothing of it was kept, and a later start takes it up again."""

    code = "replay_stopped"


@dataclass(slots=True)
class Ground:
    """The run, and where it posts. ``addresses`` by (account code, country code); ``costs`` per piece by SKU."""

    run: ReplayRun
    company: Company
    mapping: ReplayMapping
    actor: User
    warehouse_id: int = 0
    supplier_id: int = 0
    products: Mapping[str, int] = field(default_factory=dict)
    accounts: Mapping[str, int] = field(default_factory=dict)
    addresses: Mapping[tuple[str, str], int] = field(default_factory=dict)
    costs: Mapping[str, Decimal] = field(default_factory=dict)


class Work:
    """What a step does, by a name that the command log can keep."""

    def __init__(self, name: str, do: Callable[[], object]) -> None:
        self.name = name
        self.do = do

    def __str__(self) -> str:
        return self.name


@command(permission=None)
def take_step(*, run: ReplayRun, batch: str, work: Work, actor: User) -> None:
    """Carry out one step of a batch and note it, in one transaction: killed at any point, it happened or it did not.

    The commands inside join this one. Raises ConstraintRefused when another process was faster, with nothing done.
    """
    bulk.insert(ReplayStep, {"run_id": [run.pk], "batch": [batch], "name": [work.name]})
    work.do()


class Steps:
    """The steps of one run: what is done, and how the next one is taken."""

    def __init__(self, run: ReplayRun, actor: User) -> None:
        self.run, self.actor = run, actor
        self._done = set(ReplayStep.objects.filter(run=run).values_list("batch", "name"))

    def take(self, batch: str, name: str, do: Callable[[], object]) -> None:
        """Do the step unless it is done."""
        if (batch, name) not in self._done:
            take_step(run=self.run, batch=batch, work=Work(name, do), actor=self.actor)
            self._done.add((batch, name))

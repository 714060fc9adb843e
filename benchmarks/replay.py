"""The real year of trade, or its first days, through the same commands as everybody's: lines per second."""

import os
from pathlib import Path

from benchmarks.floor import Step, Twin
from benchmarks.ground import Ground
from benchmarks.report import Figure
from core.system import system_user
from orders_site.boot.roles import OWNER
from orders_site.replay.driver import Outcome, replay
from orders_site.replay.mapping_file import DEFAULT_MAPPING, load_mapping
from orders_site.roles import sync_roles

DAYS = 5
LINES = Path("online_retail_2009_2010") / "lines.csv.gz"
SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "data"


def run(ground: Ground, *, small: bool = False) -> list[Figure]:
    """Lines per second of the first days; ``KEPT_REPLAY_DAYS=0`` takes the whole file and measures no floor."""
    path = Path(os.environ.get("KEPT_TRADE_DATA", SHARED)) / LINES
    if not path.exists():
        raise SystemExit(f"{path} is missing. Set KEPT_TRADE_DATA to the folder of the real year of trade.")
    days = 1 if small else int(os.environ.get("KEPT_REPLAY_DAYS", DAYS))
    ground.clone("kept_seed")
    ground.use("kept_seed", OWNER)
    sync_roles()
    system_user()
    if days == 0:
        ground.use("kept_seed")
        return [_figure(_replay(path, None), None)]
    twin = Twin(ground, "kept_seed")
    step = twin.step(lambda: _replay(path, days))
    twin.require_equal()
    twin.close()
    return [_figure(step.answer, step)]


def _replay(path: Path, days: int | None) -> Outcome:
    return replay(path, load_mapping(DEFAULT_MAPPING), company_code="BENCH", limit_days=days)


def _figure(outcome: Outcome, step: Step | None) -> Figure:
    seconds = outcome.seconds + outcome.master_seconds
    return Figure(
        "replay",
        outcome.lines / seconds,
        "lines/s",
        budget="1,500 lines/s",
        floor=outcome.lines / step.floor_seconds if step else None,
        statements=step.recording.count if step else None,
        note=f"{outcome.lines:,} lines in {seconds:,.1f} s with all master data, {outcome.batches} batches",
    )

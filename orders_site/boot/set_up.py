"""Run ``manage.py setup`` for the demonstration, unless the same sources already set up the same cluster."""

import contextlib
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orders_site.boot import places
from orders_site.boot.processes import spawn

# What set-up depends on: code, migrations, static files. The rest of the tree (tests, docs, data) does not matter.
LEFT_OUT = frozenset({"tests", "docs", "benchmarks", "staticfiles", "media"})


class SetUpFailedError(RuntimeError):
    """Set-up ended with an error, which stands above on the terminal."""


def unfinished_mark() -> Path:
    """Name the file that exists while demonstration data is being loaded, which takes many transactions."""
    return places.cluster_folder().parent / "demo-unfinished"


def done_mark() -> Path:
    """Name the file that says which sources set this cluster up; it is removed with the cluster."""
    return places.cluster_folder().parent / "demo-set-up.json"


def set_up(environment: dict[str, str]) -> dict[str, Any]:
    """Migrate, grant, load the demonstration company and check, all in one Django process; returns its report.

    Where the sources are those of the last set-up of our own cluster, its report is returned and nothing started: that
    is most of the time of a second start. Raises: SetUpFailedError.
    """
    known = known_report()
    if known is not None:
        return known
    sources, is_own = fingerprint(), not os.environ.get("DATABASE_URL")
    path = places.state_folder() / "setup.json"
    path.unlink(missing_ok=True)
    done_mark().unlink(missing_ok=True)
    command = [sys.executable, "manage.py", "setup", "--demo", "--report", str(path)]
    if is_own:
        command += ["--unfinished-mark", str(unfinished_mark())]
    _run(command, environment)
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if is_own:
        done_mark().write_text(json.dumps({"sources": sources, "report": report}), encoding="utf-8")
    return report


def known_report() -> dict[str, Any] | None:
    """The report of the last set-up of our own cluster, where it was by these very sources; else None."""
    if os.environ.get("DATABASE_URL"):
        return None
    try:
        known = json.loads(done_mark().read_text(encoding="utf-8"))
        report: dict[str, Any] | None = known["report"] if known["sources"] == fingerprint() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return report


def fingerprint() -> str:
    """Digest names, sizes and times of the files that set-up depends on: a few milliseconds."""
    found = sorted(_sources(places.PROJECT, depth=0))
    return hashlib.sha256("\n".join(found).encode()).hexdigest()


def _sources(folder: Path, depth: int) -> Iterator[str]:
    for entry in os.scandir(folder):
        if entry.name.startswith((".", "__pycache__")) or (depth == 0 and entry.name in LEFT_OUT):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _sources(Path(entry.path), depth + 1)
        elif depth > 0:
            facts = entry.stat()
            yield f"{entry.path} {facts.st_size} {facts.st_mtime_ns}"


def _run(command: list[str], environment: dict[str, str]) -> None:
    child = spawn(command, log=sys.stdout.fileno(), environment={**os.environ, **environment}, folder=places.PROJECT)
    try:
        failed = child.wait()
    except BaseException:
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(10)
        child.kill()
        raise
    if failed:
        raise SetUpFailedError("Setting up the database failed; the reason is above. bin/demo --fresh starts over.")

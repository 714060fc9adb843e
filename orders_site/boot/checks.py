"""``bin/test``: every check in the order of what it costs; the last lines say what ran and what was skipped and why."""

import os
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from orders_site.boot.install import say
from orders_site.boot.places import PROJECT, state_folder
from orders_site.boot.processes import die_with_parent

PACKAGES = (
    *("core", "catalog", "accounting", "inventory", "quotes", "orders", "fulfillment", "billing", "payments"),
    *("rebates", "analytics", "orders_site"),
)
TEST_ENVIRONMENT = {"DJANGO_SETTINGS_MODULE": "orders_site.settings.test"}
CLOSING_LINE = re.compile(r"^=+ .*\bin \d+(\.\d+)?s.*=+$|^(no tests ran|\d+ \w+).*\bin \d+(\.\d+)?s")
NO_TESTS_COLLECTED = 5


@dataclass
class Outcome:
    """What the tests did, read from pytest's own report."""

    counts: Counter[str] = field(default_factory=Counter)
    skips: Counter[str] = field(default_factory=Counter)
    closing_line: str = ""

    @property
    def summary(self) -> str:
        """Say the three numbers; an error while preparing a test is a failure."""
        return ", ".join(f"{self.counts[kind]} {kind}" for kind in ("passed", "failed", "skipped"))


def tool(name: str) -> str:
    """Name a program of the virtual environment."""
    return str(Path(sys.executable).parent / name)


def static_checks() -> list[tuple[str, list[str]]]:
    """List the checks that read the code without running it, and the one that compares models with migrations."""
    quiet = [sys.executable, "-W", "ignore::RuntimeWarning"]  # no database is up yet, and none is needed
    return [
        ("Lint", [tool("ruff"), "check", "--quiet", "--output-format", "concise", "."]),
        ("Format", [tool("ruff"), "format", "--check", "--quiet", "."]),
        ("Layers", [tool("lint-imports"), "--no-logo"]),
        ("Migrations", [*quiet, "manage.py", "makemigrations", "--check", "--dry-run", "--verbosity", "1"]),
        ("Types", [tool("mypy"), "--no-error-summary"]),
    ]


def run_check(name: str, command: list[str]) -> bool:
    """Run one check; its output is shown only when it found something."""
    started = time.monotonic()
    environment = {**os.environ, **TEST_ENVIRONMENT, "NO_COLOR": "1"}
    result = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    good = result.returncode == 0
    say(f"{name:<12} {'ok' if good else 'FAILED'}  {time.monotonic() - started:.1f} s")
    if not good:
        say(result.stdout + result.stderr)
    return good


def run_tests(arguments: list[str], *, workers: int) -> tuple[int, Outcome]:
    """Run pytest, passing its output on as it comes; returns its exit status and what it counted."""
    report = state_folder() / "tests.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", f"--junitxml={report}", "-q", "--color=no", *arguments]
    if workers > 1 and not any(part.startswith("-n") for part in arguments):
        command += ["-n", str(workers), "--dist", "worksteal"]
    outcome = Outcome()
    environment = {**os.environ, **TEST_ENVIRONMENT}
    child = subprocess.Popen(
        command,
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=die_with_parent(signal.SIGINT),
    )
    assert child.stdout is not None
    for line in child.stdout:
        print(line, end="", flush=True)
        if CLOSING_LINE.search(line):
            outcome.closing_line = line.strip()
    status = child.wait()
    read_report(report, outcome)
    return status, outcome


def read_report(report: Path, outcome: Outcome) -> None:
    """Count results and reasons from pytest's report."""
    if not report.exists():
        return
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - pytest wrote it a moment ago
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            outcome.counts["failed"] += 1
        elif skipped is not None:
            outcome.counts["skipped"] += 1
            outcome.skips[skipped.get("message") or "no reason given"] += 1
        else:
            outcome.counts["passed"] += 1


def main(arguments: list[str]) -> int:
    """Run everything, or with arguments only the tests they name; exit status 0 only when all of it is good."""
    if arguments == ["--help"]:
        say("usage: bin/test            every check and test\n       bin/test PATH...    only these tests")
        return 0
    started = time.monotonic()
    results = {} if arguments else {name: run_check(name, command) for name, command in static_checks()}
    workers = min(3, max(2, os.cpu_count() or 2)) if not arguments else 1
    status, outcome = run_tests(arguments, workers=workers)
    results["Tests"] = status == 0 or (bool(arguments) and status == NO_TESTS_COLLECTED)
    failed = [name for name, good in results.items() if not good]
    say(f"\nRan: {', '.join(results)} in {time.monotonic() - started:.0f} s")
    for reason, times in sorted(outcome.skips.items()):
        say(f"Skipped {times}: {reason}")
    say("Nothing was skipped." if not outcome.skips else f"Skipped in all: {outcome.counts['skipped']}")
    say(f"Failed: {', '.join(failed)}" if failed else "All good.")
    say(outcome.closing_line or "pytest did not finish")
    say(outcome.summary)
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("Interrupted")
        sys.exit(130)

"""Keep the demonstration's processes alive together: all of them, or none and the reason.

For one machine and one person. Production has docker-compose.yml or its own platform for this.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from orders_site.boot.processes import end, spawn

LOG_LIMIT_BYTES = 5_000_000
LOOK_EVERY_S = 0.25
NEEDED = frozenset({"postgres", "broker"})  # by the others, whatever was started first


class StopAskedError(Exception):
    """Somebody pressed Ctrl-C or sent a signal; also interrupts waits."""


@dataclass
class Service:
    """Something that runs while the system runs, with the way to end it."""

    name: str
    child: subprocess.Popen[bytes]
    log: Path
    stop: Callable[[], None]


@dataclass
class Supervisor:
    """Start services in order, watch them, stop them in reverse order."""

    logs: Path
    services: list[Service] = field(default_factory=list)
    asked_at: float | None = None

    def catch_signals(self) -> None:
        """Turn Ctrl-C and the end of the terminal into an orderly stop. A second signal during it changes nothing."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        raise StopAskedError(signal.Signals(number).name)

    def log_path(self, name: str) -> Path:
        """Name a service's log, starting a new one when the old has grown."""
        path = self.logs / f"{name}.log"
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_size > LOG_LIMIT_BYTES:
                path.replace(path.with_suffix(".old.log"))
        return path

    def adopt(self, name: str, child: subprocess.Popen[bytes], log: Path, stop: Callable[[], None]) -> None:
        """Watch a child that knows itself how to be stopped."""
        self.services.append(Service(name, child, log, stop))

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        environment: dict[str, str],
        patience_s: float,
        *,
        nice: int = 0,
    ) -> None:
        """Start a child with a log of its own; with ``nice`` others go first."""
        path = self.log_path(name)
        with path.open("ab") as log:
            child = spawn(command, log=log, environment={**os.environ, **environment}, nice=nice)
        self.adopt(name, child, path, lambda: self._end(child, patience_s))

    def check(self) -> str | None:
        """Say which service ended, and why, with the end of its log; None while all run."""
        for service in self.services:
            status = service.child.poll()
            if status is not None:
                reason = f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
                return f"{service.name} ended ({reason}), so everything stops.\n{_tail(service.log)}"
        return None

    def watch(self) -> str:
        """Wait until a service ends; return the reason."""
        while True:
            reason = self.check()
            if reason:
                return reason
            time.sleep(LOOK_EVERY_S)

    def stop_all(self) -> None:
        """Stop web, worker and beat at once, then the services they need, last started first.

        The patience of those that are asked at once runs at once, too.
        """
        self.asked_at = time.monotonic()
        for service in self.services:
            if service.name not in NEEDED and service.child.poll() is None:
                service.child.terminate()
        self.services.sort(key=lambda service: service.name not in NEEDED)
        while self.services:
            self.services.pop().stop()

    def _end(self, child: subprocess.Popen[bytes], patience_s: float) -> None:
        assert self.asked_at is not None
        end(child, signal.SIGTERM, max(self.asked_at + patience_s - time.monotonic(), 0.1))


def _tail(log: Path, lines: int = 12) -> str:
    try:
        text = log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
    except OSError:
        return ""
    return "\n".join([f"Last lines of {log}:", *(f"  {line}" for line in text)])

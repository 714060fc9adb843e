"""Know whether the local system runs, who runs it and where: a lock that the kernel gives back however we die."""

import fcntl
import json
import os
import signal
import time
from pathlib import Path
from typing import IO, Any

from orders_site.boot.places import state_folder


def _lock_path() -> Path:
    return state_folder() / f"run-{os.getuid()}.lock"


def _facts_path() -> Path:
    return state_folder() / f"run-{os.getuid()}.json"


def take_lock() -> IO[str] | None:
    """Become the one supervisor of this working copy; None when there is one. Held until closed or dead."""
    handle = _lock_path().open("a")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        return None
    return handle


def is_running() -> bool:
    """Tell whether a supervisor holds the lock."""
    handle = take_lock()
    if handle is None:
        return True
    handle.close()
    return False


def write_facts(facts: dict[str, Any]) -> None:
    """Note process ids and address for --status and --stop; replaced in one step."""
    path = _facts_path()
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(facts), encoding="utf-8")
    draft.replace(path)


def read_facts() -> dict[str, Any]:
    """Read what the last supervisor noted; empty when there is none."""
    try:
        facts: dict[str, Any] = json.loads(_facts_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return facts


def stop_running(patience_s: float = 30.0) -> bool:
    """Ask the running supervisor to stop everything and wait for it. True when nothing runs any more."""
    if not is_running():
        return True
    pid = int(read_facts().get("supervisor", 0))
    if pid > 1:
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + patience_s
    while is_running():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True

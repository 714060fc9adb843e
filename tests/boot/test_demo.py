"""``bin/demo`` whole, on a copy of the tree: from nothing to a page and a task done, and every way to end it."""

import http.cookiejar
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from orders_site.boot.places import PROJECT

FIRST_START_S = 400.0
LATER_START_S = 60.0
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", ".kept", ".*_cache", "__pycache__", "media", "staticfiles", "tests", "benchmarks", "*.pyc"
)  # fmt: skip
PLACES = (
    "import json; from orders_site.boot import places;"
    "print(json.dumps([str(places.cluster_folder().parent), str(places.socket_folder()),"
    " str(places.postgres_sockets())]))"
)


@dataclass
class Demo:
    """A copy of the tree and the demonstration running in it."""

    tree: Path
    port: int
    child: subprocess.Popen[str] | None = None

    def start(self, patience_s: float) -> float:
        """Start it and wait until it names its address; the seconds that took."""
        started = time.monotonic()
        child = subprocess.Popen(
            [sys.executable, "-m", "orders_site.boot.demo"],
            cwd=self.tree,
            env={key: value for key, value in os.environ.items() if not key.startswith(("DJANGO_", "PYTEST_"))}
            | {"PORT": str(self.port)},
            stdout=(self.tree / "output").open("w"),
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.child = child
        wait_for(lambda: "Kept is ready at" in self.said() or child.poll() is not None, patience_s)
        assert child.poll() is None, self.said()
        return time.monotonic() - started

    def said(self) -> str:
        return (self.tree / "output").read_text()

    def pids(self) -> dict[str, int]:
        facts = json.loads((self.tree / ".kept" / f"run-{os.getuid()}.json").read_text())
        return {"supervisor": facts["supervisor"], **facts["services"]}

    def ended(self, patience_s: float = 30.0) -> int:
        assert self.child is not None
        return self.child.wait(patience_s)

    def places(self) -> list[str]:
        answer = subprocess.run(
            [sys.executable, "-c", PLACES], cwd=self.tree, capture_output=True, text=True, check=True
        )
        return list(json.loads(answer.stdout))

    def ask(self, statement: LiteralString) -> Any:
        with psycopg.connect(host=self.places()[2], user="kept_app", dbname="kept") as connection:
            row = connection.execute(statement).fetchone()
        return row[0] if row else None


def wait_for(met: Callable[[], Any], patience_s: float) -> None:
    deadline = time.monotonic() + patience_s
    while not met():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def all_gone(pids: dict[str, int]) -> bool:
    return not any(is_alive(pid) for pid in pids.values())


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    tree = tmp_path / "kept"
    shutil.copytree(PROJECT, tree, ignore=NOT_COPIED, symlinks=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = Demo(tree, port)
    cluster, sockets, _ = found.places()
    yield found
    if found.child and found.child.poll() is None:
        found.child.terminate()
        found.child.wait(30)
    for place in (cluster, sockets):
        shutil.rmtree(place, ignore_errors=True)


def signed_in(port: int, username: str, password: str) -> urllib.request.OpenerDirector:
    """A browser's session, as far as forms need one."""
    session = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    address = f"http://localhost:{port}"
    page = session.open(f"{address}/orders/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    action = re.search(r'<form[^>]*method="post"[^>]*action="([^"]*)"', page)
    assert token, page[:2000]
    data = {"csrfmiddlewaretoken": token[1], "login": username, "password": password, "next": "/orders/"}
    target = urllib.parse.urljoin(f"{address}/login/", action[1] if action and action[1] else "")
    request = urllib.request.Request(target, urllib.parse.urlencode(data).encode(), {"Referer": f"{address}/login/"})
    session.open(request)
    return session


@pytest.mark.timeout(900)
def test_from_nothing_to_a_page_and_a_done_task_and_every_way_to_end_it(demo: Demo) -> None:
    demo.start(FIRST_START_S)
    login = re.search(r"^\s+.*?(\w+)\s+(\S+)$", next(row for row in demo.said().splitlines() if " ana " in row), re.M)
    assert login
    page = signed_in(demo.port, "ana", login[2]).open(f"http://localhost:{demo.port}/orders/").read().decode()
    number = demo.ask("SELECT number FROM orders_order ORDER BY id DESC LIMIT 1")
    assert number in page
    wait_for(lambda: demo.ask("SELECT count(*) FROM core_outboxmessage WHERE state = 'done'"), 60)

    orders = demo.ask("SELECT count(*) FROM orders_order")
    pids = demo.pids()
    assert set(pids) >= {"supervisor", "postgres", "broker", "web", "worker", "beat"}
    os.kill(pids["worker"], signal.SIGKILL)
    assert demo.ended() == 1
    assert "worker ended (signal SIGKILL)" in demo.said()
    wait_for(lambda: all_gone(pids), 10)

    demo.start(LATER_START_S)
    pids = demo.pids()
    os.kill(pids["supervisor"], signal.SIGKILL)
    wait_for(lambda: all_gone(pids), 10)

    demo.start(LATER_START_S)
    pids = demo.pids()
    os.kill(pids["postgres"], signal.SIGKILL)
    assert demo.ended() == 1
    assert "postgres ended (signal SIGKILL)" in demo.said()
    wait_for(lambda: all_gone(pids), 10)

    demo.start(LATER_START_S)
    pids = demo.pids()
    assert demo.ask("SELECT count(*) FROM orders_order") == orders
    os.kill(pids["supervisor"], signal.SIGINT)
    assert demo.ended() == 0
    wait_for(lambda: all_gone(pids), 10)

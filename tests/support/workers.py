"""A real Celery worker with a real broker, for the few tests that need the whole way of a task."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connections

from core import nudge
from orders_site.boot.broker import Broker
from orders_site.boot.places import PROJECT
from orders_site.boot.processes import end, spawn
from orders_site.boot.queues import DEFAULT_QUEUE, QUEUES
from orders_site.celery import app as celery_app


@dataclass
class RunningWorker:
    """A worker process working on the test's own database, and its broker."""

    broker_url: str
    log: Path
    child: subprocess.Popen[bytes]

    def send(self, task: str, *arguments: Any, queue: str = DEFAULT_QUEUE) -> None:
        """Put a Celery task on the worker's broker, as beat or a nudge would."""
        with celery_app.connection_for_write(url=self.broker_url) as connection:
            celery_app.send_task(task, args=list(arguments), queue=queue, connection=connection)

    def wait_until(self, done: Callable[[], bool], *, timeout_s: float = 30.0) -> None:
        """Wait for an effect of the worker; fails with the worker's own words."""
        deadline = time.monotonic() + timeout_s
        while not done():
            assert self.child.poll() is None, f"the worker ended; it says:\n{self.log.read_text()}"
            assert time.monotonic() < deadline, f"nothing after {timeout_s} s; the worker says:\n{self.log.read_text()}"
            time.sleep(0.05)


@contextmanager
def running_broker(place: Path) -> Iterator[Broker]:
    """Start a broker of the test's own."""
    broker = Broker(place / "broker.sock", place / "broker.log")
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


@contextmanager
def running_worker(place: Path) -> Iterator[RunningWorker]:
    """Start a broker and one worker on the current test's database and wait until it listens."""
    parts = connections["default"].settings_dict
    with running_broker(place) as broker:
        url = f"redis+socket://{broker.socket}?virtual_host=0"
        log = place / "worker.log"
        command = [sys.executable, "-m", "celery", "-A", "orders_site", "worker", "--queues", ",".join(QUEUES)]
        command += ["--concurrency", "1", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
        command += ["--include", "tests.support.worker_tasks"]
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.support.worker_settings",
            "REDIS_URL": url,
            "DATABASE_URL": f"postgresql://{parts['USER']}@/{parts['NAME']}?host={parts['HOST']}",
        }
        with log.open("ab") as handle:
            child = spawn([*command], log=handle, environment=environment, folder=PROJECT)
        worker = RunningWorker(url, log, child)
        try:
            worker.wait_until(lambda: " ready." in log.read_text(), timeout_s=60)
            nudge._silent_until = 0.0  # a test before this one may have found no broker
            yield worker
        finally:
            end(child, signal.SIGTERM, 5)

"""``bin/demo``: PostgreSQL, broker, set-up, web, worker and beat under one supervisor, and the address at the end."""

import os
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import psycopg

from orders_site.boot import places, roles, state
from orders_site.boot.broker import Broker, BrokerFailedError, BrokerMissingError
from orders_site.boot.install import say
from orders_site.boot.postgres import SUPERUSER, Cluster, PostgresFailedError, PostgresMissingError
from orders_site.boot.queues import QUEUES
from orders_site.boot.set_up import SetUpFailedError, done_mark, known_report, set_up, unfinished_mark
from orders_site.boot.supervisor import StopAskedError, Supervisor

DATABASE = "kept"
DEFAULT_PORT = 8000
WEB_PATIENCE_S = 60.0
WORKER_PATIENCE_S = 2.0  # a task that is cut off is given back: the outbox finds it again
ENVIRONMENT = {"DJANGO_SETTINGS_MODULE": "orders_site.settings.dev", "PYTHONUNBUFFERED": "1"}
USAGE = """usage: bin/demo [--fresh | --stop | --status]
  (nothing)  start, or continue with the data that is there
  --fresh    delete the demonstration's data and make it anew
  --stop     stop the running demonstration
  --status   say what runs
  PORT=8080 bin/demo chooses another port. DATABASE_URL and REDIS_URL name servers of your own."""


class CannotStartError(RuntimeError):
    """The system cannot start; the message says what to do."""


def main(arguments: list[str]) -> int:
    """Run the command."""
    known = {"--fresh", "--stop", "--status"}
    if len(arguments) > 1 or not set(arguments) <= known:
        say(USAGE)
        return 0 if arguments == ["--help"] else 2
    if arguments == ["--status"]:
        return status()
    if arguments == ["--stop"]:
        return stop()
    try:
        return run(fresh=arguments == ["--fresh"])
    except (
        CannotStartError,
        SetUpFailedError,
        PostgresMissingError,
        PostgresFailedError,
        BrokerMissingError,
        BrokerFailedError,
    ) as error:
        say(str(error))
        return 1


def status() -> int:
    """Say what runs; exit status 3 when nothing does, as service managers do."""
    if not state.is_running():
        say("Kept is not running. Start it with bin/demo")
        return 3
    facts = state.read_facts()
    say(f"Kept is running at {facts.get('address', '(starting)')}")
    for name, pid in facts.get("services", {}).items():
        say(f"  {name:<9} process {pid}")
    return 0


def stop() -> int:
    """Stop the running demonstration."""
    was_running = state.is_running()
    if not state.stop_running():
        say("It did not stop in time; see .kept/logs")
        return 1
    say("Stopped." if was_running else "Kept was not running.")
    return 0


def run(*, fresh: bool) -> int:
    """Start everything, print the address, wait for the end and stop everything."""
    port = chosen_port()
    if fresh:
        if os.environ.get("DATABASE_URL"):
            raise CannotStartError("--fresh deletes only the demonstration's own database, not DATABASE_URL's.")
        if not state.stop_running():
            raise CannotStartError("The running demonstration did not stop; see bin/demo --status")
    lock = state.take_lock()
    if lock is None:
        address = state.read_facts().get("address", "(starting)")
        raise CannotStartError(f"Kept is already running at {address}. Stop it with bin/demo --stop")
    check_port(port)
    logs = places.state_folder() / "logs"
    logs.mkdir(exist_ok=True)
    supervisor = Supervisor(logs)
    supervisor.catch_signals()
    started = time.monotonic()
    state.write_facts({"supervisor": os.getpid()})
    try:
        start_all(supervisor, port, fresh=fresh)
        say(f"Started in {time.monotonic() - started:.1f} s. Ctrl-C stops it.")
        say(supervisor.watch())
        return 1
    except StopAskedError:
        say("\nStopping")
        return 0
    finally:
        stopping = time.monotonic()
        supervisor.stop_all()
        say(f"Stopped in {time.monotonic() - stopping:.1f} s")
        lock.close()


def chosen_port() -> int:
    """Read PORT."""
    told = os.environ.get("PORT", str(DEFAULT_PORT))
    if not told.isdigit() or not 0 < int(told) < 65536:
        raise CannotStartError(f"PORT must be a number from 1 to 65535, not {told!r}.")
    return int(told)


def check_port(port: int) -> None:
    """Refuse a port that is taken before anything has been started."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            message = f"Port {port} cannot be used ({error.strerror}). Choose another: PORT={port + 1} bin/demo"
            raise CannotStartError(message) from error


def start_all(supervisor: Supervisor, port: int, *, fresh: bool) -> None:
    """Start the services in the order in which they need each other."""
    places.private_folder(places.socket_folder())
    (places.PROJECT / "staticfiles").mkdir(exist_ok=True)
    if os.getuid() == 0:
        places.socket_folder().chmod(0o711)  # PostgreSQL's account passes through to its own folder
    is_known = not fresh and known_report() is not None
    if is_known:  # nothing to migrate: the web server loads its code while its database starts
        start_web(supervisor, port)
    if not os.environ.get("DATABASE_URL"):
        start_database(supervisor, fresh=fresh)
    if not os.environ.get("REDIS_URL"):
        broker = Broker(places.broker_socket(), supervisor.log_path("broker"))
        broker.start()
        assert broker.child is not None
        supervisor.adopt("broker", broker.child, broker.log, broker.stop)
    report = set_up(ENVIRONMENT)
    if not is_known:
        start_web(supervisor, port)
    address = f"http://localhost:{port}/"
    wait_for_web(supervisor, f"http://127.0.0.1:{port}/healthz")
    start_background(supervisor)
    pids = {service.name: service.child.pid for service in supervisor.services}
    state.write_facts({"supervisor": os.getpid(), "address": address, "services": pids})
    say("")
    for role, username, password in report.get("logins", []):
        say(f"  {role:<22} {username:<12} {password}")
    say(f"\nKept is ready at {address}")


def start_database(supervisor: Supervisor, *, fresh: bool) -> None:
    """Start our own cluster, recovered if it was killed, with its roles and an empty database where there is none."""
    cluster = Cluster(places.cluster_folder(), places.postgres_sockets(), supervisor.log_path("postgres"))
    known_here = places.state_folder() / "cluster-made"
    if fresh or not known_here.exists():  # as root, a removed clone at this path may have left its cluster behind
        cluster.end_stale_server()
        shutil.rmtree(cluster.data, ignore_errors=True)
        done_mark().unlink(missing_ok=True)
        shutil.rmtree(places.PROJECT / "media", ignore_errors=True)
    cluster.prepare()
    known_here.touch()
    cluster.start()
    assert cluster.child is not None
    supervisor.adopt("postgres", cluster.child, cluster.log, cluster.stop)
    connect: dict[str, Any] = {"host": str(cluster.sockets), "user": SUPERUSER, "autocommit": True}
    unfinished = unfinished_mark()
    with psycopg.connect(dbname="postgres", **connect) as connection:
        roles.create_roles(connection)
        if unfinished.exists():
            say("The demonstration company was not loaded to the end last time: starting over")
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if not known:
            done_mark().unlink(missing_ok=True)
            roles.create_database(connection, DATABASE)


def start_web(supervisor: Supervisor, port: int) -> None:
    """Start the web server."""
    gunicorn = [sys.executable, "-m", "gunicorn", "orders_site.wsgi", "--bind", f"127.0.0.1:{port}", "--preload"]
    gunicorn += ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--graceful-timeout", "2"]
    gunicorn += ["--no-control-socket"]
    if Path("/dev/shm").is_dir():  # noqa: S108 - a heartbeat file on a disk can block a worker
        gunicorn += ["--worker-tmp-dir", "/dev/shm"]  # noqa: S108
    supervisor.start("web", gunicorn, ENVIRONMENT, WORKER_PATIENCE_S)


def start_background(supervisor: Supervisor) -> None:
    """Start worker and clock; after the web server answers, since whoever started this waits for a page."""
    celery = [sys.executable, "-m", "celery", "-A", "orders_site"]
    worker = [*celery, "worker", "--queues", ",".join(QUEUES), "--concurrency", "2", "--loglevel", "INFO"]
    worker += ["--without-gossip", "--without-mingle"]
    supervisor.start("worker", worker, ENVIRONMENT, WORKER_PATIENCE_S, nice=5)  # a thousand PDFs wait for it at first
    schedule = places.state_folder() / "beat-schedule"
    beat = [*celery, "beat", "--schedule", str(schedule), "--pidfile", "", "--loglevel", "WARNING"]
    supervisor.start("beat", beat, ENVIRONMENT, WORKER_PATIENCE_S)


def wait_for_web(supervisor: Supervisor, address: str) -> None:
    """Wait until the web server answers from the database. Raises: CannotStartError."""
    deadline = time.monotonic() + WEB_PATIENCE_S
    while time.monotonic() < deadline:
        reason = supervisor.check()
        if reason:
            raise CannotStartError(reason)
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own address
                return
        except urllib.error.HTTPError as error:
            raise CannotStartError(f"The web server answers {error.code}; see .kept/logs/web.log") from error
        except OSError:
            time.sleep(0.1)
    raise CannotStartError(f"The web server did not answer within {WEB_PATIENCE_S:.0f} s; see .kept/logs/web.log")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The sales cycle over HTTP: fifteen steps from the customer's number to the posted invoice, through gunicorn."""

import http.client
import re
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.test import Client

from benchmarks.ground import Ground
from benchmarks.report import Figure, median_ms, quantile_ms
from benchmarks.seed import SEED, Shop, seed
from orders_site.boot.roles import OWNER

CONNECTIONS, CYCLES, LINES, STEPS = 16, 10, 5, 15
START_S, ANSWER_S = 60.0, 30.0


class Person:
    """A signed-in person with a kept-alive connection, who reads every answer and times it."""

    def __init__(self, port: int, session: str) -> None:
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_S)
        self.session, self.token = session, "k" * 32
        self.times: list[float] = []

    def ask(self, path: str, data: dict[str, object] | None = None) -> tuple[str, str]:
        """Ask for a page, or post a form once; the address of a redirect and the text."""
        headers = {"Cookie": f"sessionid={self.session}; csrftoken={self.token}", "X-CSRFToken": self.token}
        body = None
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode({"idempotency_key": str(uuid4())} | data)
        started = time.perf_counter()
        self.http.request("GET" if data is None else "POST", path, body, headers)
        answer = self.http.getresponse()
        text = answer.read().decode()
        self.times.append(time.perf_counter() - started)
        if answer.status >= 400:
            raise RuntimeError(f"{path}: {answer.status} {re.sub('<[^>]+>', ' ', text)[:1500]}")
        return answer.getheader("Location") or "", text

    def cycle(self, shop: Shop, number: int) -> None:
        """One order's way: fifteen requests."""
        account = shop.accounts[number % len(shop.accounts)]
        first = number * LINES
        skus = [shop.products[(first + place) % len(shop.products)].sku for place in range(LINES)]
        self.ask("/orders/new/")
        edit, _ = self.ask("/orders/new/", {"customer": account.code})
        order_id = _id(r"/orders/(\d+)/", edit)
        self.ask(edit)
        self.ask(f"/orders/{order_id}/paste/", {"rows": "\n".join(f"{sku}\t2" for sku in skus), "apply": "1"})
        self.ask(f"/orders/{order_id}/confirm/", {})
        self.ask(f"/orders/{order_id}/")
        _, made = self.ask("/fulfil/due/create/", {"picked": order_id})
        delivery_id = _id(r"/fulfil/(\d+)/", made)
        self.ask(f"/fulfil/{delivery_id}/")
        for verb in ("release", "pick", "ship"):
            self.ask(f"/fulfil/{delivery_id}/{verb}/", {})
        self.ask("/orders/")
        self.ask("/invoices/worklist/")
        _, posted = self.ask("/invoices/worklist/deliveries/", {"picked": delivery_id})
        invoice_id = _id(r"/invoices/(\d+)/", posted)
        self.ask(f"/invoices/{invoice_id}/")


def run(ground: Ground, *, small: bool = False) -> list[Figure]:
    """Whole cycles per second of sixteen people at once, and what one request takes."""
    shop = seed(ground, products=50 if small else 500, orders=2 if small else 100)
    ground.use(SEED, OWNER)
    client = Client()
    client.force_login(shop.actor)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    ground.analyze(SEED)
    ground.checkpoint()
    ground.use(SEED)
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "orders_site.wsgi", "--bind", f"127.0.0.1:{port}", "--preload"]
    command += ["--worker-class", "gthread", "--workers", "2", "--threads", "8", "--no-control-socket"]
    command += ["--log-level", "error"]
    server = subprocess.Popen(command)
    try:
        _wait_for(port)
        return _drive(shop, port, session, people=2 if small else CONNECTIONS, cycles=1 if small else CYCLES)
    finally:
        server.terminate()
        server.wait(20)


def _drive(shop: Shop, port: int, session: str, *, people: int, cycles: int) -> list[Figure]:
    persons, failures = [Person(port, session) for _ in range(people)], []

    def work(place: int) -> None:
        try:
            for number in range(cycles):
                persons[place].cycle(shop, place * 31 + number)
        except Exception as error:
            failures.append(error)

    persons[0].cycle(shop, 0)  # warm
    persons[0].times.clear()
    threads = [threading.Thread(target=work, args=(place,), daemon=True) for place in range(people)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(600)
    seconds = time.perf_counter() - started
    if failures:
        raise RuntimeError(f"{len(failures)} of {people} people failed") from failures[0]
    times = [each for person in persons for each in person.times]
    assert len(times) == people * cycles * STEPS
    return [
        Figure(
            f"cycle, {STEPS} steps",
            people * cycles / seconds,
            "cycles/s",
            budget="17.7 cycles/s, alarm 6.7",
            note=f"{people} connections; a request {median_ms(times):.0f} ms, p95 {quantile_ms(times, 0.95):.0f} ms",
        )
    ]


def _id(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise RuntimeError(f"no {pattern} in: {re.sub('<[^>]+>', ' ', text)[:1500]}")
    return found.group(1)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("gunicorn did not start")

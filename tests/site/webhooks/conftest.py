"""A subscriber of everything, and a receiver on this machine that can be told to fail."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from core.models import User
from orders_site.webhooks import services
from orders_site.webhooks.kinds import EVENTS
from orders_site.webhooks.models import WebhookDelivery, WebhookSubscription
from orders_site.webhooks.services import SubscriptionDraft
from tests import factories
from tests.site.conftest import World


@dataclass
class Receiver:
    """Another system: keeps every request, answers with the next of ``answers`` (then 200)."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    requests: list[tuple[dict[str, str], str]] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        """The webhook-id of each request, in order."""
        return [headers["webhook-id"] for headers, _ in self.requests]


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """A receiver on a free port, reachable because insecure addresses are allowed here."""
    settings.KEPT_WEBHOOKS_INSECURE = True
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            found.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status = found.answers.pop(0) if found.answers else 200
            self.send_response(status)
            if status in (301, 302, 307):
                self.send_header("Location", found.url)
            self.end_headers()
            self.wfile.write(b"x" * 5_000)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_port}/hooks?from=kept"
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield found
        server.shutdown()
        thread.join(timeout=5)


@pytest.fixture
def adam(world: World) -> User:
    """The administrator."""
    return factories.make_user(name="Adam", roles=("Admin",), companies=(world.company,))


Subscribe = Callable[..., WebhookSubscription]


@pytest.fixture
def subscribe(world: World, adam: User, receiver: Receiver) -> Subscribe:
    """Subscribe the receiver: to everything unless told."""

    def make(*events: str, name: str = "Shop") -> WebhookSubscription:
        draft = SubscriptionDraft(world.company.pk, name, receiver.url, events or tuple(EVENTS))
        return WebhookSubscription.objects.get(pk=services.subscribe(draft=draft, actor=adam))

    return make


def told() -> list[str]:
    """The events that were noted, in order."""
    return list(WebhookDelivery.objects.order_by("pk").values_list("event", flat=True))


def let_time_pass() -> None:
    """Make everything that waits due."""
    WebhookDelivery.objects.filter(state="waiting").update(next_try_at="2026-01-01T00:00:00Z")

"""Every page of the site in a real browser, without a server: requests are answered in the test's transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, Page, Route

from tests.corpus.company import Place
from tests.corpus.examples import addresses, page_routes, room_of
from tests.corpus.shots import taken_back

ORIGIN = "http://localhost"
ASKED = ("hx-request", "hx-target", "hx-current-url", "hx-trigger", "accept")  # what is told to the site
KEPT_BACK = {"set-cookie", "content-length"}
NO_PAGES = ("assets/", "payments/webhooks/", "logout/")
EXPECTED = "Failed to load resource: the server responded with a status of 4"  # a refused form

# The page's own form: the largest that is open and has something to type into.
FORM = """[...document.querySelectorAll('main form[method=post]')].filter(form =>
  !form.closest('dialog, details:not([open])') && form.querySelector('input:not([type=hidden]), textarea')
).sort((one, other) => other.elements.length - one.elements.length)[0]"""
HAS_FORM = f"Boolean({FORM})"
# Nothing in its texts and nonsense in its numbers and days.
SEND_NONSENSE = f"""() => {{
  const form = {FORM};
  for (const field of form.elements) {{
    if (!field.matches('textarea, input:not([type=hidden], [type=checkbox], [type=radio], [type=file])')) continue;
    if (field.type === 'date' || field.type === 'number') field.type = 'text';
    field.value = field.matches('[inputmode]') ? 'no such thing' : '';
  }}
  HTMLFormElement.prototype.submit.call(form);
}}"""


@dataclass
class Walker:
    """A page of a browser that is answered by the site itself, and what it complained of."""

    page: Page
    client: Client
    context: Context  # the test's: Playwright calls back in another, in which Django would open another connection
    complaints: list[str] = field(default_factory=list)
    status: int = 0  # of the last page

    def answer(self, route: Route) -> None:
        """Answer one request of the browser."""
        request, parts = route.request, urlsplit(route.request.url)
        if parts.path.startswith("/static/"):
            route.fulfill(path=finders.find(parts.path.removeprefix("/static/")) or "")
            return
        response = self.context.run(
            self.client.generic,
            request.method,
            parts.path,
            request.post_data_buffer or b"",
            content_type=request.headers.get("content-type", "application/octet-stream"),
            headers={name: value for name, value in request.headers.items() if name in ASKED},
            QUERY_STRING=parts.query,
        )
        if request.is_navigation_request():
            self.status = response.status_code
            if response.has_header("Location"):  # the browser would follow it to where nobody answers
                response = self.context.run(self.client.get, response["Location"], follow=True)
        given = {name: value for name, value in response.items() if name.lower() not in KEPT_BACK}
        route.fulfill(status=response.status_code, headers=given, body=response.getvalue())

    def complained(self) -> list[str]:
        """What the browser complained of since it was last asked: blocked things, missing files, exceptions."""
        found = [complaint for complaint in self.complaints if not complaint.startswith(EXPECTED)]
        self.complaints.clear()
        return found


@contextmanager
def walker(browser: Browser, place: Place) -> Iterator[Walker]:
    """A browser in which the person of the place has signed in; what it does to the company is taken back."""
    cache.clear()  # counts of tries
    client = Client()
    client.cookies["sessionid"] = place.session
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=ORIGIN, reduced_motion="reduce")
    page = context.new_page()
    made = Walker(page, client, copy_context())
    page.on("console", lambda said: made.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: made.complaints.append(str(error)))
    page.route("**/*", made.answer)
    with taken_back():
        yield made
    context.close()


def pages_of(client: Client, room: str, most: int) -> Iterator[tuple[int, str]]:
    """The addresses of a room's routes that answer with a whole page, up to so many of each route, counted there."""
    for route in page_routes():
        if room_of(route) == room and not route.startswith(NO_PAGES):
            for number, address in enumerate(addresses(route)[:most]):
                answer = client.get(address)
                whole = answer.get("Content-Type", "").startswith("text/html") and not answer.streaming
                if answer.status_code == 200 and whole and b"<html" in answer.content:
                    yield number, address

"""HTML to PDF, without any way out: what a page asks for is one of the bundled files, or it is not there."""

import logging
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

SCHEME = "kept:"
BUNDLED = frozenset({"documents/print.css"})

# The renderer says of the carried-forward row that it is "only allowed in page margins", and sets it rightly there.
logging.getLogger("weasyprint").addFilter(lambda record: "only allowed in page margins" not in record.getMessage())
logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)


class ForbiddenAddress(Exception):
    """A document asked for something that is not bundled: it is not fetched, and the document is not made."""


@cache
def _renderer() -> tuple[Any, Any, type[BaseException]]:
    """WeasyPrint and a fetcher for it, imported on first use: only workers render, every process starts."""
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class BundledFiles(URLFetcher):
        """Gives the renderer the bundled style sheets and refuses everything else: files, network, data."""

        def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
            name = url.removeprefix(SCHEME)
            if not url.startswith(SCHEME) or name not in BUNDLED:
                raise FatalURLFetchingError(f"documents fetch nothing: {url[:200]}")
            body = (Path(settings.BASE_DIR) / "static" / name).read_bytes()
            return URLFetcherResponse(url, body=body, headers={"Content-Type": "text/css"})

    return HTML, BundledFiles, FatalURLFetchingError


def render_pdf(html: str) -> bytes:
    """The page as a PDF. The same text and fonts give the same bytes.

    Ten lines take 0.3 s, a thousand 10 s. Raises ForbiddenAddress.
    """
    page, fetcher, fatal = _renderer()
    try:
        pdf: bytes = page(string=html, base_url=SCHEME, url_fetcher=fetcher()).write_pdf()
    except fatal as error:  # the renderer's own is no Exception: it would end a worker
        raise ForbiddenAddress(str(error)) from error
    return pdf

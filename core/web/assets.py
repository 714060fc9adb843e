"""One stylesheet and one script per page: the parts of the design system joined in order, named by their content.

There is no build step: the parts are read from the static folders and joined once per process. The name holds a hash,
so browsers may keep the file for ever. Icons and page modules (the order grid) are ordinary static files.
"""

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers

BUNDLES = {
    "css": (
        "css/tokens.css", "css/base.css", "css/controls.css", "css/tables.css", "css/forms.css", "css/grid.css",
        "css/overlays.css", "css/documents.css", "css/figures.css", "css/screens.css", "css/lists.css",
        "css/orders.css",
        "css/print.css",
    ),
    "js": ("django_htmx/htmx-2.min.js", "js/kept.js", "js/dialogs.js", "js/keys.js", "js/list.js", "js/palette.js"),
}  # fmt: skip
TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}


def _read(name: str) -> bytes:
    found = finders.find(name)
    if found is None:
        raise FileNotFoundError(
            f"The static file {name} is missing; it is part of the page's {name.rsplit('.', 1)[1]}."
        )
    return Path(found).read_bytes().rstrip() + b"\n"


def _join(kind: str) -> tuple[str, bytes, bytes]:
    body = b"\n".join(_read(name) for name in BUNDLES[kind])
    return hashlib.sha256(body).hexdigest()[:12], body, gzip.compress(body, mtime=0)


_kept = lru_cache(maxsize=len(BUNDLES))(_join)


def bundle(kind: str) -> tuple[str, bytes, bytes]:
    """Hash, bytes and compressed bytes of the bundle; read anew on every call while developing."""
    return _join(kind) if settings.DEBUG else _kept(kind)


def asset_url(kind: str) -> str:
    """The address of the stylesheet ("css") or the script ("js")."""
    return reverse("asset", args=[bundle(kind)[0], kind])


def asset(request: HttpRequest, digest: str, kind: str) -> HttpResponse:
    """Serve a bundle, for ever under its own hash; under another (a page of an older release) just for now."""
    if kind not in BUNDLES:
        raise Http404
    current, body, packed = bundle(kind)
    takes_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    answer = HttpResponse(packed if takes_gzip else body, content_type=TYPES[kind])
    if takes_gzip:
        answer["Content-Encoding"] = "gzip"
    answer["Cache-Control"] = "public, max-age=31536000, immutable" if digest == current else "no-cache"
    patch_vary_headers(answer, ["Accept-Encoding"])
    return answer

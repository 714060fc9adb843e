"""Where a request came from, as far as the proxies in front of the application are trusted."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def visitor_address(request: HttpRequest) -> str | None:
    """The address of who sent the request, for what is kept about an acceptance; None for what is no address.

    Every trusted proxy appends to X-Forwarded-For the address that it was called from. So with
    ``TRUSTED_PROXY_HOPS`` proxies the word that many from the end is the visitor's; what stands before it was sent by
    the visitor and may be invented. With none trusted, the default, the header is not read.
    """
    hops: int = settings.TRUSTED_PROXY_HOPS
    words = [word.strip() for word in request.headers.get("X-Forwarded-For", "").split(",") if word.strip()]
    found = words[-hops] if 0 < hops <= len(words) else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ip_address(found.partition("%")[0]))  # the database knows no zones of interfaces
    except ValueError:
        return None

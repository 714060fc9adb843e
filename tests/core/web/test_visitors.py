"""Whose address is kept: the visitor's behind trusted proxies, and never one that the visitor invents."""

from typing import Any

import pytest
from django.test import RequestFactory

from core.web.visitors import visitor_address


@pytest.mark.parametrize(
    ("hops", "forwarded", "found"),
    [
        (0, None, "10.0.0.1"),
        (0, "203.0.113.9", "10.0.0.1"),  # nobody is trusted: the header is anybody's word
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),  # the visitor sent 6.6.6.6, the proxy appended the truth
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),  # fewer words than proxies: it did not come through them
        (1, "", "10.0.0.1"),
        (1, " , ", "10.0.0.1"),
        (1, "2001:DB8::1", "2001:db8::1"),
        (1, "fe80::1%eth0", "fe80::1"),
        (1, "<script>", None),
        (1, "unknown", None),
        (1, "1" * 100_000, None),
    ],
)
def test_the_address_is_the_one_that_the_outermost_trusted_proxy_saw(
    hops: int, forwarded: str | None, found: str | None, settings: Any
) -> None:
    settings.TRUSTED_PROXY_HOPS = hops
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}

    assert visitor_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR="10.0.0.1")) == found

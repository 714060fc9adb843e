"""What every answer tells the browser: policy and headers on each route, for strangers and for who may everything."""

import re

import pytest
from django.http import HttpResponseBase
from django.test import Client

from core.system import system_user
from core.web.security import POLICY
from tests.test_architecture import routes

NUMBER, WORD = re.compile(r"<int:\w+>"), re.compile(r"<(?:str|slug|uuid|path|\w+):\w+>|<\w+>")
ROUTES = {route: str(getattr(view, "access_policy", "")) for route, view in routes()}


def _address(route: str) -> str:
    if route.startswith("^"):  # a pattern: the link of a password reset
        return "/login/reset/1-none/"
    return "/" + WORD.sub("x", NUMBER.sub("987654321", route)).lstrip("/")


def _check(answer: HttpResponseBase, *, is_person: bool) -> None:
    policy = answer["Content-Security-Policy"]
    assert policy == POLICY or policy.startswith("default-src 'none'; style-src")  # papers bring a narrower one
    assert "unsafe" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]
    if is_person and answer.status_code == 200 and str(answer.get("Content-Type", "")).startswith("text/html"):
        assert "no-store" in answer["Cache-Control"]


def test_there_are_routes_to_walk() -> None:
    assert len(ROUTES) > 120


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_every_answer_to_a_stranger_carries_the_headers(db: None, method: str) -> None:
    client = Client(raise_request_exception=False)
    for route in ROUTES:
        _check(getattr(client, method)(_address(route)), is_person=False)


def test_every_page_of_a_person_carries_the_headers_and_is_not_stored(db: None) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(system_user())
    for route, policy in ROUTES.items():
        _check(client.get(_address(route)), is_person=not policy.startswith("public: "))


def test_browsers_are_told_to_come_back_by_tls_only(db: None, client: Client, settings: object) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000  # type: ignore[attr-defined]
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True  # type: ignore[attr-defined]

    assert client.get("/login/", secure=True)["Strict-Transport-Security"].startswith("max-age=31536000")

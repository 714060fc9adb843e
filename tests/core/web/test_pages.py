"""The page frames, rendered: sign-in, errors, list, document, form, policy."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory
from django.urls import reverse

from core.errors import Busy, DomainError
from core.models import User
from core.web import errors
from orders_site.design import samples
from orders_site.wsgi import application


@pytest.fixture
def page(client: Client, reader: User) -> Client:
    client.force_login(reader)
    return client


@pytest.mark.parametrize("name", ["catalogue", "list", "document", "form"])
def test_design_pages_are_for_administrators(client: Client, page: Client, reader: User, name: str) -> None:
    address = reverse(f"design:{name}")
    assert page.get(address).status_code == 200

    reader.user_permissions.clear()
    assert page.get(address).status_code == 403
    page.logout()
    assert page.get(address)["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("name", ["catalogue", "document"])
def test_every_id_is_given_once_and_every_reference_finds_one(page: Client, name: str) -> None:
    html = page.get(reverse(f"design:{name}")).content.decode()
    ids = re.findall(r'\sid="([^"]+)"', html)
    wanted = re.findall(r'(?:popovertarget|for|aria-labelledby)="([^"]+)"', html)
    wanted += " ".join(re.findall(r'aria-describedby="([^"]+)"', html)).split()

    assert sorted(ids) == sorted(set(ids))
    assert set(wanted) <= set(ids)


def test_nothing_comes_from_elsewhere(page: Client) -> None:
    answer = page.get(reverse("design:catalogue"))

    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_each_verb_carries_its_token_its_key_and_the_version_read(page: Client) -> None:
    html = page.get(reverse("design:document")).content.decode()
    forms = re.findall(r'<form method="post" action="/design/document/".*?</form>', html, re.DOTALL)
    keys = re.findall(r'name="idempotency_key" value="([0-9a-f-]{36})"', html)

    assert forms
    assert all('name="csrfmiddlewaretoken"' in form and 'name="version" value="3"' in form for form in forms)
    assert len(set(keys)) == len(keys) == len(forms)


def test_a_refused_form_answers_422_keeps_what_was_typed_and_says_the_same_words_twice(page: Client) -> None:
    answer = page.post(reverse("design:form"), {"name": "<Tillbrook>", "credit_limit": "five thousand"})
    html = answer.content.decode()

    assert answer.status_code == 422
    assert "<title>Error: New customer · Kept</title>" in html
    assert 'value="&lt;Tillbrook&gt;"' in html
    assert html.count("Credit limit must be a number, like 5000.00") == 2
    assert 'href="#id_credit_limit"' in html
    assert re.search(r'id="id_credit_limit"[^>]*|aria-describedby="id_credit_limit-hint id_credit_limit-error"', html)


def test_a_refused_sign_in_answers_422_and_keeps_the_name(client: Client, reader: User) -> None:
    answer = client.post(reverse("login"), {"login": "reader", "password": "wrong"})

    assert answer.status_code == 422
    assert 'value="reader"' in answer.content.decode()


def test_htmx_gets_the_list_alone_and_caches_know_it(page: Client) -> None:
    whole = page.get(reverse("design:list"))
    part = page.get(reverse("design:list"), headers={"HX-Request": "true", "HX-Target": "list"})

    assert "<html" in whole.content.decode()
    assert part.content.decode().lstrip().startswith('<div id="list"')
    assert "HX-Request" in part["Vary"]


def test_a_list_of_fifty_rows_is_light(page: Client) -> None:
    answer = page.get(reverse("design:list"))

    assert answer.content.decode().count("<tr>") >= 50
    assert len(answer.content) < 60_000


def test_an_error_page_says_what_happened_what_was_not_done_and_what_next() -> None:
    request = RequestFactory().get("/")
    answer = errors.refusal_page(request, DomainError("SO-1 has no lines."))
    html = answer.content.decode()

    assert answer.status_code == 422
    assert "SO-1 has no lines." in html
    assert "Go back and correct what is named." in html
    assert re.search(r'Reference <span class="code">[0-9a-f]{16}</span>', html)


def test_busy_says_when_to_try_again() -> None:
    answer = errors.refusal_page(RequestFactory().get("/"), Busy("Too many at once."))

    assert (answer.status_code, answer["Retry-After"]) == (503, "2")


def test_a_missing_right_is_named() -> None:
    answer = errors.forbidden(RequestFactory().get("/"), PermissionDenied("The right “see cost” is missing."))

    assert "The right “see cost” is missing." in answer.content.decode()


def test_an_unknown_address_has_our_page(client: Client, db: None) -> None:
    answer = client.get("/no/such/page")

    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()


def test_the_catalogue_shows_every_tone_of_a_tag() -> None:
    assert {tag.tone for tag in samples.TAGS} == {"neutral", "info", "violet", "warn", "ok", "bad"}


@pytest.mark.parametrize("charset", ["hex", "zlib", "undefined", "utf-16", "latin-1"])
@pytest.mark.parametrize(("address", "kind"), [("/login/?q=a", "text/html"), ("/api/v1/me?q=a", "application/problem")])
def test_other_charsets_than_utf8_are_refused(
    db: None, monkeypatch: pytest.MonkeyPatch, charset: str, address: str, kind: str
) -> None:
    monkeypatch.setattr("django.test.client.WSGIRequest", application.request_class)
    answer = Client().get(address, headers={"Content-Type": f"application/x-www-form-urlencoded; charset={charset}"})

    assert (answer.status_code, answer["Content-Type"].startswith(kind)) == (400, True)

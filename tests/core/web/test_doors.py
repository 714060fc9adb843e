"""Getting in: password, second step, limits, and what is kept of it."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.checks import run_checks
from django.test import Client
from django.urls import reverse
from redis.exceptions import ConnectionError as BrokenConnection

from core import work
from core.models import User, Visit
from core.web import sessions

PASSWORD = "a long enough secret"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _nothing_counted_yet() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def reader(db: None) -> User:
    """Somebody with a password and an address, and no rights."""
    return User.objects.create_user("reader", "reader@example.com", PASSWORD, first_name="Rita")


def code_now(ahead: int = 0) -> str:
    """The code that the app shows now."""
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30 + ahead))


def sign_in(client: Client, name: str = "reader", password: str = PASSWORD, **more: Any) -> Any:
    """Post the sign-in form."""
    return client.post(reverse("login"), {"login": name, "password": password}, **more)


def give(user: User, right: str) -> None:
    """Give a right past every command."""
    app, codename = right.split(".")
    user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))


# --- the password ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["reader", "reader@example.com", "READER@example.com"])
def test_a_person_signs_in_by_name_or_address(client: Client, reader: User, name: str) -> None:
    answer = sign_in(client, name)

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get(reverse("settings")).status_code == 200


def test_signing_in_changes_the_key_of_the_session_and_writes_down_the_visit(client: Client, reader: User) -> None:
    client.session["something"] = 1
    client.session.save()
    before = client.session.session_key

    sign_in(client, headers={"user-agent": FIREFOX})

    visit = Visit.objects.get()
    assert before != client.session.session_key == visit.session_key
    assert (visit.user, visit.device, visit.address) == (reader, "Firefox on Linux", "127.0.0.1")


def test_where_the_sign_in_leads_is_on_this_site(client: Client, reader: User) -> None:
    answer = client.post(
        reverse("login"), {"login": "reader", "password": PASSWORD, "next": "https://elsewhere.example/"}
    )

    assert answer["Location"] == "/"


def test_who_was_deactivated_stays_out(client: Client, reader: User) -> None:
    User.objects.update(is_active=False)

    assert sign_in(client).status_code == 422
    assert "_auth_user_id" not in client.session


def test_nobody_can_sign_up(client: Client) -> None:
    assert client.get("/login/signup/").status_code == 404


# --- limits ----------------------------------------------------------------------------------------------------------


def test_an_account_takes_five_tries_a_minute_right_ones_too(client: Client, reader: User) -> None:
    answers = [sign_in(client, password="wrong") for _ in range(5)]
    sixth = sign_in(client)

    assert [answer.status_code for answer in answers] == [422] * 5
    assert sixth.status_code == 429
    assert 0 < int(sixth["Retry-After"]) <= 60
    assert "_auth_user_id" not in client.session
    assert sign_in(client, name="somebody-else").status_code == 422


def test_an_address_takes_twenty_tries_a_minute(client: Client, db: None) -> None:
    answers = [sign_in(client, name=f"guess-{number}").status_code for number in range(21)]

    assert answers == [422] * 20 + [429]
    assert sign_in(client, name="guess-22", REMOTE_ADDR="10.1.1.1").status_code == 422


def test_a_window_passes(client: Client, reader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(6):
        sign_in(client, password="wrong")
    later = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: later)

    assert sign_in(client).status_code == 302


def test_nobody_gets_in_where_tries_cannot_be_counted(
    client: Client, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise BrokenConnection("no broker")

    monkeypatch.setattr("core.web.limits.cache.add", broken)
    answer = sign_in(client)

    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert "_auth_user_id" not in client.session


# --- the second step -------------------------------------------------------------------------------------------------


@pytest.fixture
def careful(reader: User) -> User:
    """The reader with an authenticator app and recovery codes."""
    TOTP.activate(reader, SECRET)
    RecoveryCodes.activate(reader)
    return reader


def test_secrets_of_second_factors_are_not_readable_in_the_database(careful: User, settings: Any) -> None:
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert SECRET not in stored

    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "a new key"
    assert TOTP(Authenticator.objects.get(type="totp")).validate_code(code_now())


def test_the_password_alone_is_half_the_way(client: Client, careful: User) -> None:
    assert sign_in(client)["Location"] == reverse("mfa_authenticate")
    assert client.get(reverse("settings"))["Location"].startswith(reverse("login"))
    assert client.get(reverse("mfa_authenticate")).status_code == 200

    answer = client.post(reverse("mfa_authenticate"), {"code": code_now()})

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get(reverse("settings")).status_code == 200


def test_a_recovery_code_works_once(client: Client, careful: User) -> None:
    code = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()[0]
    answers = []
    for _ in range(2):
        sign_in(client)
        answers.append(client.post(reverse("mfa_authenticate"), {"code": code}).status_code)
        client.logout()

    assert answers == [302, 422]


def test_five_codes_in_five_minutes(client: Client, careful: User) -> None:
    sign_in(client)
    answers = [client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code for _ in range(5)]
    sixth = client.post(reverse("mfa_authenticate"), {"code": code_now()})

    assert answers == [422] * 5
    assert (sixth.status_code, 60 < int(sixth["Retry-After"]) <= 300) == (429, True)


# --- who must have one -----------------------------------------------------------------------------------------------


@pytest.fixture
def required(settings: Any) -> None:
    """As in production."""
    settings.SECOND_FACTOR_REQUIRED = True


def test_who_may_administer_can_do_nothing_before_a_factor_is_set_up(
    client: Client, reader: User, required: None
) -> None:
    give(reader, "core.administer")
    sign_in(client)

    assert client.get("/")["Location"] == reverse("mfa_activate_totp")
    assert client.post(reverse("appearance"), {"theme": "dark"}).status_code == 403
    assert client.get("/", headers={"HX-Request": "true"})["HX-Redirect"] == reverse("mfa_activate_totp")
    reader.refresh_from_db()
    assert reader.theme == "auto"


def test_setting_up_the_app_shows_the_codes_once_and_opens_the_rest(
    client: Client, reader: User, required: None
) -> None:

    give(reader, "core.administer")
    sign_in(client)
    html = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.findall(r'Key <span class="code wrap">([A-Z2-7]+)</span>', html)[0]
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))

    answer = client.post(reverse("mfa_activate_totp"), {"code": code})

    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    assert client.get(answer["Location"]).content.decode().count('<li class="code">') == 10
    assert '<li class="code">' not in client.get(answer["Location"]).content.decode()
    assert client.get("/").status_code == 200
    assert client.get(reverse("mfa_deactivate_totp")).content.decode().count("cannot deactivate") == 1
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 422
    assert Authenticator.objects.filter(type="totp").count() == 1


def test_who_has_no_such_right_needs_none(client: Client, reader: User, required: None) -> None:
    sign_in(client)

    assert client.get("/").status_code == 200


@pytest.mark.parametrize(("is_demo", "is_required", "found"), [(False, False, 1), (False, True, 0), (True, False, 0)])
def test_a_deployment_without_second_factors_is_refused(
    settings: Any, is_demo: bool, is_required: bool, found: int
) -> None:
    settings.IS_DEMO, settings.SECOND_FACTOR_REQUIRED = is_demo, is_required

    told = [error.id for error in run_checks(tags=["security"], include_deployment_checks=True)]

    assert told.count("kept.E001") == found


# --- time ------------------------------------------------------------------------------------------------------------


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let that much time pass for the clocks of sessions."""
    now = time.time() + seconds
    monkeypatch.setattr(sessions.time, "time", lambda: now)


def test_a_session_that_is_used_lives_on_and_its_row_knows_until_when(
    client: Client, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client)
    began = Session.objects.get(session_key=client.session.session_key).expire_date
    later(monkeypatch, 61)

    client.get(reverse("settings"))

    assert client.session.get_expiry_age() == 30 * 60
    assert Session.objects.get(session_key=client.session.session_key).expire_date >= began
    assert Visit.objects.get().seen_at > Visit.objects.get().began_at


def test_an_idle_session_ends(client: Client, reader: User) -> None:
    sign_in(client)
    Session.objects.update(expire_date="2020-01-01T00:00Z")
    cache.clear()

    assert client.get(reverse("settings"))["Location"].startswith(reverse("login"))


@pytest.mark.parametrize(("role", "minutes"), [("Warehouse", 720), ("Sales", 30), ("Warehouse, Admin", 30)])
def test_roles_say_how_long_a_session_may_idle(client: Client, reader: User, role: str, minutes: int) -> None:
    for name in role.split(", "):
        reader.groups.create(name=name)
    sign_in(client)

    assert client.session.get_expiry_age() == minutes * 60


def test_twelve_hours_after_the_sign_in_all_is_over(
    client: Client, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.groups.create(name="Warehouse")
    sign_in(client)
    later(monkeypatch, 11.5 * 3600)
    client.get(reverse("settings"))
    assert client.session.get_expiry_age() == pytest.approx(1800, abs=2)

    later(monkeypatch, 12 * 3600)
    client.get(reverse("settings"))
    assert client.get(reverse("settings"))["Location"].startswith(reverse("login"))


# --- sessions --------------------------------------------------------------------------------------------------------


def test_a_person_sees_the_sessions_and_ends_the_others(
    client: Client, reader: User, django_capture_on_commit_callbacks: Any
) -> None:
    other = Client(headers={"user-agent": FIREFOX})
    sign_in(other)
    sign_in(client)

    html = client.get(reverse("sessions")).content.decode()
    assert "Firefox on Linux" in html
    assert html.count("This session") == 1
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("sessions-end-others")).status_code == 303

    assert other.get(reverse("settings"))["Location"].startswith(reverse("login"))
    assert client.get(reverse("settings")).status_code == 200


def test_a_person_ends_a_picked_session_and_never_that_of_another(
    client: Client, reader: User, django_capture_on_commit_callbacks: Any
) -> None:
    somebody = User.objects.create_user("somebody", password=PASSWORD)
    foreign, other = Client(), Client()
    sign_in(foreign, name=somebody.username)
    sign_in(other)
    sign_in(client)
    keys = {visit.session_key: visit.pk for visit in Visit.objects.all()}

    picked = [keys[foreign.session.session_key], keys[other.session.session_key]]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("sessions-end"), {"picked": picked})

    assert foreign.get(reverse("settings")).status_code == 200
    assert other.get(reverse("settings"))["Location"].startswith(reverse("login"))


# --- passwords -------------------------------------------------------------------------------------------------------


def test_a_new_password_by_link_ends_every_session_and_the_link_works_once(
    client: Client, reader: User, mailoutbox: list[Any]
) -> None:
    other = Client()
    sign_in(other)
    answer = client.post(reverse("account_reset_password"), {"email": "Reader@example.com"})
    assert answer["Location"] == reverse("account_reset_password_done")
    assert mailoutbox == []
    work.sweep()
    link = re.findall(r"http://localhost:\d+(/\S+)", mailoutbox[0].body)[0]

    form = client.get(link)["Location"]
    assert client.get(form).status_code == 200
    done = client.post(form, {"password1": "an even longer secret", "password2": "an even longer secret"})

    assert done["Location"] == reverse("account_reset_password_from_key_done")
    assert client.get(done["Location"]).status_code == 200
    assert other.get(reverse("settings"))["Location"].startswith(reverse("login"))
    assert sign_in(client, password="an even longer secret").status_code == 302
    assert "This link does not work" in Client().get(link).content.decode()


def test_an_unknown_address_gets_the_same_answer_and_no_mail(
    client: Client, reader: User, mailoutbox: list[Any]
) -> None:
    answer = client.post(reverse("account_reset_password"), {"email": "nobody@example.com"})
    work.sweep()

    assert answer["Location"] == reverse("account_reset_password_done")
    assert client.get(answer["Location"]).status_code == 200
    assert mailoutbox == []


def test_links_are_sent_five_times_a_minute(client: Client, reader: User) -> None:
    answers = [
        client.post(reverse("account_reset_password"), {"email": "reader@example.com"}).status_code for _ in range(6)
    ]

    assert answers == [302] * 5 + [429]


def test_changing_the_password_keeps_this_session_and_ends_the_others(client: Client, reader: User) -> None:
    other = Client()
    sign_in(other)
    sign_in(client)
    words = {"oldpassword": PASSWORD, "password1": "an even longer secret", "password2": "an even longer secret"}
    assert client.post(reverse("account_change_password"), words | {"oldpassword": "wrong"}).status_code == 422

    assert client.post(reverse("account_change_password"), words).status_code == 302

    assert client.get(reverse("settings")).status_code == 200
    assert other.get(reverse("settings"))["Location"].startswith(reverse("login"))

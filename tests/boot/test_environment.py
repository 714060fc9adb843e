"""Settings fail at start-up with the name of the variable that is missing or wrong."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from orders_site.settings import environment


def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)

    with pytest.raises(ImproperlyConfigured, match=r"SECRET_KEY \(or SECRET_KEY_FILE\)"):
        environment.text("SECRET_KEY")


def test_a_secret_is_read_from_its_file_without_the_line_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("s3cret\n", encoding="utf-8")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))

    assert environment.text("SECRET_KEY") == "s3cret"


def test_an_unreadable_secret_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY_FILE", "/no/such/file")

    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FILE names /no/such/file"):
        environment.text("SECRET_KEY")


@pytest.mark.parametrize(("given", "meant"), [("1", True), ("Yes", True), ("off", False), ("0", False)])
def test_yes_and_no_are_understood(given: str, meant: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBUG", given)

    assert environment.flag("DEBUG", not meant) is meant


def test_a_riddle_is_no_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBUG", "maybe")

    with pytest.raises(ImproperlyConfigured, match="DEBUG must be 1 or 0, not 'maybe'"):
        environment.flag("DEBUG", False)


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("postgresql://u:p%40ss@db.example:6432/kept", ("kept", "u", "p@ss", "db.example", "6432")),
        ("postgresql://kept_app@/kept?host=/run/pg", ("kept", "kept_app", "", "/run/pg", "")),
    ],
)
def test_a_database_address_is_taken_apart(url: str, parts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", url)

    found = environment.database("DATABASE_URL", "")

    assert tuple(found[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")) == parts
    assert found["OPTIONS"] == {}


def test_another_database_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///db.sqlite3")

    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL must start with postgresql://"):
        environment.database("DATABASE_URL", "")

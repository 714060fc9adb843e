"""The one stylesheet and the one script: budgets, caching, and what they may not contain."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from core.web.assets import BUNDLES, asset_url, bundle

KB = 1024


def test_style_and_script_keep_their_budgets() -> None:
    own = b"".join(Path(settings.BASE_DIR, "static", name).read_bytes() for name in BUNDLES["js"][1:])

    assert len(bundle("css")[2]) <= 20 * KB
    assert len(bundle("js")[2]) <= 40 * KB
    assert len(gzip.compress(own)) <= 22 * KB


def test_a_bundle_is_kept_for_ever_under_its_own_hash_only(client: Client) -> None:
    current = client.get(asset_url("css"), headers={"Accept-Encoding": "gzip"})
    older = client.get(reverse("asset", args=["0" * 12, "css"]))

    assert "immutable" in current["Cache-Control"]
    assert gzip.decompress(current.content) == older.content == bundle("css")[1]
    assert older["Cache-Control"] == "no-cache"


def test_an_unknown_bundle_is_not_found(client: Client) -> None:
    assert client.get(reverse("asset", args=["x", "map"])).status_code == 404


@pytest.mark.parametrize("template", sorted(Path(settings.BASE_DIR, "templates").rglob("*.html")), ids=str)
def test_templates_are_short_and_carry_no_style_or_script_of_their_own(template: Path) -> None:
    text = template.read_text()
    markup = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "", text, flags=re.DOTALL)

    assert len(text.splitlines()) <= 150
    assert not re.search(r"\sstyle\s*=|\son\w+\s*=|hx-on|<style|<script(?! src=)", markup)


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    sprite = Path(settings.BASE_DIR, "static", "icons.svg").read_text()
    named = set()
    for template in Path(settings.BASE_DIR, "templates").rglob("*.html"):
        named |= set(re.findall(r'icon\("([a-z-]+)"\)', template.read_text()))

    assert [name for name in sorted(named) if f'id="i-{name}"' not in sprite] == []

"""Saved views of lists: made, renamed, shared, chosen, deleted, all without script; columns per person and view."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from core.models import SavedView, User, ViewChoice
from tests import factories
from tests.orders.makers import draft
from tests.support.pages import browser, posted
from tests.world import World

DRAFTS = "/orders/?view=drafts&sort=gross"


def tabs_of(page: str) -> dict[str, str]:
    """The tabs of a list page: name and address, the open one with a star."""
    strip = re.search(r'<nav class="tabs".*?</nav>', page, re.DOTALL)
    assert strip is not None
    found = re.findall(r'<a href="([^"]*)"( aria-current="page")?>([^<]*?)\s*</a>', strip[0])
    return {f"{name}{'*' if current else ''}": address.replace("&amp;", "&") for address, current, name in found}


def opened(client: Client, address: str) -> str:
    answer = client.get(address, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def save(client: Client, name: str = "By value", address: str = DRAFTS, **more: str) -> Any:
    return client.post(reverse("work:views"), posted(list=address, name=name, **more))


def heads(page: str) -> list[str]:
    strip = re.search(r"<thead>.*?</thead>", page, re.DOTALL)
    assert strip is not None
    return [head for head in re.sub(r"<[^>]+>", "\n", strip[0]).split("\n") if head.strip()]


def test_what_is_shown_is_kept_under_a_name_and_opens_as_a_tab(world: World) -> None:
    client = browser(world.alice)
    order = draft(world, bolt="1")

    answer = save(client, address="/orders/?view=drafts&sort=gross&size=100&select=all&exact=1&after=x")

    view = SavedView.objects.get()
    assert (view.list_key, view.query, view.sharing) == ("orders:list", "view=drafts&sort=gross&size=100", "personal")
    assert answer.headers["Location"] == f"/orders/?{view.query}&saved={view.pk}"
    page = opened(client, answer.headers["Location"])
    assert order.number in page
    assert tabs_of(page)["By value*"] == f"?{view.query}&saved={view.pk}"
    assert [name for name in tabs_of(page) if name.endswith("*")] == ["By value*"]


def test_a_personal_view_is_nobody_elses(world: World) -> None:
    save(browser(world.alice))
    view = SavedView.objects.get()
    boss = browser(world.boss)

    assert "By value" not in opened(boss, "/orders/")
    for name in ("view", "view-take", "view-delete"):
        answer = boss.post(reverse(f"work:{name}", args=[view.pk]), posted(list=DRAFTS, name="Mine now"))
        assert answer.status_code == 404
    assert SavedView.objects.get().name == "By value"


def test_a_shared_view_is_everybodys_who_sees_the_list_and_changed_by_who_may_share(world: World) -> None:
    save(browser(world.boss), sharing="shared")
    view = SavedView.objects.get()
    alice = browser(world.alice)

    assert "By value" in tabs_of(opened(alice, "/orders/"))
    for name in ("view", "view-take", "view-delete"):
        answer = alice.post(
            reverse(f"work:{name}", args=[view.pk]), posted(list=DRAFTS, name="Mine", sharing="personal")
        )
        assert answer.status_code == 403
    assert SavedView.objects.get() == view
    assert (view.name, view.sharing) == ("By value", "shared")


def test_without_the_right_nothing_is_shared(world: World) -> None:
    client = browser(world.alice)

    save(client, sharing="shared")

    assert SavedView.objects.get().sharing == "personal"
    assert 'name="sharing"' not in opened(client, "/orders/")


def test_a_roles_view_opens_the_list_for_those_who_hold_the_role(world: World) -> None:
    boss = browser(world.boss)
    save(boss)
    view, role = SavedView.objects.get(), Group.objects.get(name="Sales")

    answer = boss.post(
        reverse("work:view", args=[view.pk]), posted(list=DRAFTS, name="Drafts first", sharing="role", role=role.pk)
    )

    assert answer.status_code == 303
    assert "Drafts first*" in tabs_of(opened(browser(world.alice), "/orders/"))
    packer = factories.make_user(name="Pat", roles=("Warehouse",), companies=(world.company,))
    assert "Drafts first" not in tabs_of(opened(browser(packer), "/orders/"))
    assert "All open*" in tabs_of(opened(boss, "/orders/")), "the boss does not hold the role and only sees the tab"


def test_a_person_chooses_with_which_view_the_list_opens(world: World) -> None:
    client = browser(world.alice)
    address = save(client).headers["Location"]
    client.post(reverse("work:first-view"), posted(list=address, first="1"))

    answer = client.get("/orders/")
    assert (answer.status_code, f"/orders/{answer.headers['Location']}") == (302, address)
    assert "All open*" in tabs_of(opened(client, "/orders/?view=open")), "any address that says something is kept"

    client.post(reverse("work:first-view"), posted(list="/orders/?view=held", first="1"))
    assert "On hold*" in tabs_of(opened(client, "/orders/"))
    client.post(reverse("work:first-view"), posted(list="/orders/?view=held"))
    assert "All open*" in tabs_of(opened(client, "/orders/"))


def test_the_tab_of_all_is_still_reached_when_the_list_opens_with_another(world: World) -> None:
    client = browser(User.objects.get(username="system"))
    client.post(reverse("work:first-view"), posted(list="/work/messages/?state=dead", first="1"))

    page = opened(client, "/work/messages/")
    assert "Dead letters*" in tabs_of(page)
    assert "All*" in tabs_of(opened(client, f"/work/messages/{tabs_of(page)['All']}"))


def test_a_view_takes_over_what_is_shown_now(world: World) -> None:
    client = browser(world.alice)
    address = save(client).headers["Location"]
    page = opened(client, f"{address}&status=draft")
    view = SavedView.objects.get()
    assert reverse("work:view-take", args=[view.pk]) in page
    assert reverse("work:view-take", args=[view.pk]) not in opened(client, address)

    client.post(reverse("work:view-take", args=[view.pk]), posted(list=f"{address}&status=draft"))

    view.refresh_from_db()
    assert (view.name, view.query) == ("By value", "view=drafts&sort=gross&status=draft")


def test_a_deleted_view_is_gone_with_what_was_chosen_for_it(world: World) -> None:
    client = browser(world.alice)
    address = save(client).headers["Location"]
    client.post(reverse("work:first-view"), posted(list=address, first="1"))

    answer = client.post(reverse("work:view-delete", args=[SavedView.objects.get().pk]), posted(list=address))

    assert (answer.headers["Location"], SavedView.objects.exists(), ViewChoice.objects.exists()) == (
        "/orders/", False, False
    )  # fmt: skip
    assert "All open*" in tabs_of(opened(client, "/orders/"))
    assert "All open*" in tabs_of(opened(client, f"/orders/?saved={10**18}"))


@pytest.mark.parametrize(
    ("name", "words"),
    [("", "Enter a name for the view"), ("x" * 41, "at most 40 characters"), ("By value", "already have a view")],
)
def test_a_name_that_cannot_be_is_told_and_kept(world: World, name: str, words: str) -> None:
    client = browser(world.alice)
    save(client)

    answer = save(client, name=name)

    page = answer.content.decode()
    assert (answer.status_code, SavedView.objects.count()) == (422, 1)
    assert words in page
    assert f'value="{name}"' in page or not name


def test_views_have_limits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.saved_views.MOST_OF_ONE", 2)
    client = browser(world.alice)

    codes = [save(client, name=f"View {number}").status_code for number in range(3)]

    assert codes == [303, 303, 422]
    assert save(client, name="Long", address=f"/orders/?q={'x' * 3000}").status_code == 422


# --- columns ---------------------------------------------------------------------------------------------------------


def choose(client: Client, address: str, *columns: str, **more: str) -> Any:
    return client.post(reverse("work:columns"), posted(list=address, columns=list(columns), **more))


def test_columns_are_chosen_per_person_and_view(world: World) -> None:
    draft(world, bolt="1")
    client = browser(world.alice)

    answer = choose(client, "/orders/?view=drafts", "gross", "shown_status")

    assert answer.headers["Location"] == "/orders/?view=drafts"
    assert heads(opened(client, "/orders/?view=drafts")) == ["No.", "Status", "Total, GBP"]
    assert len(heads(opened(client, "/orders/?view=all"))) > 5
    assert len(heads(opened(browser(world.boss), "/orders/?view=drafts"))) > 5
    choose(client, "/orders/?view=drafts", all="1")
    assert len(heads(opened(client, "/orders/?view=drafts"))) > 5


def test_hidden_columns_are_neither_read_nor_exported_but_still_sort(
    world: World, count_statements: Callable[..., Any]
) -> None:
    draft(world, bolt="1")
    client = browser(world.alice)
    choose(client, "/orders/?view=drafts&sort=gross", "customer_reference")

    file = b"".join(client.get("/orders/?view=drafts&sort=gross&format=csv").streaming_content)  # type: ignore[attr-defined]
    with count_statements() as statements:
        page = opened(client, "/orders/?view=drafts&sort=gross")

    assert file.decode("utf-8-sig").splitlines()[0] == "No.,PO ref"
    assert [text for text in statements.sql if "LIMIT 51" in text and "requested_on" in text] == []
    assert heads(page) == ["No.", "PO ref"]


def test_no_choice_shows_a_column_without_its_right(world: World) -> None:
    fay, bob = browser(world.fay), browser(world.bob)
    address = reverse("inventory:on-hand")
    choose(fay, address, "value")
    ViewChoice.objects.update(person=world.bob)
    SavedView.objects.create(
        list_key="inventory:on-hand", name="Worth", columns=["value"], sharing="shared", owner=world.fay
    )

    for query in ("", f"?saved={SavedView.objects.get().pk}"):
        page = opened(bob, address + query)
        assert "Value" not in heads(page)
        assert 'value="value"' not in page
    choose(bob, address, "value")
    assert "value" not in ViewChoice.objects.get(person=world.bob, view_key="").columns


def test_a_saved_view_keeps_its_columns_for_everybody(world: World) -> None:
    boss = browser(world.boss)
    choose(boss, DRAFTS, "gross")
    address = save(boss, sharing="shared").headers["Location"]

    draft(world, bolt="1")
    assert heads(opened(browser(world.alice), address)) == ["No.", "Total, GBP"]


# --- cost ------------------------------------------------------------------------------------------------------------


def test_a_list_costs_the_same_with_many_rows_and_many_views(
    world: World, count_statements: Callable[..., Any]
) -> None:
    client = browser(world.boss)
    for _ in range(2):
        draft(world, bolt="1")
    opened(client, DRAFTS)
    seen = []
    for number in (0, 8):
        for each in range(number):
            draft(world, bolt="1")
            save(client, name=f"View {each}", sharing="shared" if each % 2 else "personal")
        with count_statements() as statements:
            opened(client, DRAFTS)
        seen.append(len(statements))

    assert seen[0] == seen[1]
    assert seen[0] <= 9


@pytest.mark.parametrize("name", ["login", "account_reset_password", "home", "settings", "work:bell"])
def test_a_page_that_is_no_list_has_no_views(world: World, name: str) -> None:
    assert save(browser(world.alice), address=reverse(name)).status_code == 404


def test_the_list_of_sessions_has_views_as_every_list(world: World) -> None:
    assert save(browser(world.alice), address=reverse("sessions")).status_code == 303

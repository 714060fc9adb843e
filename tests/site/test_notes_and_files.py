"""Notes and files on the timeline of any document: who may, what is kept, how it is handed out, and never changed."""

import re
import uuid
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from core.dossiers import WRITE, add_file, add_note, known_kinds
from core.errors import KeyReused, NotAllowed, NotFound, TooMany
from core.files import Content
from core.models import CommandLog, Document, DocumentEvent, DocumentFile, User
from orders.models import Order
from orders_site.roles import ROLES
from tests import factories
from tests.core.test_files import PDF
from tests.world import World


@pytest.fixture
def order(world: World) -> Order:
    return factories.make_order(
        company=world.company, account=world.acme, warehouse=world.main, lines={world.bolt: "5"}, actor=world.alice
    )


@pytest.fixture
def sales(client: Client, world: World) -> Client:
    client.force_login(world.alice)
    return client


def address(order: Order, what: str = "") -> str:
    return reverse(f"work:timeline{what}", args=["order", order.pk])


def paper(name: str = "paper.pdf", data: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="image/png")


def test_every_kind_of_document_with_a_page_has_notes() -> None:
    kinds = {model.kind for model in apps.get_models() if issubclass(model, Document)}

    assert kinds - set(known_kinds()) == {"entry", "rebate_settlement"}  # neither has a timeline on a page of its own


def test_a_note_stands_on_the_timeline_with_who_and_when(sales: Client, order: Order) -> None:
    answer = sales.post(address(order, "-note"), {"text": "Call before <delivery>\nAsk for Jo"})

    assert (answer.status_code, answer["Location"]) == (303, f"/orders/{order.pk}/#timeline")
    for page in (f"/orders/{order.pk}/edit/", address(order)):
        shown = sales.get(page).content.decode()
        assert "Call before &lt;delivery&gt;<br>Ask for Jo" in shown
        assert re.search(r"Note · Alice[^<]* · \d+ \w+, \d\d:\d\d", shown)


def test_notes_files_and_events_are_told_apart(sales: Client, order: Order) -> None:
    sales.post(address(order, "-note"), {"text": "Call before delivery"})
    sales.post(address(order, "-file"), {"file": paper()})

    shown = {sort: sales.get(address(order), {"show": sort}).content.decode() for sort in ("", "event", "note", "file")}

    found = {
        sort: [word for word in ("Created", "Call before", "paper.pdf") if word in text] for sort, text in shown.items()
    }
    assert found == {"": ["Created", "Call before", "paper.pdf"], "event": ["Created"], "note": ["Call before"],
                     "file": ["paper.pdf"]}  # fmt: skip


def test_a_long_timeline_is_turned_page_by_page(sales: Client, order: Order, world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr("core.web.story.timeline_page.__kwdefaults__", {"sort": "", "before": None, "most": 2})
    for text in ("one", "two", "three"):
        add_note(document_kind="order", document_id=order.pk, text=text, actor=world.alice)

    first = sales.get(address(order), {"show": "note"}).content.decode()
    older = re.search(r'href="([^"]+before=\d+)"', first)

    assert older
    assert ">one<" not in first
    second = sales.get(older[1].replace("&amp;", "&")).content.decode()
    assert ">one<" in second
    assert ">two<" not in second


@pytest.mark.parametrize("text", ["", "a" * 2_001, "bell\x07", "pay with 4111 1111 1111 1111"])
def test_a_note_that_is_not_kept_comes_back_as_typed(sales: Client, order: Order, text: str) -> None:
    for headers in ({}, {"HX-Request": "true"}):
        answer = sales.post(address(order, "-note"), {"text": text}, headers=headers)
        assert answer.status_code == 422
        assert text.replace("\x07", "") in answer.content.decode().replace("\x07", "")
    assert not DocumentEvent.objects.filter(verb="note").exists()
    assert "4111" not in str(list(CommandLog.objects.values_list("arguments", flat=True)))


def test_with_script_only_the_section_is_drawn_anew(sales: Client, order: Order) -> None:
    answer = sales.post(address(order, "-note"), {"text": "Call first"}, headers={"HX-Request": "true"})

    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "Call first" in shown
    assert 'id="timeline"' in shown
    assert "<html" not in shown


def test_the_same_form_twice_is_one_note(sales: Client, order: Order, world: World) -> None:
    for _ in range(2):
        sales.post(address(order, "-note"), {"text": "Once", "idempotency_key": "same"})
        sales.post(address(order, "-file"), {"file": paper(), "idempotency_key": "same"})

    assert sorted(
        DocumentEvent.objects.filter(document_kind="order").exclude(verb="create").values_list("verb", flat=True)
    ) == ["file", "note"]
    with pytest.raises(KeyReused):
        add_file.once("same")(
            document_kind="order",
            document_id=order.pk,
            name="paper.pdf",
            content=Content(PDF + b"\n"),
            actor=world.alice,
        )


def test_a_file_is_kept_under_a_random_name_and_handed_out_for_saving_only(sales: Client, order: Order) -> None:
    sales.post(address(order, "-file"), {"file": paper("C:\\Größe “1”.pdf")})

    file = DocumentFile.objects.get()
    answer = sales.get(reverse("work:file", args=[file.uid]))
    assert (file.media_type, bytes(file.content), file.sha256) == ("application/pdf", PDF, Content(PDF).sha256)
    assert str(file.uid) in sales.get(f"/orders/{order.pk}/edit/").content.decode()
    assert answer.content == PDF
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].endswith("sandbox")
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("given", [{}, {"file": paper("page.html", b"<script>alert(1)</script>")}])
def test_a_file_that_is_not_kept_is_told_at_its_field(sales: Client, order: Order, given: dict[str, Any]) -> None:
    answer = sales.post(address(order, "-file"), given)

    assert answer.status_code == 422
    assert "aria-invalid" in answer.content.decode()
    assert not DocumentFile.objects.exists()


def test_files_are_taken_so_often_in_an_hour(sales: Client, order: Order, monkeypatch: Any) -> None:
    def tired(*_: object) -> None:
        raise TooMany("That was tried too often.", retry_after_seconds=60)

    monkeypatch.setattr("core.dossier_views.take", tired)

    assert sales.post(address(order, "-file"), {"file": paper()}).status_code == 429


def test_documents_and_files_of_others_are_absent(client: Client, order: Order, world: World) -> None:
    uid = add_file(document_kind="order", document_id=order.pk, name="p.pdf", content=Content(PDF), actor=world.alice)
    other = factories.make_company(code="OTHER")
    client.force_login(factories.make_user(name="Olga", roles=("Sales",), companies=(other,)))

    answers = [
        client.get(address(order)),
        client.post(address(order, "-note"), {"text": "x"}),
        client.post(address(order, "-file"), {"file": paper()}),
        client.get(reverse("work:file", args=[uid])),
        client.get(reverse("work:file", args=[uuid.uuid4()])),
        client.get(reverse("work:timeline", args=["order", 987654321])),
        client.get(reverse("work:timeline", args=["nonsense", 1])),
    ]

    assert [answer.status_code for answer in answers] == [404] * 7
    assert DocumentEvent.objects.filter(verb__in=("note", "file")).count() == 1


def test_a_file_is_gone_with_the_right_to_its_document(client: Client, world: World) -> None:
    uid = add_file(
        document_kind="account", document_id=world.acme.pk, name="p.pdf", content=Content(PDF), actor=world.alice
    )
    client.force_login(world.charlie)

    assert client.get(reverse("work:file", args=[uid])).status_code == 404
    assert client.get(reverse("work:timeline", args=["account", world.acme.pk])).status_code == 403
    with pytest.raises(NotFound):
        add_note(document_kind="account", document_id=0, text="x", actor=world.alice)


def test_who_only_looks_on_reads_notes_and_writes_none(client: Client, order: Order, world: World) -> None:
    add_note(document_kind="order", document_id=order.pk, text="Call first", actor=world.alice)
    auditor = factories.make_user(name="Audrey", roles=("Auditor",), companies=(world.company,))
    auditor.user_permissions.add(Permission.objects.get(codename="see_orders"))
    client.force_login(User.objects.get(pk=auditor.pk))

    shown = client.get(f"/orders/{order.pk}/").content.decode()

    assert "Call first" in shown
    assert "Add a note" not in shown
    assert client.post(address(order, "-note"), {"text": "x"}).status_code == 403
    assert client.post(address(order, "-file"), {"file": paper()}).status_code == 403
    assert sorted(name for name, rights in ROLES.items() if WRITE not in rights) == ["Admin", "Auditor", "Controller"]
    with pytest.raises(NotAllowed):
        add_note(document_kind="order", document_id=order.pk, text="x", actor=world.charlie)


@pytest.mark.parametrize("sql", ["UPDATE core_documentfile SET name = 'x'", "DELETE FROM core_documentfile",
                                 "UPDATE core_documentevent SET text = 'x' WHERE verb = 'file'"])  # fmt: skip
def test_what_was_added_is_never_changed(order: Order, world: World, sql: str) -> None:
    add_file(document_kind="order", document_id=order.pk, name="p.pdf", content=Content(PDF), actor=world.alice)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_accounts_and_products_have_their_notes_too(sales: Client, world: World) -> None:
    for kind, row in (("account", world.acme), ("product", world.bolt)):
        sales.post(reverse("work:timeline-note", args=[kind, row.pk]), {"text": f"About {kind}"})
        assert f"About {kind}" in sales.get(reverse(f"catalog:{kind}", args=[row.pk])).content.decode()

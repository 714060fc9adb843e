"""Notes and files by programs: the same commands, the same rights, the same refusals."""

import base64
import uuid
from typing import Any

import pytest

from core.models import DocumentEvent, DocumentFile
from tests import factories
from tests.api.program import Program, make_key
from tests.core.test_files import PDF
from tests.world import World

TEXT = base64.b64encode(PDF).decode()


@pytest.fixture
def program(world: World) -> Program:
    return Program(make_key(world.alice))


@pytest.fixture
def number(world: World) -> str:
    made = factories.make_order(
        company=world.company, account=world.acme, warehouse=world.main, lines={world.bolt: "5"}, actor=world.alice
    )
    return str(made.number)


def test_a_note_and_a_file_are_added_once_and_read(program: Program, number: str) -> None:
    order = {"kind": "order", "number": number}
    noted = [program.call("write_note", {"text": "Call first"}, once="n", **order) for _ in range(2)]
    put = [program.call("put_file", {"name": "p.pdf", "content": TEXT}, once="f", **order) for _ in range(2)]

    told = program.call("read_timeline", **order).body["items"]
    file = program.call("read_file", uid=put[0].body["file"])
    assert [each.status for each in (*noted, *put)] == [201] * 4
    assert (noted[0].body, put[0].body) == (noted[1].body, put[1].body)
    assert [(each["sort"], each["text"], each["by"], each["via"]) for each in told[:2]] == [
        ("file", "p.pdf", "Alice", "api"), ("note", "Call first", "Alice", "api"),
    ]  # fmt: skip
    assert (told[0]["file"], told[0]["size"], told[0]["sha256"]) == (
        put[0].body["file"], len(PDF), put[0].body["sha256"],
    )  # fmt: skip
    assert (file.content, file.headers["Content-Type"]) == (PDF, "application/octet-stream")
    assert [each["sort"] for each in program.call("read_timeline", sort="event", **order).body["items"]] == ["event"]


def test_an_account_is_named_by_its_code(program: Program) -> None:
    place = {"kind": "account", "number": "acme"}
    program.call("write_note", {"text": "Pays late"}, **place)

    assert program.call("read_timeline", **place).body["items"][0]["text"] == "Pays late"
    assert program.call("read_timeline", company="HP", **place).status == 422


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("write_note", {"text": "4111 1111 1111 1111"}),
        ("write_note", {"text": " "}),
        ("put_file", {"name": "p.pdf", "content": "no base64!"}),
        ("put_file", {"name": "p.html", "content": base64.b64encode(b"<script>").decode()}),
    ],
)
def test_what_pages_refuse_is_refused(program: Program, number: str, name: str, body: dict[str, Any]) -> None:
    assert program.call(name, body, kind="order", number=number).status == 422
    assert not DocumentFile.objects.exists()


def test_what_the_person_does_not_see_is_absent(world: World, program: Program, number: str) -> None:
    uid = program.call("put_file", {"name": "p.pdf", "content": TEXT}, kind="order", number=number).body["file"]
    keeper = Program(make_key(world.fay, scopes=["accounting.view_ledger"]))

    assert keeper.call("read_file", uid=uid).status == 404
    assert keeper.call("read_timeline", kind="order", number=number).status == 403
    assert keeper.call("write_note", {"text": "x"}, kind="order", number=number).status == 403
    assert program.call("read_file", uid=str(uuid.uuid4())).status == 404
    assert program.call("read_timeline", kind="order", number="SO-2000-000001").status == 404
    assert DocumentEvent.objects.filter(verb__in=("note", "file")).count() == 1

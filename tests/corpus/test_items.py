"""Every item of the corpus once, at a place that stands for all of its kind."""

import json
from collections.abc import Iterator

import pytest

from tests.corpus.items import Item, corpus
from tests.corpus.pages import Field, Form, read_page
from tests.corpus.shots import Pairs, Range, Shot, encoded, multipart
from tests.corpus.walk import WORDS, baseline, bytes_of, kind_of, places_of

CLASSES = sorted({item.of for item in corpus()})
# The first kind of field that a class names: the form with most fields of it.
HOSTS = {
    "text": "/accounts/new/", "number": "/quotes/new/", "day": "/quotes/contracts/new/", "choice": "/products/new/",
}  # fmt: skip
ORDER = {"account": "C1000", "lines": [{"sku": "SET-TEA", "quantity": "1"}]}


def _of(name: str) -> list[Item]:
    return [item for item in corpus() if item.of == name]


def _form(range_: Range, address: str) -> Form:
    forms, _ = read_page(range_.browser().get(address).content.decode(), address)
    return next(form for form in forms if form.method == "POST" and form.action in (address, ""))


def _takes(control: Field, item: Item) -> bool:
    return kind_of(control) in item.fields or (control.kind in WORDS and bool(item.fields & WORDS))


def _by_form(range_: Range, items: list[Item]) -> Iterator[Shot]:
    """The items over the fields of the class's form, as many in each shot as it has fields."""
    host = next(HOSTS[kind] for kind in HOSTS if kind in items[0].fields)
    form = _form(range_, host)
    fields = [each for each in places_of(form) if _takes(each, items[0])]
    pairs = baseline(form)
    for start in range(0, len(items), len(fields)):
        bad = {each.name: item for each, item in zip(fields, items[start:], strict=False)}
        sent: Pairs = [(name, value) for name, value in pairs if name not in bad]
        sent += [(name, bytes_of(item, range_.place.foreign)) for name, item in bad.items()]
        yield Shot("POST", host, encoded(sent), items=tuple(bad.values()), where=",".join(bad))


def _by_list(range_: Range, item: Item) -> Shot:
    names = ("q", "after", "sort", "size", "saved")
    value = bytes_of(item, range_.place.foreign)
    return Shot("GET", "/coupons/", query=encoded([(name, value) for name in names]), items=(item,))


def _by_file(range_: Range, item: Item) -> Shot:
    """An import of this table, or of a sound one by this name."""
    is_table = "table" in item.fields
    content = item.value if is_table else b"SKU,Name,Stock unit\nA-1,One,ea\n"
    form = [("kind", b"products"), ("company", str(range_.place.company.pk).encode()), ("separator", b"")]
    body, content_type = multipart(form, [("file", b"x.csv" if is_table else item.value, content)])
    return Shot("POST", "/imports/new/", body, content_type=content_type, items=(item,))


def _by_call(range_: Range, item: Item) -> Iterator[Shot]:
    """As the body of a call, or in each field of one."""
    more = {"content_type": "application/json", "headers": {"Authorization": f"Bearer {range_.place.api_key}"}}
    if "body" in item.fields:
        yield Shot("POST", "/api/v1/orders", item.value, items=(item,), **more)  # type: ignore[arg-type]
        yield Shot("POST", "/payments/webhooks/local/", item.value, content_type="application/json", items=(item,))
        return
    for body in ({**ORDER, "account": item.value}, {**ORDER, "lines": item.value}, item.value):
        yield Shot("POST", "/api/v1/orders", json.dumps(body).encode(), items=(item,), **more)  # type: ignore[arg-type]


def _shots(range_: Range, items: list[Item]) -> Iterator[Shot]:
    kinds = items[0].fields
    for item in items:
        if "headers" in kinds:
            yield Shot("GET", "/settings/", headers=item.value, items=(item,))
        elif "query" in kinds:
            yield Shot("GET", "/coupons/", query=item.value, items=(item,))
        elif "path" in kinds:
            yield Shot("GET", f"/orders/{item.value.decode()}/", items=(item,))
        elif kinds & {"table", "file name"}:
            yield _by_file(range_, item)
        elif kinds & {"body", "json"}:
            yield from _by_call(range_, item)
        elif kinds & {"sort", "page"} and not kinds & {"text"}:
            yield _by_list(range_, item)
    if kinds & HOSTS.keys() and not kinds & {"page"}:
        yield from _by_form(range_, items)


@pytest.mark.parametrize("name", CLASSES)
def test_each_item_is_answered(range_: Range, name: str) -> None:
    shots = list(_shots(range_, _of(name)))
    for shot in shots:
        range_.fire(shot)

    assert {item for shot in shots for item in shot.items} == set(_of(name))
    range_.require_sound()

"""Every operation of the API, found in its description: each parameter and each field of its body, and bodies that are
none.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from billing.models import Invoice
from catalog.models import ConditionRecord, Coupon, ProductRelation
from core.dates import business_date
from core.models import DocumentFile
from fulfillment.models import Delivery, Return
from orders.models import Order
from orders_site.api.urls import V1
from payments.models import Payment
from quotes.models import Quote
from tests.corpus.items import Item, Round
from tests.corpus.shots import Range, Shot, encoded
from tests.corpus.walk import bytes_of

DESCRIPTION = V1.description()
OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, methods in DESCRIPTION["paths"].items()
    for method, operation in methods.items()
}
FILLS = {
    "account": "C1000", "sku": "SET-TEA", "quantity": "1", "currency": "GBP", "unit_price": "5.00", "amount": "5.00",
    "net": "5.00", "received": "1", "kind": "manual", "method": "bank", "discount_percent": "1", "name": "Jess",
    "reason": "because", "description": "Something", "line": 1, "tax_category": "standard", "disposition": "restock",
}  # fmt: skip
MODELS = {
    "orders": Order, "quotes": Quote, "deliveries": Delivery, "returns": Return, "invoices": Invoice,
    "payments": Payment,
}  # fmt: skip
BY_ID: dict[str, Any] = {"prices": ConditionRecord, "relations": ProductRelation, "coupons": Coupon}
KINDS = {"after": "page", "limit": "page", "wanted_on": "day", "quantity": "number", "search": "search"}


def _whole(schema: dict[str, Any], name: str = "") -> Any:
    """A body that means something, of a schema."""
    if "$ref" in schema:
        schema = DESCRIPTION["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in schema:
        return _whole(schema["anyOf"][0], name)
    match schema.get("type"):
        case "object":
            return {key: _whole(part, key) for key, part in schema.get("properties", {}).items() if _is_sent(key)}
        case "array":
            return [_whole(schema["items"], name)]
        case "boolean":
            return False
        case "integer":
            return 1
    if schema.get("format") == "date":
        return business_date("Europe/London").isoformat()
    return _numbers(name) or FILLS.get(name) or schema.get("enum", [""])[0]


def _is_sent(name: str) -> bool:
    return name not in ("company", "coupon", "terms", "unit", "warehouse", "order", "invoice") or name == "order"


def _numbers(word: str, status: int = 0) -> str:
    """The number of a document of that word, the newer or the older one."""
    model = MODELS.get(word) or MODELS.get(f"{word}s") or (Delivery if word == "delivery" else None)
    if model is None:
        return ""
    rows = model.objects.filter(company__code="HP").order_by("pk" if status else "-pk")
    return str(rows.values_list("number", flat=True).first() or "")


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of a body where a value stands, lists and objects among them."""
    if path:
        yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from _leaves(part, (*path, key))


def _with(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    found = json.loads(json.dumps(value))
    at = found
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = new
    return found


def _kind(path: tuple[Any, ...], value: Any) -> str:
    """The kind of a field by its value as it would be."""
    if not isinstance(value, str):
        return "json"
    if len(value) == 10 and value[4:5] == "-" and value[7:8] == "-":
        return "day"
    return (
        "number" if value.replace(".", "").isdigit() else "code" if path[-1] in ("sku", "account", "kind") else "text"
    )


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


class Calls:
    """What is sent to one operation."""

    def __init__(self, range_: Range, name: str, turn: Round) -> None:
        self.method, self.path, self.operation = OPERATIONS[name]
        self.range, self.turn = range_, turn
        self.headers = {"Authorization": f"Bearer {range_.place.api_key}"}
        self.names = [each["name"] for each in self.operation.get("parameters", ()) if each["in"] == "path"]
        content = self.operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        self.body = _whole(content["schema"]) if content else None

    def address(self, status: int = 0) -> str:
        """The operation's address for a document that is there."""
        word = self.path.split("/")[3]
        found = {
            "sku": "SET-TEA",
            "code": "C1000",
            "number": _numbers("orders" if word == "documents" else word, status),
            "kind": "order",
            "id": BY_ID[word].objects.order_by("pk").values_list("pk", flat=True)[0] if "id" in self.names else "",
            "uid": DocumentFile.objects.values_list("uid", flat=True)[0],
        }
        address = self.path
        for name in self.names:
            address = address.replace("{" + name + "}", str(found[name]))
        return address

    def shots(self) -> Iterator[Shot]:
        """Its address, its query, its headers, each field of its body, and bodies that are none."""
        for status in (0, 1) if "number" in self.names else (0,):
            yield self._shot([], json.dumps(self.body).encode() if self.body is not None else b"", status=status)
        for name in self.names:
            item = self.turn.deal("path")
            rest = self.path.replace("{" + name + "}", item.value.decode())
            yield self._shot([item], where=name, address=rest)
        for each in self.operation.get("parameters", ()):
            item = self.turn.deal(KINDS.get(each["name"], "code"))
            if each["in"] == "query":
                query = encoded([(each["name"], bytes_of(item, self.range.place.foreign))])
                yield self._shot([item], where=each["name"], query=query)
        if self.method == "GET":
            item = self.turn.deal("query")
            yield self._shot([item], query=item.value)
        else:
            yield from self._bodies()
        head = self.turn.deal("headers")
        yield self._shot([head], where="headers", headers=head.value)

    def _bodies(self) -> Iterator[Shot]:
        for _ in range(2):
            item = self.turn.deal("body")
            yield self._shot([item], item.value, is_lenient=self.body is None)
        for path in _leaves(self.body):
            for kind in {"json", _kind(path, _at(self.body, path))}:
                item = self.turn.deal(kind)
                sent = item.value.decode("utf-8", "surrogateescape") if isinstance(item.value, bytes) else item.value
                yield self._shot(
                    [item], json.dumps(_with(self.body, path, sent)).encode(), where=f"{path}", status=len(path) % 2
                )

    def _shot(self, items: list[Item], body: bytes = b"", *, address: str = "", status: int = 0, **more: Any) -> Shot:
        headers = {**self.headers, "If-Match": '"1"', **more.pop("headers", {})}
        return Shot(
            self.method, address or self.address(status), body, content_type="application/json", items=tuple(items),
            headers=headers, **more,
        )  # fmt: skip


@pytest.mark.parametrize("part", range(6))
def test_what_a_program_may_send(range_: Range, part: int) -> None:
    turn = Round(part * 53)
    for name in sorted(OPERATIONS)[part::6]:
        for shot in Calls(range_, name, turn).shots():
            range_.fire(shot)

    range_.require_sound()

"""Packing: which box holds what, what it weighs, and its serial number."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from django.conf import settings
from django.db import connection

from core import bulk
from core.commands import command
from core.models import User
from core.rounding import round_places
from core.transitions import advance, require_transition
from core.wording import plain
from fulfillment.drafts import PackageDraft
from fulfillment.errors import DeliveryNotReady, PackingRefused
from fulfillment.loading import LoadedLine, lines_of
from fulfillment.models import Delivery, Package, PackageLine
from fulfillment.services.locking import lock_deliveries
from fulfillment.services.picking import write_picked
from fulfillment.sscc import sscc
from fulfillment.states import DeliveryStatus

ZERO = Decimal(0)
WEIGHT_PLACES = 4
HEAVIEST_KG = Decimal(10) ** 8  # numeric(12,4)


@command(permission="fulfillment.pick_delivery")
def pack_deliveries(
    *, delivery_ids: Collection[int], actor: User, packages: Mapping[int, Sequence[PackageDraft]] | None = None
) -> list[int]:
    """Put what was picked into packages with serial numbers (SSCC) and return their ids; by default one per delivery.

    Everything that was picked must be in a package, exactly. Weights are in kg.

    Raises:
        DeliveryNotReady: a line is not picked yet, or nothing was picked.
        PackingRefused: the packages hold more or less than was picked.
    """
    deliveries = lock_deliveries(delivery_ids)
    if not deliveries:
        return []
    require_transition(deliveries, "pack")
    lines = settled(deliveries, lines_of(delivery_ids))
    as_planned = {delivery.pk for delivery in deliveries if delivery.status == DeliveryStatus.RELEASED}
    write_picked([line for delivery_id in sorted(as_planned) for line in lines[delivery_id]])
    drafts = [
        (delivery, position, draft)
        for delivery in deliveries
        for position, draft in enumerate(_checked(delivery, lines[delivery.pk], (packages or {}).get(delivery.pk)), 1)
    ]
    weights = {line.id: line.weight_kg for found in lines.values() for line in found}
    ids = bulk.insert(
        Package,
        {
            "delivery_id": [delivery.pk for delivery, _, _ in drafts],
            "position": [position for _, position, _ in drafts],
            "sscc": _serials(len(drafts)),
            "weight_kg": [_weight(draft, weights) for _, _, draft in drafts],
        },
    )
    contents = [
        (package_id, *content)
        for package_id, (_, _, draft) in zip(ids, drafts, strict=True)
        for content in draft.contents
    ]
    bulk.insert(
        PackageLine,
        {
            "package_id": [package_id for package_id, _, _ in contents],
            "delivery_line_id": [line_id for _, line_id, _ in contents],
            "quantity": [quantity for _, _, quantity in contents],
        },
    )
    advance(deliveries, "pack", actor=actor)
    return ids


def settled(deliveries: Sequence[Delivery], lines: Mapping[int, Sequence[LoadedLine]]) -> dict[int, list[LoadedLine]]:
    """What each delivery holds, its lines closed. Nobody picked anything of a released one: then it is as planned.

    Writes nothing. Raises DeliveryNotReady naming the line that is still open.
    """
    found: dict[int, list[LoadedLine]] = {}
    for delivery in deliveries:
        own = list(lines[delivery.pk])
        if delivery.status == DeliveryStatus.RELEASED:
            own = [replace(line, picked=line.quantity, is_picked=True) for line in own]
        for line in own:
            if not line.is_picked:
                raise DeliveryNotReady(
                    f"{delivery.number}: {plain(line.picked)} of {plain(line.quantity)} {line.sku} picked."
                    " Pick the rest, or report it short."
                )
        if not any(line.picked for line in own):
            raise DeliveryNotReady(f"{delivery.number}: nothing was picked. Cancel the delivery instead.")
        found[delivery.pk] = own
    return found


def _checked(
    delivery: Delivery, lines: Sequence[LoadedLine], drafts: Sequence[PackageDraft] | None
) -> Sequence[PackageDraft]:
    """The packages as asked, or one with everything. Raises PackingRefused for what is missing or too much."""
    picked = {line.id: line.picked for line in lines if line.picked}
    if drafts is None:
        return [PackageDraft(tuple(picked.items()))]
    names = {line.id: line.sku for line in lines}
    packed: dict[int, Decimal] = dict.fromkeys(picked, ZERO)
    for number, draft in enumerate(drafts, 1):
        if not draft.contents:
            raise PackingRefused(f"Package {number} of {delivery.number} is empty.")
        if draft.weight_kg is not None and not 0 <= draft.weight_kg < HEAVIEST_KG:
            raise PackingRefused(f"Package {number} of {delivery.number}: enter a weight in kg.")
        for line_id, quantity in draft.contents:
            if line_id not in picked or quantity <= 0:
                raise PackingRefused(
                    f"Package {number} of {delivery.number} holds something that was not picked for it."
                )
            packed[line_id] += quantity
    for line_id, quantity in picked.items():
        if packed[line_id] != quantity:
            raise PackingRefused(
                f"{delivery.number}: {plain(quantity)} {names[line_id]} picked, {plain(packed[line_id])} in packages."
            )
    return drafts


def _serials(count: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('number_sscc') FROM generate_series(1, %s)", [count])
        return [sscc(settings.KEPT_GS1_PREFIX, row[0]) for row in cursor.fetchall()]


def _weight(draft: PackageDraft, weights: Mapping[int, Decimal]) -> Decimal:
    if draft.weight_kg is not None:
        return round_places(draft.weight_kg, WEIGHT_PLACES)
    total = sum((weights[line_id] * quantity for line_id, quantity in draft.contents), ZERO)
    return min(round_places(total, WEIGHT_PLACES), HEAVIEST_KG - 1)

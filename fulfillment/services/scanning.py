"""Picking by scan: every scan is a row, counted once, and the server decides what it meant."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from catalog.models import ProductUnit
from catalog.selectors import resolve_codes, sku_by_id
from core import bulk
from core.commands import command
from core.errors import DomainError
from core.models import User
from core.rounding import UnitRatio, convert_quantity, exact_quantity
from core.wording import plain
from fulfillment.drafts import ScanResult
from fulfillment.errors import PickRefused
from fulfillment.loading import LoadedLine, lines_of
from fulfillment.models import Delivery, PickScan
from fulfillment.services.locking import lock_deliveries
from fulfillment.services.picking import ON_THE_FLOOR, start_picking, write_picked

COUNTED, COMPLETE, BIN, UNDONE = "counted", "complete", "bin", "undone"
WRONG_ITEM, WRONG_BIN, TOO_MANY, UNKNOWN = "wrong_item", "wrong_bin", "too_many", "unknown"
STOPPING = frozenset({WRONG_ITEM, WRONG_BIN, TOO_MANY, UNKNOWN})
LONGEST_CODE = 80  # characters; two scans glued together are longer than any code
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a scan turned out to be: the answer, and the lines that it changes."""

    result: ScanResult
    lines: tuple[LoadedLine, ...] = ()


@command(permission="fulfillment.pick_delivery")
def record_scan(
    *, delivery_id: int, client_uuid: uuid.UUID, code: str, actor: User, quantity: Decimal | None = None
) -> ScanResult:
    """Take one scan of a picker: SKU or barcode counts one (or ``quantity``), a pack's barcode what the pack holds.

    ``client_uuid`` is made by the device: a scan that is sent again, or replayed from its queue, answers as it did
    and counts once. A wrong item, an unknown code or one too many counts nothing and is kept with its outcome. Locks
    the delivery.

    Raises:
        PickRefused: the delivery is not with the pickers, or the code is no code.
    """
    (delivery,) = lock_deliveries([delivery_id])
    known = PickScan.objects.filter(delivery=delivery, client_uuid=client_uuid).first()
    if known is not None:
        return ScanResult(known.outcome, known.message, known.delivery_line_id, known.quantity)
    _require_on_the_floor(delivery)
    code = code.replace("\x00", "").strip()
    if not code or len(code) > LONGEST_CODE:
        raise PickRefused("Scan or enter one code.", fields={"code": "Scan or enter one code"})
    lines = lines_of([delivery_id])[delivery_id]
    seen = _bin_scan(lines, code) or _item_scan(delivery, lines, code, quantity)
    write_picked(seen.lines)
    if seen.lines:
        start_picking([delivery], actor=actor)
    _keep(delivery, client_uuid, code, seen.result, actor=actor)
    return seen.result


@command(permission="fulfillment.pick_delivery")
def undo_scan(*, delivery_id: int, client_uuid: uuid.UUID, actor: User) -> ScanResult:
    """Take back the last scan that counted and was not taken back yet. The same uuid again takes back no more.

    Raises PickRefused when there is none, or its line was closed short since.
    """
    (delivery,) = lock_deliveries([delivery_id])
    known = PickScan.objects.filter(delivery=delivery, client_uuid=client_uuid).first()
    if known is not None:
        return ScanResult(known.outcome, known.message, known.delivery_line_id, known.quantity)
    _require_on_the_floor(delivery)
    last = _last_counted(delivery)
    if last is None:
        raise PickRefused("There is no scan to undo.")
    lines = {line.id: line for line in lines_of([delivery_id])[delivery_id]}
    line = lines[last.delivery_line_id or 0]
    if line.is_short or line.picked < last.quantity:
        raise PickRefused(f"{line.sku} was closed since; it cannot be undone.")
    write_picked([replace(line, picked=line.picked - last.quantity, is_picked=False)])
    result = ScanResult(UNDONE, f"{plain(last.quantity)} {line.sku} taken back", line.id, -last.quantity)
    _keep(delivery, client_uuid, last.code, result, actor=actor)
    return result


def _require_on_the_floor(delivery: Delivery) -> None:
    if delivery.status not in ON_THE_FLOOR:
        raise PickRefused(
            f"{delivery.title} is {delivery.get_status_display().lower()}; nothing can be picked for it now."
        )


def _last_counted(delivery: Delivery) -> PickScan | None:
    """The newest counting scan that no undo has met yet: undos and counts nest like brackets."""
    undone = 0
    for scan in PickScan.objects.filter(delivery=delivery).exclude(quantity=0).order_by("-pk"):
        if scan.outcome == UNDONE:
            undone += 1
        elif undone:
            undone -= 1
        else:
            return scan
    return None


def _bin_scan(lines: Sequence[LoadedLine], code: str) -> _Seen | None:
    """A bin's label: says whether the picker stands at the right one. None when the code is no bin of this walk."""
    here = [line for line in lines if line.bin_code and line.bin_code.upper() == code.upper()]
    if not here:
        return None
    due = next((line for line in lines if line.to_pick), None)
    if due is None or due in here:
        return _Seen(ScanResult(BIN, f"Bin {code.upper()}", here[0].id))
    return _Seen(ScanResult(WRONG_BIN, f"This is {code.upper()}; the next bin is {due.bin_code or 'unknown'}."))


def _item_scan(delivery: Delivery, lines: Sequence[LoadedLine], code: str, quantity: Decimal | None) -> _Seen:
    product_id = resolve_codes([code], account_id=delivery.account_id)[code]
    if product_id is None:
        return _Seen(ScanResult(UNKNOWN, f"Nobody knows the code {code}."))
    mine = [line for line in lines if line.product_id == product_id]
    if not mine:
        return _Seen(ScanResult(WRONG_ITEM, _needs(lines, sku_by_id([product_id])[product_id])))
    count = _counted(mine[0], code, quantity)
    line = next((line for line in mine if line.to_pick), None)
    if line is None:
        line, room = mine[-1], _tolerance(mine)
    else:
        room = line.to_pick if _later(mine, line) else line.to_pick + _tolerance(mine)
    if count > room or line.is_short:
        left = sum((each.to_pick for each in mine), Decimal(0))
        return _Seen(ScanResult(TOO_MANY, f"{mine[0].sku}: {plain(left)} more wanted, {plain(count)} scanned."))
    after = replace(line, picked=line.picked + count, is_picked=line.picked + count >= line.quantity)
    outcome = COMPLETE if after.is_picked else COUNTED
    message = f"{line.sku} counted, {plain(after.picked)} of {plain(line.quantity)}"
    return _Seen(ScanResult(outcome, message, line.id, count), (after,))


def _later(mine: Sequence[LoadedLine], line: LoadedLine) -> bool:
    """Whether more of the product is wanted from another bin: then nothing beyond this line is taken here."""
    return any(other.to_pick for other in mine if other.id != line.id)


def _tolerance(mine: Sequence[LoadedLine]) -> Decimal:
    """How much more than planned the order line takes: its over-delivery tolerance less what is planned and picked."""
    if not mine[0].over_delivery_percent:
        return Decimal(0)
    same = [line for line in mine if line.order_line_id == mine[-1].order_line_id]
    planned = sum((max(line.quantity, line.picked) for line in same), Decimal(0))
    return max(same[-1].may_still_ship - planned, Decimal(0))


def _counted(line: LoadedLine, code: str, quantity: Decimal | None) -> Decimal:
    """How many stock units the scan stands for. Raises PickRefused for a quantity that cannot be."""
    unit = ProductUnit.objects.filter(product_id=line.product_id, barcode=code).exclude(barcode="").first()
    ratio = UnitRatio(unit.numerator, unit.denominator) if unit else UnitRatio()
    try:
        count = convert_quantity(exact_quantity(ONE if quantity is None else quantity), source=ratio)
    except DomainError as refusal:
        raise PickRefused(refusal.sentence, fields={"quantity": refusal.sentence}) from refusal
    if count <= 0 or (line.is_whole and count != count.to_integral_value()):
        sentence = (
            f"{line.sku}: enter a whole number above zero." if line.is_whole else f"{line.sku}: enter more than zero."
        )
        raise PickRefused(sentence, fields={"quantity": sentence})
    return count


def _needs(lines: Sequence[LoadedLine], sku: str) -> str:
    due = next((line for line in lines if line.to_pick), None)
    if due is None:
        return f"{sku} is not on this delivery, and everything is picked."
    place = f"Bin {due.bin_code}" if due.bin_code else "The next line"
    return f"You scanned {sku}. {place} needs {due.sku}, {plain(due.to_pick)} more."


def _keep(delivery: Delivery, client_uuid: uuid.UUID, code: str, result: ScanResult, *, actor: User) -> None:
    bulk.insert(
        PickScan,
        {
            "delivery_id": [delivery.pk],
            "client_uuid": [client_uuid],
            "code": [code],
            "quantity": [result.quantity],
            "outcome": [result.outcome],
            "message": [result.message[:200]],
            "delivery_line_id": [result.delivery_line_id],
            "actor_id": [actor.pk],
        },
    )

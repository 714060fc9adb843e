"""Create coupons, change their limits, and count their uses under the lock of their totals."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from catalog import checks
from catalog.drafts import CouponDraft, CouponUse
from catalog.errors import CouponRefused
from catalog.ledgers import COUPONS, EVERYBODY
from catalog.models import Coupon, CouponTotal
from catalog.services.locking import lock_coupon
from catalog.services.scope import require_member
from core import bulk
from core.commands import command
from core.ledger import Guard, Key, Movement
from core.models import User

_FIELDS = (
    "company_id",
    "code",
    "name",
    "currency",
    "percent_off",
    "amount_off",
    "minimum_order_net",
    "valid_from",
    "valid_until",
    "most_uses",
    "most_uses_per_account",
)
MOST_AMOUNT = Decimal(10) ** 15


@command(permission="catalog.maintain_coupon")
def create_coupon(*, draft: CouponDraft, actor: User) -> int:
    """Create a coupon with its limits.

    Amounts are in its currency. Raises CouponRefused with the sentence at its field.
    """
    require_member(actor, [draft.company_id])
    wrong = _wrong(draft)
    if Coupon.objects.filter(company_id=draft.company_id, code__iexact=draft.code).exists():
        wrong["code"] = "There is already a coupon with this code."
    if wrong:
        raise CouponRefused(checks.summary(draft.code[:24] or "The coupon", wrong), fields=wrong)
    (coupon_id,) = bulk.insert(Coupon, {name: [getattr(draft, name)] for name in _FIELDS})
    return coupon_id


@command(permission="catalog.maintain_coupon")
def change_coupon(
    *,
    coupon_id: int,
    name: str,
    valid_until: date | None,
    most_uses: int | None,
    most_uses_per_account: int | None,
    actor: User,
) -> None:
    """Change how long and how often a coupon can be used. What it gives stays as it was promised.

    Locks the coupon; its totals take the new limits with it. A limit below the uses taken is refused by their
    constraint.
    """
    coupon = lock_coupon(coupon_id)
    require_member(actor, [coupon.company_id])
    wrong = _wrong_limits(coupon.valid_from, valid_until, most_uses, most_uses_per_account)
    if sentence := checks.text(name, 80, required=True):
        wrong["name"] = sentence
    if wrong:
        raise CouponRefused(checks.summary(coupon.code, wrong), fields=wrong)
    Coupon.objects.filter(pk=coupon_id).update(
        name=name, valid_until=valid_until, most_uses=most_uses, most_uses_per_account=most_uses_per_account
    )
    totals = CouponTotal.objects.filter(coupon_id=coupon_id)
    for total, most in (
        (totals.filter(account_id=EVERYBODY), most_uses),
        (totals.exclude(account_id=EVERYBODY), most_uses_per_account),
    ):
        if most is not None and total.filter(uses__gt=most).exists():
            raise CouponRefused(f"{coupon.code} was used more often than {most} times already.")
        total.update(ceiling=most)


@dataclass(frozen=True, slots=True)
class CouponRefusal:
    """A use that a coupon's limits do not allow any more, and why."""

    coupon_id: int
    source_id: int
    sentence: str


def refused_coupon_uses(*, uses: Sequence[CouponUse]) -> list[CouponRefusal]:
    """Lock the coupons' totals and say which of these uses, taken in order, go beyond their limits. Writes no use.

    The locks stay until the end of the transaction, so that what passes here passes in ``lock_and_use_coupons``.
    """
    if not uses:
        return []
    coupons = Coupon.objects.in_bulk({use.coupon_id for use in uses})
    _lock_missing_totals(uses)
    totals = COUPONS.lock([key for use in uses for key in _keys(use, coupons)])
    taken: defaultdict[Key, Decimal] = defaultdict(Decimal)
    refused = []
    for use in uses:
        movements = [_movement(key, use) for key in _keys(use, coupons)]
        earlier = [Movement(key, {"uses": delta}, "", 0, "", use.business_date) for key, delta in taken.items()]
        against = COUPONS.refusals(totals, [*earlier, *movements], Guard.BLOCK)
        if against:
            code = coupons[use.coupon_id].code
            refused.append(CouponRefusal(use.coupon_id, use.source_id, f"Coupon {code}: {against[0].sentence}"))
        else:
            for movement in movements:
                taken[movement.key] += movement.deltas["uses"]
    return refused


@command(permission=None)
def lock_and_use_coupons(*, uses: Sequence[CouponUse], actor: User) -> None:
    """Count uses of coupons, or give them back (negative delta), for everybody and for the account, under their locks.

    Constant statement count. A use is unique by its source and purpose. Whether the coupon is valid on the day is
    priced before; here only the limits are held.

    Raises:
        CouponRefused: a coupon is used up, in all or by the account; every such coupon is named.
    """
    if not uses:
        return
    coupons = Coupon.objects.in_bulk({use.coupon_id for use in uses})
    _lock_missing_totals(uses)
    movements = [_movement(key, use) for use in uses for key in _keys(use, coupons)]
    totals = COUPONS.lock([movement.key for movement in movements])
    refused = COUPONS.refusals(totals, movements, Guard.BLOCK)
    if refused:
        codes = sorted({(coupons[refusal.key[1]].code, refusal.sentence) for refusal in refused})
        raise CouponRefused(" ".join(f"Coupon {code}: {sentence}" for code, sentence in codes))
    COUPONS.post(movements, totals=totals)


def _keys(use: CouponUse, coupons: Mapping[int, Coupon]) -> list[Key]:
    """The two totals that a use counts in: everybody's and the account's."""
    company_id = coupons[use.coupon_id].company_id
    return [(company_id, use.coupon_id, account_id) for account_id in (EVERYBODY, use.account_id)]


def _movement(key: Key, use: CouponUse) -> Movement:
    return Movement(
        key=key,
        deltas={"uses": Decimal(use.delta)},
        source_type=use.source_type,
        source_id=use.source_id,
        purpose=use.purpose or ("use" if use.delta > 0 else "return"),
        business_date=use.business_date,
    )


def _lock_missing_totals(uses: Sequence[CouponUse]) -> None:
    """Create totals that are not there yet, with the limits of their coupon, which is share-locked meanwhile.

    Without that lock a change of limits could miss a total that is just being created. Existing totals cost no lock
    here.
    """
    wanted = sorted({(use.coupon_id, account_id) for use in uses for account_id in (EVERYBODY, use.account_id)})
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalog_coupontotal (company_id, coupon_id, account_id, ceiling)"
            " SELECT c.company_id, c.id, w.account_id,"
            " CASE WHEN w.account_id = 0 THEN c.most_uses ELSE c.most_uses_per_account END"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS w(coupon_id, account_id)"
            " JOIN catalog_coupon c ON c.id = w.coupon_id"
            " WHERE NOT EXISTS (SELECT 1 FROM catalog_coupontotal t WHERE t.company_id = c.company_id"
            " AND t.coupon_id = c.id AND t.account_id = w.account_id)"
            " ORDER BY c.id FOR SHARE OF c ON CONFLICT DO NOTHING",
            [[coupon_id for coupon_id, _ in wanted], [account_id for _, account_id in wanted]],
        )


def _wrong(draft: CouponDraft) -> dict[str, str]:
    """Everything that is wrong with a new coupon, by field."""
    found = _wrong_limits(draft.valid_from, draft.valid_until, draft.most_uses, draft.most_uses_per_account)
    sentences = {
        "code": checks.text(draft.code, 24, required=True),
        "name": checks.text(draft.name, 80, required=True),
        "currency": checks.currency(draft.currency),
        "minimum_order_net": checks.number(draft.minimum_order_net, places=4, most=MOST_AMOUNT),
        "percent_off": None if draft.percent_off is None else checks.percentage(draft.percent_off),
        "amount_off": None if draft.amount_off is None else checks.number(draft.amount_off, places=4, most=MOST_AMOUNT),
    }
    found |= {field: sentence for field, sentence in sentences.items() if sentence}
    if "percent_off" not in found and "amount_off" not in found and bool(draft.percent_off) == bool(draft.amount_off):
        found["percent_off"] = "Enter either a percentage or an amount, greater than zero."
    if draft.code != draft.code.strip():
        found["code"] = "Take out the blanks around the code."
    return found


def _wrong_limits(
    valid_from: date, valid_until: date | None, most_uses: int | None, most_per_account: int | None
) -> dict[str, str]:
    found = {}
    if valid_until is not None and valid_until <= valid_from:
        found["valid_until"] = "This ends before it begins."
    for field, value in (("most_uses", most_uses), ("most_uses_per_account", most_per_account)):
        if value is not None and not 0 < value <= checks.LARGEST_COUNT:
            found[field] = "Enter a whole number from 1 on, or nothing for no limit."
    return found

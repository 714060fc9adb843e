"""Questions about rebates: which agreements a user may see, and where each of them stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from core.access import company_ids
from core.models import User
from core.rounding import currency_exponent
from rebates.accruals import Balances
from rebates.models import RebateAgreement, RebateMovement, RebateSettlement, RebateTotal
from rebates.tiers import Forecast, Rebate, Scale, TierMethod, earn, forecast


def agreements_visible_to(user: User | AnonymousUser) -> QuerySet[RebateAgreement]:
    """The rebate agreements of the user's companies."""
    return RebateAgreement.objects.filter(company__in=company_ids(user))


def settlements_visible_to(user: User | AnonymousUser) -> QuerySet[RebateSettlement]:
    """The settlements of the user's companies."""
    return RebateSettlement.objects.filter(company__in=company_ids(user))


@dataclass(frozen=True, slots=True)
class Statement:
    """Where an agreement stands: what counted, what it earned so far, and how much more would earn what."""

    balances: Balances
    tiers: Sequence[tuple[Decimal, Decimal]]
    earned: Rebate
    outlook: Forecast
    settlements: Sequence[RebateSettlement]

    @property
    def to_settle(self) -> Decimal:
        """Earned and not settled yet."""
        return self.earned.earned - self.balances.settled


def scale_of(agreement: RebateAgreement, tiers: Sequence[tuple[Decimal, Decimal]]) -> Scale:
    """The agreement's tiers as the engine reads them. Pure."""
    return Scale.starting_at(TierMethod(agreement.method), tiers, basis_places=currency_exponent(agreement.currency))


def tiers_of(agreement: RebateAgreement) -> list[tuple[Decimal, Decimal]]:
    """The tiers as (from, percent), the lowest first. One query."""
    return list(agreement.tiers.order_by("starts_at").values_list("starts_at", "percent"))


def statement_of(agreement: RebateAgreement, *, on: date) -> Statement | None:
    """The statement of an agreement as it is now, with the outlook at the pace until the day. Three queries.

    None while it has no tiers.
    """
    tiers = tiers_of(agreement)
    if not tiers:
        return None
    total = RebateTotal.objects.filter(agreement=agreement).first()
    balances = Balances(total.base, total.accrued, total.settled, total.liability) if total else Balances()
    scale, exponent = scale_of(agreement, tiers), currency_exponent(agreement.currency)
    return Statement(
        balances=balances,
        tiers=tiers,
        earned=earn(scale, balances.base, exponent=exponent),
        outlook=forecast(
            scale,
            balances.base,
            exponent=exponent,
            period_from=agreement.valid_from,
            period_until=agreement.valid_until,
            on=max(on, agreement.valid_from),
        ),
        settlements=list(agreement.settlements.order_by("-pk")),
    )


@dataclass(frozen=True, slots=True)
class Counted:
    """What one document did to an agreement."""

    source_type: str
    source_id: int
    business_date: date
    base: Decimal
    accrued: Decimal
    settled: Decimal


def movements_of(agreement_id: int, *, most: int = 100) -> list[Counted]:
    """What counted, was accrued and settled, the latest first. One query."""
    rows = RebateMovement.objects.filter(total__agreement=agreement_id).order_by("-pk")[:most]
    return [
        Counted(*row)
        for row in rows.values_list("source_type", "source_id", "business_date", "base", "accrued", "settled")
    ]

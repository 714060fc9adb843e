"""Agreements of the small named world, and books that must agree afterwards."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.events import InvoicesPosted
from core import invariants
from core.events import subscribe
from rebates.drafts import AgreementDraft, TierDraft
from rebates.handlers import accrue_for_invoices
from rebates.invariants import INVARIANTS
from rebates.models import RebateAgreement
from rebates.services import activate_agreement, create_agreement
from tests.factories import TODAY
from tests.payments.conftest import Cash, balance, require_books_agree
from tests.world import World, world

__all__ = ["balance", "world"]

subscribe(InvoicesPosted, accrue_for_invoices)  # as the roof does; twice is once


class Rebates(Cash):
    """Invoices that earn rebates: 10.00 net for each bolt."""

    def terms(self, *tiers: tuple[str, str], **facts: Any) -> AgreementDraft:
        """Acme's agreement for 2026: nothing below the first tier."""
        facts.setdefault("account_id", self.world.acme.pk)
        facts.setdefault("expected_percent", Decimal(3))
        facts.setdefault("valid_from", date(2026, 1, 1))
        facts.setdefault("valid_until", date(2026, 12, 31))
        return AgreementDraft(
            company_id=self.world.company.pk,
            name=facts.pop("name", "Volume 2026"),
            tiers=tuple(TierDraft(Decimal(start), Decimal(percent)) for start, percent in tiers),
            business_date=TODAY,
            **facts,
        )

    def agree(self, *tiers: tuple[str, str], **facts: Any) -> RebateAgreement:
        """An active agreement."""
        agreement_id = create_agreement(draft=self.terms(*tiers, **facts), actor=self.world.fay)
        activate_agreement(agreement_id=agreement_id, actor=self.world.fay)
        return RebateAgreement.objects.get(pk=agreement_id)


@pytest.fixture
def rebates(world: World) -> Iterator[Rebates]:
    """Invoices and agreements; afterwards ledger, control account and numbers are looked at."""
    yield Rebates(world)
    require_books_agree()
    for invariant in INVARIANTS:
        found = invariants.check(invariant)
        assert found.holds, (invariant.name, found.rows)

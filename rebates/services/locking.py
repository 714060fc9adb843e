"""Locking agreements: before open items and credit, before the rebate totals (docs/locking.md)."""

from core.access import company_ids
from core.errors import NotFound
from core.locks import Rank, lock_rows
from core.models import User
from rebates.models import RebateAgreement


def lock_agreement(agreement_id: int, *, actor: User) -> RebateAgreement:
    """Lock an agreement of a company of the actor. Raises NotFound."""
    if not RebateAgreement.objects.filter(pk=agreement_id, company__in=company_ids(actor)).exists():
        raise NotFound("Rebate agreement not found.")
    return lock_rows(RebateAgreement, [agreement_id], Rank.REBATE_AGREEMENT)[0]

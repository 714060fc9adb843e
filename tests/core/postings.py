"""Documents with gapless numbers, written bare, to try numbering on: what they mean is inventory's business."""

from collections.abc import Sequence
from datetime import date

from core import bulk
from core.commands import command
from core.locks import Rank, lock_rows
from core.models import Company, User
from core.numbering import post_last
from inventory.models import StockAdjustment, Warehouse
from tests.core.makers import TODAY


def make_drafts(*, company: Company, actor: User, count: int, on: date = TODAY) -> list[int]:
    """So many stock adjustments without lines, not posted."""
    warehouse, _ = Warehouse.objects.get_or_create(
        company=company, code="SA", defaults={"name": "Main", "time_zone": "UTC", "country": "DE"}
    )
    return bulk.insert(
        StockAdjustment,
        {"reason": ["count"] * count},
        same={
            "company_id": company.pk,
            "warehouse_id": warehouse.pk,
            "currency": company.functional_currency,
            "business_date": on,
            "created_by_id": actor.pk,
            "changed_by_id": actor.pk,
        },
    )


@command(permission=None)
def post_drafts(
    *,
    company: Company,
    ids: Sequence[int],
    actor: User,
    branch: str = "",
    refuse_with: Exception | None = None,
) -> None:
    """Post these in the order given; with ``refuse_with`` change one's mind after that."""
    documents = {document.pk: document for document in lock_rows(StockAdjustment, ids, Rank.COUNT)}
    post_last([documents[row_id] for row_id in ids], company=company, verb="post", actor=actor, branch=branch)
    if refuse_with is not None:
        raise refuse_with

"""Posted items of any kind, for tests that need more than claims and payments."""

from accounting.drafts import AmountToPost, OpenItemDraft
from accounting.services import open_items, post_entries
from core.commands import command
from core.models import Company, User
from tests.accounting.conftest import entry_of, rate_of


@command(permission=None)
def post_with_item(*, company: Company, draft: OpenItemDraft, actor: User) -> int:
    """Post a document's claim or counter-claim against revenue and open its item."""
    entry = entry_of(
        AmountToPost(draft.control, draft.amount, partner_id=draft.account_id),
        AmountToPost("revenue", -draft.amount, "goods"),
        rate=rate_of(draft.currency, company, draft.issued_on),
        source=(draft.source_type, draft.source_id),
        on=draft.issued_on,
    )
    post_entries(company=company, drafts=[entry], actor=actor)
    return open_items(company=company, drafts=[draft], actor=actor)[0]

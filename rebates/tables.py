"""Columns of rebates' lists and tables, and their status words."""

from core.web.cells import Row
from core.web.columns import Column
from core.web.parts import Tag
from rebates.models import RebateAgreement
from rebates.states import AgreementStatus

AGREEMENT_TAGS: dict[str, Tag] = {
    AgreementStatus.DRAFT: Tag("Draft"),
    AgreementStatus.ACTIVE: Tag("Active", "info"),
    AgreementStatus.SETTLED: Tag("Settled", "ok"),
}
SETTLEMENT_TAGS: dict[str, Tag] = {"draft": Tag("Draft"), "posted": Tag("Posted", "ok")}


def _method(row: Row) -> str:
    return str(RebateAgreement.Method(row["method"]).label)


AGREEMENTS = (
    Column("number", "No.", "code", sort="number", url="rebates:agreement", card="k1"),
    Column("name", "Agreement", sort="name", width="clip", card="k3"),
    Column("account__name", "Customer", sort="account__name", width="clip", card="k5"),
    Column("valid_from", "From", "date", sort="valid_from", hide="not-s"),
    Column("valid_until", "Until", "date", sort="valid_until", card="k6"),
    Column("method", "Tiers", value=_method, reads=("method",), hide="opt", is_muted=True),
    Column("totals__base", "Counted", "money", sort="totals__base", currency="currency", hide="not-s"),
    Column("owed", "Accrued, not settled", "money", sort="owed", currency="currency", card="k2"),
    Column("status", "Status", "tag", tags=AGREEMENT_TAGS, sort="status", card="k4"),
)

TIERS = (
    Column("starts", "From", "money", currency="currency"),
    Column("percent", "Rebate", "percent"),
    Column("state", "Reached", "tag"),
)

AHEAD = (Column("sentence", "How much more earns what", width="wrap"),)

MOVEMENTS = (
    Column("document", "Document", "link"),
    Column("business_date", "Date", "date"),
    Column("base", "Counts", "money", currency="currency"),
    Column("accrued", "Accrued", "money", currency="currency"),
    Column("settled", "Settled", "money", currency="currency", hide="not-s"),
)

SETTLEMENTS = (
    Column("number", "Settlement", "code"),
    Column("business_date", "Date", "date"),
    Column("earned", "Earned by then", "money", currency="currency", hide="not-s"),
    Column("amount", "Credited", "money", currency="currency"),
    Column("final", "Kind", "tag"),
)

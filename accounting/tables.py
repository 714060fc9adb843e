"""The columns of accounting's lists and reports."""

from markupsafe import Markup

from accounting.sources import source_words
from accounting.states import EntryStatus
from core.web.cells import Row
from core.web.columns import Column
from core.web.parts import Tag

ENTRY_TAGS = {EntryStatus.POSTED.value: Tag("Posted", "ok"), EntryStatus.DRAFT.value: Tag("Draft")}
PERIOD_TAGS = {True: Tag("Locked", "ok"), False: Tag("Open", "info")}


def _source(row: Row) -> str:
    prefix = "entry__" if "entry__source_type" in row else ""
    return source_words(row[f"{prefix}source_type"], row[f"{prefix}source_id"])


ENTRIES = (
    Column("number", "Entry", "code", sort="number", url="accounting:entry", card="k1"),
    Column("business_date", "Date", "date", sort="business_date", card="k2"),
    Column("description", "Description", width="clip", card="k3"),
    Column("source", "Made from", value=_source, reads=("source_type", "source_id"), hide="not-s"),
    Column("purpose", "Purpose", hide="opt", is_muted=True),
    Column("total", "Amount", "money", currency="currency", card="k4"),
    Column("posted_at", "Posted", "stamp", hide="opt", is_muted=True),
    Column("posted_by__username", "By", hide="opt", is_muted=True),
)

ENTRY_LINES = (
    Column("account__code", "Account", "code", url="accounting:account", url_key="account_id"),
    Column("account__name", "Name", width="clip"),
    Column("partner__name", "Customer or supplier", width="clip", hide="not-s"),
    Column("text", "Text", width="clip", hide="opt", is_muted=True),
    Column("document_amount", "Document amount", "money", currency="currency", hide="not-s"),
    Column("fx_rate", "Rate", "quantity", hide="opt", is_muted=True),
    Column("debit", "Debit", "money", currency="entry__currency"),
    Column("credit", "Credit", "money", currency="entry__currency"),
)

ACCOUNT_LINES = (
    Column("business_date", "Date", "date", sort="business_date", card="k2"),
    Column("entry__number", "Entry", "code", url="accounting:entry", url_key="entry_id", card="k1"),
    Column("entry__description", "Description", width="clip", card="k3"),
    Column(
        "source",
        "Made from",
        value=lambda row: row.get("source_link") or _source(row),
        reads=("entry__source_type", "entry__source_id"),
        export=False,
        hide="not-s",
    ),
    Column("partner__name", "Customer or supplier", width="clip", hide="opt"),
    Column("document_amount", "Document amount", "money", currency="currency", hide="opt", is_muted=True),
    Column("debit", "Debit", "money", currency="entry__currency", sort="debit"),
    Column("credit", "Credit", "money", currency="entry__currency", sort="credit"),
    Column(
        "balance",
        "Balance",
        "money",
        value=lambda row: row.get("balance"),
        reads=("entry__currency",),
        currency="entry__currency",
        export=False,
        card="k4",
    ),
)

TRIAL_BALANCE = (
    Column("code", "Account", "code", value=lambda row: row["link"]),
    Column("name", "Name", width="clip"),
    Column("kind", "Kind", hide="opt", is_muted=True),
    Column("opening", "Opening", "money", currency="currency", hide="not-s"),
    Column("debit", "Debit", "money", currency="currency", hide="not-s"),
    Column("credit", "Credit", "money", currency="currency", hide="not-s"),
    Column("closing", "Closing", "money", currency="currency"),
)
TRIAL_BALANCE_CSV = (Column("code", "Account", "code"), *TRIAL_BALANCE[1:], Column("currency", "Currency"))

STATEMENT = (
    Column("code", "Account", "code", value=lambda row: row["link"]),
    Column("name", "Name", width="clip"),
    Column("amount", "Amount", "money", currency="currency"),
)

AGEING = (
    Column("name", "Account", width="clip"),
    Column("code", "Code", "code", hide="opt"),
    Column("currency", "Currency", hide="opt"),
    Column("not_due", "Not due", "money", currency="currency", hide="not-s"),
    Column("days_1_30", "1–30 days", "money", currency="currency", hide="not-s"),
    Column("days_31_60", "31–60", "money", currency="currency", hide="not-s"),
    Column("days_61_90", "61–90", "money", currency="currency", hide="not-s"),
    Column("days_over_90", "Over 90", "money", currency="currency", hide="not-s"),
    Column("receivable", "Receivable", "money", currency="currency"),
    Column("unapplied", "Unapplied", "money", currency="currency", hide="not-s"),
    Column("net", "Net", "money", currency="currency"),
)
AGEING_SUMS = ("not_due", "days_1_30", "days_31_60", "days_61_90", "days_over_90", "receivable", "unapplied", "net")


def account_link(url: str, code: str) -> Markup:
    """An account's code as a link to its lines."""
    return Markup('<a href="{}">{}</a>').format(url, code)

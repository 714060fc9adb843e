"""What the design pages show: one honest sample per component, in every state that it has."""

from datetime import UTC, date, datetime
from decimal import Decimal

from markupsafe import Markup

from core.web.columns import Column
from core.web.figures import Figure, Series
from core.web.parts import (
    ActionButton,
    ChainStop,
    Confirm,
    Empty,
    Fact,
    Happening,
    Kpi,
    Link,
    Meter,
    QueueItem,
    Step,
    Tab,
    Tag,
)

TAGS = [
    Tag("Draft"), Tag("Cancelled"), Tag("Confirmed", "info"), Tag("12 Dec", "info"), Tag("Awaiting approval", "violet"),
    Tag("Picking", "violet"), Tag("Part shipped", "warn"), Tag("Late by 6 d", "warn"), Tag("In stock", "ok"),
    Tag("Paid", "ok"), Tag("On hold: credit", "bad"), Tag("No supply", "bad"), Tag("Overdue 15 d", "bad"),
]  # fmt: skip

CHAIN = [
    ChainStop("Q-2198 v2", "Quote · 3 Nov", "#", Tag("Accepted", "ok")),
    ChainStop("SO-10431", "Order · 4 Nov", "#", Tag("Part shipped", "warn"), "here"),
    ChainStop("D-8841", "Delivery · 19 Nov", "#", Tag("Delivered", "ok")),
    ChainStop("INV-20931", "Invoice · 4,102.20", "#", Tag("Paid", "ok")),
    ChainStop("D-8902", "Delivery · 27 Nov", "#", Tag("Picking", "violet"), "todo"),
    ChainStop("Not planned", "84 + 12 open", "", Tag("No supply", "bad"), "end"),
]

TIMELINE = [
    Happening(datetime(2026, 11, 23, 9, 5, tzinfo=UTC), "D-8902 picking started", "Tom Okafor, wave W-412", "now"),
    Happening(date(2026, 11, 20), "Line 3 promise moved to 27 Nov", "Customer told by e-mail, 08:02", "bad"),
    Happening(date(2026, 11, 20), "INV-20931 paid in full", "BACS, matched by reference"),
    Happening(date(2026, 11, 4), "Confirmed by Ana Petrie", "Credit checked, 62 % used"),
]

FACTS = [
    Fact("Requested", "20 Nov"), Fact("First promise", "20 Nov"), Fact("Last promise", "27 Nov", delta="+7 d"),
    Fact("Ship to", "Falmouth TR10"), Fact("Delivery policy", "Partial, max 3"), Fact("Salesperson", "Ana Petrie", "#"),
]  # fmt: skip

SUMS = [
    Fact("Goods", "6,538.80"), Fact("Freight", "48.00"), Fact("VAT 20 %", "1,317.36"),
    Fact("Total", "7,904.16", style="big"), Fact("Invoiced", "4,742.50", "#"), Fact("Paid", ""),
]  # fmt: skip

KPIS = [
    Kpi("Booked", "£571,204", "+4.1 % on November 2025", "#"),
    Kpi("Open to ship", "£611,341", "312 orders"),
    Kpi("On time in full", "88.9 %", "−3.8 points, £34k at risk", is_bad=True),
]

QUEUE = [
    QueueItem("1", 3, "Promises broken", "#", "SO-10431 Coastwise Living, SO-10495 Fenwick", "£9,640.30", "Repair"),
    QueueItem("2", 1284, "Late promises", "#", "Worst: SO-10412, 14 d", "£21,408.72", "Tell customers"),
    QueueItem("3", 0, "Approval returned", "#", tag=Tag("Nothing waiting", "ok")),
]

STEPS = [
    Step("Bank statements loaded", "Ruth Hallam, 09:12", "done"),
    Step("Subledgers equal control accounts", "11 of 12 checks passed", "here"),
    Step("Lock October 2026", "Needs two people"),
]

TABS = [
    Tab("All open", "#", "312", True),
    Tab("Needs me", "#", "14"),
    Tab("Late promise", "#", "1,000+"),
    Tab("Drafts", "#"),
]

EMPTIES = [
    Empty("No orders on hold.", "order", Link("Show all open", "#"), Link("How holds work", "#")),
    Empty("Everything shipped is invoiced.", "invoice", link=Link("Invoices of today", "#")),
    Empty("Nothing waiting."),
]

METERS = [("62 %", Meter(Decimal(62))), ("86 %", Meter(Decimal(86), "warn")), ("112 %", Meter(Decimal(112), "bad"))]

POST = Confirm(
    "Post 14 invoices?",
    Markup("14 drafts, <b>£11,904.20</b> with VAT. They get numbers and cannot be edited afterwards."),
    go="Post 14 invoices",
    keep="Keep drafts",
)


def actions(url: str) -> list[ActionButton]:
    """The verbs of the sample document: plain, with a reason, dangerous with a question, primary."""
    return [
        ActionButton("Print", url, icon="print", is_link=True),
        ActionButton("Hold", url, "hold", icon="hold", needs_reason=True, version=3),
        ActionButton("Copy", url, "copy", version=3),
        ActionButton("Return", url, "return", blocked_because="Nothing was shipped yet", version=3),
        ActionButton(
            "Cancel order", url, "cancel", style="danger", needs_reason=True, version=3,
            confirm=Confirm("Cancel SO-10431?", "204 units become free.", "Cancel the order", "Keep the order"),
        ),
        ActionButton("Post", url, "post", style="primary", confirm=POST, version=3),
    ]  # fmt: skip


COLUMNS = [
    Column("sku", "SKU", "code"),
    Column("name", "Description", width="clip", hide="not-s"),
    Column("ordered", "Ordered", "quantity"),
    Column("shipped", "Shipped", "bar"),
    Column("net", "Net", "money", currency="currency"),
    Column("margin", "Margin", "percent", permission="core.see_margin", hide="not-s"),
    Column("due", "Due", "date", hide="not-s"),
    Column("promise", "Promise", "tag"),
]
_WORDS = ("sku", "name", "ordered", "shipped", "net", "margin", "due", "promise", "currency")
ROWS = [
    dict(zip(_WORDS, values, strict=True))
    for values in (
        ("GW-10442", "Enamel mug, navy rim", Decimal("288.000000"), 100, Decimal("1108.8000"), Decimal("40.1"),
         date(2026, 11, 19), Tag("Kept 19 Nov", "ok"), "GBP"),
        ("HW-20318", "Watering can 9 L, zinc <9 litres>", Decimal(120), 30, Decimal("-1128.0000"), Decimal("-3.25"),
         date(2025, 11, 27), Tag("Late by 7 d", "warn"), "GBP"),
        ("GW-12115", "Wicker log basket, large", Decimal("12.5"), 0, Decimal(0), None,
         None, Tag("No supply", "bad"), "GBP"),
    )
]  # fmt: skip

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov")
_BOOKED = (388, 401, 455, 498, 532, 541, 505, 489, 560, 604, 571)
_BILLED = (402, 380, 431, 470, 511, 540, 520, 470, 538, 571, 498)
_WEEKS = ("5 Oct", "12", "19", "26", "2 Nov", "9", "16", "23")
FIGURES = [
    Figure(
        "Bookings and billings, £000 a month", "Bookings ran £73k ahead of billings in November.", "Month", _MONTHS,
        [Series("Booked", [Decimal(n) for n in _BOOKED]), Series("Billed", [Decimal(n) for n in _BILLED], 2, True)],
        "lines",
    ),
    Figure(
        "Lines missed, %, by week", "Two weeks above 11 % missed 41 lines.", "Week", _WEEKS,
        [
            Series("Late", [Decimal(n) for n in ("5.9", "5.1", "6.4", "4.2", "4.0", "4.6", "7.3", "8.8")]),
            Series("Short", [Decimal(n) for n in ("2.9", "2.9", "2.8", "2.7", "2.6", "2.7", "3.8", "3.6")], 8),
        ],
        urls=[f"#week-{number}" for number in range(8)], goal=("Goal", Decimal(5)),
    ),
    Figure(
        "Top customers, billings £000", "Northgate DIY is second by sales.", "Customer",
        ("Fenwick Garden Centres", "Northgate DIY", "Coastwise Living", "Dales Country Stores"),
        [Series("Billed", [Decimal(n) for n in ("62.4", "48.1", "39.7", "31.2")])], "rows", ["#a", "#b", "#c", "#d"],
    ),
]  # fmt: skip

_JOB = ("id", "title", "state", "done_count", "total_count", "error")
JOBS = [
    dict(zip(_JOB, values, strict=True))
    for values in (
        (1, "Post 200 invoices", "running", 43, 200, ""),
        (2, "Export orders", "queued", 0, None, ""),
        (3, "Print labels", "failed", 2, 9, "The printer is offline. 7 labels were not printed."),
        (4, "Import prices", "done", 9, 9, ""),
    )
]

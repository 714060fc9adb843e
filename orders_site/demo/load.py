"""Loading the demonstration company into an empty database."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from core.dates import business_date
from core.system import system_user
from orders_site.demo.master import Master, make_master
from orders_site.demo.trade import Trade
from orders_site.demo.trouble import make_rebates, make_trouble
from quotes.drafts import ContractDraft, ContractLineDraft, QuoteDraft, QuoteLineDraft
from quotes.services import accept_quote, activate_contract, create_contract, create_quote, decline_quote, send_quote

SEED = 20_260
MONTHS_DAYS = 540  # about eighteen months


def load_demo_company(progress: Callable[[str], None], *, today: date | None = None, days: int = MONTHS_DAYS) -> None:
    """Create master data and about eighteen months of trade up to today, with every state and exception present.

    The same seed gives the same company. Everything goes through commands, so the audit is clean afterwards.
    """
    rng = random.Random(SEED)  # noqa: S311 - repeatable on purpose
    on = today or business_date("Europe/London")
    first_day = on - timedelta(days=days)
    progress("products, prices, accounts")
    master = make_master(first_day, on, rng)
    Trade(master, rng, on).run(first_day, progress)
    progress("quotes, contracts, rebates")
    _quotes(master, on, rng)
    _contract(master, on)
    make_rebates(master, on)
    make_trouble(master, on)


def _quotes(master: Master, on: date, rng: random.Random) -> None:
    """One quote in each state."""
    actor = system_user()
    for number, outcome in enumerate(("draft", "sent", "sent", "accepted", "declined")):
        day = on - timedelta(days=number * 3)
        quote_id = create_quote(
            draft=QuoteDraft(
                company_id=master.company.pk,
                account_id=master.customers[number],
                warehouse_id=master.main.pk,
                business_date=day,
                valid_until=on + timedelta(days=2 + number * 7),
                lines=tuple(
                    QuoteLineDraft(product_id, Decimal(rng.choice((24, 48, 96))))
                    for product_id in rng.sample(master.products, 4)
                ),
            ),
            actor=actor,
        )
        if outcome == "declined":
            decline_quote(quote_id=quote_id, reason="Another supplier was faster", actor=actor)
        elif outcome != "draft":
            send_quote(quote_id=quote_id, actor=actor, business_date=day)
            if outcome == "accepted":
                accept_quote(quote_id=quote_id, actor=actor, business_date=on, name="Jess Trewin")


def _contract(master: Master, on: date) -> None:
    contract_id = create_contract(
        draft=ContractDraft(
            company_id=master.company.pk,
            account_id=master.customers[0],
            title="Spring range",
            business_date=on,
            valid_from=on - timedelta(days=30),
            valid_until=on + timedelta(days=180),
            lines=tuple(
                ContractLineDraft(
                    product_id, Decimal(600), (master.costs[product_id] * Decimal("1.6")).quantize(Decimal("0.01"))
                )
                for product_id in master.products[:3]
            ),
        ),
        actor=system_user(),
    )
    activate_contract(contract_id=contract_id, actor=system_user())

"""Questions to the ledger: who sees what, reports, ageing. Nothing here writes or locks."""

from accounting.selectors.ageing import Ageing, AgeingRow, ageing
from accounting.selectors.ledger import (
    accounts_visible_to,
    balance_before,
    entries_visible_to,
    lines_visible_to,
    periods_visible_to,
)
from accounting.selectors.reports import (
    AccountBalance,
    BalanceSheet,
    ProfitAndLoss,
    balance_sheet,
    profit_and_loss,
    trial_balance,
)

__all__ = [
    "AccountBalance",
    "Ageing",
    "AgeingRow",
    "BalanceSheet",
    "ProfitAndLoss",
    "accounts_visible_to",
    "ageing",
    "balance_before",
    "balance_sheet",
    "entries_visible_to",
    "lines_visible_to",
    "periods_visible_to",
    "profit_and_loss",
    "trial_balance",
]

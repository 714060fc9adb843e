from accounting.models.chart import LedgerAccount, Period, PostingRule
from accounting.models.journal import JournalEntry, JournalLine
from accounting.models.receivables import Application, OpenItem

__all__ = ["Application", "JournalEntry", "JournalLine", "LedgerAccount", "OpenItem", "Period", "PostingRule"]

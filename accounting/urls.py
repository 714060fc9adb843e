"""Addresses of accounting, under ``ledger/``."""

from django.urls import path

from accounting.views import journal, periods, reports

app_name = "accounting"
urlpatterns = [
    path("", journal.entries, name="entries"),
    path("entries/new/", journal.entry_new, name="entry-new"),
    path("entries/<int:pk>/", journal.entry, name="entry"),
    path("entries/<int:pk>/reverse/", journal.entry_reverse, name="entry-reverse"),
    path("trial-balance/", reports.trial_balance_page, name="trial-balance"),
    path("accounts/<int:pk>/", reports.account, name="account"),
    path("statements/", reports.statements, name="statements"),
    path("ageing/", reports.ageing_page, name="ageing"),
    path("periods/", periods.periods, name="periods"),
    path("periods/<int:pk>/lock/", periods.period_lock, name="period-lock"),
    path("periods/<int:pk>/reopen/", periods.period_reopen, name="period-reopen"),
    path("export/<slug:file_format>/", reports.export, name="export"),
]

"""Where programs find reports."""

from django.urls import path

from reports.api import book_checks, closing, journal
from reports.api.reports import api_view_of
from reports.catalogue import REPORTS

urlpatterns = [
    path("book-checks/", book_checks.BookChecksView.as_view()),
    path("close/", closing.MonthsView.as_view()),
    path("close/<str:month>/", closing.MonthView.as_view()),
    path("close/<str:month>/close/", closing.CloseMonthView.as_view()),
    path("close/<str:month>/reopen/", closing.ReopenMonthView.as_view()),
    path("close/<str:month>/pack/", closing.MakeClosePackView.as_view()),
    path("close/<str:month>/steps/<slug:step>/sign/", closing.SignCloseStepView.as_view()),
    path("close/<str:month>/steps/<slug:step>/take-back/", closing.UnsignCloseStepView.as_view()),
    path("close-packs/<int:pack_id>/", closing.ClosePackView.as_view()),
    path("close-packs/<int:pack_id>/compare/", closing.CompareClosePackView.as_view()),
    path("close-packs/files/<int:pack_file_id>/", closing.ClosePackFileView.as_view()),
    *(path(f"reports/{report.name}/", api_view_of(report).as_view()) for report in REPORTS),
    path("journal-exports/", journal.JournalsView.as_view()),
    path("journal-exports/<int:journal_id>/", journal.JournalView.as_view()),
    path("journal-exports/<int:journal_id>/file/", journal.JournalFileView.as_view()),
    path("journal-exports/<int:journal_id>/withdraw/", journal.WithdrawJournalView.as_view()),
    path("journal-accounts/", journal.JournalAccountsView.as_view()),
]

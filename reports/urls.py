"""The pages that only read."""

from django.urls import path

from reports.catalogue import REPORTS
from reports.frame.page import page_of
from reports.web import (
    book_checks,
    book_lists,
    closing,
    export,
    home,
    index,
    journal,
    journal_lists,
    journal_settings,
    paper,
    search,
)

app_name = "reports"
urlpatterns = [
    path("reports/book-checks/", book_checks.book_checks, name="book_checks"),
    path("reports/book-checks/check/", book_checks.check_book, name="check_book"),
    path("reports/book-checks/items/", book_lists.book_items, name="book_items"),
    path("reports/book-checks/account/", book_lists.receivable_lines, name="receivable_lines"),
    path("reports/book-checks/checks/<slug:check>/", book_checks.found_by_check, name="found_by_check"),
    path("reports/book-checks/findings/<slug:kind>/", book_checks.findings, name="findings"),
    path("reports/close/", closing.month_list, name="month_list"),
    path("reports/close/<str:month>/", closing.close, name="close"),
    path("reports/close/<str:month>/close/", closing.close_now, name="close_month"),
    path("reports/close/<str:month>/reopen/", closing.reopen, name="reopen_month"),
    path("reports/close/<str:month>/pack/", closing.make_pack, name="make_close_pack"),
    path("reports/close/<str:month>/steps/<slug:step>/sign/", closing.sign, name="sign_close_step"),
    path("reports/close/<str:month>/steps/<slug:step>/take-back/", closing.unsign, name="unsign_close_step"),
    path("reports/close-packs/<int:pack_id>/", closing.close_pack, name="close_pack"),
    path("reports/close-packs/<int:pack_id>/compare/", closing.compare, name="compare_close_pack"),
    path("reports/close-packs/files/<int:pack_file_id>/", closing.close_pack_file, name="close_pack_file"),
    path("reports/", index.index, name="index"),
    *(path(report.path or f"reports/{report.name}/", page_of(report), name=report.name) for report in REPORTS),
    path("settings/export/", export.export_page, name="export_all"),
    path("settings/export/everything.zip", export.everything, name="everything"),
    path("journal-exports/", journal_lists.journal_list, name="journal_list"),
    path("journal-exports/new/", journal.new_journal, name="journal_new"),
    path("journal-exports/entries/", journal_lists.book_list, name="journal_book"),
    path("journal-exports/compare/", journal.compare_page, name="journal_compare"),
    path("journal-exports/accounts/", journal_settings.journal_accounts, name="journal_accounts"),
    path("journal-exports/settings/", journal_settings.journal_settings, name="journal_settings"),
    path("journal-exports/<int:journal_id>/", journal.journal, name="journal"),
    path("journal-exports/<int:journal_id>/entries/", journal_lists.entry_list, name="journal_entries"),
    path("journal-exports/<int:journal_id>/file/", journal.journal_file, name="journal_file"),
    path("journal-exports/<int:journal_id>/withdraw/", journal.withdraw, name="withdraw_journal"),
]
site = [
    path("", home.home, name="home"),
    path("papers/<int:entry_id>/", paper.paper, name="paper"),
    path("search/", search.search_page, name="search"),
]

"""The pages that only read."""

from django.urls import path

from reports.catalogue import REPORTS
from reports.frame.page import page_of
from reports.web import ageing, cause_file, causes, home, index, paper, search

app_name = "reports"
urlpatterns = [
    path("reports/ageing/", ageing.ageing_page, name="ageing"),
    path("reports/ageing/items/", ageing.items_page, name="ageing_items"),
    path("reports/ageing/file/", ageing.ageing_file, name="ageing_file"),
    path("reports/causes/", causes.cause_page, name="causes"),
    path("reports/causes/rows/", causes.cause_rows, name="cause_rows"),
    path("reports/causes/file/", cause_file.cause_file, name="cause_file"),
    path("reports/", index.index, name="index"),
    *(path(f"reports/{report.name}/", page_of(report), name=report.name) for report in REPORTS),
]
site = [
    path("", home.home, name="home"),
    path("papers/<int:entry_id>/", paper.paper, name="paper"),
    path("search/", search.search_page, name="search"),
]

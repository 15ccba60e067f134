"""The pages that only read."""

from django.urls import path

from reports.web import ageing, cause_file, causes, home, paper, search, taxes

app_name = "reports"
urlpatterns = [
    path("reports/ageing/", ageing.ageing_page, name="ageing"),
    path("reports/ageing/items/", ageing.items_page, name="ageing_items"),
    path("reports/ageing/file/", ageing.ageing_file, name="ageing_file"),
    path("reports/causes/", causes.cause_page, name="causes"),
    path("reports/causes/rows/", causes.cause_rows, name="cause_rows"),
    path("reports/causes/file/", cause_file.cause_file, name="cause_file"),
    path("reports/taxes/", taxes.tax_page, name="taxes"),
    path("reports/taxes/file/", taxes.tax_file, name="tax_file"),
]
site = [
    path("", home.home, name="home"),
    path("papers/<int:entry_id>/", paper.paper, name="paper"),
    path("search/", search.search_page, name="search"),
]

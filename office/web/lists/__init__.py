"""Lists: one declaration of columns, filters and order makes the page, its totals, CSV, Excel and PDF.

A door builds a `ListSpec` and answers with `list_page(request, spec, queryset)`. Nothing here knows what the rows are.
"""

from office.web.lists.filters import Choice, DateRange, Filter, Text, Toggle
from office.web.lists.page import chosen_rows, list_page
from office.web.lists.spec import BulkAct, Column, Empty, ListSpec

__all__ = [
    "BulkAct",
    "Choice",
    "Column",
    "DateRange",
    "Empty",
    "Filter",
    "ListSpec",
    "Text",
    "Toggle",
    "chosen_rows",
    "list_page",
]

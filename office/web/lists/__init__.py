"""Lists: one declaration of columns, filters and order makes the page, its totals, CSV, Excel and the API's rows.

A door builds a `ListSpec` and answers with `list_page(request, spec, queryset)`. Nothing here knows what the rows are.
"""

from office.web.lists.exporting import plain_rows
from office.web.lists.filters import Choice, DateRange, Filter, Text, Toggle
from office.web.lists.page import list_page
from office.web.lists.spec import Column, Empty, ListSpec

__all__ = ["Choice", "Column", "DateRange", "Empty", "Filter", "ListSpec", "Text", "Toggle", "list_page", "plain_rows"]

"""How fast Duebook is, beside the best that the same database can do on the same data: `manage.py bench NAME`.

A benchmark is a module of this package that offers

    measure(office: FilledOffice) -> list[Row]      what it finds in an office of one size
    compare(rows: list[Row]) -> list[Row]           optional: what follows from the rows of all sizes
    SIZES                                           optional: the offices it measures in, whatever sizes are asked for

To add one, write the module and name it in BENCHMARKS. Each size has a database of its own, made before and dropped
after; a figure is the median of several runs, taken in turn with those it is compared with, since ratios hold on any
machine and seconds only here.
"""

BENCHMARKS = (
    "ageing",
    "api",
    "compare",
    "excel",
    "imports",
    "issue",
    "lists",
    "load",
    "match",
    "memory",
    "pdf",
    "peers",
    "reports",
    "statements",
)
SIZES = {"small": 2_000}
"""Sizes that have a name; any other is a number of invoices."""

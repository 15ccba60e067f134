"""All reports. To add one, write its module and name it in REPORTS."""

from reports.accuracy import ACCURACY
from reports.activity import ACTIVITY
from reports.ageing.answers import AGEING, OPEN_ITEMS
from reports.causes.answers import CAUSES, DISPUTES
from reports.comparison import COMPARISON
from reports.corrections import CORRECTIONS
from reports.forecast.answers import BACKTEST, FORECAST
from reports.frame import Report
from reports.handling import HANDLING
from reports.paid import PAID
from reports.performance import PERFORMANCE
from reports.provision import PROVISION
from reports.provision_items import PROVISION_ITEMS
from reports.registers import ALLOCATIONS, MOVEMENTS
from reports.sales import SALES
from reports.simulation.answers import SIMULATION
from reports.taxes import TAXES
from reports.waiting import UNAPPLIED, UNBILLED

SINGLE: tuple[tuple[str, str, str, str, str], ...] = (
    (
        "What is owed",
        "Book checks",
        "Whether every figure agrees with the book, and what in it wants a look.",
        "shield-check",
        "reports:book_checks",
    ),
    (
        "What is owed",
        "Months",
        "The steps before a month is closed, and the reports that were kept when it was.",
        "calendar",
        "reports:month_list",
    ),
    (
        "Other books",
        "Journal exports",
        "Each entry once, for the books of the company.",
        "file-export",
        "reports:journal_list",
    ),
)
"""Reports that have pages of their own: group, title, words, icon, page."""
REPORTS: tuple[Report, ...] = (
    AGEING,
    OPEN_ITEMS,
    PROVISION,
    PROVISION_ITEMS,
    ACTIVITY,
    SALES,
    HANDLING,
    ACCURACY,
    CAUSES,
    MOVEMENTS,
    ALLOCATIONS,
    PAID,
    DISPUTES,
    UNAPPLIED,
    UNBILLED,
    COMPARISON,
    CORRECTIONS,
    SIMULATION,
    TAXES,
    PERFORMANCE,
    FORECAST,
    BACKTEST,
)

"""What every report has: a question in the address, an answer of tables, and the page, files and API of both.

A report is a `Report` in `reports/catalogue.py`: its words, the form of its question, and the function that answers.
All else follows from these: `/reports/<name>/`, the same as Excel, CSV and PDF (`?format=`), `/api/v1/reports/<name>/`.
"""

from reports.frame.question import Asked, DayForm, DaysForm, ReportForm
from reports.frame.spec import Act, Answer, Chart, Column, Figure, Proof, Report, Row, Table, Trend

__all__ = [
    "Act",
    "Answer",
    "Asked",
    "Chart",
    "Column",
    "DayForm",
    "DaysForm",
    "Figure",
    "Proof",
    "Report",
    "ReportForm",
    "Row",
    "Table",
    "Trend",
]

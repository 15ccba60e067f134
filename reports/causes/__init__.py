"""Why customers object: disputes by their causes, how long they take and how they end."""

from reports.causes.reading import DIMENSIONS, OUTCOMES, Cause, CauseQuestion, CauseReport, Part, cause_report, parts

__all__ = ["DIMENSIONS", "OUTCOMES", "Cause", "CauseQuestion", "CauseReport", "Part", "cause_report", "parts"]

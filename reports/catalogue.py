"""All reports. To add one, write its module and name it in REPORTS."""

from reports.frame import Report
from reports.taxes import TAXES

OWED, ACTIVITY, REGISTERS, PERFORMANCE = "What is owed", "Billing activity", "Registers", "Performance"
SINGLE = (
    (OWED, "Ageing", "What customers owe on any day, by how late it is.", "hourglass", "reports:ageing"),
    (ACTIVITY, "Why customers object", "Disputes by cause.", "message-exclamation", "reports:causes"),
)
"""Reports that have pages of their own: group, title, words, icon, page."""
REPORTS: tuple[Report, ...] = (TAXES,)

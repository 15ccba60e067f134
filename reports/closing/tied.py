"""The tie-out of a month's last day with what wants a look, as a pack has it."""

from office.written import plain_day
from reports.findings.kind import Asked as Looked
from reports.findings.kinds import kinds_for
from reports.frame import Answer, Asked, Column, DayForm, Report, Row, Table
from reports.tie_out import tie_out

WAYS = {
    "papers": "What papers say",
    "open": "Open items",
    "allocated": "Items less allocations",
    "control": "Receivable account",
}
TIES = (
    Column("way", "Worked out from"),
    Column("amount", "Amount", "money"),
    Column("difference", "Difference", "money"),
)
FOUND = (Column("kind", "Finding"), Column("count", "How many", "number"), Column("why", "Why it matters"))
FINDINGS = "Wants a look"


def answer(asked: Asked) -> Answer:
    """What is owed, worked out in four ways, in each currency; and how much of each kind of finding there is now."""
    on = asked.values["on"]
    ties = [
        Row({"way": WAYS[tie.key], "amount": tie.amount, "difference": tie.difference}, tied.currency)
        for tied in tie_out(asked.company.pk, on)
        for tie in tied.ties
    ]
    looked = Looked(asked.reader, asked.company, asked.company.today())
    found = [
        Row({"kind": kind.title, "count": kind.count(looked, {}), "why": kind.why})
        for kind in (kinds_for(asked.reader) if asked.reader.pk else ())
    ]
    return Answer(
        f"What customers owed at the end of {plain_day(on)}, worked out in four ways that must come to one figure.",
        [Table("Tie-out", TIES, ties, empty="Nothing is owed."), Table(FINDINGS, FOUND, found)],
    )


TIE_OUT = Report(
    "tie-out",
    "Tie-out",
    "What is owed, worked out in four ways, and what in the book wants a look.",
    "What is owed",
    DayForm,
    answer,
    "scale",
)

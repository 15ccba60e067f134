"""What would have been stopped: per rule as it is and as proposed, and the papers behind each count."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from django.urls import reverse

from billing.looking_back import faded_checks
from office.approvals.asking import amount_words
from office.models import Company
from office.written import counted, plain_day
from reports.frame import Act, Answer, Asked, Column, Report, Row, Table
from reports.frame.question import address
from reports.simulation.judging import MOST, Case, TooMany, cases_of
from reports.simulation.question import SimulationForm, label_of
from reports.simulation.rules import TRIED, Rules

SHOWN = 500
"""So many papers of a count are on the page; files have all."""
WORDS = {"stop": "Stopped", "warn": "Warned of", "ask": "Sent to a second person", "": "Passed"}
TITLE = "What each rule does"
KINDS = ("stop", "warn", "ask")
COLUMNS = (
    Column("rule", "Rule"),
    Column("now_stop", "Stopped now", "number", dash=True),
    Column("now_warn", "Warned of now", "number", dash=True),
    Column("now_ask", "To a second person now", "number", dash=True),
    Column("then_stop", "Stopped then", "number", dash=True),
    Column("then_warn", "Warned of then", "number", dash=True),
    Column("then_ask", "To a second person then", "number", dash=True),
    Column("more", "More held up", "number", dash=True),
)
PAPERS = (
    Column("paper", "Number"),
    Column("customer", "Customer"),
    Column("on", "Day", "day"),
    Column("now", "As it is"),
    Column("then", "As proposed"),
)


def simulate(asked: Asked) -> Answer:
    """What rules as they are and as proposed do with what was issued, written off and refunded in some days."""
    form = asked.form
    assert isinstance(form, SimulationForm)
    first, last = asked.values["first_day"], asked.values["last_day"]
    days = f"from {plain_day(first)} to {plain_day(last)}"
    try:
        count, cases = cases_of(
            asked.company, first, last, form.now, form.then, asked.owner_ids, all_=asked.in_background
        )
    except TooMany as error:
        return _too_many(asked, f"{counted(error.args[0], 'document')} were issued {days}; a page judges {MOST:,}.")
    about = (
        f"{counted(count, 'document')} issued {days}, each judged as it stands now; no rule is changed, and nothing is"
        f" written. {_not_judged()}"
    )
    counts = _counts(asked, form, cases)
    if asked.values["show"]:
        return Answer(about, [_papers(asked, cases), counts])
    return Answer(about, [counts, *([_all_papers(cases)] if asked.limit is None else [])])


def _too_many(asked: Asked, words: str) -> Answer:
    """What is said of more days than a page judges, with the way to all of them: a file that workers make."""
    page = _address(asked, show="")
    sends = {"address": f"{page}{'&' if '?' in page else '?'}format=xlsx", "title": asked.report.title}
    how = "Choose fewer days, or have the Excel file made, which judges all."
    made = Act("Have the Excel file made", reverse("office:file_new"), sends)
    return Answer(f"{words} {how}", [Table(TITLE, COLUMNS, [], empty=how)], acts=[made])


def _not_judged() -> str:
    names = "; ".join(f"{check.label[:1].lower()}{check.label[1:]}" for check in faded_checks())
    return f"Not judged, as what they look at has changed since: {names}."


def _counts(asked: Asked, form: SimulationForm, cases: Sequence[Case]) -> Table:
    counts = Counter((case.rule, when, getattr(case, when)) for case in cases for when in ("now", "then"))
    rules = dict.fromkeys(case.rule for case in sorted(cases, key=lambda case: case.rule in TRIED))
    then = form.then
    rows = [_row(asked, rule, counts, form.now, then) for rule in rules]
    empty = "No rule, as it is or as proposed, holds up anything of these days."
    return Table(TITLE, COLUMNS, rows, [_foot(cases)] if cases else [], empty=empty, notes="Set to")


def _row(asked: Asked, rule: str, counts: Counter, now: Rules, then: Rules) -> Row:
    numbers = {f"{when}_{kind}": counts[rule, when, kind] for when in ("now", "then") for kind in KINDS}
    more = sum(numbers[f"then_{kind}"] - numbers[f"now_{kind}"] for kind in ("stop", "ask"))
    urls = {key: _address(asked, show=f"{rule}.{key}") for key, number in numbers.items() if number}
    is_, proposed = (_set_to(asked.company, rule, rules) for rules in (now, then))
    note = is_ if is_ == proposed else f"{is_}, proposed: {proposed}"
    return Row({"rule": label_of(rule), **numbers, "more": more}, urls=urls, note=note)


def _address(asked: Asked, show: str) -> str:
    """The same question with the papers of a count; what is as usual is left out, as there is much of it."""
    usual = asked.form.usual(asked.company)
    said = {name: value for name, value in asked.values.items() if value != usual.get(name)}
    return address(asked.report.name, {**said, "show": show})


def _set_to(company: Company, rule: str, rules: Rules) -> str:
    """What a rule is set to."""
    if rule not in TRIED:
        return next(severity.label for check, severity in rules.severities.items() if check == rule)
    above = rules.ceilings[rule].above
    return "nobody else is asked" if above is None else f"above {amount_words(rule, above, company)}"


def _foot(cases: Sequence[Case]) -> Row:
    """How many papers are held up by one rule or several, each counted once."""
    values: dict[str, Any] = {"rule": "Papers, each once"}
    held = {}
    for when in ("now", "then"):
        for kind in KINDS:
            values[f"{when}_{kind}"] = len({case.paper.url for case in cases if getattr(case, when) == kind})
        held[when] = len({case.paper.url for case in cases if getattr(case, when) in ("stop", "ask")})
    return Row(values | {"more": held["then"] - held["now"]})


def _papers(asked: Asked, cases: Sequence[Case]) -> Table:
    """The papers of one count."""
    rule, _, key = asked.values["show"].partition(".")
    when, _, kind = key.partition("_")
    meant = [case for case in cases if case.rule == rule and when in ("now", "then") and getattr(case, when) == kind]
    rows = meant if asked.limit is None else meant[:SHOWN]
    how = "as it is" if when == "now" else "as proposed"
    what = f"{label_of(rule)}: {WORDS[kind].lower()} {how}" if meant else "Papers"
    more = f", the first {SHOWN} of {len(meant):,}" if len(rows) < len(meant) else ""
    return Table(f"{what}{more}", PAPERS, _paper_rows(rows), empty="No paper of these days.")


def _all_papers(cases: Sequence[Case]) -> Table:
    """Every paper with each rule that does something with it, as files have them."""
    return Table("Papers", (COLUMNS[0], *PAPERS), list(_paper_rows(cases)), empty="No paper of these days.")


def _paper_rows(cases: Sequence[Case]) -> Iterator[Row]:
    for case in cases:
        urls = {"paper": case.paper.url, "customer": reverse("customers:customer", args=[case.paper.customer_id])}
        values = {
            "rule": label_of(case.rule),
            "paper": case.paper.number,
            "customer": case.paper.customer,
            "on": case.paper.on,
            "now": WORDS[case.now],
            "then": WORDS[case.then],
        }
        yield Row(values, urls=urls)


SIMULATION = Report(
    "simulation",
    "What would have been stopped",
    "What was issued and done in some days, judged by the company's rules as they are and as you propose them.",
    "Rules",
    SimulationForm,
    simulate,
    "progress",
    "settings/policies/simulation/",
)

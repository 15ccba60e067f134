"""Expected credit loss of what is owed: by age, and of what was judged by hand; beside it what is posted."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.urls import reverse

from credit_control.models import ProvisionPosting
from credit_control.providing import Band, Beside, Case, Loss, Provision, provided_until, provision_on
from ledger.accounts import default_accounts
from ledger.balances import control_balance
from ledger.calendar import end_of_month
from ledger.models import AccountRole
from ledger.periods import closed_months
from office.models import Company
from office.web.fields import typed_id
from office.written import plain_day
from reports.frame import Act, Answer, Asked, Column, DayForm, Proof, Report, Row, Table
from reports.frame.question import address

ZERO = Decimal(0)
SUMS = (
    Column("open", "Open", "money", adds=True),
    Column("disputed", "Disputed", "money", adds=True),
    Column("undisputed", "Not disputed", "money", adds=True),
    Column("percent", "Percent", "percent"),
    Column("expected", "Expected loss", "money", adds=True),
)
BY_AGE = (Column("band", "How late"), Column("count", "Items", "number", adds=True), *SUMS)
BY_HAND = (
    Column("customer", "Customer"),
    Column("document", "Document"),
    Column("days_late", "Days late", "number"),
    *SUMS,
)
ACCOUNT = (Column("what", "Provision"), Column("amount", "Amount", "company_money"))
NOT_COMPARED = "A part of the book: not compared with the receivable account, and nothing is posted by it."


def answer(asked: Asked) -> Answer:
    """The matrix of each currency, what was judged by hand, and the provision account beside what they ask for."""
    found = provision_on(asked.company, asked.values["on"], asked.owner_ids)
    tables = [_by_age(asked, found), *([_by_hand(asked, found)] if found.cases else [])]
    about = (
        f"What is expected to be lost of what was owed on {plain_day(found.on)}: what is open less what is disputed,"
        " times the percentage for how late it is by the day agreed on. The sum of each band is rounded once, half up,"
        " and taken at the day's rate. A provision matrix (IFRS 9 5.5.15 and B5.5.35); local rules may want other"
        " rates."
    )
    if asked.owner_ids is not None:
        return Answer(about, tables, not_compared=NOT_COMPARED)
    stood = provided_until(asked.company, found.on)
    return Answer(about, [*tables, _account(found, stood)], _proofs(found, stood), acts=_acts(asked, found, stood))


def _with_own(columns: tuple[Column, ...], company: Company) -> tuple[Column, ...]:
    """The columns, and after them the expected loss in the company's currency."""
    return (*columns, Column("company_expected", f"In {company.currency}", "company_money", adds=True))


def _by_age(asked: Asked, found: Provision) -> Table:
    """A row for each band, and for what else stands on the receivable account in the currency."""
    beside = {each.currency: each for each in found.beside}
    rows, feet = [], []
    found_in = {*(loss.currency for loss in found.losses), *beside}
    for currency in sorted(found_in, key=lambda currency: (currency != found.company.currency, currency)):
        bands = [band for band in found.bands if band.currency == currency]
        cases = [case for case in found.cases if case.currency == currency]
        lines = [
            *(Row(_values(band, band=band.label, count=band.count), currency, _items(asked, band)) for band in bands),
            *([Row(_sums(cases, "Judged one by one"), currency)] if cases else []),
        ]
        if other := beside.get(currency):
            lines += _others(asked, other)
        rows += lines
        together = _sums([*bands, *cases], "Together")
        feet.append(Row(together | {"open": sum((row.values["open"] for row in lines), ZERO)}, currency))
    held = found.table
    words = f"By age, at the rates that hold from {plain_day(held.from_on)}" if held else "By age: no rates held"
    return Table(words, _with_own(BY_AGE, found.company), rows, feet, empty="Nothing was owed on that day.")


def _others(asked: Asked, other: Beside) -> list[Row]:
    """What stands on the receivable account and is no debt that may be lost; credits lead to their list."""
    waiting = {"open": address("unapplied", {"on": asked.values["on"]})}
    rows = [
        Row({"band": "Other debts, such as refunds", "open": other.debts}, other.currency),
        Row({"band": "Payments and credits that wait", "open": other.credits}, other.currency, waiting),
    ]
    return [row for row in rows if row.values["open"]]


def _values(loss: Loss, **more: Any) -> dict[str, Any]:
    return more | {name: getattr(loss, name) for name in (*(column.key for column in SUMS), "company_expected")}


def _sums(losses: Iterable[Loss], words: str) -> dict[str, Any]:
    """All of them together; without a rate there is no sum in the company's currency."""
    losses = list(losses)
    sums: dict[str, Any] = {
        name: sum((getattr(loss, name) for loss in losses), ZERO)
        for name in ("open", "disputed", "undisputed", "expected")
    }
    own = [loss.company_expected for loss in losses]
    sums["company_expected"] = None if None in own else sum((each or ZERO for each in own), ZERO)
    return sums | {"band": words, "count": sum(loss.count for loss in losses)}


def _items(asked: Asked, band: Band) -> dict[str, str]:
    """Where the items of a band are listed."""
    if not band.count:
        return {}
    days = {"days_from": band.days_from, "days_to": "" if band.days_to is None else band.days_to}
    return {"open": address("provision-items", {"on": asked.values["on"], "currency": band.currency, **days})}


def _by_hand(asked: Asked, found: Provision) -> Table:
    """A page of what was judged by hand, and the sums of all."""
    start = typed_id(asked.after) or 0
    until = len(found.cases) if asked.limit is None else start + asked.limit
    feet = []
    for currency in sorted({case.currency for case in found.cases}):
        sums = _sums([case for case in found.cases if case.currency == currency], "")
        feet.append(Row(sums | {"customer": "Together"}, currency))
    return Table(
        "Judged one by one",
        _with_own(BY_HAND, found.company),
        [_case(case) for case in found.cases[start:until]],
        feet,
        str(until) if until < len(found.cases) else "",
        notes="Reason",
    )


def _case(case: Case) -> Row:
    values = _values(case, customer=case.customer, document=case.reference, days_late=case.days_late)
    urls = {
        "customer": reverse("customers:customer", args=[case.customer_id]),
        "document": reverse("paper", args=[case.entry_id]),
        "percent": reverse("credit_control:set_specific_provision", args=[case.customer_id]) + f"?item={case.item_id}",
    }
    return Row(values, case.currency, urls, note=case.reason)


def _account(found: Provision, stood: Decimal) -> Table:
    """What is required, what stands on the account, and what is missing."""
    lacking = f"No rate of {', '.join(found.lacking)} is kept for that day." if found.lacking else ""
    account = default_accounts(found.company.pk)[AccountRole.PROVISION]
    postings = {"amount": reverse("credit_control:provision_postings")}
    missing = None if found.required is None else found.required - stood
    rows = [
        Row({"what": "Expected loss", "amount": found.required}, note=lacking),
        Row({"what": f"On account {account}", "amount": stood}, urls=postings),
        Row({"what": "Missing, or to be released where below zero", "amount": missing}),
    ]
    return Table("Provision account", ACCOUNT, rows, notes="Note")


def _proofs(found: Provision, stood: Decimal) -> list[Proof]:
    """That nothing owed is left out, and that the account is what was posted on it."""
    owed: dict[str, Decimal] = {}
    for loss in found.losses:
        owed[loss.currency] = owed.get(loss.currency, ZERO) + loss.open
    for each in found.beside:
        owed[each.currency] = owed.get(each.currency, ZERO) + each.debts + each.credits
    control = {currency: amount for currency, (amount, _) in control_balance(found.company.pk, found.on).items()}
    postings = ProvisionPosting.objects.filter(company=found.company, on__lte=found.on)
    posted = postings.values_list("difference", flat=True)
    words = "Bands, judged items, other debts and credits add up to the receivable account"
    return [
        *(
            Proof(words, control.get(currency, ZERO) - owed.get(currency, ZERO), currency)
            for currency in sorted({*owed, *control})
        ),
        Proof("The postings add up to the provision account", stood - sum(posted, ZERO), found.company.currency),
    ]


def _acts(asked: Asked, found: Provision, stood: Decimal) -> list[Act]:
    """To see what was posted and, at the end of a month that is over and open, to post what is missing."""
    on, company = found.on, asked.company
    acts = [Act("Postings", reverse("credit_control:provision_postings"))]
    is_missing = found.table is not None and found.required not in (None, stood)
    is_open = on == end_of_month(on) and on < company.today() and on.replace(day=1) not in closed_months(company.pk)
    if is_missing and is_open:
        month = {"month": f"{on:%Y-%m}"}
        acts.append(Act(f"Post for {on:%B %Y}", reverse("credit_control:provide_month"), month))
    return acts


PROVISION = Report(
    "provision",
    "Expected credit loss",
    "The provision for what is owed: by age, and case by case, beside what is posted.",
    "What is owed",
    DayForm,
    answer,
    "scale",
)

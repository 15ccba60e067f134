"""Judging what was done by rules: what each rule does with each document or act, as it is and as proposed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple

from billing.issue_checks import milder
from billing.looking_back import Said, documents_to_judge, said_of_issued, said_of_orders
from billing.models import DocumentStatus, Invoice, Severity
from office.models import Company
from reports.simulation.acts import Done, Paper, given_by, paper_of, refunded, written_off
from reports.simulation.rules import Roles, Rules, roles_of

MOST = 1000
"""So many documents are judged at once, in ten seconds or so: most of it goes to what each customer bought before.
A page shows no more; a file, which workers make, goes on with the next."""
Outcome = Literal["", "stop", "warn", "ask"]
"""Passed, stopped, warned of, or sent to a second person."""
OUTCOMES: dict[Severity, Outcome] = {Severity.STOP: "stop", Severity.WARN: "warn", Severity.IGNORE: ""}


class Case(NamedTuple):
    """What a rule does with one paper, now and as proposed."""

    rule: str
    paper: Paper
    now: Outcome
    then: Outcome


class TooMany(Exception):
    """There are more documents than are judged at once; how many."""


def cases_of(
    company: Company,
    first: date,
    last: date,
    now: Rules,
    then: Rules,
    owner_ids: list[int] | None = None,
    *,
    all_: bool,
) -> tuple[int, list[Case]]:
    """How many documents were issued in some days, and what rules do with these and with what else was done.

    Raises TooMany where they are not `all_` wanted, however long that takes.
    """
    issued = Invoice.objects.filter(company=company, status=DocumentStatus.ISSUED, dated_on__range=(first, last))
    issued = issued if owner_ids is None else issued.filter(customer__sales_owner__in=owner_ids)
    issued = issued.filter(source_reference="")
    ids = list(issued.order_by("pk").values_list("pk", flat=True))
    if len(ids) > MOST and not all_:
        raise TooMany(len(ids))
    cases = [*_of_ceilings(written_off(company, first, last, owner_ids), now, then)]
    cases += _of_ceilings(refunded(company, first, last, owner_ids), now, then)
    for start in range(0, len(ids), MOST):
        documents = documents_to_judge(Invoice.objects.filter(pk__in=ids[start : start + MOST]))
        cases += _of_checks(company, documents, now, then)
        cases += _of_ceilings(given_by(documents), now, then)
    return len(ids), [case for case in cases if case.now or case.then]


def _of_checks(company: Company, documents: Sequence[Invoice], now: Rules, then: Rules) -> Iterable[Case]:
    by_id, said = {document.pk: document for document in documents}, said_of_issued(documents)
    of_orders = said_of_orders(company, list(by_id), now.tolerances)
    is_same = now.tolerances == then.tolerances
    of_orders_then = of_orders if is_same else said_of_orders(company, list(by_id), then.tolerances)
    before, after = _outcomes(said | of_orders, now), _outcomes(said | of_orders_then, then)
    for check, document_id in sorted({*before, *after}):
        key = (check, document_id)
        yield Case(check, paper_of(by_id[document_id]), before.get(key, ""), after.get(key, ""))


def _outcomes(said: Said, rules: Rules) -> Mapping[tuple[str, int], Outcome]:
    return {
        (check.value, document_id): OUTCOMES[milder(rules.severities[check], most)]
        for (check, document_id), most in said.items()
    }


def _of_ceilings(found: Iterable[Done], now: Rules, then: Rules) -> Iterable[Case]:
    done = list(found)
    roles = roles_of(each.by_id for each in done if each.by_id)
    for each in done:
        yield Case(each.action, each.paper, _asks(each, now, roles), _asks(each, then, roles))


def _asks(each: Done, rules: Rules, roles: Roles) -> Outcome:
    """What the office does by itself asks nobody."""
    if each.by_id is None:
        return ""
    asks = each.is_always or rules.ceilings[each.action].asks(each.amount, roles.get(each.by_id, ()))
    return "ask" if asks else ""

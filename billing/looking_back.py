"""What the checks before issue would say of documents that are issued: the checks themselves, asked again.

Each document is judged as it stands. What the checks look at beside it, such as prices of its day or what is billed of
its order by now, is as it is kept now.
"""

from collections.abc import Sequence

from django.db.models import Prefetch, QuerySet

from billing.accuracy.registry import CHECKS
from billing.models import Invoice, IssueCheck, Severity
from billing.orders.differing import differences_of
from billing.orders.issue_findings import ORDER_CHECKS, check_of
from billing.orders.tolerances import Percents
from billing.totals import lines_with_taxes
from office.models import Company

Said = dict[tuple[IssueCheck, int], Severity]
"""By check and document that it says something of, how severely it is taken at most."""


def judged_checks() -> list[IssueCheck]:
    """The checks that can be asked of what is issued."""
    return [name for name, check in CHECKS.items() if check.looks_back or name in ORDER_CHECKS]


def faded_checks() -> list[IssueCheck]:
    """The checks before issue that cannot: what they look at has changed since."""
    return [
        name
        for name, check in CHECKS.items()
        if check.before_issue and not check.looks_back and name not in ORDER_CHECKS
    ]


def documents_to_judge(documents: QuerySet[Invoice]) -> list[Invoice]:
    """Documents with all that checks and ceilings look at."""
    rows = documents.select_related("company", "customer__company", "customer__terms", "terms")
    beside = (Prefetch("lines", lines_with_taxes()), "customer__addresses", "terms__parts", "customer__terms__parts")
    return list(rows.prefetch_related(*beside).order_by("pk"))


def said_of_issued(documents: Sequence[Invoice]) -> Said:
    """What the checks say of issued documents of one company, but those of their orders."""
    found: Said = {}
    for name, check in CHECKS.items():
        if name not in ORDER_CHECKS:
            for document, said in check.in_issued(documents):
                key = (name, document.pk)
                found[key] = max(found.get(key, said.most), said.most, key=list(Severity).index)
    return found


def said_of_orders(company: Company, document_ids: Sequence[int], tolerances: Percents) -> Said:
    """What the checks of orders say of issued documents, if these tolerances held for all customers and products."""
    return {
        (check_of(row), document_id): Severity.STOP
        for row, document_id in differences_of(company, document_ids, tolerances)
    }

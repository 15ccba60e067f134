"""What issuing drafts would do to the orders that they bill, and what issued documents did, as checks."""

from collections.abc import Iterable, Sequence

from django.urls import reverse

from billing.accuracy.found import Found
from billing.models import BilledLine, BilledWhy, Invoice, IssueCheck
from billing.orders.compare import Compared, Result, comparison_with
from billing.orders.differing import differences_of
from billing.orders.words import said_of

CHECK_OF = {
    Result.OVER_BILLED: IssueCheck.ORDER,
    Result.EXHAUSTED: IssueCheck.ORDER,
    Result.BILLED_TWICE: IssueCheck.BILLED_TWICE,
    Result.PRICE_DIFFERS: IssueCheck.ORDER_PRICE,
    Result.TAX_DIFFERS: IssueCheck.ORDER_TAX,
    Result.EXPIRED: IssueCheck.ORDER_DAYS,
    Result.NOT_ORDERED: IssueCheck.NOT_ORDERED,
    Result.NOT_SHIPPED: IssueCheck.NOT_SHIPPED,
}
ORDER_CHECKS = frozenset({*CHECK_OF.values(), IssueCheck.ORDER_TOLERANCE})


def order_findings(drafts: Sequence[Invoice]) -> Iterable[tuple[IssueCheck, Invoice, Found]]:
    """What is to say of drafts of one company; of many, each with those before it."""
    billing = BilledLine.objects.filter(invoice_line__invoice__in=drafts).exclude(why=BilledWhy.NONE)
    ids = sorted(set(billing.order_by().values_list("invoice_line__invoice", flat=True)))
    if not ids:
        return
    by_id, company = {draft.pk: draft for draft in drafts}, drafts[0].company
    for row in comparison_with(company.pk, company.today(), ids):
        draft = by_id[row.scenario]
        yield check_of(row), draft, Found(said_of(row), url=reverse("billing:link_lines", args=[draft.pk]))


def billed_otherwise(documents: Sequence[Invoice]) -> Iterable[tuple[IssueCheck, Invoice, Found]]:
    """What is to say of issued documents of one company, beside what was ordered and shipped."""
    by_id = {document.pk: document for document in documents if not document.is_draft}
    if not by_id:
        return
    for row, document_id in differences_of(by_id[min(by_id)].company, sorted(by_id)):
        page = reverse("billing:order", args=[row.order_id]) if row.order_id else ""
        yield check_of(row), by_id[document_id], Found(said_of(row), url=page)


def check_of(row: Compared) -> IssueCheck:
    """The check that a row is for: what a tolerance allows has one of its own."""
    return IssueCheck.ORDER_TOLERANCE if row.is_within else CHECK_OF[row.result]

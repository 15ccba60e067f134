"""Every check: of documents, of customers, or of both.

To add one, name it in `IssueCheck`, write a function that looks at many documents or customers in a fixed number of
queries, and register it; pages, severities, the nightly sweep and the queue of findings follow.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from billing import issue_findings
from billing.accuracy import amounts, papers, parties, required, sums
from billing.accuracy.found import CustomerFindings, CustomerLook, Findings, Found, Look
from billing.models import Invoice, IssueCheck
from billing.orders.issue_findings import ORDER_CHECKS
from customers.models import Customer


@dataclass(frozen=True)
class Check:
    """What is asked, and of what.

    `of_documents` is asked of drafts, and of issued documents too where `of_issued` says so; `of_customers` of those
    with something to bill. `before_issue`: whether drafts, and the customers of drafts, are asked before they are
    issued. `is_kept`: whether what it finds goes into the queue. `has_milder`: whether some of it is taken more mildly
    than the check itself. `fades`: whether what it looks at is gone later, so that nobody can tell what it would have
    said of an issued document.
    """

    of_documents: Look | None = None
    of_customers: CustomerLook | None = None
    of_issued: bool = True
    before_issue: bool = True
    is_kept: bool = True
    has_milder: bool = False
    fades: bool = False

    def in_drafts(self, drafts: Sequence[Invoice]) -> Iterator[tuple[Invoice, Invoice | Customer, Found]]:
        """What it finds in drafts before issue, and in which: the draft itself, or what is kept of its customer."""
        if self.before_issue and self.of_documents:
            for draft, found in self.of_documents(drafts):
                yield draft, draft, found
        if self.before_issue and self.of_customers:
            yield from _of_their_customers(drafts, self.of_customers)

    def in_documents(self, documents: Sequence[Invoice]) -> Findings:
        """What it finds in documents of any state."""
        asked = documents if self.of_issued else [document for document in documents if document.is_draft]
        return self.of_documents(asked) if self.of_documents and asked else ()

    def in_issued(self, documents: Sequence[Invoice]) -> Findings:
        """What it would say before issue of documents that are issued, as they stand."""
        return self.of_documents(documents) if self.looks_back and self.of_documents and documents else ()

    @property
    def looks_back(self) -> bool:
        """Whether it can be asked of what is issued what it would have said before."""
        return self.before_issue and self.of_documents is not None and not self.fades

    def in_customers(self, customers: Sequence[Customer]) -> CustomerFindings:
        """What it finds in what is kept of customers."""
        return self.of_customers(customers) if self.of_customers and customers else ()


def _of_their_customers(drafts: Sequence[Invoice], look: CustomerLook) -> Iterator[tuple[Invoice, Customer, Found]]:
    found = {customer.pk: said for customer, said in look(list({draft.customer for draft in drafts}))}
    for draft in drafts:
        if said := found.get(draft.customer_id):
            url = issue_findings.customer_page(draft.customer)
            yield draft, draft.customer, Found(said.message, url=url, facts=said.facts)


CHECKS: dict[IssueCheck, Check] = {
    IssueCheck.ORDER_NUMBER: Check(issue_findings.order_numbers, of_issued=False),
    IssueCheck.RECEIVER: Check(of_customers=parties.receivers),
    IssueCheck.PRICE: Check(issue_findings.prices),
    IssueCheck.DUPLICATE: Check(issue_findings.duplicates),
    IssueCheck.TAX: Check(issue_findings.taxes),
    IssueCheck.CREDIT_LIMIT: Check(issue_findings.limits, of_issued=False, is_kept=False, fades=True),
    IssueCheck.NOT_OPENED: Check(issue_findings.accounts, of_issued=False, is_kept=False, fades=True),
    IssueCheck.HOLD: Check(issue_findings.holds, of_issued=False, is_kept=False, fades=True),
    IssueCheck.DEPOSIT: Check(issue_findings.deposits, of_issued=False, fades=True),
    IssueCheck.UNIT: Check(amounts.slips),
    IssueCheck.UNUSUAL: Check(amounts.unlike),
    IssueCheck.TOTAL: Check(amounts.totals),
    IssueCheck.TERMS: Check(papers.terms),
    IssueCheck.PERIOD: Check(papers.periods),
    IssueCheck.FUTURE: Check(papers.future),
    IssueCheck.NUMBER: Check(papers.numbers, before_issue=False),
    IssueCheck.ROUNDING: Check(sums.roundings),
    IssueCheck.TAX_ID: Check(papers.tax_numbers, parties.tax_ids),
    IssueCheck.ADDRESS: Check(of_customers=parties.addresses),
    IssueCheck.BOUNCED: Check(of_customers=parties.bounced),
    IssueCheck.BANK_ACCOUNT: Check(of_customers=parties.bank_accounts, before_issue=False),
    IssueCheck.EINVOICE: Check(papers.einvoices, parties.einvoice_facts, of_issued=False, before_issue=False),
    IssueCheck.REQUIRED_FACTS: Check(required.required_facts, of_issued=False, has_milder=True),
    # Asked all at once by billing.orders.issue_findings, which compares orders in one statement.
    **{check: Check() for check in IssueCheck if check in ORDER_CHECKS},
}


def register_check(name: IssueCheck, check: Check) -> None:
    """Let what another part of the house compares be asked with the rest."""
    CHECKS[name] = check


def in_short(name: IssueCheck) -> str:
    """A check's name in a word or two, for the narrow column of a list."""
    return {IssueCheck.EINVOICE: "E-invoice", IssueCheck.TAX_ID: "Tax number"}.get(
        name, name.value.replace("_", " ").capitalize()
    )

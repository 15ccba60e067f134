"""What a careful colleague would say of drafts before they are issued, each with the way to mend it.

What law and book demand (an open month, tax numbers, certificates, the rules of an e-invoice) is refused by the issuing
itself; here stands what a company may take as a warning, as a stop, or not at all.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from billing.accuracy.findings import dismissed_among, finding_of
from billing.accuracy.registry import CHECKS
from billing.models import USUALLY_STOPS, CheckPolicy, DocumentStatus, Invoice, IssueCheck, Severity
from billing.orders.issue_findings import ORDER_CHECKS, order_findings
from billing.totals import lines_with_taxes
from ledger.refusals import Refused
from office.models import Company


@dataclass(frozen=True)
class Concern:
    """What a check found in a draft, how severe the company takes it, and where or by which act it is mended.

    `fix` names an act of `suit_draft`, `url` a page; either may be empty.
    """

    invoice_id: int
    check: IssueCheck
    severity: Severity
    message: str
    fix: str = ""
    url: str = ""

    @property
    def stops(self) -> bool:
        return self.severity == Severity.STOP


TOLD = (Severity.STOP, Severity.WARN)


def concerns_of(drafts: Iterable[Invoice], wanted: Collection[Severity] = TOLD) -> list[Concern]:
    """What the company's checks of these severities find in drafts of one company, draft by draft, the stops first.

    A warning that somebody dismissed as a finding is not given again; a stop is passed over by overriding it alone.
    """
    drafts = list(drafts)
    if not drafts:
        return []
    severities = severities_of(drafts[0].company)
    told = [
        (Concern(draft.pk, name, severity, said.message, said.fix, said.url), finding_of(name, subject, said))
        for name, check in CHECKS.items()
        if severities[name] in wanted or (check.has_milder and severities[name] != Severity.IGNORE)
        for draft, subject, said in check.in_drafts(drafts)
        if (severity := milder(severities[name], said.most)) in wanted
    ]
    dismissed = dismissed_among({finding.fingerprint for concern, finding in told if not concern.stops})
    concerns = [concern for concern, finding in told if concern.stops or finding.fingerprint not in dismissed]
    if any(severities[check] in wanted for check in ORDER_CHECKS):
        concerns += [
            Concern(draft.pk, check, severities[check], found.message, found.fix, found.url)
            for check, draft, found in order_findings(drafts)
            if severities[check] in wanted
        ]
    places = {draft.pk: place for place, draft in enumerate(drafts)}
    return sorted(concerns, key=lambda concern: (places[concern.invoice_id], not concern.stops))


def milder(*severities: Severity) -> Severity:
    """The mildest of severities."""
    return min(severities, key=list(Severity).index)


def severities_of(company: Company) -> dict[IssueCheck, Severity]:
    """How severe the company takes each check."""
    usual = {check: Severity.STOP if check in USUALLY_STOPS else Severity.WARN for check in IssueCheck}
    chosen = CheckPolicy.objects.filter(company=company).values_list("check_name", "severity")
    return usual | {IssueCheck(check): Severity(severity) for check, severity in chosen}


def drafts_to_check(invoice_ids: Iterable[int]) -> QuerySet[Invoice]:
    """Drafts with all that the checks look at."""
    drafts = Invoice.objects.filter(pk__in=invoice_ids, status=DocumentStatus.DRAFT).order_by("pk")
    return drafts.select_related("company", "customer__company").prefetch_related(
        Prefetch("lines", lines_with_taxes()), "customer__addresses"
    )


def stops_of(locked: Iterable[Invoice]) -> list[Concern]:
    """What stops those that are drafts; checks that only warn are not asked."""
    return concerns_of([invoice for invoice in locked if invoice.is_draft], [Severity.STOP])


def require_clear(locked: Iterable[Invoice]) -> None:
    """Refuse drafts that a check stops, saying why."""
    if stops := stops_of(locked):
        said = " ".join(dict.fromkeys(concern.message for concern in stops))
        raise Refused(f"{said} Mend it, or have it issued all the same with a reason.", code="check_stopped")

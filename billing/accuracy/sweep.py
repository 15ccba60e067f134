"""One sweep of the accuracy checks over a company, piece by piece: documents first, then customers.

Each night it looks at drafts, at what was issued since the last sweep began and at what has an open finding; on demand
at everything. Documents come customer by customer, so that each one's history is read once or twice.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from billing.accuracy.findings import finding_of, open_findings
from billing.accuracy.registry import CHECKS
from billing.issue_checks import severities_of
from billing.models import AccuracyFinding, DocumentStatus, Invoice, IssueCheck, Severity
from billing.operations.keep_findings import keep_findings, mend_gone
from billing.orders.issue_findings import ORDER_CHECKS, billed_otherwise
from billing.totals import lines_with_taxes
from customers.models import Customer
from office.models import Company, Run, RunStatus
from office.written import counted

KIND = "check_accuracy"
FROM_HOUR = 3
"""After the book was checked."""
SLICE = 500
"""How many documents or customers a piece looks at: some seconds of work."""
START = [0, 0]


def is_due(company: Company, now: datetime) -> bool:
    """Whether it is night enough where the company is, and no sweep of this day was begun there yet."""
    local = now.astimezone(ZoneInfo(company.time_zone))
    nightly = Run.objects.filter(company=company, kind=KIND, by=None).order_by("-pk")
    last = nightly.values_list("parameters", flat=True).first()
    return local.hour >= FROM_HOUR and (last is None or last["on"] != str(local.date()))


def sweep_next(run: Run) -> None:
    """Look at the next piece of a sweep; after the last, say what came of all."""
    state = run.parameters
    if run.total == 0:
        state["mended"] += mend_gone(run.company, _gone())
        run.total = documents_of(run).count() + customers_of(run).count()
    piece = _customers if state["stage"] == "customers" else _documents
    done = piece(run)
    run.done = min(run.done + done, run.total)
    if done < SLICE:
        _next_stage(run)
    run.save(update_fields=["parameters"])


def _next_stage(run: Run) -> None:
    if run.parameters["stage"] == "documents":
        run.parameters |= {"stage": "customers", "after": START}
        return
    run.status, run.done = RunStatus.DONE, run.total
    found, mended = run.parameters["found"], run.parameters["mended"]
    run.result = {"Found": found, "Mended": mended}
    run.explanation = f"{counted(found, 'new finding')}, {mended} mended." if found or mended else "Nothing new."


def documents_of(run: Run) -> QuerySet[Invoice]:
    """The documents that a sweep looks at: those that stand, and of these all, or what is new or has a finding."""
    credited = Invoice.objects.filter(credits=OuterRef("pk"), status=DocumentStatus.ISSUED)
    standing = Invoice.objects.filter(~Exists(credited), company=run.company).exclude(status=DocumentStatus.VOID)
    if run.parameters["everything"]:
        return standing
    known = open_findings(AccuracyFinding.objects.filter(company=run.company, is_of_document=True))
    is_new = Q(status=DocumentStatus.DRAFT) | Q(issued_at__gte=run.parameters["since"])
    return standing.filter(is_new | Q(pk__in=known.values("invoice")))


def customers_of(run: Run) -> QuerySet[Customer]:
    """The customers that a sweep looks at: all that are active, as they are far fewer and change unseen."""
    return Customer.objects.filter(company=run.company, is_active=True)


def _gone() -> Q:
    """Findings of documents that stand no more, and of customers who are active no more."""
    credited = Invoice.objects.filter(credits=OuterRef("invoice"), status=DocumentStatus.ISSUED)
    no_document = Q(invoice=None) | Q(invoice__status=DocumentStatus.VOID) | Q(Exists(credited))
    return Q(is_of_document=True) & no_document | Q(is_of_document=False, customer__is_active=False)


def _documents(run: Run) -> int:
    customer_id, last_id = run.parameters["after"]
    rest = Q(customer_id__gt=customer_id) | Q(customer_id=customer_id, pk__gt=last_id)
    places = list(documents_of(run).filter(rest).order_by("customer_id", "pk").values_list("customer_id", "pk")[:SLICE])
    if places:
        run.parameters["after"] = list(places[-1])
        check_documents(run, [pk for _, pk in places])
    return len(places)


def check_documents(run: Run, ids: list[int]) -> None:
    """Ask every check of some documents, none of which is thrown away meanwhile, and keep what they find."""
    _hold(ids)
    documents = list(
        Invoice.objects.filter(pk__in=ids)
        .select_related("company", "customer__company", "customer__terms", "terms")
        .prefetch_related(Prefetch("lines", lines_with_taxes()), "customer__addresses")
        .order_by("pk")
    )
    asked = _asked(run.company)
    found = [
        finding_of(name, document, said) for name in asked for document, said in CHECKS[name].in_documents(documents)
    ]
    if not ORDER_CHECKS.isdisjoint(asked):
        found += [
            finding_of(name, document, said) for name, document, said in billed_otherwise(documents) if name in asked
        ]
    _keep(run, found, Q(invoice__in=ids, check_name__in=asked))


def _customers(run: Run) -> int:
    _, last_id = run.parameters["after"]
    rows = customers_of(run).filter(pk__gt=last_id).select_related("company").prefetch_related("addresses")
    customers = list(rows.order_by("pk")[:SLICE])
    if customers:
        run.parameters["after"] = [0, customers[-1].pk]
        asked = _asked(run.company)
        found = [
            finding_of(name, customer, said)
            for name in asked
            for customer, said in CHECKS[name].in_customers(customers)
        ]
        _keep(run, found, Q(customer__in=customers, is_of_document=False, check_name__in=asked))
    return len(customers)


def _asked(company: Company) -> list[IssueCheck]:
    """The checks whose findings are kept, but those that the company does not want."""
    severities = severities_of(company)
    return [name for name, check in CHECKS.items() if check.is_kept and severities[name] != Severity.IGNORE]


def _keep(run: Run, found: Iterable[AccuracyFinding], looked_at: Q) -> None:
    kept = keep_findings(run.company, list(found), looked_at=looked_at)
    run.parameters["found"] += kept.found
    run.parameters["mended"] += kept.mended


def _hold(ids: list[int]) -> None:
    """Keep documents from being thrown away until the piece is done; they may be changed and issued."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM billing_invoice WHERE id = ANY (%s) ORDER BY id FOR KEY SHARE", [ids])


def start_of(on: str, since: datetime | None, *, everything: bool) -> dict[str, Any]:
    """What a sweep begins with."""
    counts = {"found": 0, "mended": 0}
    stages = {"stage": "documents", "after": START, "everything": everything}
    return {"on": on, "since": since.isoformat() if since else None} | stages | counts

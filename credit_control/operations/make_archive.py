"""All documents of a period as one file, for a customer: a worker makes what is not kept yet, one document at a time.

What is asked for stands in a run, and the file itself is read from kept bytes: so it is the same each time, and
takes no room.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from billing.einvoice.kept import kept_einvoice
from billing.models import Invoice
from billing.pdf import kept_pdf
from credit_control.account.documents import chosen_for_archive, documents_of, found_in, require_not_too_much
from credit_control.models import AccountLink
from ledger.refusals import Refused
from office.audit import record
from office.models import Run, RunStatus
from office.papers import PdfUnavailable
from office.work.runs import RunKind, begin_run

KIND = "make_archive"
KEPT_FOR = timedelta(days=1)
MOST_A_DAY = 20
"""Files that one link has made; a person wants fewer."""


@transaction.atomic
def ask_archive(link_id: int, from_on: date, on: date) -> Run:
    """Have the documents of a period made into one file; asked again within a day, it is the same one.

    Raises Refused for none, too many or too much, and for more than one link asks for in a day.
    """
    links = AccountLink.objects.select_for_update(no_key=True, of=("self",))
    link = links.select_related("customer__company", "contact").get(pk=link_id)
    chosen = chosen_for_archive(found_in(documents_of(link), from_on, on))
    asked = archive_asked(link, from_on, on)
    if asked and asked.parameters["documents"] == chosen and asked.status not in (RunStatus.FAILED, RunStatus.STOPPED):
        return asked
    if _archives_of(link).count() >= MOST_A_DAY:
        raise Refused("That is more than one link asks for in a day.", code="too_often")
    run = Run(
        company=link.customer.company,
        kind=KIND,
        title=f"Documents of {link.customer.name} as one file",
        parameters={"link": link.pk, "from_on": from_on.isoformat(), "on": on.isoformat(), "documents": chosen},
    )
    begin_run(run)
    after = {"contact": link.contact, "from_on": from_on, "on": on, "documents": len(chosen)}
    record(None, "ask_archive", link.customer, after=after)
    return run


def archive_asked(link: AccountLink, from_on: date, on: date) -> Run | None:
    """What was asked for last of a period within a day, however far it is."""
    days = {"from_on": from_on.isoformat(), "on": on.isoformat()}
    found: Run | None = _archives_of(link).filter(parameters__contains=days).first()
    return found


def _archives_of(link: AccountLink) -> QuerySet[Run]:
    since = timezone.now() - KEPT_FOR
    rows = Run.objects.filter(company=link.customer.company_id, kind=KIND, started_at__gt=since)
    return rows.filter(parameters__link=link.pk).order_by("-pk")


def plan_piece(run: Run) -> Callable[[Run], None]:
    """Make the file of the next document, with nothing held."""
    chosen = run.parameters["documents"]
    try:
        invoice = Invoice.objects.select_related("company", "customer").get(pk=chosen[run.done])
        kept_pdf(invoice)
        if invoice.einvoice_format:
            kept_einvoice(invoice)
    except PdfUnavailable as error:
        raise Refused(f"{invoice.number} has no PDF yet. Try again in a while.", code="no_pdf") from error
    return partial(_made, run.done)


def _made(position: int, run: Run) -> None:
    chosen = run.parameters["documents"]
    if run.done != position:
        return  # somebody else made it meanwhile
    run.done, run.total = position + 1, len(chosen)
    if run.done == run.total:
        require_not_too_much(chosen)
        run.status = RunStatus.DONE


RUN_KIND = RunKind(KIND, None, plan=plan_piece)

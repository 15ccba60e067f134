from collections.abc import Sequence

from django.db import transaction

from billing.medical import Service, tidy_diagnoses, tidy_service
from billing.medical_facts import require_listed
from billing.models import Diagnosis, Invoice, InvoiceLine, MedicalService
from billing.states import require_draft
from ledger.refusals import Refused
from office.audit import record
from office.models import User


@transaction.atomic
def set_medical_codes(
    invoice_id: int, diagnoses: Sequence[str], services: Sequence[Service], *, version: int, by: User | None
) -> Invoice:
    """Say what was done on a draft's lines and for which diagnoses, in place of what was said before.

    Raises Refused where the company bills no healthcare, the draft changed since `version`, or a code has not its form
    or is not in the company's list on the day. The audit trail names no code, as more people read it.
    """
    invoice = Invoice.objects.select_for_update(no_key=True, of=("self",)).select_related("company").get(pk=invoice_id)
    require_draft(invoice)
    _require_wanted(invoice, version)
    codes = tidy_diagnoses(diagnoses)
    services = [tidy_service(service, len(codes)) for service in services]
    lines = _lines_of(invoice, services)
    require_listed(invoice.company, codes, services, invoice.dated_on or invoice.company.today())
    _write(invoice, codes, services, lines)
    invoice.version += 1
    invoice.save(update_fields=["version"])
    record(by, "set_medical_codes", invoice, after={"diagnoses": len(codes), "services": len(services)})
    return invoice


def _require_wanted(invoice: Invoice, version: int) -> None:
    if not invoice.company.bills_healthcare:
        raise Refused("This company does not bill healthcare. The settings say so.", code="no_healthcare")
    if invoice.version != version:
        raise Refused("Somebody saved this draft while you were editing. Load it again.", code="stale")


def _lines_of(invoice: Invoice, services: Sequence[Service]) -> dict[int, InvoiceLine]:
    """The draft's lines by position. Raises Refused for a service on none of them, or two on one."""
    lines = {line.position: line for line in invoice.lines.all()}
    positions = [service.position for service in services]
    for position in positions:
        if position not in lines:
            raise Refused(f"There is no line {position} on this draft.", code="no_such_line")
        if positions.count(position) > 1:
            raise Refused(f"Line {position} stands there twice. A line is one service.", code="line_twice")
    return lines


def _write(invoice: Invoice, codes: Sequence[str], services: Sequence[Service], lines: dict[int, InvoiceLine]) -> None:
    invoice.diagnoses.all().delete()
    MedicalService.objects.filter(line__invoice=invoice).delete()
    Diagnosis.objects.bulk_create(
        Diagnosis(invoice=invoice, position=position, code=code) for position, code in enumerate(codes, start=1)
    )
    MedicalService.objects.bulk_create(
        MedicalService(
            line=lines[service.position],
            serviced_on=service.serviced_on,
            procedure=service.procedure,
            modifiers=" ".join(service.modifiers),
            pointers="".join(service.pointers),
        )
        for service in services
    )

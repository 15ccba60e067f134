"""The medical codes of stored documents: reading them, looking them up in the lists, keeping them through an edit."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from difflib import SequenceMatcher

from django.contrib.auth.models import AnonymousUser

from billing.medical import CodeLists, Service, Validity, unlisted
from billing.models import Diagnosis, Invoice, InvoiceLine, MedicalCode, MedicalService, MedicalSystem
from billing.printed import PRINTED, printed_facts
from ledger.refusals import Refused
from office.audit import note_look
from office.models import Company, User


def diagnoses_of(invoice: Invoice) -> list[str]:
    """The codes of a document's diagnoses, in their order."""
    return [diagnosis.code for diagnosis in invoice.diagnoses.all()]


def services_of(invoice: Invoice) -> list[Service]:
    """What was done on a document's lines, in their order."""
    rows = MedicalService.objects.filter(line__invoice=invoice).select_related("line").order_by("line__position")
    return [
        Service(row.line.position, row.serviced_on, row.procedure, row.modifiers.split(), list(row.pointers))
        for row in rows
    ]


def codes_for(reader: User, invoice: Invoice) -> tuple[list[str], list[Service]]:
    """A document's diagnoses and what was done on its lines, for a person; that they saw them is kept."""
    diagnoses, services = diagnoses_of(invoice), services_of(invoice)
    if diagnoses or services:
        note_look(reader, "see_medical_codes", invoice)
    return diagnoses, services


def lists_for(company: Company, codes: Iterable[str]) -> CodeLists:
    """When these codes are good by the lists that the company has loaded."""
    known = MedicalCode.objects.filter(company=company)
    lists: dict[MedicalSystem, dict[str, list[Validity]]] = {
        system: defaultdict(list) for system in MedicalSystem if known.filter(system=system).exists()
    }
    for row in known.filter(code__in=set(codes)):
        lists[MedicalSystem(row.system)][row.code].append(Validity(row.valid_from, row.valid_until))
    return lists


def require_listed(company: Company, diagnoses: Sequence[str], services: Sequence[Service], day: date) -> None:
    """Raise Refused, saying which and since when, for codes that the company's lists do not hold on their day."""
    codes = [*diagnoses, *(code for service in services for code in (service.procedure, *service.modifiers))]
    if problems := unlisted(diagnoses, services, lists_for(company, codes), day):
        raise Refused(" ".join(problems), code="code_not_listed")


def require_codes_listed(invoices: Sequence[Invoice], on: date) -> None:
    """Look up anew what drafts of one company say, as the lists may have changed since. Raises Refused."""
    if not invoices[0].company.bills_healthcare:
        return
    coded = MedicalService.objects.filter(line__invoice__in=invoices).values_list("line__invoice", flat=True)
    diagnosed = Diagnosis.objects.filter(invoice__in=invoices).values_list("invoice", flat=True)
    wanted = {*coded, *diagnosed}
    for invoice in invoices:
        if invoice.pk in wanted:
            require_listed(invoice.company, diagnoses_of(invoice), services_of(invoice), invoice.dated_on or on)


def prints_codes(invoice: Invoice) -> bool:
    """Whether its paper shows medical codes: as it was issued, or of a draft as its company wants it now."""
    printed = invoice.printed or printed_facts(invoice, invoice.customer)
    return printed.get("medical_codes") == PRINTED and has_medical_codes(invoice)


def require_may_read(reader: User | AnonymousUser, invoice: Invoice) -> None:
    """Raise Refused where the paper shows codes that this person may not see; that they saw them is kept."""
    if not prints_codes(invoice):
        return
    if not isinstance(reader, User) or not reader.has_perm("billing.see_medical_codes"):
        raise Refused(
            f"The PDF of {invoice} shows medical codes, which are not yours to see. Ask somebody in billing.",
            code="may_not_see_codes",
        )
    note_look(reader, "see_medical_codes", invoice)


def has_medical_codes(invoice: Invoice) -> bool:
    """Whether a document says anything medical."""
    return invoice.diagnoses.exists() or MedicalService.objects.filter(line__invoice=invoice).exists()


def lines_with_services(invoice: Invoice) -> list[InvoiceLine]:
    """The stored lines, each with what was done on it."""
    return list(invoice.lines.select_related("service"))


def carry_services(before: Sequence[InvoiceLine], after: Sequence[InvoiceLine]) -> None:
    """Give new lines the services of those whose place they take: the same, or reworded without another product."""
    services = []
    for old, new in _same_lines(before, after):
        if hasattr(old, "service"):
            kept = old.service
            services.append(
                MedicalService(
                    line=new,
                    serviced_on=kept.serviced_on,
                    procedure=kept.procedure,
                    modifiers=kept.modifiers,
                    pointers=kept.pointers,
                )
            )
    MedicalService.objects.bulk_create(services)


def carry_diagnoses(source: Invoice, target: Invoice) -> None:
    """Give a document the diagnoses of another."""
    Diagnosis.objects.bulk_create(
        Diagnosis(invoice=target, position=each.position, code=each.code) for each in source.diagnoses.all()
    )


def _same_lines(before: Sequence[InvoiceLine], after: Sequence[InvoiceLine]) -> list[tuple[InvoiceLine, InvoiceLine]]:
    """Pairs of an old line and the new one in its place, as a comparison of two texts would find them."""
    old_keys, new_keys = ([(line.product_id, line.description) for line in lines] for lines in (before, after))
    pairs: list[tuple[InvoiceLine, InvoiceLine]] = []
    matcher = SequenceMatcher(None, old_keys, new_keys, autojunk=False)
    for change, start, end, new_start, new_end in matcher.get_opcodes():
        if change == "equal" or (change == "replace" and end - start == new_end - new_start):
            pairs += zip(before[start:end], after[new_start:new_end], strict=True)
    return [(old, new) for old, new in pairs if old.product_id == new.product_id]

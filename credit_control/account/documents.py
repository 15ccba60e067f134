"""The documents of an account: found by period and words, and all of a period as one file of kept bytes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Length

from billing.einvoice.kept import kept_einvoice
from billing.models import DocumentStatus, Invoice, InvoicePdf
from billing.pdf import kept_pdf
from credit_control.models import AccountLink
from customers.models import Customer
from ledger.refusals import Refused

MOST_DOCUMENTS, MOST_MB = 300, 100
MB = 1_000_000


def documents_of(link: AccountLink) -> QuerySet[Invoice]:
    """What was issued to the link's customer, and to their subsidiaries where the link is over these too."""
    whose = Q(pk=link.customer_id)
    if link.is_combined:
        whose |= Q(parent=link.customer_id)
    customers = Customer.objects.filter(whose, company=link.customer.company_id)
    issued = Invoice.objects.filter(customer__in=customers).exclude(status=DocumentStatus.DRAFT)
    return issued.select_related("company", "customer").order_by("-dated_on", "-pk")


def found_in(documents: QuerySet[Invoice], from_on: date, on: date, words: str = "") -> QuerySet[Invoice]:
    """Those dated in a period that have some words in their numbers or lines."""
    found = documents.filter(dated_on__range=(from_on, on))
    for word in words.split():
        lines = Invoice.objects.filter(lines__description__icontains=word).values("pk")
        found = found.filter(Q(number__icontains=word) | Q(po_number__icontains=word) | Q(pk__in=lines))
    return found


def chosen_for_archive(documents: QuerySet[Invoice]) -> list[int]:
    """The documents of an archive by id, the oldest first. Raises Refused for none, too many, or too much as kept."""
    chosen = list(documents.values_list("pk", flat=True)[: MOST_DOCUMENTS + 1])
    if not chosen:
        raise Refused("There are none in this period.", code="none_found")
    if len(chosen) > MOST_DOCUMENTS:
        raise Refused(f"One file holds at most {MOST_DOCUMENTS} documents.", code="too_many")
    require_not_too_much(chosen)
    return chosen[::-1]


def require_not_too_much(chosen: Sequence[int]) -> None:
    """Raise Refused where the kept files of these documents are more than one archive holds."""
    sizes = InvoicePdf.objects.filter(invoice__in=chosen).aggregate(sum=Sum(Length("content")))
    if (sizes["sum"] or 0) > MOST_MB * MB:
        raise Refused(f"One file holds at most {MOST_MB} MB.", code="too_much")


@dataclass
class _Pipe:
    """What a ZIP is written to: it gives on what came since the last time, and holds no more."""

    pieces: list[bytes] = field(default_factory=list)

    def write(self, data: bytes, /) -> int:
        self.pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        data, self.pieces = b"".join(self.pieces), []
        return data


def archive_of(documents: Sequence[Invoice]) -> Iterator[bytes]:
    """A ZIP of their kept files, piece by piece: each PDF, and its e-invoice where it has one."""
    pipe, taken = _Pipe(), set[str]()
    with ZipFile(pipe, "w") as archive:  # type: ignore[call-overload]  # it only writes
        for invoice in documents:
            name = _free_name(invoice.number, taken)
            _add(archive, f"{name}.pdf", invoice, bytes(kept_pdf(invoice).content), ZIP_STORED)
            yield pipe.taken()
            if invoice.einvoice_format:
                _add(archive, f"{name}.xml", invoice, bytes(kept_einvoice(invoice).content), ZIP_DEFLATED)
                yield pipe.taken()
    yield pipe.taken()


def safe_name(number: str) -> str:
    """A number as a name that every system takes."""
    return "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in number).lstrip("-") or "document"


def _free_name(number: str, taken: set[str]) -> str:
    """A name that no other file has, also where capitals are no difference."""
    name, count = safe_name(number), 1
    while name.lower() in taken:
        count += 1
        name = f"{safe_name(number)}-{count}"
    taken.add(name.lower())
    return name


def _add(archive: ZipFile, name: str, invoice: Invoice, content: bytes, how: int) -> None:
    day = invoice.dated_on or invoice.company.today()
    info = ZipInfo(name, date_time=(max(day.year, 1980), day.month, day.day, 0, 0, 0))
    info.compress_type = how
    info.external_attr = 0o644 << 16
    archive.writestr(info, content)

"""Whether the files that banks, payers and we ourselves made are kept as they came."""

from ledger.checks import ALL_IDS, Check, Finding, kept_files
from office.sealing import Unsealable
from payments.kept_files import bytes_of
from payments.models import PaymentFile


class OpensAsKept(Check):
    """Opens each sealed file: what is in it only the keys can say."""

    def find(self, company_id: int | None = None, ids: tuple[int, int] = ALL_IDS) -> list[Finding]:
        """The payment files that no key opens, or whose bytes are not those that the bank got."""
        after, until = ids
        rows = PaymentFile.objects.filter(pk__gt=after, pk__lte=until).order_by("pk")
        rows = rows.filter(company=company_id) if company_id else rows
        return [
            Finding(self.name, f"payment file {file}", words)
            for file in rows.iterator(chunk_size=1)
            if (words := _why_not_as_kept(file))
        ]


def _why_not_as_kept(file: PaymentFile) -> str:
    try:
        bytes_of(file)
    except Unsealable as broken:
        return str(broken)
    return ""


FILE_CHECKS = [
    kept_files("payments_bankfile", "'bank file ' || f.name", "f.company_id"),
    kept_files("payments_remittance", "'remittance advice ' || f.name", "f.company_id"),
    kept_files(
        "payments_receiptpdf",
        "'PDF of receipt ' || r.number || ', edition ' || f.edition",
        "r.company_id",
        "JOIN payments_receipt r ON r.id = f.receipt_id",
    ),
    kept_files(
        "payments_paidnoticefile",
        "'file ' || f.name || ' of a payment told of'",
        "n.company_id",
        "JOIN payments_paidnotice n ON n.id = f.notice_id",
    ),
    kept_files(
        "payments_chargebackfile",
        "'evidence ' || f.name || ' of ' || c.number",
        "c.company_id",
        "JOIN payments_chargeback c ON c.id = f.chargeback_id",
    ),
    kept_files(
        "customers_mandatepdf",
        "'mandate ' || m.reference",
        "g.company_id",
        "JOIN customers_givenmandate g ON g.id = f.given_id JOIN customers_mandate m ON m.id = g.mandate_id",
    ),
    OpensAsKept("the file kept matches the hash kept", over="payments_paymentfile"),
]

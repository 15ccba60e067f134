"""The kinds of e-invoice that a customer may want, and what each says of itself."""

from dataclasses import dataclass

from customers.models import EInvoiceFormat

EN16931 = "urn:cen.eu:en16931:2017"
PEPPOL = f"{EN16931}#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
XRECHNUNG = f"{EN16931}#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
BILLING_PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
UBL, CII = "ubl", "cii"


@dataclass(frozen=True)
class Format:
    """A syntax and the specification (BT-24) and process (BT-23) that the document names."""

    syntax: str
    specification: str
    process: str = ""


FORMATS: dict[str, Format] = {
    EInvoiceFormat.PEPPOL_UBL: Format(UBL, PEPPOL, BILLING_PROCESS),
    EInvoiceFormat.XRECHNUNG_UBL: Format(UBL, XRECHNUNG, BILLING_PROCESS),
    EInvoiceFormat.XRECHNUNG_CII: Format(CII, XRECHNUNG, BILLING_PROCESS),
    EInvoiceFormat.FACTURX: Format(CII, EN16931),
}

"""What the official rules say of a document: EN 16931 for all, XRechnung for those that call themselves so.

Documents for Peppol are held to those of Peppol's own rules that XRechnung has taken over, and to two more that people
run into, as its publisher gives the others no open licence.
"""

import atexit
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from billing.einvoice.fields import field_of
from billing.einvoice.formats import PEPPOL
from billing.einvoice.markup import Element
from billing.helper import Helper, HelperLost

SECONDS = 30
UBL_NAMESPACE = "urn:oasis:names:specification:ubl:schema:xsd:"
ROOTS = {"Invoice": "UBL", "CreditNote": "UBL", "CrossIndustryInvoice": "CII"}
SCHEMAS = {
    "Invoice": "ubl/maindoc/UBL-Invoice-2.1.xsd",
    "CreditNote": "ubl/maindoc/UBL-CreditNote-2.1.xsd",
    "CrossIndustryInvoice": "cii/Factur-X_EN16931.xsd",
}
REFERENCE_MISSING = "A buyer reference or purchase order reference MUST be provided."

NO_MAIL = "An e-mail address (EM) is no electronic address in Peppol."


class RulesUnavailable(Exception):
    """Nothing can be judged now; the message says why."""


@dataclass(frozen=True)
class Finding:
    """A broken rule: its id, what it asks, where in the document, and which field of ours mends it."""

    rule: str
    text: str
    is_fatal: bool
    place: str = ""

    @property
    def field(self) -> str:
        return field_of(self.rule)

    def __str__(self) -> str:
        return f"{self.rule}: {self.text}" + (f" Mend it here: {self.field}." if self.field else "")


_judge = Helper(Path(__file__).with_name("child.py"), SECONDS)


def judge(root: Element, *, with_schema: bool = False) -> list[Finding]:
    """What is wrong with a document that `parse` has opened, the fatal first; with its schema only where asked.

    Raises RulesUnavailable where nothing can be judged now.
    """
    kind = etree.QName(root).localname
    specification = specification_of(root)
    sheets = [f"EN16931-{ROOTS[kind]}-validation.xslt"]
    if "xrechnung" in specification or specification == PEPPOL:
        sheets.append(f"XRechnung-{ROOTS[kind]}-validation.xsl")
    found = _ask(root, sheets, SCHEMAS[kind] if with_schema else "")
    if specification == PEPPOL:
        found = [each for each in found if not each.rule.startswith(("BR-DE", "BR-TMP"))] + _peppol(root)
    return sorted(found, key=lambda each: (not each.is_fatal, each.rule))


def specification_of(root: Element) -> str:
    """What the document says it follows (BT-24)."""
    paths = ("{*}CustomizationID", "{*}ExchangedDocumentContext/{*}GuidelineSpecifiedDocumentContextParameter/{*}ID")
    return next((found.strip() for path in paths if (found := root.findtext(path))), "")


def _ask(root: Element, sheets: list[str], schema: str) -> list[Finding]:
    request = {"xml": etree.tostring(root, encoding="unicode"), "sheets": sheets, "schema": schema}
    try:
        kind, content = _judge.ask(json.dumps(request).encode())
    except HelperLost as error:
        raise RulesUnavailable("The e-invoice rules did not answer. Try again; the log has the reason.") from error
    answer = json.loads(content)
    if kind != b"F":
        raise RulesUnavailable(f"The e-invoice rules could not be run: {answer}")
    return [Finding(each["rule"], _plain(each), each["flag"] == "fatal", each["place"]) for each in answer]


def _plain(each: dict[str, str]) -> str:
    """A rule's text without its own id in front."""
    return each["text"].removeprefix(f"[{each['rule']}]").lstrip("- ").strip()


def _peppol(root: Element) -> list[Finding]:
    found = []
    if not (root.findtext("{*}BuyerReference") or root.findtext("{*}OrderReference/{*}ID")):
        found.append(Finding("PEPPOL-EN16931-R003", REFERENCE_MISSING, is_fatal=True))
    if any(address.get("schemeID") == "EM" for address in root.iter("{*}EndpointID")):
        found.append(Finding("PEPPOL-EN16931-CL008", NO_MAIL, is_fatal=True))
    return found


@atexit.register
def _stop() -> None:
    with suppress(Exception):
        _judge.stop()

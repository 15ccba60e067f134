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
from office.helper import Helper, HelperLost

SECONDS = 30
OASIS = "urn:oasis:names:specification:ubl:schema:xsd:"
UNECE = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
ROOTS = {
    f"{{{OASIS}Invoice-2}}Invoice": ("UBL", "ubl/maindoc/UBL-Invoice-2.1.xsd"),
    f"{{{OASIS}CreditNote-2}}CreditNote": ("UBL", "ubl/maindoc/UBL-CreditNote-2.1.xsd"),
    f"{{{UNECE}}}CrossIndustryInvoice": ("CII", "cii/Factur-X_EN16931.xsd"),
}
"""The documents we know, each with its syntax and its schema."""
REFERENCE_MISSING = "A buyer reference or purchase order reference MUST be provided."

NO_MAIL = "An e-mail address (EM) is no electronic address in Peppol."


class RulesUnavailable(Exception):
    """Nothing can be judged now; the message says why."""


@dataclass(frozen=True)
class Finding:
    """A broken rule: its id, what it asks, how grave it is, where, and which field of ours mends it."""

    rule: str
    text: str
    level: str = "fatal"  # or warning, or information
    place: str = ""

    @property
    def is_fatal(self) -> bool:
        return self.level == "fatal"

    @property
    def field(self) -> str:
        return field_of(self.rule)

    def __str__(self) -> str:
        return f"{self.rule}: {self.text}" + (f" Mend it here: {self.field}." if self.field else "")


_judge = Helper(Path(__file__).with_name("child.py"), SECONDS)


def judge(root: Element, *, is_ours: bool = False) -> list[Finding]:
    """What is wrong with a document that `parse` has opened, the fatal first.

    What is ours is held to its schema and to Peppol's rules too; of others only the standards that it names count.
    Raises RulesUnavailable where nothing can be judged now.
    """
    syntax, schema = ROOTS[root.tag]
    specification = specification_of(root)
    sheets = [f"EN16931-{syntax}-validation.xslt"]
    is_for_peppol = is_ours and specification == PEPPOL
    if "xrechnung" in specification or is_for_peppol:
        sheets.append(f"XRechnung-{syntax}-validation.xsl")
    found = _ask(root, sheets, schema if is_ours else "")
    if is_for_peppol:
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
    return [Finding(each["rule"], _plain(each), each["flag"], each["place"]) for each in answer]


def _plain(each: dict[str, str]) -> str:
    """A rule's text without its own id in front."""
    return each["text"].removeprefix(f"[{each['rule']}]").lstrip("- ").strip()


def _peppol(root: Element) -> list[Finding]:
    found = []
    if not (root.findtext("{*}BuyerReference") or root.findtext("{*}OrderReference/{*}ID")):
        found.append(Finding("PEPPOL-EN16931-R003", REFERENCE_MISSING))
    if any(address.get("schemeID") == "EM" for address in root.iter("{*}EndpointID")):
        found.append(Finding("PEPPOL-EN16931-CL008", NO_MAIL))
    return found


@atexit.register
def _stop() -> None:
    with suppress(Exception):
        _judge.stop()

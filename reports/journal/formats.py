"""All formats there are, by name."""

from ledger.refusals import Refused
from reports.journal import datev, plain, quickbooks, quickbooks_online, sheet, xero
from reports.journal.entries import Format

FORMATS: dict[str, Format] = {
    module.FORMAT.name: module.FORMAT for module in (plain, sheet, datev, quickbooks, quickbooks_online, xero)
}


def format_named(name: str) -> Format:
    """The format of a name. Raises Refused for none that we know."""
    if name not in FORMATS:
        raise Refused("That is no format that we know.", code="unknown_format")
    return FORMATS[name]

"""XML that others sent, opened with care."""

from typing import Any

from lxml import etree

from ledger.refusals import Refused

LARGEST = 20 * 1024 * 1024


def parse_xml(content: bytes, *, what: str, code: str, largest: int = LARGEST) -> Any:
    """The root of a document. `what` is the kind of paper it should be; `code` begins the codes of refusals.

    Raises Refused for what is no XML, too large or has a DOCTYPE; entities and addresses are never followed.
    """
    if len(content) > largest:
        raise Refused(f"The file is larger than {largest >> 20} MB; no {what} is.", code=f"{code}_too_large")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        said = "It has no XML." if b"<" not in content[:1000] else str(error).removesuffix(" (<string>, line 1)")
        raise Refused(f"The file is not well-formed XML: {said}", code=f"{code}_not_xml") from error
    if root.getroottree().docinfo.doctype:
        raise Refused(f"The file has a DOCTYPE, which no {what} may have.", code=f"{code}_has_doctype")
    return root

"""Making and reading XML: what is empty is left out, and what others sent is opened with care."""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from lxml import etree

from office.reading.xml import parse_xml

CENT = Decimal("0.01")
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\x7f-\x9f]")

Element = Any
Make = Callable[..., Element]


def maker(namespaces: Mapping[str, str]) -> Make:
    """A function that makes elements: `make("cbc:ID", "7")`, or with other elements, or lists of them, inside."""
    nsmap = dict(namespaces)

    def make(name: str, *parts: Any, **attributes: str) -> Element:
        prefix, _, local = name.partition(":")
        inside = [part for part in _flat(parts) if part is not None and part != ""]
        if not inside:
            return None
        element = etree.Element(f"{{{nsmap[prefix]}}}{local}", {k: v for k, v in attributes.items() if v}, nsmap)
        for part in inside:
            if isinstance(part, str):
                element.text = legal(part)
            else:
                element.append(part)
        return element

    return make


def _flat(parts: Any) -> Iterator[Any]:
    for part in parts:
        if isinstance(part, list | tuple):
            yield from _flat(part)
        else:
            yield part


def legal(text: str) -> str:
    """The text without the characters that XML cannot carry."""
    return _NO_XML.sub("", text).strip()


def amount(value: Decimal) -> str:
    """An amount with two places, or with more where it has more: then the rules will say so."""
    return f"{value.quantize(CENT):f}" if value == value.quantize(CENT) else number(value)


def number(value: Decimal) -> str:
    """A quantity, price or percentage with as many places as it needs."""
    return f"{value.normalize():f}" if value else "0"


def as_bytes(root: Element) -> bytes:
    """The document as it is kept and sent; the same content gives the same bytes."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def parse(content: bytes) -> Element:
    """The root of a document that others sent. Raises Refused for what is no XML, too large or has a DOCTYPE."""
    return parse_xml(content, what="invoice", code="einvoice")

"""Writing XML with few words."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from lxml import etree

from ledger.money import round_money

Element = Any


class Writer:
    """A document of one namespace. `add` gives the element at a path of names, of which it makes the last one anew."""

    def __init__(self, message: str) -> None:
        self.namespace = f"urn:iso:std:iso:20022:tech:xsd:{message}"
        self.root = etree.Element(f"{{{self.namespace}}}Document", nsmap={None: self.namespace})

    def add(self, parent: Element, path: str, text: str = "", **attributes: str) -> Element:
        """A new element below a parent; the names before the last are used where they are there already."""
        *before, last = path.split("/")
        for name in before:
            parent = self._last(parent, name)
        element = etree.SubElement(parent, f"{{{self.namespace}}}{last}", attributes)
        element.text = text or None
        return element

    def content(self) -> bytes:
        """The bytes of the document."""
        return etree.tostring(self.root, xml_declaration=True, encoding="UTF-8", pretty_print=True)

    def _last(self, parent: Element, name: str) -> Element:
        tag = f"{{{self.namespace}}}{name}"
        is_there = len(parent) and parent[-1].tag == tag
        return parent[-1] if is_there else etree.SubElement(parent, tag)


def amount_text(amount: Decimal, currency: str) -> str:
    """An amount with the places of its currency."""
    return f"{round_money(amount, currency):f}"


def moment_text(moment: datetime) -> str:
    """A moment in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

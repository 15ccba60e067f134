"""The process that judges e-invoices. It reads documents on its standard input and writes what breaks which rule.

The rules are the official ones, as XSLT, which Saxon runs. A document comes as text that our own parser has read and
written anew: no DOCTYPE and no entity gets here.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

OFFICIAL = Path(__file__).with_name("official")
HEAD_BYTES = 8
SVRL = "{http://purl.oclc.org/dsdl/svrl}"


class Judge:
    """Saxon with the style sheets and schemas it has needed so far."""

    def __init__(self) -> None:
        from saxonche import PySaxonProcessor

        self.processor = PySaxonProcessor(license=False)
        self.compiler = self.processor.new_xslt30_processor()
        self.sheets: dict[str, Any] = {}
        self.schemas: dict[str, Any] = {}

    def judge(self, xml: str, sheets: list[str], schema: str) -> list[dict[str, str]]:
        """What is wrong: by each style sheet's rules, and in what the schema says of the form."""
        node = self.processor.parse_xml(xml_text=xml)
        found = [finding for sheet in sheets for finding in self._by_rules(node, sheet)]
        return found + (self._by_schema(xml, schema) if schema else [])

    def _by_rules(self, node: Any, name: str) -> list[dict[str, str]]:
        from lxml import etree

        if name not in self.sheets:
            self.sheets[name] = self.compiler.compile_stylesheet(stylesheet_file=str(OFFICIAL / name))
        report = etree.fromstring(self.sheets[name].transform_to_string(xdm_node=node).encode())
        return [
            {
                "rule": failed.get("id", ""),
                "flag": failed.get("flag", ""),
                "place": failed.get("location", ""),
                "text": " ".join("".join(failed.itertext()).split()),
            }
            for failed in report.iter(f"{SVRL}failed-assert")
        ]

    def _by_schema(self, xml: str, name: str) -> list[dict[str, str]]:
        from lxml import etree

        if name not in self.schemas:
            self.schemas[name] = etree.XMLSchema(file=str(OFFICIAL / name))
        schema = self.schemas[name]
        if schema.validate(etree.fromstring(xml.encode())):
            return []
        return [
            {"rule": "XSD", "flag": "fatal", "place": error.path or "", "text": error.message}
            for error in schema.error_log
        ]


def answer(out: BinaryIO, kind: bytes, content: Any) -> None:
    """Write one answer: F and what was found, or E and why nothing could be judged."""
    body = json.dumps(content).encode()
    out.write(kind + len(body).to_bytes(HEAD_BYTES, "big") + body)
    out.flush()


def serve(source: BinaryIO, out: BinaryIO) -> None:
    """Judge until the parent closes its end."""
    judge = Judge()
    while head := source.read(HEAD_BYTES):
        request = json.loads(source.read(int.from_bytes(head, "big")))
        try:
            answer(out, b"F", judge.judge(**request))
        except Exception as error:  # whatever a document does, the next one is judged
            answer(out, b"E", str(error))


if __name__ == "__main__":
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints goes to the log, not among the answers
    serve(sys.stdin.buffer, out)

"""Whether a message of ISO 20022 is what its schema says; the schemas come with the package sepaxml."""

from functools import cache
from importlib.resources import files

from lxml import etree


class BrokenFile(Exception):
    """A file of ours breaks its schema: a bug, and nothing that a bank may see."""


def require_schema(content: bytes, message: str) -> bytes:
    """The file itself. Raises BrokenFile, with the line, where the message's schema refuses it."""
    schema = _schema(message)
    if not schema.validate(etree.fromstring(content)):
        error = schema.error_log[0]
        raise BrokenFile(f"{message}, line {error.line}: {error.message}")
    return content


@cache
def _schema(message: str) -> etree.XMLSchema:
    found = files("sepaxml") / "schemas" / f"{message}.xsd"
    return etree.XMLSchema(etree.fromstring(found.read_bytes()))

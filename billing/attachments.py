"""Which files may stand beside a document, and which go along with it.

The kinds are those that EN 16931 lets an e-invoice carry (BT-125-1), so each may go to any customer.
"""

from collections.abc import Sequence
from pathlib import PurePath

from billing.models import Attachment, Invoice
from ledger.refusals import Refused

PACKED = b"PK\x03\x04"
KINDS: dict[str, tuple[str, bytes]] = {
    ".pdf": ("application/pdf", b"%PDF-"),
    ".png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    ".jpg": ("image/jpeg", b"\xff\xd8\xff"),
    ".jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    ".csv": ("text/csv", b""),
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", PACKED),
    ".ods": ("application/vnd.oasis.opendocument.spreadsheet", PACKED),
}
"""By the end of its name: its media type, and how such a file begins."""
MOST_BYTES = 5_000_000
MOST_ALONG = 10_000_000
"""Bytes of one file, and of all that go along with a document: much more, and mail servers turn it away."""
LONGEST_NAME = 100


def media_type_of(name: str, content: bytes) -> str:
    """What kind of file it is. Raises Refused for other kinds, for what is not what its name says, or is too large."""
    kind = KINDS.get(PurePath(name).suffix.lower())
    if kind is None:
        known = ", ".join(end.removeprefix(".").upper() for end in KINDS if end != ".jpeg")
        raise Refused(f"{name} cannot be attached. Attach one of these: {known}.", code="unknown_kind_of_file")
    if not content:
        raise Refused(f"{name} is empty.", code="empty_file")
    if len(content) > MOST_BYTES:
        raise Refused(f"{name} has more than {MOST_BYTES // 1_000_000} MB. Make it smaller.", code="file_too_large")
    media_type, beginning = kind
    if not content.startswith(beginning) or (media_type == "text/csv" and b"\0" in content):
        raise Refused(f"{name} is not what its name says. Save it anew and attach that.", code="not_its_kind")
    return media_type


def file_name(name: str) -> str:
    """The name without folders and control characters, cut where it is very long; its end stays."""
    plain = "".join(each for each in PurePath(name.replace("\\", "/")).name if each.isprintable()).strip()
    end = PurePath(plain).suffix
    return f"{plain.removesuffix(end)[: LONGEST_NAME - len(end)]}{end}"


def names_going_along(invoices: Sequence[Invoice]) -> dict[int, list[dict[str, str]]]:
    """By document, what goes along with it: names, and the hash of what is in them."""
    found: dict[int, list[dict[str, str]]] = {}
    rows = Attachment.objects.filter(invoice__in=[invoice.pk for invoice in invoices], goes_along=True)
    for invoice_id, name, sha256 in rows.order_by("pk").values_list("invoice", "name", "sha256"):
        found.setdefault(invoice_id, []).append({"name": name, "sha256": sha256})
    return found

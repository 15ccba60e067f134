"""Reading pain.002, in every version: what a bank says of a file of ours, of a block, and of single payments."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from office.reading.xml import parse_xml
from payments.bank_files.facts import BadBankFile

REJECTED = "RJCT"
Element = Any


@dataclass(frozen=True)
class Status:
    """What became of one thing, and why: a code of ISO 20022 and, perhaps, the bank's words."""

    id: str
    status: str
    code: str = ""
    words: str = ""

    @property
    def is_rejected(self) -> bool:
        """Whether the bank will not do it."""
        return self.status == REJECTED


@dataclass(frozen=True)
class BlockStatus(Status):
    """What became of a block of payments, and of single ones in it."""

    payments: list[Status] = field(default_factory=list)


@dataclass(frozen=True)
class StatusReport:
    """What became of a file: `file` names its message id."""

    file: Status
    message: str
    blocks: list[BlockStatus] = field(default_factory=list)

    def rejected(self) -> Iterator[Status]:
        """The single payments that were rejected, by their end-to-end ids."""
        yield from (each for block in self.blocks for each in block.payments if each.is_rejected)


def read_pain002(content: bytes) -> StatusReport:
    """The report. Raises Refused for what is no XML or no pain.002."""
    root = parse_xml(content, what="status report", code="status_report")
    reports = [child for child in root if _name(child) == "CstmrPmtStsRpt"]
    groups = _children(reports[0], "OrgnlGrpInfAndSts") if reports else []
    if not groups:
        raise BadBankFile(f"The XML is no status report (pain.002); it is a {_name(root)}.")
    group = groups[0]
    file = _status(group, "OrgnlMsgId", "GrpSts")
    blocks = [_block(each) for each in _children(reports[0], "OrgnlPmtInfAndSts")]
    return StatusReport(file, _text(group, "OrgnlMsgNmId"), blocks)


def _block(element: Element) -> BlockStatus:
    own = _status(element, "OrgnlPmtInfId", "PmtInfSts")
    payments = [_status(each, "OrgnlEndToEndId", "TxSts") for each in _children(element, "TxInfAndSts")]
    return BlockStatus(own.id, own.status, own.code, own.words, payments)


def _status(element: Element, id_name: str, status_name: str) -> Status:
    reasons = _children(element, "StsRsnInf")
    codes = [code for each in reasons if (code := _text(each, "Rsn/Cd") or _text(each, "Rsn/Prtry"))]
    words = " ".join(" ".join(_text(each, "AddtlInf").split()) for each in reasons).strip()
    return Status(_text(element, id_name), _text(element, status_name), codes[0] if codes else "", words)


def _text(element: Element, path: str) -> str:
    found = [element]
    for name in path.split("/"):
        found = [child for parent in found for child in _children(parent, name)]
    return (found[0].text or "").strip() if found else ""


def _children(element: Element, name: str) -> list[Element]:
    return [child for child in element if _name(child) == name]


def _name(element: Element) -> str:
    """The name without a namespace; nothing of a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""

"""What pain.008 (direct debits) and pain.001 (credit transfers) have in common: us, the other side, and the sums."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from payments.payment_files.elements import Element, Writer, amount_text, moment_text
from payments.payment_files.texts import sepa_id, sepa_text

LONGEST_NAME, LONGEST_TEXT = 70, 140


@dataclass(frozen=True)
class Ours:
    """Who we are to the bank: the account and, for direct debits, the creditor identifier."""

    name: str
    iban: str
    bic: str = ""
    creditor_identifier: str = ""


@dataclass(frozen=True)
class Theirs:
    """Whose account it is, on the other side."""

    name: str
    iban: str
    bic: str = ""


@dataclass(frozen=True)
class Head:
    """What a file says of itself."""

    message_id: str
    made_at: datetime
    on: date
    currency: str = "EUR"


def write_head(writer: Writer, message: Element, head: Head, ours: Ours, amounts: Sequence[Decimal]) -> None:
    """The group header, with the count and the control sum."""
    group = writer.add(message, "GrpHdr")
    writer.add(group, "MsgId", sepa_id(head.message_id))
    writer.add(group, "CreDtTm", moment_text(head.made_at))
    write_sums(writer, group, head.currency, amounts)
    writer.add(group, "InitgPty/Nm", sepa_text(ours.name, LONGEST_NAME))
    if ours.creditor_identifier:
        writer.add(group, "InitgPty/Id/PrvtId/Othr/Id", ours.creditor_identifier)


def write_sums(writer: Writer, parent: Element, currency: str, amounts: Sequence[Decimal]) -> None:
    """How many payments there are, and what they add up to."""
    writer.add(parent, "NbOfTxs", str(len(amounts)))
    writer.add(parent, "CtrlSum", amount_text(sum(amounts, Decimal(0)), currency))


def write_agent(writer: Writer, parent: Element, role: str, bic: str, bic_name: str) -> None:
    """A bank by its BIC, or that none is known, as its IBAN says enough within SEPA."""
    if bic:
        writer.add(parent, f"{role}/FinInstnId/{bic_name}", bic)
    else:
        writer.add(parent, f"{role}/FinInstnId/Othr/Id", "NOTPROVIDED")


def bic_name_of(message: str) -> str:
    """How a version of a message calls a BIC: it changed in 2019."""
    return "BIC" if message.endswith((".02", ".03")) else "BICFI"

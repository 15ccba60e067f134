"""SEPA credit transfers as pain.001: one block, each payment with our own id."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from payments.payment_files.elements import Writer, amount_text
from payments.payment_files.pain import (
    LONGEST_NAME,
    LONGEST_TEXT,
    Head,
    Ours,
    Theirs,
    bic_name_of,
    write_agent,
    write_head,
    write_sums,
)
from payments.payment_files.schemas import require_schema
from payments.payment_files.texts import sepa_id, sepa_text

VERSIONS = ("pain.001.001.09", "pain.001.001.03")


@dataclass(frozen=True)
class Transfer:
    """What is paid to one account."""

    end_to_end_id: str
    amount: Decimal
    creditor: Theirs
    text: str


def write_pain001(message: str, head: Head, ours: Ours, transfers: Sequence[Transfer]) -> bytes:
    """The file for transfers, checked against the schema of its version."""
    writer = Writer(message)
    body = writer.add(writer.root, "CstmrCdtTrfInitn")
    amounts = [each.amount for each in transfers]
    write_head(writer, body, head, ours, amounts)
    info = writer.add(body, "PmtInf")
    writer.add(info, "PmtInfId", sepa_id(f"{head.message_id}-1"))
    writer.add(info, "PmtMtd", "TRF")
    writer.add(info, "BtchBookg", "true")
    write_sums(writer, info, head.currency, amounts)
    writer.add(info, "PmtTpInf/SvcLvl/Cd", "SEPA")
    day = "ReqdExctnDt" if message.endswith(".03") else "ReqdExctnDt/Dt"
    writer.add(info, day, head.on.isoformat())
    writer.add(info, "Dbtr/Nm", sepa_text(ours.name, LONGEST_NAME))
    writer.add(info, "DbtrAcct/Id/IBAN", ours.iban)
    write_agent(writer, info, "DbtrAgt", ours.bic, bic_name_of(message))
    writer.add(info, "ChrgBr", "SLEV")
    for transfer in transfers:
        entry = writer.add(info, "CdtTrfTxInf")
        writer.add(entry, "PmtId/EndToEndId", sepa_id(transfer.end_to_end_id))
        writer.add(entry, "Amt/InstdAmt", amount_text(transfer.amount, head.currency), Ccy=head.currency)
        if transfer.creditor.bic:
            write_agent(writer, entry, "CdtrAgt", transfer.creditor.bic, bic_name_of(message))
        writer.add(entry, "Cdtr/Nm", sepa_text(transfer.creditor.name, LONGEST_NAME))
        writer.add(entry, "CdtrAcct/Id/IBAN", transfer.creditor.iban)
        writer.add(entry, "RmtInf/Ustrd", sepa_text(transfer.text, LONGEST_TEXT))
    return require_schema(writer.content(), message)

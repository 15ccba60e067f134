"""SEPA direct debits as pain.008: one block for each kind of collection, as EPC130-08 has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from payments.payment_files.elements import Element, Writer, amount_text
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

VERSIONS = ("pain.008.001.08", "pain.008.001.02")
SEQUENCES = ("FRST", "RCUR", "OOFF")


@dataclass(frozen=True)
class Collection:
    """What is collected from one customer under one mandate. `amended_from` is the account it was for before."""

    end_to_end_id: str
    amount: Decimal
    sequence: str
    mandate: str
    signed_on: date
    debtor: Theirs
    text: str
    amended_from: str = ""


def write_pain008(message: str, head: Head, ours: Ours, instrument: str, collections: Sequence[Collection]) -> bytes:
    """The file for collections by CORE or B2B, checked against the schema of its version."""
    writer = Writer(message)
    body = writer.add(writer.root, "CstmrDrctDbtInitn")
    write_head(writer, body, head, ours, [each.amount for each in collections])
    for sequence in SEQUENCES:
        if block := [each for each in collections if each.sequence == sequence]:
            _write_block(writer, body, message, head, ours, instrument, block)
    return require_schema(writer.content(), message)


def _write_block(
    writer: Writer,
    body: Element,
    message: str,
    head: Head,
    ours: Ours,
    instrument: str,
    collections: Sequence[Collection],
) -> None:
    info = writer.add(body, "PmtInf")
    writer.add(info, "PmtInfId", sepa_id(f"{head.message_id}-{collections[0].sequence}"))
    writer.add(info, "PmtMtd", "DD")
    writer.add(info, "BtchBookg", "true")
    write_sums(writer, info, head.currency, [each.amount for each in collections])
    writer.add(info, "PmtTpInf/SvcLvl/Cd", "SEPA")
    writer.add(info, "PmtTpInf/LclInstrm/Cd", instrument)
    writer.add(info, "PmtTpInf/SeqTp", collections[0].sequence)
    writer.add(info, "ReqdColltnDt", head.on.isoformat())
    writer.add(info, "Cdtr/Nm", sepa_text(ours.name, LONGEST_NAME))
    writer.add(info, "CdtrAcct/Id/IBAN", ours.iban)
    write_agent(writer, info, "CdtrAgt", ours.bic, bic_name_of(message))
    writer.add(info, "ChrgBr", "SLEV")
    writer.add(info, "CdtrSchmeId/Id/PrvtId/Othr/Id", ours.creditor_identifier)
    writer.add(info, "CdtrSchmeId/Id/PrvtId/Othr/SchmeNm/Prtry", "SEPA")
    for collection in collections:
        _write_collection(writer, info, message, head.currency, collection)


def _write_collection(writer: Writer, info: Element, message: str, currency: str, collection: Collection) -> None:
    entry = writer.add(info, "DrctDbtTxInf")
    writer.add(entry, "PmtId/EndToEndId", sepa_id(collection.end_to_end_id))
    writer.add(entry, "InstdAmt", amount_text(collection.amount, currency), Ccy=currency)
    mandate = writer.add(entry, "DrctDbtTx/MndtRltdInf")
    writer.add(mandate, "MndtId", sepa_id(collection.mandate))
    writer.add(mandate, "DtOfSgntr", collection.signed_on.isoformat())
    if collection.amended_from:
        writer.add(mandate, "AmdmntInd", "true")
        writer.add(mandate, "AmdmntInfDtls/OrgnlDbtrAcct/Id/IBAN", collection.amended_from)
    write_agent(writer, entry, "DbtrAgt", collection.debtor.bic, bic_name_of(message))
    writer.add(entry, "Dbtr/Nm", sepa_text(collection.debtor.name, LONGEST_NAME))
    writer.add(entry, "DbtrAcct/Id/IBAN", collection.debtor.iban)
    writer.add(entry, "RmtInf/Ustrd", sepa_text(collection.text, LONGEST_TEXT))

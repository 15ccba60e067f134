"""Payment files: exact fields, valid by their schemas, and the public samples of what banks answer."""

import json
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ledger.refusals import Refused
from payments.bank_files.facts import BadBankFile
from payments.payment_files import pain001, pain008
from payments.payment_files.nacha import CREDITS, DEBITS, AchEntry, AchHead, trace_number, write_nacha
from payments.payment_files.nacha_reading import read_nacha
from payments.payment_files.pain import Head, Ours, Theirs
from payments.payment_files.pain001 import Transfer, write_pain001
from payments.payment_files.pain002 import read_pain002
from payments.payment_files.pain008 import Collection, write_pain008
from payments.payment_files.schemas import BrokenFile, require_schema
from payments.payment_files.texts import ach_text, sepa_id, sepa_text
from payments.return_reasons import is_dead, reason_words
from tests.payments.bank_samples import DATA, NEEDS_DATA

MADE = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
HEAD = Head("DD-1", MADE, date(2026, 3, 16))
OURS = Ours("Ålder & Söhne Ltd", "DE02120300000000202051", "BYLADEM1001", "DE98ZZZ09999999999")
THEIRS = Theirs("Bramble GmbH", "DE89370400440532013000", "COBADEFFXXX")


def collection(**values: Any) -> Collection:
    usual = {
        "end_to_end_id": "DD-1-1",
        "amount": Decimal("120.00"),
        "sequence": "FRST",
        "mandate": "C00001-M1",
        "signed_on": date(2026, 1, 5),
        "debtor": THEIRS,
        "text": "INV-2026-0001",
    }
    return Collection(**usual | values)


def texts(content: bytes, path: str) -> list[str]:
    """The texts at a path of names, whatever the namespace."""
    steps = "/".join(f"*[local-name()='{name}']" for name in path.split("/"))
    return [element.text for element in etree.fromstring(content).xpath(f"//{steps}")]


@pytest.mark.parametrize("version", pain008.VERSIONS)
def test_direct_debits_are_written_with_their_sums_and_valid_by_their_schema(version: str) -> None:
    second = collection(
        end_to_end_id="DD-1-2",
        amount=Decimal("9.5"),
        sequence="RCUR",
        debtor=Theirs("Cédar", "FR1420041010050500013M02606"),
        amended_from="GB29NWBK60161331926819",
    )
    content = write_pain008(version, HEAD, OURS, "CORE", [second, collection()])

    assert etree.fromstring(content).tag == f"{{urn:iso:std:iso:20022:tech:xsd:{version}}}Document"
    assert texts(content, "GrpHdr/NbOfTxs") + texts(content, "GrpHdr/CtrlSum") == ["2", "129.50"]
    assert texts(content, "GrpHdr/CreDtTm") == ["2026-03-02T10:30:00Z"]
    assert texts(content, "PmtInf/PmtInfId") == ["DD-1-FRST", "DD-1-RCUR"]
    assert texts(content, "PmtInf/CtrlSum") == ["120.00", "9.50"]
    assert texts(content, "PmtInf/ReqdColltnDt") == ["2026-03-16", "2026-03-16"]
    assert texts(content, "LclInstrm/Cd") == ["CORE", "CORE"]
    assert texts(content, "SeqTp") == ["FRST", "RCUR"]
    assert texts(content, "CdtrSchmeId/Id/PrvtId/Othr/Id") == ["DE98ZZZ09999999999"] * 2
    assert texts(content, "EndToEndId") == ["DD-1-1", "DD-1-2"]
    assert texts(content, "MndtId") == ["C00001-M1", "C00001-M1"]
    assert texts(content, "DtOfSgntr") == ["2026-01-05", "2026-01-05"]
    assert texts(content, "AmdmntInd") == ["true"]
    assert texts(content, "OrgnlDbtrAcct/Id/IBAN") == ["GB29NWBK60161331926819"]
    assert texts(content, "DbtrAcct/Id/IBAN") == ["DE89370400440532013000", "FR1420041010050500013M02606"]
    assert texts(content, "Dbtr/Nm") == ["Bramble GmbH", "Cedar"]
    assert texts(content, "Cdtr/Nm") == ["Alder + Sohne Ltd"] * 2
    assert texts(content, "DbtrAgt/FinInstnId/Othr/Id") == ["NOTPROVIDED"]
    bic = "BIC" if version.endswith(".02") else "BICFI"
    assert texts(content, f"DbtrAgt/FinInstnId/{bic}") == ["COBADEFFXXX"]


@pytest.mark.parametrize("version", pain001.VERSIONS)
def test_credit_transfers_are_written_and_valid_by_their_schema(version: str) -> None:
    transfers = [
        Transfer("RF-1", Decimal("40.00"), THEIRS, "Refund RF-2026-0001"),
        Transfer("RF-2", Decimal("1.05"), Theirs("Cedar AG", "FR1420041010050500013M02606"), "Refund RF-2026-0002"),
    ]
    content = write_pain001(version, HEAD, OURS, transfers)
    assert texts(content, "GrpHdr/CtrlSum") == ["41.05"]
    assert texts(content, "InstdAmt") == ["40.00", "1.05"]
    assert texts(content, "CdtrAcct/Id/IBAN") == ["DE89370400440532013000", "FR1420041010050500013M02606"]
    day = "ReqdExctnDt" if version.endswith(".03") else "ReqdExctnDt/Dt"
    assert texts(content, day) == ["2026-03-16"]
    assert texts(content, "Ustrd") == ["Refund RF-2026-0001", "Refund RF-2026-0002"]


def test_a_file_that_breaks_its_schema_is_never_given_out() -> None:
    with pytest.raises(BrokenFile, match="pain.008.001.08, line"):
        write_pain008(
            "pain.008.001.08", HEAD, Ours("Alder", "no iban", "", "DE98ZZZ09999999999"), "CORE", [collection()]
        )
    with pytest.raises(BrokenFile):
        require_schema(b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001.001.09'/>", "pain.001.001.09")


@NEEDS_DATA
def test_the_schema_takes_a_public_direct_debit_file_but_for_its_bic() -> None:
    content = (DATA / "pain008" / "direct_debit.xml").read_bytes().replace(b"DEUTDEDB650", b"DEUTDEDBXXX")
    assert require_schema(content, "pain.008.001.02") == content


@given(st.text(max_size=300), st.integers(1, 140))
def test_whatever_is_typed_becomes_a_text_that_banks_take(typed: str, longest: int) -> None:
    text = sepa_text(typed, longest)
    assert len(text) <= longest
    assert text.isascii()
    assert len(ach_text(typed, 22)) == 22
    assert ach_text(typed, 22).isascii()


@pytest.mark.parametrize("identifier", ["", "/a", "a/", "a//b", "ä", "x" * 36, " a"])
def test_an_identifier_that_would_be_changed_on_its_way_is_refused(identifier: str) -> None:
    with pytest.raises(Refused):
        sepa_id(identifier)


ACH = AchHead("121042882", "1210428821", "Alder Inc", "Wells Fargo", MADE, date(2026, 3, 16))


def ach_entry(trace: int, amount: str = "120.00", **values: Any) -> AchEntry:
    usual = {"routing_number": "231380104", "account_number": "123456789", "name": "Bramble Inc", "reference": "DD-1"}
    return AchEntry(amount=Decimal(amount), trace=trace, **usual | values)


def test_debits_are_written_as_nacha_field_by_field() -> None:
    other = ach_entry(2, "9.50", is_savings=True, routing_number="026009593")
    lines = write_nacha(ACH, DEBITS, [other, ach_entry(1)]).decode("ascii").splitlines()

    assert [len(line) for line in lines] == [94] * 10
    assert lines[0] == (
        "101 12104288212104288212603021030A094101Wells Fargo            Alder Inc                      "
    )
    assert lines[1] == (
        "5225Alder Inc                           1210428821CCDPAYMENT         260316   1121042880000001"
    )
    assert lines[2] == (
        "627231380104123456789        0000012000DD-1           Bramble Inc             0121042880000001"
    )
    assert lines[3][:39] == "637026009593123456789        0000000950"
    hash_total = 23138010 + 2600959
    assert lines[4] == (
        f"8225000002{hash_total:010}{12950:012}{0:012}1210428821                         121042880000001"
    )
    assert lines[5] == f"9000001000001{2:08}{hash_total:010}{12950:012}{0:012}{'':39}"
    assert lines[6:] == ["9" * 94] * 4


def test_credits_count_on_the_other_side_and_a_full_block_needs_no_filling() -> None:
    entries = [ach_entry(number, "1.00") for number in range(1, 7)]
    lines = write_nacha(ACH, CREDITS, entries).decode().splitlines()
    assert len(lines) == 10
    assert lines[-1][:13] == "9000001000001"
    assert lines[-1][31:55] == f"{0:012}{600:012}"
    assert {line[1:3] for line in lines if line[0] == "6"} == {"22"}
    assert len(write_nacha(ACH, CREDITS, [*entries, ach_entry(7)]).splitlines()) == 20


def test_the_hash_total_keeps_its_last_ten_digits() -> None:
    entries = [ach_entry(number, routing_number="999999992") for number in range(200)]
    control = write_nacha(ACH, DEBITS, entries).decode().splitlines()[-1 - 7]
    lines = write_nacha(ACH, DEBITS, entries).decode().splitlines()
    controls = [line for line in lines if line[0] == "8"]
    assert controls[0][10:20] == str(99999999 * 200 % 10**10).zfill(10)
    assert control


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "1.005", "100000000.00"])
def test_an_amount_that_ach_does_not_move_is_no_entry(amount: str) -> None:
    with pytest.raises(ValueError, match="is no amount that ACH moves"):
        write_nacha(ACH, DEBITS, [ach_entry(1, amount)])


def test_what_is_written_is_read_again() -> None:
    [batch] = read_nacha(write_nacha(ACH, DEBITS, [ach_entry(1), ach_entry(2, "9.50")]))
    assert (batch.company, batch.sec_code) == ("Alder Inc", "CCD")
    assert [(each.amount, each.trace, each.code) for each in batch.entries] == [
        (Decimal("120.00"), trace_number("121042882", 1), "27"),
        (Decimal("9.50"), "121042880000002", "27"),
    ]


@NEEDS_DATA
@pytest.mark.parametrize(
    "name",
    [
        "contested-return",
        "cor-example",
        "cor-read",
        "ppd-mixedDebitCredit",
        "nonascii",
        "return-PPD-custom-reason-code",
    ],
)
def test_public_ach_files_are_read_as_an_independent_reader_read_them(name: str) -> None:
    expected = json.loads((DATA / "expected.json").read_text())[f"nacha/{name}.ach"]
    batches = read_nacha((DATA / "nacha" / f"{name}.ach").read_bytes())
    assert [
        {
            "company": batch.company,
            "sec": batch.sec_code,
            "entries": [
                {
                    "addenda": [[each.kind, each.text[:40].rstrip()] for each in entry.addenda],
                    "amount_cents": int(entry.amount * 100),
                    "code": int(entry.code),
                    "trace": entry.trace,
                }
                for entry in batch.entries
            ],
        }
        for batch in batches
    ] == [
        batch
        | {
            "entries": [
                entry | {"addenda": [[kind, text.rstrip()] for kind, text in entry["addenda"]]}
                for entry in batch["entries"]
            ]
        }
        for batch in expected["batches"]
    ]


@NEEDS_DATA
def test_a_damaged_ach_file_is_refused_with_its_line() -> None:
    with pytest.raises(BadBankFile, match="Line 3 has 98 characters; a record of ACH has 94"):
        read_nacha((DATA / "nacha" / "long-line.ach").read_bytes())


@NEEDS_DATA
def test_a_record_is_measured_in_characters_and_not_in_bytes() -> None:
    """Its line 15 has 95 bytes, for one of its 94 characters takes two."""
    batches = read_nacha((DATA / "nacha" / "extended-ascii.ach").read_bytes())
    entries = [entry for batch in batches for entry in batch.entries]
    [other] = [entry for entry in entries if not entry.name.isascii()]
    assert (other.place, other.name, other.trace) == ("line 15", "Distracted Au\u017ctin", "121042889211558")


@NEEDS_DATA
def test_which_addenda_are_returns_of_ours() -> None:
    [batch] = read_nacha((DATA / "nacha" / "contested-return.ach").read_bytes())
    assert [(each.code, each.is_return, each.original_trace) for each in batch.entries[0].addenda] == [
        ("R07", True, "099912340000015"),
        ("R68", False, "059999990000301"),
        ("R71", False, "059999990000301"),
    ]


PAIN002 = {
    "cross_river-pain_002_transaction_rejected": (
        "missing2",
        "ACTC",
        [("sanity-10-1-12-1-21", "NARR"), ("example01234567", "NARR"), ("example012345678", "NARR")],
    ),
    "nordea-pain_002_v3_txn_reject": (
        "MSGID-950-TEST2-2807-01",
        "",
        [("ENDTOENDID-950-TEST2-2807-02", "NARR"), ("ENDTOENDID-950-TEST2-2807-01", "NARR")],
    ),
}


@NEEDS_DATA
@pytest.mark.parametrize("name", PAIN002)
def test_public_status_reports_name_what_was_rejected_and_why(name: str) -> None:
    report = read_pain002((DATA / "pain002" / f"{name}.xml").read_bytes())
    file, status, rejected = PAIN002[name]
    assert (report.file.id, report.file.status) == (file, status)
    assert [(each.id, each.code) for each in report.rejected()] == rejected


@NEEDS_DATA
def test_every_public_status_report_is_read() -> None:
    found = {
        file.stem: (report.file.status, [block.status for block in report.blocks])
        for file in sorted((DATA / "pain002").glob("*.xml"))
        for report in [read_pain002(file.read_bytes())]
    }
    assert found == {
        "cross_river-pain_002_batch_rejected": ("RJCT", []),
        "cross_river-pain_002_credit_accepted": ("ACTC", ["ACTC"]),
        "cross_river-pain_002_debit_accepted": ("ACTC", ["ACTC"]),
        "cross_river-pain_002_transaction_rejected": ("ACTC", ["RJCT"]),
        "goldman_sachs-pain_002_v3_group_accepted": ("ACTC", []),
        "nordea-pain_002_v3_payment_reject": ("", ["RJCT"]),
        "nordea-pain_002_v3_txn_reject": ("", ["RJCT"]),
    }


@pytest.mark.parametrize("content", [b"", b"<a/>", b"<Document><CstmrPmtStsRpt/></Document>", b"101\n8", b"x" * 95])
def test_what_is_no_answer_of_a_bank_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        read_pain002(content)
    with pytest.raises(Refused):
        read_nacha(content + b"\n7")


@given(st.binary(max_size=400))
def test_no_bytes_break_the_readers(content: bytes) -> None:
    for read, bytes_ in ((read_pain002, content), (read_nacha, b"101" + content), (read_nacha, content)):
        with suppress(Refused):
            read(bytes_)


def test_reasons_are_said_in_words() -> None:
    assert reason_words("AC04") == "the account is closed (AC04)"
    assert reason_words("R01", "NSF") == "there was not enough money (R01): NSF"
    assert reason_words("XX99") == "XX99"
    assert reason_words("") == "the bank gives no reason"
    assert [is_dead(code) for code in ("AC04", "MD01", "R02", "R03", "AM04", "R01", "MS03", "")] == [True] * 4 + [
        False
    ] * 4

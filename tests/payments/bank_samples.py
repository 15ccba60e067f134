"""Small bank files of each format, made for the tests, and where the public ones are."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from office.models import BankAccount, Company
from payments.bank_files.facts import ReadStatement
from payments.models import BankLine
from payments.operations.take_bank_file import take_bank_file

DATA = Path(os.environ.get("DUEBOOK_DATA", Path(__file__).parents[2].parent / "shared" / "data")) / "bank"
WITHOUT_DATA = "The public data is not here; DUEBOOK_DATA names its folder."
NEEDS_DATA = pytest.mark.skipif(not DATA.exists(), reason=WITHOUT_DATA)

CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr>
{statements}</BkToCstmrStmt></Document>"""

STATEMENT = """<Stmt><Id>{number}</Id><Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{opening}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-03-02</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{closing}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-03-02</Dt></Dt></Bal>
{entries}</Stmt>"""

ENTRY = """<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
<NtryDtls>{details}</NtryDtls></Ntry>"""

DETAIL = """<TxDtls><Refs><EndToEndId>{end_to_end}</EndToEndId></Refs><Amt Ccy="EUR">{amount}</Amt>
<RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>{iban}</IBAN></Id></DbtrAcct></RltdPties>
<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>"""

OURS, THEIRS = "DE02120300000000202051", "NL91ABNA0417164300"


def detail(amount: str, text: str = "INV-2026-0001", **said: str) -> str:
    """One payment of an entry."""
    values = {"name": "Bramble GmbH", "iban": THEIRS, "end_to_end": "NOTPROVIDED"} | said
    return DETAIL.format(amount=amount, text=text, **values)


def entry(amount: str, *details: str, **said: str) -> str:
    """An entry of an account, of one payment unless told otherwise."""
    values = {"sign": "CRDT", "day": "2026-03-02", "reference": ""} | said
    return ENTRY.format(amount=amount, details="".join(details or [detail(amount)]), **values)


def statement(*entries: str, opening: str = "100.00", closing: str, iban: str = OURS, number: str = "1") -> str:
    """A statement of one account and day."""
    return STATEMENT.format(opening=opening, closing=closing, iban=iban, number=number, entries="".join(entries))


def camt(*statements: str) -> bytes:
    """A camt.053 file."""
    return CAMT.format(statements="".join(statements)).encode()


MT940 = b""":20:STARTUMS
:25:12030000/0000202051
:28C:7/1
:60F:C260301EUR1000,00
:61:2603020302C204,88NTRFNONREF//B1
:86:166?00GUTSCHRIFT?20EREF+E2E-1?21SVWZ+INV-2026-0001?30ABNANL2A?31NL91ABNA0417164300?32Bramble?33 GmbH
:61:2603020302RC204,88NTRFNONREF//B2
:86:109?00STORNO?20SVWZ+INV-2026-0001
:61:2603020302D50,00NMSCNONREF
:86:Fees of March
:62F:C260302EUR950,00
"""

OFX = b"""OFXHEADER:100
DATA:OFXSGML
VERSION:102

<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>1<ACCTID>0001</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260301<DTEND>20260302
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260302<TRNAMT>120.00<FITID>T1<NAME>Bramble GmbH<MEMO>INV-2026-0001</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>120.00<DTASOF>20260302</LEDGERBAL></STMTRS></STMTTRNRS>
<STMTTRNRS><STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>1<ACCTID>0002</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260301<DTEND>20260302
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260302<TRNAMT>-7.50<FITID>T2<NAME>Fee</STMTTRN>
</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""

BAI2 = b"""01,0004,12345,260302,0829,001,80,1,2/
02,12345,0004,1,260302,,USD,2/
03,0001,USD,010,10000,,,015,22000,,/
16,142,12500,,B1,E1,INV-2026-0001/
88,BRAMBLE GMBH
16,475,500,V,260301,,,,CHEQUE 7/
49,45000,5/
98,45000,1,7/
99,45000,1,9/
"""

SAMPLES = {"camt": camt(statement(entry("50.00"), closing="150.00")), "mt940": MT940, "ofx": OFX, "bai2": BAI2}


def sum_of(statement: ReadStatement) -> Decimal:
    """What the lines that could be read add up to."""
    return sum((line.amount for line in statement.lines if line.amount is not None), Decimal(0))


def taken(company: Company, *payments: tuple[str, str, str]) -> list[BankLine]:
    """The lines of a statement: of each its amount, the payer's words and name, and the account if it is another."""
    BankAccount.objects.get_or_create(
        company=company, iban=OURS, defaults={"name": "Main", "holder": "Alder Ltd", "currency": "EUR"}
    )
    said = [
        detail(amount, text, name=name, **({"iban": more[0]} if more else {})) for amount, text, name, *more in payments
    ]
    entries = [entry(payment[0], each) for payment, each in zip(payments, said, strict=True)]
    take_bank_file(company, "bank.xml", camt(statement(*entries, opening="0.00", closing="0.00")), by=None)
    return list(BankLine.objects.order_by("pk"))

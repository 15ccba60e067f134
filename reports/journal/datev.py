"""DATEV-Format, Buchungsstapel: header version 700, category 21, format version 13.

Source: developer.datev.de, DATEV-Format, "Header" and "Buchungsstapel". All text stands in quotes, numbers do not; a
row is a pair of account and contra account, its amount without a sign, its day without a year.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from io import TextIOWrapper
from typing import BinaryIO
from zoneinfo import ZoneInfo

from reports.journal.entries import Format, Head, JournalEntry, Mapped
from reports.journal.pairs import Pair, pairs_of
from reports.journal.texts import cents, one_line, western
from reports.models import JournalFormat, JournalSettings

VERSION, CATEGORY, FORMAT_VERSION = 700, 21, 13
LEAST_ADVISER, MOST_ADVISER, MOST_CLIENT = 1001, 9_999_999, 99_999
LONGEST_REFERENCE, LONGEST_TEXT = 36, 60
NOT_IN_REFERENCES = re.compile(r"[^A-Za-z0-9$%/-]")
END = "\r\n"

FIRST = (
    "Umsatz (ohne Soll/Haben-Kz)",
    "Soll/Haben-Kennzeichen",
    "WKZ Umsatz",
    "Kurs",
    "Basis-Umsatz",
    "WKZ Basis-Umsatz",
    "Konto",
    "Gegenkonto (ohne BU-Schlüssel)",
    "BU-Schlüssel",
    "Belegdatum",
    "Belegfeld 1",
    "Belegfeld 2",
    "Skonto",
    "Buchungstext",
    "Postensperre",
    "Diverse Adressnummer",
    "Geschäftspartnerbank",
    "Sachverhalt",
    "Zinssperre",
    "Beleglink",
)
VOUCHER = tuple(f"Beleginfo - {part} {number}" for number in range(1, 9) for part in ("Art", "Inhalt"))
COSTS = (
    "KOST1 - Kostenstelle",
    "KOST2 - Kostenstelle",
    "Kost-Menge",
    "EU-Land u. UStID (Bestimmung)",
    "EU-Steuersatz (Bestimmung)",
    "Abw. Versteuerungsart",
    "Sachverhalt L+L",
    "Funktionsergänzung L+L",
    "BU 49 Hauptfunktionstyp",
    "BU 49 Hauptfunktionsnummer",
    "BU 49 Funktionsergänzung",
)
MORE = tuple(f"Zusatzinformation{part} {number}" for number in range(1, 21) for part in (" - Art", "- Inhalt"))
LAST = (
    "Stück",
    "Gewicht",
    "Zahlweise",
    "Forderungsart",
    "Veranlagungsjahr",
    "Zugeordnete Fälligkeit",
    "Skontotyp",
    "Auftragsnummer",
    "Buchungstyp",
    "USt-Schlüssel (Anzahlungen)",
    "EU-Land (Anzahlungen)",
    "Sachverhalt L+L (Anzahlungen)",
    "EU-Steuersatz (Anzahlungen)",
    "Erlöskonto (Anzahlungen)",
    "Herkunft-Kz",
    "Buchungs GUID",
    "KOST-Datum",
    "SEPA-Mandatsreferenz",
    "Skontosperre",
    "Gesellschaftername",
    "Beteiligtennummer",
    "Identifikationsnummer",
    "Zeichnernummer",
    "Postensperre bis",
    "Bezeichnung SoBil-Sachverhalt",
    "Kennzeichen SoBil-Buchung",
    "Festschreibung",
    "Leistungsdatum",
    "Datum Zuord. Steuerperiode",
    "Fälligkeit",
    "Generalumkehr (GU)",
    "Steuersatz",
    "Land",
    "Abrechnungsreferenz",
    "BVV-Position",
    "EU-Land u. UStID (Ursprung)",
    "EU-Steuersatz (Ursprung)",
    "Abw. Skontokonto",
)
HEADS = FIRST + VOUCHER + COSTS + MORE + LAST
TEXTS = {
    *FIRST[1:3],
    *(FIRST[place] for place in (5, 8, 10, 11, 13, 15, 19)),
    *VOUCHER,
    *(COSTS[place] for place in (0, 1, 3, 5)),
    *MORE,
    *(LAST[place] for place in (3, 7, 8, 10, 14, 15, 17, 19, 21, 22, 24, 30, 32, 33, 35)),
}
"""The fields that stand in quotes, even where they are empty."""
EMPTY = ['""' if head in TEXTS else "" for head in HEADS]
NOTE = HEADS.index("Zusatzinformation - Art 1")
BEFORE_NOTE = ";".join(EMPTY[14:NOTE])
LOCKED = HEADS.index("Festschreibung")
AFTER_NOTE = ";".join([*EMPTY[NOTE + 2 : LOCKED], "0", *EMPTY[LOCKED + 1 :]])


def write(file: BinaryIO, head: Head, entries: Iterator[JournalEntry]) -> None:
    """The header, the headings, and a row for each pair of accounts, in Windows-1252."""
    text = TextIOWrapper(file, "cp1252", newline="")
    text.write(_header(head) + END)
    text.write(";".join(HEADS) + END)
    currency = _quoted(head.company.currency)
    for entry in entries:
        for pair in pairs_of(entry):
            text.write(_row(entry, pair, currency) + END)
    text.flush()
    text.detach()


def _header(head: Head) -> str:
    settings, made = head.settings, head.made_at.astimezone(ZoneInfo(head.company.time_zone))
    fields = [
        '"EXTF"',
        str(VERSION),
        str(CATEGORY),
        '"Buchungsstapel"',
        str(FORMAT_VERSION),
        f"{made:%Y%m%d%H%M%S}{made.microsecond // 1000:03}",
        "",
        '"RE"',
        '"Duebook"',
        '""',
        str(settings.datev_adviser),
        str(settings.datev_client),
        f"{settings.first_of_fiscal_year(head.first_day):%Y%m%d}",
        str(settings.account_length),
        f"{head.first_day:%Y%m%d}",
        f"{head.last_day:%Y%m%d}",
        _quoted(f"Duebook {head.number}", 30),
        '""',
        "1",
        "0",
        "0",
        _quoted(head.company.currency),
        "",
        '""',
        "",
        "",
        _quoted(settings.chart),
        "",
        "",
        '""',
        '""',
    ]
    return ";".join(fields)


def _row(entry: JournalEntry, pair: Pair, currency: str) -> str:
    fields = [
        cents(pair.amount, entry.key).replace(".", ","),
        '"S"' if pair.is_debit else '"H"',
        currency,
        "",
        "",
        '""',
        pair.account,
        pair.contra,
        _quoted(pair.tax_code.zfill(4) if pair.tax_code else ""),
        f"{entry.on:%d%m}",
        f'"{NOT_IN_REFERENCES.sub("-", entry.reference)[:LONGEST_REFERENCE]}"',
        '""',
        "",
        _quoted(entry.text, LONGEST_TEXT),
        BEFORE_NOTE,
        '"Duebook"',
        _quoted(entry.key, 210),
        AFTER_NOTE,
    ]
    return ";".join(fields)


def _quoted(text: str, longest: int | None = None) -> str:
    return '"{}"'.format(western(one_line(text, longest)).replace('"', '""'))


def fault_of_account(account: Mapped, settings: JournalSettings) -> str:
    """DATEV's accounts are numbers of the length that the stock has; a BU-Schlüssel has up to four digits."""
    if account.is_receivable:
        return ""
    if not account.number:
        return "has no number there"
    if not _is_number(account.number, settings.account_length) or not int(account.number):
        return f"has {account.number} there, which is no number of up to {settings.account_length} digits"
    if account.tax_code and not _is_number(account.tax_code, 4):
        return f"has the tax code {account.tax_code}, which is no BU-Schlüssel of up to 4 digits"
    return ""


def _is_number(text: str, digits: int) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= digits


def fault_of_head(head: Head) -> str:
    """What DATEV must know first; and that one file is of one fiscal year, as its rows name no year."""
    settings = head.settings
    if not (LEAST_ADVISER <= (settings.datev_adviser or 0) <= MOST_ADVISER):
        return f"DATEV needs a Beraternummer from {LEAST_ADVISER} to {MOST_ADVISER}: set it under Settings."
    if not (1 <= (settings.datev_client or 0) <= MOST_CLIENT):
        return f"DATEV needs a Mandantennummer from 1 to {MOST_CLIENT}: set it under Settings."
    begins = settings.first_of_fiscal_year(head.first_day)
    if settings.first_of_fiscal_year(head.last_day) != begins:
        ends = settings.first_of_fiscal_year(begins + timedelta(days=370)) - timedelta(days=1)
        return (
            f"A file of DATEV is of one fiscal year, and these entries are of {head.first_day} to {head.last_day}:"
            f" export up to {ends} first."
        )
    return ""


def fault_of_debtor(number: int, settings: JournalSettings) -> str:
    """Debtor accounts have one digit more than other accounts, and begin with 1 to 6."""
    least, most = 10**settings.account_length, 7 * 10**settings.account_length - 1
    if least <= number <= most:
        return ""
    return (
        f"DATEV's debtor accounts are {least} to {most} where accounts have {settings.account_length} digits,"
        f" and {number} is none: change the first debtor account under Settings."
    )


def always(settings: JournalSettings) -> bool:
    """What customers owe stands on accounts of their own."""
    return True


FORMAT = Format(
    name=JournalFormat.DATEV,
    extension="csv",
    media_type="text/csv",
    notes=(
        "Amounts are in the company's currency. An entry of several lines becomes pairs of account and contra account.",
        "What customers owe stands on debtor accounts of their own, which count on from the first one set.",
        "Net and tax are rows of their own: use accounts without automatic tax, or give them BU-Schlüssel 40, which"
        " switches it off.",
        "A file is of one fiscal year; DATEV recommends one for each month.",
    ),
    write=write,
    fault_of_account=fault_of_account,
    fault_of_head=fault_of_head,
    fault_of_debtor=fault_of_debtor,
    uses_debtors=always,
)

"""What each column of a bank's table is, and how the bank writes amounts, days and directions."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Any, Self, get_origin

from ledger.refusals import Refused
from office.reading import Field, FieldKind
from office.reading.days import DayOrder
from office.reading.encoding import ENCODINGS
from office.reading.fields import plain
from office.reading.numbers import DecimalSign
from office.reading.tables import SEPARATORS

MOST_COLUMNS = 200


class Role(StrEnum):
    """What a column of a bank's table can be."""

    BOOKED_ON = "booked_on"
    VALUE_ON = "value_on"
    AMOUNT = "amount"
    MONEY_IN = "money_in"
    MONEY_OUT = "money_out"
    DIRECTION = "direction"
    CURRENCY = "currency"
    BALANCE = "balance"
    PARTY_NAME = "party_name"
    PARTY_ACCOUNT = "party_account"
    PARTY_BANK = "party_bank"
    TEXT = "text"
    REFERENCE = "reference"
    END_TO_END_ID = "end_to_end_id"
    BANK_REFERENCE = "bank_reference"
    KIND = "kind"
    STATUS = "status"
    OUR_ACCOUNT = "our_account"


AMOUNTS = (Role.AMOUNT, Role.MONEY_IN, Role.MONEY_OUT)
SEVERAL = (Role.TEXT, Role.REFERENCE)
"""What several columns may be together."""

COLUMN_ROLES = (
    Field(
        Role.BOOKED_ON,
        "Day",
        FieldKind.DAY,
        headings=(
            *("date", "booking date", "date processed", "transaction date", "posting date", "posted", "completed date"),
            *("buchungstag", "buchungsdatum", "datum", "boekdatum", "boekingsdatum", "rentedatum", "fecha"),
            *("fecha operación", "data", "date opération", "date de comptabilisation", "tranzakció dátuma", "bogført"),
        ),
    ),
    Field(
        Role.VALUE_ON,
        "Value day",
        FieldKind.DAY,
        headings=("value date", "valuta", "wert", "wertstellung", "fecha valor", "date valeur", "értéknap"),
    ),
    Field(
        Role.AMOUNT,
        "Amount, in and out",
        FieldKind.NUMBER,
        headings=(
            *("amount", "transaction amount", "betrag", "umsatz", "bedrag", "importe", "importo", "montant", "valor"),
            *("tranzakció összege", "beløb", "belopp", "kwota"),
        ),
    ),
    Field(
        Role.MONEY_IN,
        "Money in",
        FieldKind.NUMBER,
        headings=(
            "credit",
            "credits",
            "credit amount",
            "deposits",
            "paid in",
            "haben",
            "gutschrift",
            "crédit",
            "abono",
        ),
    ),
    Field(
        Role.MONEY_OUT,
        "Money out",
        FieldKind.NUMBER,
        headings=("debit", "debits", "debet", "debit amount", "withdrawals", "paid out", "soll", "débit", "cargo"),
    ),
    Field(
        Role.DIRECTION,
        "In or out, in words",
        headings=("direction", "debit/credit", "credit/debit", "af bij", "soll/haben", "dr/cr", "bevétel/kiadás"),
    ),
    Field(Role.CURRENCY, "Currency", headings=("ccy", "währung", "munt", "muntsoort", "moneda", "devise", "devizanem")),
    Field(
        Role.BALANCE,
        "Balance after it",
        FieldKind.NUMBER,
        headings=("balance", "running balance", "saldo", "solde", "egyenleg", "saldo nach buchung", "ledger balance"),
    ),
    Field(
        Role.PARTY_NAME,
        "Who paid or was paid",
        headings=(
            *(
                "name",
                "payer",
                "payee",
                "counterparty",
                "empfänger",
                "auftraggeber",
                "beguenstigter/zahlungspflichtiger",
            ),
            *(
                "naam tegenpartij",
                "naam / omschrijving",
                "partner neve",
                "nom",
                "beneficiario",
                "name zahlungsbeteiligter",
            ),
        ),
    ),
    Field(
        Role.PARTY_ACCOUNT,
        "Their account",
        headings=(
            *("counterparty account", "account number", "kontonummer", "tegenrekening", "rekeningnummer tegenpartij"),
            *("partner számlaszáma", "iban zahlungsbeteiligter", "kontonummer/iban"),
        ),
    ),
    Field(Role.PARTY_BANK, "Their bank", headings=("bic", "swift", "bic tegenpartij", "bic (swift-code)")),
    Field(
        Role.TEXT,
        "Words",
        headings=(
            *("description", "details", "memo", "narrative", "particulars", "message", "reference text", "concepto"),
            *("verwendungszweck", "buchungstext", "omschrijving", "mededelingen", "vrije mededeling", "libellé"),
            *("közlemény", "részletek", "descripción", "descrizione", "causale"),
        ),
    ),
    Field(
        Role.REFERENCE,
        "Structured reference",
        headings=(
            "structured reference",
            "gestructureerde mededeling",
            "communication structurée",
            "kid",
            "remittance",
        ),
    ),
    Field(Role.END_TO_END_ID, "The payer's reference", headings=("end to end id", "kundenreferenz (end-to-end)")),
    Field(
        Role.BANK_REFERENCE,
        "The bank's reference",
        headings=("ref", "reference", "referencia", "transaction id", "bank reference", "megbízás azonosító"),
    ),
    Field(Role.KIND, "Kind", headings=("type", "transaction type", "transaktionstyp", "tranzakció típusa", "code")),
    Field(Role.STATUS, "Status", headings=("state",)),
    Field(Role.OUR_ACCOUNT, "Our account", headings=("rekeningnummer", "számlaszám", "cuenta", "iban auftragskonto")),
)
"""The roles as a person chooses them, and the headings under which banks write them."""


@dataclass(frozen=True, kw_only=True)
class TableMapping:
    """Which column is what, in the file's order, and how it is written. What is empty is told from the file.

    `first_line` is the line on which the headings stand or, where there are none, the first payment.
    `out_is_negative` says that money out has a minus in a column of its own; `flips` that money in has one.
    `goes_on` says that a row without a day goes on with the words of the one before it.
    """

    columns: tuple[str, ...]
    headings: tuple[str, ...] = ()
    first_line: int = 1
    last_rows: int = 0
    encoding: str = ""
    separator: str = ""
    decimal: str = ""
    day_order: str = ""
    in_words: tuple[str, ...] = ()
    out_words: tuple[str, ...] = ()
    pending_words: tuple[str, ...] = ()
    flips: bool = False
    out_is_negative: bool = False
    goes_on: bool = False

    @cached_property
    def _by_role(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for place, name in enumerate(self.columns):
            found[name].append(place)
        return dict(found)

    def places(self, role: Role) -> list[int]:
        """The columns of a role, from 0 on."""
        return self._by_role.get(role, [])

    def place(self, role: Role) -> int | None:
        """The column of a role that only one can have."""
        return next(iter(self.places(role)), None)

    def name_of(self, place: int) -> str:
        """What a column is called: its heading, or its number."""
        heading = self.headings[place] if place < len(self.headings) else ""
        return heading or f"column {place + 1}"

    @property
    def told_by(self) -> str:
        """What tells the tables that this fits from others: their headings or, without any, how many columns."""
        told = list(plain_headings(self.headings)) if self.headings else [f"{len(self.columns)} columns"]
        return sha256("\n".join(told).encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """The mapping as it is kept."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """A mapping as it was kept or sent. Raises Refused where it names what no mapping has."""
        lists = {each.name for each in fields(cls) if get_origin(each.type) is tuple}
        try:
            given: dict[str, Any] = {name: tuple(value) if name in lists else value for name, value in kept.items()}
            return cls(**given)
        except TypeError as error:
            raise Refused(f"The mapping cannot be read: {error}.", code="bad_mapping") from error

    def require_whole(self) -> None:
        """Raises Refused where no table can be read by it."""
        for words in self._wrong():
            raise Refused(words, code="bad_mapping")

    def _wrong(self) -> Iterator[str]:
        known = {field.name for field in COLUMN_ROLES}
        labels = {field.name: field.label for field in COLUMN_ROLES}
        if strange := sorted(set(self.columns) - known - {""}):
            yield f"No column can be {strange[0]!r}."
        if len(self.columns) > MOST_COLUMNS:
            yield f"A table of a bank has at most {MOST_COLUMNS} columns."
        for role in known - set(SEVERAL):
            if len(self.places(Role(role))) > 1:
                yield f"Only one column can be: {labels[role]}."
        if self.place(Role.BOOKED_ON) is None:
            yield "Say which column is the day."
        if not any(self.places(role) for role in AMOUNTS):
            yield "Say which column is the amount."
        if self.places(Role.AMOUNT) and (self.places(Role.MONEY_IN) or self.places(Role.MONEY_OUT)):
            yield "The amount is one column, or money in and money out are two: not both."
        if self.places(Role.DIRECTION) and not (self.in_words or self.out_words):
            yield "Say which words mean money in, or which mean money out."
        if set(_folded(self.in_words)) & set(_folded(self.out_words)):
            yield "One word cannot mean money in and money out."
        yield from self._strangely_written()

    def _strangely_written(self) -> Iterator[str]:
        choices = (
            (self.decimal, set(DecimalSign), "sign before the cents"),
            (self.day_order, set(DayOrder), "order of days"),
            (self.separator, set(SEPARATORS), "separator"),
            (self.encoding, set(ENCODINGS), "encoding"),
        )
        for value, known, what in choices:
            if value and value not in known:
                yield f"{value!r} is no {what} that we know."


def plain_headings(headings: Sequence[str]) -> tuple[str, ...]:
    """Headings without what changes from file to file: spaces, letters' case, and empty columns at the end."""
    found = [plain(heading) for heading in headings]
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def _folded(words: Sequence[str]) -> list[str]:
    return [word.casefold() for word in words]

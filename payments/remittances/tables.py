"""Advice as a table, CSV or Excel."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from decimal import Decimal

from office.reading import Field, FieldKind
from office.reading.fields import plain
from office.reading.numbers import DecimalSign, NumberEvidence
from office.reading.tables import TableRow
from payments.bank_files.facts import NOT_KNOWN, BadBankFile
from payments.bank_files.tables.cells import bare_number, read_number_in, read_words
from payments.bank_files.tables.grid import LOOKED_AT, open_table, texts
from payments.remittances.facts import AdvisedLine, BadAdvice, ReadAdvice, is_total, line_of, merged

FIELDS = (
    Field(
        "reference",
        "Invoice",
        required=True,
        headings=(
            *("invoice number", "invoice no", "invoice #", "document", "document number", "document no", "reference"),
            *("your reference", "bill", "bill number", "rechnung", "rechnungsnummer", "rechnungsnr", "belegnummer"),
            *("beleg", "facture", "numéro de facture", "factuur", "factuurnummer", "factura", "fattura"),
        ),
    ),
    Field(
        "gross",
        "Invoice amount",
        FieldKind.NUMBER,
        headings=(
            *("gross", "gross amount", "invoice total", "original amount", "open amount", "brutto", "bruttobetrag"),
            *("rechnungsbetrag", "montant facture", "factuurbedrag", "importe factura"),
        ),
    ),
    Field(
        "discount",
        "Deducted",
        FieldKind.NUMBER,
        headings=(
            *("discount", "discount taken", "deduction", "deductions", "adjustment", "skonto", "abzug", "escompte"),
            *("korting", "descuento", "sconto", "differenz"),
        ),
    ),
    Field(
        "paid",
        "Amount paid",
        FieldKind.NUMBER,
        headings=(
            *("paid", "amount", "payment", "payment amount", "net", "net amount", "zahlbetrag", "zahlung", "betrag"),
            *("bezahlt", "montant", "montant payé", "bedrag", "betaald", "importe", "importo"),
        ),
    ),
    Field(
        "reason",
        "Why",
        headings=("reason", "reason code", "remark", "comment", "note", "grund", "bemerkung", "motif", "reden"),
    ),
    Field("currency", "Currency", headings=("ccy", "währung", "devise", "munt", "moneda")),
)
AMOUNTS = [field.name for field in FIELDS if field.kind is FieldKind.NUMBER]
NO_TABLE = (
    "This is no remittance advice that we can read: a table (CSV or Excel) with headings such as Invoice and Amount"
    " paid, or a PDF with text."
)
Places = dict[str, int]


def read_table(content: bytes, currency: str, decimal: str = "") -> ReadAdvice:
    """The advice of a table. Raises BadAdvice for what is none, or can be read in two ways without `decimal`."""
    try:
        rows = open_table(content).rows
    except BadBankFile as refusal:
        raise BadAdvice(NO_TABLE if refusal.message == NOT_KNOWN else refusal.message) from refusal
    start, places = _headings(rows)
    body = rows[start + 1 :]
    reader = _Reader(places, DecimalSign(decimal) if decimal else _decided(body, places))
    for row in body:
        reader.read(row)
    said = {code for code in reader.currencies if code}
    if len(said) > 1:
        raise BadAdvice(f"The advice pays in {' and '.join(sorted(said))}. Take one for each currency.")
    return ReadAdvice(merged(reader.lines), next(iter(said), currency), reader.total, kind="Table")


def _headings(rows: Sequence[TableRow]) -> tuple[int, Places]:
    """Where the headings stand, and which column is which."""
    for place, row in enumerate(rows[:LOOKED_AT]):
        found = _places(texts(row))
        if "reference" in found and ("paid" in found or "gross" in found):
            return place, found
    raise BadAdvice(NO_TABLE)


def _places(headings: Sequence[str]) -> Places:
    bare = [plain(heading.partition("(")[0]) for heading in headings]
    found: Places = {}
    for field in FIELDS:
        wanted = {plain(name) for name in (field.name, field.label, *field.headings)}
        place = next((place for place, heading in enumerate(bare) if heading in wanted), None)
        if place is not None:
            found[field.name] = place
    return found


def _decided(rows: Iterable[TableRow], places: Places) -> DecimalSign:
    evidence = NumberEvidence()
    for row in rows:
        for name in AMOUNTS:
            cell = row.cells[places[name]] if name in places and places[name] < len(row.cells) else ""
            if isinstance(cell, str) and any(_reads(cell, sign) for sign in DecimalSign):
                evidence.see(bare_number(cell).strip("()"))
    decided = evidence.decide()
    if decided is None:
        raise BadAdvice("Its amounts can be read in two ways. Say how they are written.", code="undecided")
    return decided


def _reads(cell: str, sign: DecimalSign) -> bool:
    with suppress(ValueError):
        return read_number_in(cell, sign) is not None
    return False


class _Reader:
    """Reads row after row, to the total."""

    def __init__(self, places: Places, sign: DecimalSign) -> None:
        self.places, self.sign = places, sign
        self.lines: list[AdvisedLine] = []
        self.currencies: set[str] = set()
        self.total: Decimal | None = None

    def read(self, row: TableRow) -> None:
        """Take one row in; one without a document is the total, or says nothing."""
        place = f"Line {row.line}"
        reference = self._words(row, "reference", place)
        amounts = {name: self._amount(row, name, place) for name in AMOUNTS}
        if reference and not is_total(reference):
            reason = self._words(row, "reason", place)
            self.currencies.add(self._words(row, "currency", place).upper())
            self.lines.append(line_of(place, reference, reason=reason, **amounts))
        elif any(amount is not None for amount in amounts.values()):
            self._take_total(place, amounts)

    def _take_total(self, place: str, amounts: dict[str, Decimal | None]) -> None:
        if self.total is not None or not self.lines:
            raise BadAdvice(f"{place}: an amount stands without a document.")
        paid = amounts["paid"]
        gross, discount = amounts["gross"], amounts["discount"]
        self.total = paid if paid is not None else line_of(place, "the total", gross, discount, paid).paid

    def _amount(self, row: TableRow, name: str, place: str) -> Decimal | None:
        cell = row.cells[self.places[name]] if name in self.places and self.places[name] < len(row.cells) else ""
        try:
            return read_number_in(cell, self.sign)
        except ValueError as error:
            raise BadAdvice(f"{place}: {cell} {error}.") from error

    def _words(self, row: TableRow, name: str, place: str) -> str:
        cell = row.cells[self.places[name]] if name in self.places and self.places[name] < len(row.cells) else ""
        try:
            return read_words(cell)
        except ValueError as error:
            raise BadAdvice(f"{place}: what stands there {error}.") from error

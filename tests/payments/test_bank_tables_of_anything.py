"""Whatever the bytes, a table is read or refused."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.refusals import Refused
from payments.bank_files.tables import COLUMN_ROLES, TableMapping, guess_mapping, open_table, read_table
from tests.payments.bank_samples import OURS
from tests.payments.table_samples import BALANCED, TWO, guessed, sheet, table

SAMPLES = {
    "plain": table("2026-03-02;A;1.234,50", "2026-03-03;B;-2,00"),
    "two columns": table('2026-03-02;"A ""x""";5.00;', "2026-03-02;B;;7.00", headings=TWO),
    "balances": table("2026-03-02;A;10.00;110.00", "2026-03-03;B;-5.00;105.00", headings=BALANCED),
    "utf-16": table("2026-03-02;Åse;1.00", encoding="utf-16"),
    "excel": sheet([["Date", "Description", "Amount"], [date(2026, 3, 2), "a", 12.5]]),
}


def holds(content: bytes, mapping: TableMapping | None = None) -> None:
    """Whatever the bytes, they are read or refused with a reason, and what is read makes sense."""
    try:
        told = mapping or guess_mapping(open_table(content))
        told.require_whole()
        found = read_table(open_table(content, told.encoding, told.separator), told, account=OURS, currency="EUR")
    except Refused:
        return
    for line in (line for each in found for line in each.lines if not line.is_pending):
        assert line.unread or (line.amount is not None and line.booked_on is not None)
        assert line.amount is None or abs(line.amount) < Decimal(10) ** 13
        assert "\x00" not in line.text + line.party_name + "".join(each.found for each in line.unread)


@settings(max_examples=300)
@given(st.binary(max_size=400) | st.text("0123456789.,;-/\n\"' ABCdate", max_size=300).map(str.encode))
def test_no_bytes_bring_the_reader_down(content: bytes) -> None:
    holds(content)
    holds(table() + b"\n" + content)


@settings(max_examples=500)
@given(st.sampled_from(sorted(SAMPLES)), st.booleans(), st.data())
def test_no_change_to_a_sound_table_brings_the_reader_down(kind: str, is_known: bool, data: st.DataObject) -> None:
    content = SAMPLES[kind]
    mapping = guess_mapping(open_table(content)) if is_known else None
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 12))
        added = data.draw(st.binary(max_size=6) | st.sampled_from([b"-", b",", b";", b'"', b"9" * 30, b"\n", b"\0"]))
        content = content[:place] + added + content[place + length :]
    holds(content, mapping)


@settings(max_examples=200)
@given(st.lists(st.sampled_from(["", *(field.name for field in COLUMN_ROLES)]), min_size=3, max_size=4), st.booleans())
def test_whatever_the_columns_are_said_to_be_the_table_is_read_or_refused(columns: list[str], goes_on: bool) -> None:
    mapping = guessed(SAMPLES["balances"])
    holds(SAMPLES["balances"], replace(mapping, columns=tuple(columns), goes_on=goes_on, in_words=("A",)))

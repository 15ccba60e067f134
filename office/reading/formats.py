"""Files as other products write them: known by their headings, laid out anew where they are no plain tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from itertools import chain, islice
from typing import IO

from ledger.refusals import Refused
from office.reading.fields import Field, plain
from office.reading.mapping import ColumnRule, Mapping, match_headings
from office.reading.rows import read_headings
from office.reading.tables import Arrange, TableRow, as_they_are, table_rows
from office.reading.unpacking import unpacked

LOOKED_AT = 20
"""Above a report's headings stand its title, company and day; no report has more such rows."""
FORMAT = "format"
"""Under which name a mapping keeps that its file is of a format."""


@dataclass(frozen=True)
class Format:
    """A kind of file of another product.

    `headings` tell it apart; `columns` says where our fields stand that their headings do not tell; `arrange` makes
    a plain table of it.
    """

    key: str
    name: str
    headings: tuple[str, ...]
    columns: dict[str, str] = field(default_factory=dict)
    arrange: Arrange = as_they_are

    def lacks(self, headings: Sequence[str]) -> list[str]:
        """Which of its headings are not among these."""
        there = {plain(heading) for heading in headings}
        return [heading for heading in self.headings if plain(heading) not in there]

    def mapping_of(self, headings: Sequence[str], fields: Sequence[Field]) -> Mapping:
        """The mapping of a file with these headings. Raises Refused where it is no such file."""
        if lacking := self.lacks(headings):
            raise Refused(f"This is no file of {self.name}: it has no column {lacking[0]!r}.", code="other_format")
        there = {plain(heading): heading for heading in reversed(headings)}
        told = {name: ColumnRule(there[plain(each)]) for name, each in self.columns.items() if plain(each) in there}
        taken = {rule.heading for rule in told.values()}
        guessed = match_headings([each for each in headings if each not in taken], fields).columns
        return replace(Mapping({**guessed, **told}), rules={FORMAT: self.key})


@dataclass(frozen=True)
class Formats:
    """The formats that an import knows."""

    all: tuple[Format, ...] = ()

    def called(self, name: str) -> Format | None:
        """The format of a name that people choose by."""
        return next((each for each in self.all if each.name == name), None)

    def arrange_of(self, mapping: Mapping) -> Arrange:
        """What makes a plain table of the file that a mapping is for."""
        key = mapping.rules.get(FORMAT)
        return next((each.arrange for each in self.all if each.key == key), as_they_are)

    def guessed(self, content: bytes, fields: Sequence[Field], name: str = "") -> Mapping:
        """The mapping of the format of that name or of the one that a file is, else what its headings suggest.

        Raises Refused where the file is not of the format named, or is empty.
        """
        with unpacked(BytesIO(content)) as table:
            if wanted := self.called(name):
                return wanted.mapping_of(headings_of(table, wanted.arrange), fields)
            if found := self.recognised(table):
                of, headings = found
                return of.mapping_of(headings, fields)
            return match_headings(read_headings(table, Mapping({})), fields)

    def recognised(self, table: IO[bytes]) -> tuple[Format, list[str]] | None:
        """Which of them the file is, with its headings; nothing where it is none."""
        for each in self.all:
            headings = headings_of(table, each.arrange)
            if headings and not each.lacks(headings):
                return each, headings
        return None


NO_FORMATS = Formats()


def headings_of(table: IO[bytes], arrange: Arrange) -> list[str]:
    """The headings of a table laid out so; none where it is empty."""
    first = next(arrange(table_rows(table)), None)
    return [str(cell).strip() for cell in first.cells] if first else []


def below_titles(rows: Iterator[TableRow], wanted: Sequence[str]) -> Iterator[TableRow]:
    """The rows from the first with all of these headings on; all rows where no such row stands near the top."""
    top = list(islice(rows, LOOKED_AT))
    for place, row in enumerate(top):
        if {plain(each) for each in wanted} <= {plain(str(cell)) for cell in row.cells}:
            return chain(top[place:], rows)
    return chain(top, rows)

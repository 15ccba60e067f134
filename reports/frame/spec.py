"""What a report is made of, and what it answers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from reports.frame.question import Asked, ReportForm

Kind = Literal["text", "money", "company_money", "number", "percent", "day", "period", "moment"]


@dataclass(frozen=True)
class Column:
    """One column: amounts stand in the row's currency ("money") or in the company's; `adds` where a foot sums it up.

    With `dash` people see a dash in place of zero, where most cells are zero.
    """

    key: str
    label: str
    kind: Kind = "text"
    adds: bool = False
    dash: bool = False

    @property
    def is_figure(self) -> bool:
        """Whether the column stands flush right."""
        return self.kind in ("money", "company_money", "number", "percent")


@dataclass(frozen=True)
class Row:
    """Values by column, with the addresses that some of them lead to; `note` is small words under the first one."""

    values: Mapping[str, Any]
    currency: str = ""
    urls: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Table:
    """Rows under heads, and the sums below. Rows may be read while they are written, so they are gone over once.

    `next` marks the place after the last row where more follow. A foot covers all rows, also those of other pages.
    `notes` is what the rows' small words are called in files, which have a column for them: what may have any names it.
    """

    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Row]
    foot: Sequence[Row] = ()
    next: str = ""
    empty: str = "Nothing in these days."
    notes: str = ""

    @property
    def has_currency(self) -> bool:
        """Whether amounts stand in the currency of their row, which files then name."""
        return any(column.kind == "money" for column in self.columns)


@dataclass(frozen=True)
class Proof:
    """A sum that must equal another: what was compared, and the difference, which is zero or tells of a fault."""

    words: str
    difference: Decimal
    currency: str


@dataclass(frozen=True)
class Figure:
    """A measure, with the formula and the numbers it was worked out from; no value where these do not suffice."""

    label: str
    value: Decimal | None
    unit: Literal["days", "percent", "times", "ratio"]
    formula: str
    numbers: Sequence[tuple[str, Decimal | int, str]] = ()


@dataclass(frozen=True)
class Chart:
    """Bars, as `{% bar_chart %}` takes them; the tables of the same answer hold the figures."""

    title: str
    bars: Sequence[dict[str, Any]]
    currency: str = ""


@dataclass(frozen=True)
class Act:
    """What may be done about what a report says, shown to who may: a link or, with `sends`, a button that sends it."""

    words: str
    url: str
    sends: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Trend:
    """Columns over periods, as `{% trend_chart %}` takes them: up to three series, each with a value for each label."""

    title: str
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[Decimal | None]]]
    currency: str = ""


@dataclass(frozen=True)
class Answer:
    """What a report says. `not_compared` tells why nothing is proved, where the reader sees a part of the book."""

    about: str
    tables: Sequence[Table] = ()
    proofs: Sequence[Proof] = ()
    figures: Sequence[Figure] = ()
    charts: Sequence[Chart] = ()
    trends: Sequence[Trend] = ()
    not_compared: str = ""
    acts: Sequence[Act] = ()


@dataclass(frozen=True)
class Report:
    """One report: its name in addresses, its words, its question, who answers it, and the right to read it.

    `path` is where its page stands, if not among the reports.
    """

    name: str
    title: str
    words: str
    group: str
    form: "type[ReportForm]"
    answer: "Callable[[Asked], Answer]"
    icon: str = "report-money"
    path: str = ""
    permission: str = "office.view_reports"

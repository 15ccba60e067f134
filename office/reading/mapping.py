"""Which column of somebody else's file is which of our fields, and how it is written there."""

import json
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ledger.refusals import Refused
from office.reading.days import DayOrder
from office.reading.fields import Field
from office.reading.numbers import DecimalSign


@dataclass(frozen=True)
class ColumnRule:
    """A column by its heading. What is left empty of its way of writing is decided from the whole column.

    `whole_number` is for ids that a program wrote as numbers: 17850.0 is read as the text 17850.
    """

    heading: str
    decimal: str = ""
    day_order: str = ""
    whole_number: bool = False


@dataclass(frozen=True)
class Mapping:
    """The columns by field name, constants for what no column says, and rules that one import alone knows."""

    columns: dict[str, ColumnRule]
    constants: dict[str, str] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)
    encoding: str = ""
    separator: str = ""

    def as_json(self) -> dict[str, Any]:
        """The mapping as it is kept."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Mapping":
        """A mapping as it was kept or written by hand. Raises Refused where it says what nobody understands."""
        try:
            columns = {name: _rule(rule) for name, rule in kept["columns"].items()}
            return cls(**kept | {"columns": columns})
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise Refused(f"The mapping cannot be read: {error}.", code="bad_mapping") from error

    @classmethod
    def from_file(cls, path: Path) -> "Mapping":
        """A mapping written by hand, as TOML or JSON."""
        try:
            text = path.read_text(encoding="utf-8")
            return cls.from_json(tomllib.loads(text) if path.suffix == ".toml" else json.loads(text))
        except (OSError, ValueError) as error:
            raise Refused(f"The mapping {path} cannot be read: {error}.", code="bad_mapping") from error


def match_headings(headings: Sequence[str], fields: Sequence[Field]) -> Mapping:
    """The mapping that the headings themselves suggest."""
    found = {}
    for wanted in fields:
        heading = next((name for name in headings if wanted.is_meant_by(name)), None)
        if heading is not None:
            found[wanted.name] = ColumnRule(heading)
    return Mapping(found)


def _rule(said: Any) -> ColumnRule:
    rule = ColumnRule(said) if isinstance(said, str) else ColumnRule(**said)
    if rule.decimal:
        DecimalSign(rule.decimal)
    if rule.day_order:
        DayOrder(rule.day_order)
    return rule

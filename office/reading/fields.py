"""What an import can take from a column."""

from dataclasses import dataclass
from enum import StrEnum


class FieldKind(StrEnum):
    """How what stands in a column is understood."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    FLAG = "flag"


@dataclass(frozen=True)
class Field:
    """Something an import can be told, and the headings it is usually found under."""

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    headings: tuple[str, ...] = ()

    def is_meant_by(self, heading: str) -> bool:
        """Whether a column so named is this field, as far as one can tell."""
        return plain(heading) in {plain(name) for name in (self.name, self.label, *self.headings)}


def plain(heading: str) -> str:
    """A heading without what people write differently: "Customer-No." becomes "customerno"."""
    return "".join(c for c in heading.casefold() if c.isalnum())

"""What may be missing in a column and cannot be missing here."""

from typing import TypeVar

T = TypeVar("T")


def present(value: T | None) -> T:
    """The value, where a rule of the database or a check before says that there is one. Raises LookupError for none."""
    if value is None:
        raise LookupError("Something that has to be there is missing.")
    return value

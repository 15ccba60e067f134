"""What a page or an answer shows of a row beside its columns."""

from typing import TypeVar

Row = TypeVar("Row")


def dressed(row: Row, **more: object) -> Row:
    """The row, with more to read for a template or a serializer; nothing of it is stored."""
    for name, value in more.items():
        setattr(row, name, value)
    return row

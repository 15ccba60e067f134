"""What stands at a path of somebody's document, and whether it is what it should be."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import overload

from lxml import etree

from billing.einvoice.document import ZERO
from billing.einvoice.markup import Element
from ledger.refusals import Refused

LONGEST_NUMBER = 40


def text(element: Element, path: str) -> str:
    """The first text at a path of local names such as `Party/PostalAddress/CityName`; empty where there is none."""
    found = first(element, path)
    return (found.text or "").strip() if found is not None else ""


def texts(element: Element, path: str) -> tuple[str, ...]:
    """Every text at a path."""
    return tuple((each.text or "").strip() for each in every(element, path) if (each.text or "").strip())


def first(element: Element, path: str) -> Element | None:
    """The first element at a path."""
    return next(iter(every(element, path)), None)


def every(element: Element | None, path: str) -> list[Element]:
    """Every element at a path of local names, in whatever namespace."""
    if element is None:
        return []
    if path == ".":
        return [element]
    return element.findall("/".join(f"{{*}}{name}" for name in path.split("/")))


def attribute(element: Element, path: str, name: str) -> str:
    """An attribute of the first element at a path."""
    found = first(element, path)
    return found.get(name, "") if found is not None else ""


@overload
def decimal(element: Element | None, path: str) -> Decimal: ...
@overload
def decimal(element: Element | None, path: str, default: None) -> Decimal | None: ...
def decimal(element: Element | None, path: str, default: Decimal | None = ZERO) -> Decimal | None:
    """The number at a path. Raises Refused where something else stands there."""
    written = text(element, path)
    if not written:
        return default
    try:
        value = Decimal(written)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or len(written) > LONGEST_NUMBER:
        raise Refused(f"{path} of {_name(element)} is no number: {written[:60]!r}", code="einvoice_bad_number")
    return value


def day(element: Element, path: str) -> date | None:
    """The day at a path, as UBL or CII writes it. Raises Refused where it is none."""
    written = text(element, path)
    if not written:
        return None
    try:
        return datetime.strptime(written[:10], "%Y%m%d" if written[:8].isdigit() else "%Y-%m-%d").date()  # noqa: DTZ007
    except ValueError as error:
        raise Refused(f"{path} of {_name(element)} is no day: {written[:60]!r}", code="einvoice_bad_day") from error


def _name(element: Element) -> str:
    return etree.QName(element).localname

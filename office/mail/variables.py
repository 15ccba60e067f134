"""What a mail's text may leave open: a closed list of plain words in braces, filled in for each mail. No code."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from ledger.refusals import Refused

_BRACED = re.compile(r"\{(\w*)\}")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
BREAK = SafeString("<br>")
_BLANKS = re.compile(r"[ \t]{2,}")


class Look(Enum):
    """How a variable's value stands in a mail."""

    PLAIN = "plain"
    STRONG = "strong"
    LINK = "link"
    PIECE = "piece"


@dataclass(frozen=True)
class Variable:
    """A word in braces and what it stands for, in staff's words. A piece stands in a paragraph of its own."""

    name: str
    meaning: str
    look: Look = Look.PLAIN


@dataclass(frozen=True)
class Piece:
    """Something laid out, such as a button or a table, as plain text and as HTML of our own."""

    text: str
    html: SafeString


Value = str | Piece


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of a mail that is filled in; as HTML everything that somebody typed is text."""

    text: str
    html: SafeString
    is_piece: bool = False


def require_known(subject: str, body: str, variables: Iterable[Variable]) -> None:
    """Raise Refused for a brace that belongs to no variable, and for a piece inside a sentence."""
    looks = {each.name: each.look for each in variables}
    known = ", ".join(f"{{{name}}}" for name in looks)
    for name in _BRACED.findall(subject + body):
        if name not in looks:
            raise Refused(f"{{{name}}} stands for nothing here. There are {known}.", code="unknown_variable")
    if set("{}") & set(_BRACED.sub("", subject + body)):
        raise Refused(f"Braces stand around one of these words only: {known}.", code="unknown_variable")
    in_sentences = [subject, *(each for each in _paragraphs(body) if not _alone(each))]
    for name in _BRACED.findall("\n".join(in_sentences)):
        if looks[name] is Look.PIECE:
            raise Refused(f"{{{name}}} needs a paragraph of its own, between blank lines.", code="piece_in_sentence")


def named_in(text: str) -> set[str]:
    """The variables that a text names."""
    return set(_BRACED.findall(text))


def filled(text: str, values: Mapping[str, Value]) -> str:
    """A line of plain text with its variables filled in, once: what a value holds in braces stays as it is."""
    said = _BRACED.sub(lambda found: _as_text(values[found[1]]), text)
    return _BLANKS.sub(" ", said).strip()


def paragraphs_of(body: str, variables: Iterable[Variable], values: Mapping[str, Value]) -> list[Paragraph]:
    """The paragraphs of a body, filled in; one that is empty then is left out."""
    looks = {each.name: each.look for each in variables}
    found = [_paragraph(each, looks, values) for each in _paragraphs(body)]
    return [each for each in found if each.text]


def typed(text: str) -> list[Paragraph]:
    """Paragraphs of what somebody typed, in which nothing is filled in."""
    return [
        Paragraph(each, format_html_join(BREAK, "{}", ((line,) for line in each.split("\n"))))
        for each in _paragraphs(text)
    ]


def _paragraphs(body: str) -> list[str]:
    whole = body.replace("\r\n", "\n").replace("\r", "\n").strip()
    return [each.strip() for each in _BLANK_LINE.split(whole) if each.strip()]


def _alone(paragraph: str) -> str:
    """The variable that is all of a paragraph, if there is one."""
    found = _BRACED.fullmatch(paragraph)
    return found[1] if found else ""


def _paragraph(text: str, looks: Mapping[str, Look], values: Mapping[str, Value]) -> Paragraph:
    value = values[_alone(text)] if _alone(text) else ""
    if isinstance(value, Piece):
        return Paragraph(value.text.strip(), value.html, is_piece=True)
    lines = [filled(line, values) for line in text.split("\n")]
    as_html = [_html(line, looks, values) for line in text.split("\n")]
    kept = [(line, html) for line, html in zip(lines, as_html, strict=True) if line]
    html = format_html_join(BREAK, "{}", ((each,) for _line, each in kept))
    return Paragraph("\n".join(line for line, _html in kept), html)


def _html(line: str, looks: Mapping[str, Look], values: Mapping[str, Value]) -> SafeString:
    """A line as HTML: each part between variables, and each value, is escaped by itself."""
    parts = _BRACED.split(line)  # text and names take turns
    said = (part if place % 2 == 0 else _as_html(looks[part], values[part]) for place, part in enumerate(parts))
    return format_html_join("", "{}", ((each,) for each in said))


def _as_text(value: Value) -> str:
    return value.text if isinstance(value, Piece) else value


def _as_html(look: Look, value: Value) -> SafeString:
    if isinstance(value, Piece):
        return value.html
    if look is Look.STRONG and value:
        return format_html("<strong>{}</strong>", value)
    if look is Look.LINK and value.startswith(("https://", "http://")):
        return format_html('<a href="{0}">{0}</a>', value)
    return escape(value)

"""What mails are laid out with: a button, a table of a few rows; as plain text and as HTML."""

from collections.abc import Sequence

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from office.mail.variables import Piece, Value

EXAMPLE = "https://example.com/"
"""Where the buttons of samples lead."""
ACCENT, USUAL_ACCENT = "var(--accent)", "#1f54c4"
"""Where a piece is coloured it says so by the first, as it is laid out before anybody knows whose mail it is in."""


def button(link: str, words: str, *, before: str = "") -> Piece:
    """A link that stands out; plain text shows the address below `before`, usually that it needs no log-in."""
    html = render_to_string("office/mail/button.html", {"link": link, "words": words, "accent": ACCENT})
    return Piece(f"{before or _('See it online, without any log-in:')}\n{link}", html)


def table(rows: Sequence[tuple[str, str]], heading: str = "") -> Value:
    """Rows of a name and a value, under a heading in plain text; nothing where there are none."""
    if not rows:
        return ""
    html = render_to_string("office/mail/table.html", {"rows": rows})
    lines = [heading, "-" * len(heading)] if heading else []
    return Piece("\n".join([*lines, *(f"{name}: {value}" for name, value in rows)]), html)


def large(words: str) -> Piece:
    """A few letters that somebody types elsewhere, set apart and large; read from left to right in any language."""
    return Piece(words, render_to_string("office/mail/large.html", {"words": words}))

"""A paper as the well-formed page that becomes its PDF. Its template extends `papers/paper.html`."""

import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from office.models import Company

UNPRINTABLE = re.compile("[^\t\n -~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Control characters and what is no character at all: no font draws them, and no well-formed page has them."""


def paper_page(template: str, context: Mapping[str, Any], logo: tuple[bytes, str] | None) -> str:
    """The page in the language that is now the reader's; a logo is its bytes and their media type.

    The context says what every paper has: `printed`, which is the sender (`seller`), the receiver (`buyer`), the line
    at the foot and the colour; its `title` and perhaps `number`; `running`, which names it on each page; and when it
    was `created`.
    """
    frame = {
        "language": get_language(),
        "text_direction": "rtl" if get_language_bidi() else "ltr",
        "page_words": page_words(),
        "logo": _data_url(*logo) if logo else "",
    }
    return UNPRINTABLE.sub("", render_to_string(template, {**frame, **context}))


def logo_now(company: Company) -> tuple[bytes, str] | None:
    """The logo that a company's papers show now."""
    return (bytes(company.logo), company.logo_type) if company.logo else None


def page_words() -> list[str]:
    """What stands before, between and after the two numbers of "Page 1 of 2"."""
    mark = "\N{OBJECT REPLACEMENT CHARACTER}"
    return (_("Page %(page)s of %(pages)s") % {"page": mark, "pages": mark}).split(mark)


def _data_url(content: bytes, media_type: str) -> str:
    """A picture as an address that holds it."""
    return f"data:{media_type};base64,{b64encode(content).decode()}"

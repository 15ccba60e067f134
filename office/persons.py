"""What a page, file or answer shows of a person who is no colleague: as it is, or masked for whose role may not see it.

The door says who reads (`reading_as`); whatever shows a name, an e-mail address, a telephone number or a person's
address asks here. Jobs, mails and papers read as nobody, and see everything.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context, ContextVar, copy_context
from typing import Protocol

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse

from office.roles import SEES_PERSONS

HIDDEN = "•••"
_EMAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")

_hides: ContextVar[bool] = ContextVar("hides_persons", default=False)


class Reader(Protocol):
    """Whoever has permissions."""

    def has_perm(self, perm: str) -> bool:
        """Whether they have this one."""


@contextmanager
def reading_as(user: Reader | None) -> Iterator[None]:
    """Inside, show persons only as this reader may see them; None reads as nobody, who sees everything."""
    token = _hides.set(False)
    try:
        if user is not None:
            read_as(user)
        yield
    finally:
        _hides.reset(token)


def read_as(user: Reader) -> None:
    """From here on, as far as `reading_as` reaches, show persons as this reader may see them."""
    _hides.set(not user.has_perm(SEES_PERSONS))


def sees_persons() -> bool:
    """Whether whoever reads may see persons' data."""
    return not _hides.get()


def kept_reading(answer: HttpResponseBase) -> HttpResponseBase:
    """The answer; one that is sent while it is made is made as for who reads now, in their time zone."""
    if isinstance(answer, StreamingHttpResponse) and not isinstance(answer, FileResponse) and not answer.is_async:
        answer.streaming_content = _in_context(copy_context(), iter(answer))
    return answer


def _in_context(context: Context, chunks: Iterator[bytes]) -> Iterator[bytes]:
    while (chunk := context.run(next, chunks, None)) is not None:
        yield chunk


def person_name(text: str | None) -> str:
    """A name, or of each of its words the first letter: E••• B•••."""
    return _shown(text, lambda name: " ".join(word[:1] + HIDDEN for word in name.split()))


def person_email(text: str | None) -> str:
    """An e-mail address, or its first letter and domain: e•••@bramble.example."""
    return _shown(text, _masked_email)


def person_phone(text: str | None) -> str:
    """A telephone number, or its country and last two digits: +49 ••• 21."""
    return _shown(text, _masked_phone)


def person_text(text: str | None) -> str:
    """Words that may say anything of a person, or nothing of them."""
    return _shown(text, lambda _: HIDDEN)


def emails_in(text: str | None) -> str:
    """Words, with the e-mail addresses in them masked."""
    return _shown(text, lambda words: _EMAIL.sub(lambda found: _masked_email(found[0]), words))


def _shown(text: str | None, mask: Callable[[str], str]) -> str:
    if not text or sees_persons():
        return text or ""
    return mask(text)


def _masked_email(text: str) -> str:
    local, _, domain = text.rpartition("@")
    return f"{local[:1]}{HIDDEN}@{domain}" if local else HIDDEN


def _masked_phone(text: str) -> str:
    country = re.match(r"\+\d{1,3}(?=\D)", text)
    digits = re.sub(r"\D", "", text)
    shown = digits[-2:] if len(digits) > 6 else ""
    return " ".join(part for part in (country[0] if country else "", HIDDEN, shown) if part)

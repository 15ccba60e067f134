"""A mailbox file, as mail programs save one: many mails in one, each after a line that begins with "From "."""

import re
from collections.abc import Iterator

_BEGINNING = re.compile(rb"(?:\A|\r?\n\r?\n)From [^\r\n]*\r?\n")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


def mails_in(content: bytes) -> Iterator[bytes]:
    """The mails of a mailbox file; a file that is none is one mail."""
    starts = list(_BEGINNING.finditer(content))
    if not starts or starts[0].start() != 0:
        yield content
        return
    ends = [each.start() for each in starts[1:]] + [len(content)]
    for start, end in zip(starts, ends, strict=True):
        yield _QUOTED.sub(rb"\1", content[start.end() : end])

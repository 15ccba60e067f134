"""Why mail does not reach somebody, as mail servers say it (RFC 3463 and RFC 5321) and as a person does."""

import re

CODE = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])|(?<![\d.])([45]\d\d)(?![\d.])")

MEANINGS = {
    "1.1": "mailbox unknown",
    "1.2": "domain unknown",
    "1.3": "address is not written as one",
    "1.6": "mailbox has moved",
    "1.10": "domain takes no mail",
    "2.1": "mailbox is disabled",
    "2.2": "mailbox is full",
    "2.3": "mail is too large for the mailbox",
    "3.4": "mail is too large for their server",
    "4.1": "their server does not answer",
    "4.4": "no way to their server",
    "4.6": "mail goes in a circle",
    "4.7": "not delivered in time",
}
"""By what follows the first figure, which only says whether it is for now or for good."""
CLASSES = {
    "1": "address does not work",
    "2": "mailbox takes no mail",
    "3": "their server cannot take it",
    "4": "their server is not reached",
    "6": "their server cannot read it",
    "7": "refused by their rules",
}
PLAIN = {
    "550": "mailbox is not available",
    "551": "mailbox is elsewhere",
    "552": "mailbox is full",
    "553": "address is not allowed",
}


COMPLAINT = "spam"
"""What stands where a code would, where the reader called the mail spam."""


def bounce_words(code: str) -> str:
    """A code in words, and itself: `mailbox unknown (5.1.1)`."""
    if code == COMPLAINT:
        return "they call it spam"
    _, _, detail = code.partition(".")
    meaning = MEANINGS.get(detail) or CLASSES.get(detail.partition(".")[0]) or PLAIN.get(code) or "not delivered"
    return f"{meaning} ({code})" if code else meaning


def bounce_sentence(code: str, said: str) -> str:
    """Why mail came back and what the server said, as one explanation."""
    words = bounce_words(code)
    return f"{words[0].upper()}{words[1:]}. {said}".strip()


def code_in(text: str) -> str:
    """The code that a server's answer holds: the enhanced one (5.1.1) if there is one, else the plain one (550)."""
    found = CODE.findall(text[:1000])
    enhanced: list[str] = [code for code, _ in found if code]
    return (enhanced or [plain for _, plain in found] or [""])[0]


def is_of_the_address(code: str) -> bool:
    """Whether a refusal for good is about the address itself, not about who sends or what."""
    return code.startswith(("5.1.", "5.2.", "5.4.")) or code in PLAIN


def says_something(code: str) -> bool:
    """Whether a code is more than "it failed"."""
    return bool(code) and not code.endswith(".0.0")

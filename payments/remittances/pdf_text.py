"""The text of a PDF, laid out in lines as it looks: read in a child process with limits of time and memory.

Run as a script it reads a PDF on its standard input and writes the text of its pages.
"""

import resource
import subprocess
import sys
from io import BytesIO

SECONDS = 20
MEMORY = 1 << 30
MOST_PAGES = 50
MOST_LETTERS = 2_000_000


class NoText(Exception):
    """The PDF is damaged, takes too long, or holds pictures alone."""


def text_of_pdf(content: bytes) -> str:
    """The text of a PDF. Raises NoText."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", __file__], input=content, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise NoText from error
    text = done.stdout.decode("utf-8", "ignore")
    if done.returncode or not text.strip():
        raise NoText
    return text


def _serve() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    from pypdf import PdfReader  # only this process needs it

    pages = PdfReader(BytesIO(sys.stdin.buffer.read())).pages[:MOST_PAGES]
    text = "\n".join(page.extract_text(extraction_mode="layout") for page in pages)
    sys.stdout.buffer.write(text[:MOST_LETTERS].encode("utf-8", "ignore"))


if __name__ == "__main__":
    _serve()

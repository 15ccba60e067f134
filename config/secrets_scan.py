"""Whether a file of the project holds a secret: `python -m config.secrets_scan`, a step of `bin/test`.

Looked for are keys and tokens by the forms that their makers gave them, and what is given to a name like password or
token and looks drawn by chance. Of what is found only the place is said, never the secret.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
NOT_OURS = {".git", ".venv", "var", "node_modules", "staticfiles", "__pycache__"}
LONGEST = 5_000_000
"""In bytes: a larger file is data."""

FORMS = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "a key of Amazon": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a key of Google": re.compile(r"\bAIza[\w-]{35}\b"),
    "a token of GitHub": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60,})"),
    "a token of GitLab": re.compile(r"\bglpat-[\w-]{20,}"),
    "a token of Slack": re.compile(r"\bxox[abeprs]-[\w-]{10,}"),
    "a key of Stripe": re.compile(r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}"),
    "a secret of a webhook": re.compile(r"\bwhsec_[A-Za-z0-9+/=]{24,}"),
    "a key of SendGrid": re.compile(r"\bSG\.[\w-]{20,}\.[\w-]{20,}"),
    "a token of a package index": re.compile(r"\b(?:pypi-[\w-]{40,}|npm_[A-Za-z0-9]{36})"),
    "a key of Duebook": re.compile(r"\bduebook_(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{40,}"),
    "a signed token": re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    "a key of Fernet": re.compile(r"(?<![\w+/-])[A-Za-z0-9_-]{43}=(?![\w=])"),
    "a log-in in an address": re.compile(
        r"\b[a-z][a-z0-9+]*://[^\s/:@\"'{}<>]+:(?!password@)[^\s/:@\"'{}<>]{8,}@[\w.-]+"
    ),
    "a secret under its name": re.compile(
        r"(?i)(?:secret|token|passw(?:or)?d|api_?key|credential)\w*[\"']?\s*[:=]\s*[\"']"
        r"(?=[\w+/=-]*[a-z])(?=(?:[a-z_+/=-]*\d){2})[\w+/=-]{16,}[\"']"
    ),
}
ALLOWED = {
    "static/vendor/swagger-ui-dist-5.35.0/swagger-ui-bundle.js": "is made by a machine, of long lines",
    "tests/config/test_secrets_scan.py": "plants some of each, made up",
}
"""Files in which such a thing stands on purpose, each with why."""


class Found(NamedTuple):
    """Where something stands that is to be no part of a project, and what it looks like."""

    path: Path
    line: int
    what: str


def secrets_in(text: str) -> Iterator[tuple[int, str]]:
    """The lines that hold a secret, counted from 1, and what it looks like."""
    for number, line in enumerate(text.splitlines(), start=1):
        yield from ((number, what) for what, form in FORMS.items() if form.search(line))


def scan(root: Path) -> list[Found]:
    """All that is found in the files of a project; what is no text, or data, is passed over."""
    found = []
    for path in files_of(root):
        if str(path.relative_to(root)) in ALLOWED or path.stat().st_size > LONGEST:
            continue
        content = path.read_bytes()
        if b"\0" not in content:
            text = content.decode(errors="replace")
            found += [Found(path.relative_to(root), line, what) for line, what in secrets_in(text)]
    return found


def files_of(root: Path) -> list[Path]:
    """The files that git keeps or would add; all but what is made here, where there is no git."""
    line = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        names = subprocess.run(line, capture_output=True, check=True).stdout.decode().split("\0")
        paths = [root / name for name in names if name]
    except (OSError, subprocess.CalledProcessError):
        paths = [path for path in root.rglob("*") if not NOT_OURS & set(path.relative_to(root).parts)]
    return sorted(path for path in paths if path.is_file() and not path.is_symlink())


def main() -> int:
    """Say where secrets stand; 0 where none does."""
    found = scan(ROOT)
    for each in found:
        print(f"{each.path}:{each.line}: looks like {each.what}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())

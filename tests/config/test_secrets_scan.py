"""A secret that somebody commits is found; the project has none."""

import subprocess
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from config.secrets_scan import ALLOWED, FORMS, ROOT, scan, secrets_in
from office.ways_in.tokens import new_secret

LONG = "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"
PLANTED = {
    "a private key": "-----BEGIN EC PRIVATE KEY-----",
    "a key of Amazon": "AKIA" + LONG[:16].upper(),
    "a key of Google": "AIza" + LONG[:35],
    "a token of GitHub": "ghp_" + LONG[:36],
    "a token of GitLab": "glpat-" + LONG[:20],
    "a token of Slack": "xoxb-" + LONG[:12],
    "a key of Stripe": "sk_live_" + LONG[:24],
    "a secret of a webhook": "whsec_" + LONG[:32],
    "a key of SendGrid": f"SG.{LONG[:22]}.{LONG[:36]}",
    "a token of a package index": "pypi-" + LONG + LONG,
    "a key of Duebook": new_secret(),
    "a signed token": f"eyJ{LONG[:12]}.eyJ{LONG[:12]}.{LONG[:12]}",
    "a key of Fernet": Fernet.generate_key().decode(),
    "a log-in in an address": f"postgresql://duebook:{LONG[:12]}@db.example.com/duebook",
    "a secret under its name": f'API_TOKEN = "{LONG[:20].lower()}"',
}


def test_the_project_holds_no_secret():
    assert [str(found) for found in scan(ROOT)] == []


def test_what_may_hold_one_is_there():
    assert [path for path in ALLOWED if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("what", FORMS)
def test_a_planted_one_is_found(what: str):
    assert (2, what) in set(secrets_in(f"first line\nvalue: {PLANTED[what]}\n"))


@pytest.mark.parametrize(
    "line",
    [
        'PASSWORD = "duebook-demo"',
        'SECRET = "whsec_of_the_tests"',
        "SECRET_KEY = env('SECRET_KEY')",
        "smtp+ssl://user:password@host:port",
        "sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'",
        "def test_what_duebook_brings_is_not_removed_and_what_was_made_here_not_put_back",
    ],
)
def test_what_is_none_is_let_be(line: str):
    assert list(secrets_in(line)) == []


@pytest.mark.parametrize("in_git", [True, False])
def test_files_that_are_not_of_the_project_are_passed_over(tmp_path: Path, in_git: bool):
    (tmp_path / "var").mkdir()
    for name in ("var/kept.txt", "new.py"):
        (tmp_path / name).write_text(PLANTED["a key of Stripe"])
    (tmp_path / "picture.png").write_bytes(b"\0" + PLANTED["a key of Stripe"].encode())
    if in_git:
        subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
        (tmp_path / ".gitignore").write_text("var\n")
    assert [(str(found.path), found.line, found.what) for found in scan(tmp_path)] == [("new.py", 1, "a key of Stripe")]

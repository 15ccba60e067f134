"""The files that no test run executes still say what the running code says."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from config.processes import COMMANDS
from config.system import PDF_LIBRARIES

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
SERVICES = yaml.safe_load(COMPOSE)["services"]


@pytest.mark.parametrize("name", COMMANDS)
def test_compose_runs_the_command_that_bin_start_runs(name):
    ours = shlex.split(COMMANDS[name])
    assert shlex.split(SERVICES[name]["command"])[: len(ours)] == ours


def test_compose_has_every_part_of_the_office():
    assert set(SERVICES) == {"postgres", "valkey", "mail", *COMMANDS}


def test_only_the_one_that_migrates_knows_the_owner():
    assert [name for name in SERVICES if "DATABASE_OWNER_URL" in SERVICES[name].get("environment", {})] == ["prepare"]


def test_compose_offers_nothing_to_other_machines():
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_compose_starts_with_no_secret_of_its_own_and_the_readme_draws_each(tmp_path):
    """`:?` has it refuse, with these words, where a value is missing or empty."""
    secret = r"\$\{(SECRET_KEY|\w+_PASSWORD)\b([^}]*)\}"
    asked = dict(re.findall(secret, COMPOSE))
    assert {rest for _, rest in re.findall(secret, COMPOSE)} == {":?draw it into .env, see README"}

    [command] = re.findall(r"^    (\(umask 077; .* > \.env\))$", README, re.MULTILINE)
    subprocess.run(["bash", "-c", command], cwd=tmp_path, check=True)
    drawn = dict(line.split("=") for line in (tmp_path / ".env").read_text().splitlines())
    assert set(drawn) == set(asked)
    assert len(set(drawn.values())) == len(drawn)
    assert all(re.fullmatch("[0-9a-f]{64}", value) for value in drawn.values())
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    again = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, check=False)
    assert again.returncode != 0, "what is drawn once stays, as the database keeps its password"


def test_the_image_has_the_libraries_that_pdfs_need():
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert [package for package in PDF_LIBRARIES if package not in dockerfile] == []


@pytest.mark.parametrize("script", ["bin/setup.sh", "bin/start", "bin/test", ".ci/run"])
def test_a_script_is_well_formed(script):
    subprocess.run(["bash", "-n", ROOT / script], check=True)


@pytest.mark.parametrize("script", ["bin/start", "bin/test", ".ci/run"])
def test_a_command_may_be_run(script):
    assert (ROOT / script).stat().st_mode & 0o111


README = (ROOT / "README.md").read_text()
APPS = ("ledger", "office", "customers", "billing", "payments", "credit_control", "reports", "config", "tests", "tools")
NAMED = {
    name for name in re.findall(r"`([\w./-]+/[\w.-]*)`", README) if name.split("/")[0] in (*APPS, "tests", "tools")
}


@pytest.mark.parametrize("name", sorted(NAMED))
def test_a_file_that_the_readme_names_exists(name):
    assert (ROOT / name).exists()


def test_the_readme_shows_no_picture_that_is_missing():
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert len(pictures) >= 8
    assert [picture for picture in pictures if not (ROOT / picture).exists()] == []

"""The first company of an office, opened by a command with the password typed or piped in."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from office.models import Company, User
from office.operations.manage_factors import roles_with_factor

pytestmark = pytest.mark.django_db


def open_company(monkeypatch: Any, piped: str, **changes: str) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(piped))
    words = {
        "country": "gb",
        "currency": "gbp",
        "time_zone": "Europe/London",
        "email": "billing@alder.example",
        "admin_email": "ann@alder.example",
        "admin_name": "Ann",
    }
    said = io.StringIO()
    call_command("create_company", "Alder Ltd", stdout=said, **words | changes)
    return said.getvalue()


def test_a_company_is_opened_with_an_administrator_who_can_log_in(monkeypatch: Any) -> None:
    said = open_company(monkeypatch, "correct horse battery 9\n")

    company, ann = Company.objects.get(), User.objects.get()
    assert (company.legal_name, company.country, company.currency) == ("Alder Ltd", "GB", "GBP")
    assert ann.check_password("correct horse battery 9")
    assert list(ann.companies.all()) == [company]
    assert set(ann.groups.values_list("name", flat=True)) == {"administrator", "manager"}
    assert "Log in as ann@alder.example" in said


def test_an_administrator_sets_up_a_second_factor_before_anything_else(monkeypatch: Any, client: Client) -> None:
    open_company(monkeypatch, "correct horse battery 9\n")

    assert roles_with_factor(Company.objects.get()) == ["administrator"]
    client.post("/log-in/", {"username": "ann@alder.example", "password": "correct horse battery 9"})
    assert client.get("/customers/")["Location"] == "/me/security/"


def test_somebody_known_gets_the_second_company_and_keeps_the_password(monkeypatch: Any) -> None:
    open_company(monkeypatch, "correct horse battery 9\n")
    open_company(monkeypatch, "", admin_email="ANN@alder.example")

    assert User.objects.get().companies.count() == 2
    assert User.objects.get().check_password("correct horse battery 9")


@pytest.mark.parametrize(
    ("piped", "changes", "words"),
    [
        ("", {}, "No password came"),
        ("short\n", {}, "password"),
        ("correct horse battery 9\n", {"currency": "XXQ"}, "XXQ"),
        ("correct horse battery 9\n", {"time_zone": "Mars"}, "Mars"),
    ],
)
def test_what_cannot_be_is_said_and_leaves_nothing(
    monkeypatch: Any, piped: str, changes: dict[str, str], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        open_company(monkeypatch, piped, **changes)

    assert not Company.objects.exists()
    assert not User.objects.exists()

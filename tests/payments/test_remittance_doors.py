"""Remittance advice on screen and by API."""

from base64 import b64encode
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from payments.models import Remittance
from tests import world
from tests.api.calling import Program, refused
from tests.payments.advice_samples import pdf, table
from tests.payments.remitting import BEFORE, DAY, line_of, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(company: Any, client: Client) -> Client:
    client.force_login(world.make_user(company))
    return client


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def upload(site: Client, content: bytes, name: str = "advice.csv", **more: str) -> Any:
    sent = {"file": SimpleUploadedFile(name, content)} | more
    return site.post(reverse("payments:take_remittance"), sent, follow=True)


def test_an_advice_is_taken_shown_with_its_bank_line_and_applied(company: Any, customer: Any, site: Client) -> None:
    invoice = world.issue(customer, "100.00", BEFORE)
    line = line_of(company, "98.00")
    page = words(
        upload(site, pdf(f"{invoice.number} 100.00 2.00 98.00", "Total 98.00"), "advice.pdf", paid_on=str(DAY))
    )
    assert "advice.pdf is taken in." in page
    assert "This one" in page

    page = words(site.get(reverse("payments:bank_line", args=[line.pk])))
    assert "What the payer advised" in page
    assert "Not said" in page
    remittance = Remittance.objects.get()
    joined = site.post(reverse("payments:join_remittance", args=[remittance.pk]), {"line": line.pk}, follow=True)
    assert "Joined." in words(joined)
    page = words(site.post(reverse("payments:apply_remittance", args=[line.pk, remittance.pk]), follow=True))
    assert "€98.00, applied as advised." in page
    assert "Applied as advised." in page
    assert world.open_of(invoice) == 2
    assert "Applied" in words(site.get(reverse("payments:remittance_list"), {"state": "applied"}))
    kept = site.get(reverse("payments:remittance_file", args=[remittance.pk]))
    assert kept.content.startswith(b"%PDF-")
    assert kept["Content-Disposition"] == 'attachment; filename="advice.pdf"'
    page = words(site.post(reverse("payments:apply_remittance", args=[line.pk, remittance.pk]), follow=True))
    assert "The advice is applied already." in page


def test_an_advice_is_listed_and_added_up_once_however_many_of_its_lines_are_found(company: Any, site: Client) -> None:
    remittance = take(company, "INV-1,,,98.00,", "INV-2,,,2.00,")
    for query in ("INV", "inv-1"):
        page = words(site.get(reverse("payments:remittance_list"), {"q": query, "totals": "1"}))
        assert page.count(f'href="{reverse("payments:remittance", args=[remittance.pk])}"') == 1
        assert page.count("€100.00") == 2
    answer = site.get(reverse("payments:remittance_list"), {"q": "INV", "format": "csv"})
    assert len(b"".join(answer).splitlines()) == 2


def test_what_is_wrong_with_an_advice_is_said_beside_the_file(company: Any, site: Client) -> None:
    page = words(upload(site, table("INV-1,,,98.00,", "Total,,,100.00,")))
    assert "The advice does not add up: its lines come to 98.00 EUR, but its total says 100.00." in page


def test_who_may_not_sees_and_does_nothing(company: Any, customer: Any, client: Client) -> None:
    line, remittance = line_of(company, "98.00"), take(company, "INV-1,,,98.00,")
    addresses = [
        reverse("payments:join_remittance", args=[remittance.pk]),
        reverse("payments:withdraw_remittance", args=[remittance.pk]),
        reverse("payments:apply_remittance", args=[line.pk, remittance.pk]),
    ]
    client.force_login(world.make_user(company, "auditor"))
    assert [client.post(address).status_code for address in addresses] == [403] * 3
    client.force_login(world.make_user(company, "manager", only_own_customers=True))
    assert [client.post(address).status_code for address in addresses] == [404] * 3
    client.force_login(world.make_user(world.make_company(legal_name="Birch Ltd")))
    assert [client.post(address).status_code for address in addresses] == [404] * 3
    assert client.get(reverse("payments:remittance", args=[remittance.pk])).status_code == 404
    assert client.get(reverse("payments:remittance_file", args=[remittance.pk])).status_code == 404


def test_a_program_forwards_an_advice_and_applies_it(company: Any, customer: Any) -> None:
    program = Program(world.make_user(company))
    invoice = world.issue(customer, "100.00", BEFORE)
    line = line_of(company, "98.00")
    said = {"reference": invoice.number, "paid": "98.00", "discount": "2.00", "reason": "early payment"}
    body = {"name": "4711", "paid_on": "2026-03-02", "total": "98.00", "lines": [said]}
    answer = program.post("remittances/", body)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["total"], made["lines"][0]["reason"], made["lines"][0]["problem"]) == ("98.00", "discount", "")
    assert made["lines"][0]["item"] == world.item_of(invoice).pk
    assert program.post("remittances/", body).json()["id"] == made["id"]
    assert refused(program.post("remittances/", body | {"total": "97.00"})) == (409, "does_not_add_up")
    assert refused(program.post("remittances/", {"name": "x"}))[0] == 400

    file = {"name": "a.csv", "content": b64encode(table("INV-9,,,1.00,")).decode()}
    second = program.post("remittances/", file).json()
    assert second["lines"][0]["problem"] == "That is no document of ours."
    either = {"name": "b.csv", "content": b64encode(b"Invoice;Amount\nINV-9;1.000\n").decode()}
    assert refused(program.post("remittances/", either)) == (409, "undecided")
    assert program.post("remittances/", either | {"decimal": ","}).json()["total"] == "1000.00"
    withdrawn = program.post(f"remittances/{second['id']}/withdraw/", {"reason": "Not ours"})
    assert withdrawn.json()["withdrawn_because"] == "Not ours"

    assert program.post(f"remittances/{made['id']}/join/", {"bank_line": line.pk}).json()["bank_line"] == line.pk
    assert program.post(f"remittances/{made['id']}/part/").json()["bank_line"] is None
    answer = program.post(f"remittances/{made['id']}/apply/", {"bank_line": line.pk})
    assert (answer.status_code, answer.json()["receipts"][0]["amount"]) == (201, "98.00")
    assert program.get(f"remittances/{made['id']}/").json()["is_applied"] is True
    assert len(program.get("remittances/").json()["results"]) == 3
    assert refused(program.post(f"remittances/{made['id']}/apply/", {"bank_line": line.pk})) == (409, "invalid_move")

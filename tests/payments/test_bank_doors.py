"""The bank on screen and by API: files read in, what came of them, and who may."""

from base64 import b64encode
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from office.models import BankAccount, Company
from payments.models import BankFile, BankLine, UnreadLine
from tests import world
from tests.api.calling import Program, refused
from tests.payments.bank_samples import MT940, OURS, camt, entry, statement

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(company: Company) -> BankAccount:
    return BankAccount.objects.create(company=company, name="Main", holder="Alder Ltd", iban=OURS, currency="EUR")


@pytest.fixture
def site(company: Company, client: Client) -> Client:
    client.force_login(world.make_user(company))
    return client


@pytest.fixture
def program(company: Company) -> Program:
    return Program(world.make_user(company))


def upload(site: Client, *files: tuple[str, bytes]) -> Any:
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    return site.post(reverse("payments:take_bank_file"), {"files": sent}, follow=True)


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_file_is_read_in_and_shown(account: BankAccount, site: Client) -> None:
    answer = upload(site, ("march.xml", camt(statement(entry("50.00"), entry("5.00"), closing="155.00"))))

    assert answer.redirect_chain[-1][0] == reverse("payments:bank_file", args=[BankFile.objects.get().pk])
    page = words(answer)
    assert "march.xml: 2 new lines." in page
    assert "Adds up" in page
    assert "Bramble GmbH" in page
    bank = words(site.get(reverse("payments:bank")))
    assert "Mar 2, 2026" in bank
    assert "€155.00" in bank


def test_of_several_files_the_broken_one_is_named_and_the_others_are_taken(account: BankAccount, site: Client) -> None:
    answer = upload(site, ("a.sta", MT940), ("b.xml", b"<a><b></a>"))
    page = words(answer)
    assert "a.sta: 3 new lines." in page
    assert "b.xml: The file is not well-formed XML" in page
    assert BankFile.objects.get().name == "a.sta"


def test_what_could_not_be_read_is_completed_and_left_out_on_screen(account: BankAccount, site: Client) -> None:
    content = camt(statement(entry("12..34"), entry("1,2"), entry("5.00", day="2026-02-31"), closing="117.34"))
    assert "0 new lines, 3 that could not be read." in words(upload(site, ("march.xml", content)))
    first, second, third = UnreadLine.objects.order_by("pk")

    page = reverse("payments:unread_line", args=[first.pk])
    assert "12..34" in words(site.get(page))
    site.post(page, {"amount": "12.34", "booked_on": "2026-03-02"})
    assert "Say why the line is left out." in words(
        site.post(reverse("payments:leave_out_unread_line", args=[second.pk]), {"reason": ""}, follow=True)
    )
    site.post(reverse("payments:leave_out_unread_line", args=[second.pk]), {"reason": "Not money"})
    listed = words(site.get(reverse("payments:unread_line_list"), {"outcome": "waiting"}))
    assert third.place in listed
    assert first.place not in listed
    assert "1 line unread" in words(site.get(reverse("payments:bank")))
    assert str(BankLine.objects.get().amount) == "12.3400"


def test_the_list_of_statements_shows_a_gap_and_the_lines_can_be_searched(account: BankAccount, site: Client) -> None:
    upload(site, ("a.xml", camt(statement(entry("50.00"), closing="150.00"))))
    later = camt(statement(entry("7.00"), opening="170.00", closing="177.00")).replace(b"03-02", b"03-04")
    upload(site, ("b.xml", later))

    assert "Gap: the one before closed with €150.00" in words(
        site.get(reverse("payments:bank_statement_list"), {"gap": "1"})
    )
    found = words(site.get(reverse("payments:bank_line_list"), {"q": "inv-2026-0001", "booked_from": "2026-03-03"}))
    assert "€7.00" in found
    assert "€50.00" not in found


def test_a_program_reads_a_file_in_and_lists_what_came(account: BankAccount, program: Program) -> None:
    content = camt(statement(entry("50.00"), entry("1.x"), closing="155.00"))
    body = {"name": "march.xml", "content": b64encode(content).decode()}
    answer = program.post("bank-files/", body)
    assert answer.status_code == 201
    taken = answer.json()
    assert (taken["new"], taken["known"], taken["unread"], taken["unknown_accounts"]) == (1, 0, 1, [])
    assert program.post("bank-files/", body).json()["known"] == 2

    [line] = program.get("bank-lines/", account=OURS).json()["results"]
    assert (line["amount"], line["party_name"], line["booked_on"]) == ("50.00", "Bramble GmbH", "2026-03-02")
    assert program.get("bank-lines/", booked_to="2026-03-01").json()["results"] == []
    [found] = program.get("bank-statements/").json()["results"]
    assert (found["opening"], found["closing"], found["adds_up"], found["is_gap"]) == ("100.00", "155.00", False, False)

    [unread] = program.get("unread-lines/", outcome="waiting").json()["results"]
    assert unread["unread"] == [{"place": "entry 2 (line 13)", "name": "Ntry/Amt", "found": "1.x"}]
    done = program.post(f"unread-lines/{unread['id']}/complete/", {"amount": "5.00", "booked_on": "2026-03-02"})
    assert (done.status_code, done.json()["amount"]) == (201, "5.00")
    again = program.post(f"unread-lines/{unread['id']}/leave-out/", {"reason": "twice"})
    assert refused(again) == (409, "invalid_move")


def test_a_program_is_told_what_is_wrong_with_a_file(account: BankAccount, program: Program) -> None:
    answer = program.post("bank-files/", {"name": "x", "content": b64encode(b"hello").decode()})
    assert refused(answer) == (409, "bad_bank_file")
    assert "This is no bank file that we know" in answer.json()["detail"]
    assert refused(program.post("bank-files/", {"name": "x", "content": "%%"}))[0] == 400


@pytest.mark.parametrize("role", ["collector", "sales", "administrator"])
def test_others_than_billing_see_no_bank(company: Company, client: Client, role: str) -> None:
    user = world.make_user(company, role)
    client.force_login(user)
    for page in ("bank", "take_bank_file", "bank_line_list", "bank_statement_list", "unread_line_list"):
        assert client.get(reverse(f"payments:{page}")).status_code == 403
    assert refused(Program(user).get("bank-lines/"))[0] == 403


def test_one_who_is_limited_to_their_own_customers_sees_no_line(
    company: Company, account: BankAccount, site: Client, client: Client
) -> None:
    upload(site, ("a.xml", camt(statement(entry("50.00"), entry("1.x"), closing="150.00"))))
    user = world.make_user(company, "manager", only_own_customers=True)
    client.force_login(user)

    assert client.get(reverse("payments:bank")).status_code == 404
    assert client.get(reverse("payments:take_bank_file")).status_code == 404
    assert client.get(reverse("payments:bank_file", args=[BankFile.objects.get().pk])).status_code == 404
    assert client.get(reverse("payments:unread_line", args=[UnreadLine.objects.get().pk])).status_code == 404
    assert "Bramble" not in words(client.get(reverse("payments:bank_line_list")))
    program = Program(user)
    assert program.get("bank-lines/").json()["results"] == []
    assert refused(program.post("bank-files/", {"name": "x", "content": "aGk="}))[0] == 404


def test_another_companys_file_is_not_found(account: BankAccount, site: Client, client: Client) -> None:
    upload(site, ("a.xml", camt(statement(entry("50.00"), entry("1.x"), closing="150.00"))))
    client.force_login(world.make_user(world.make_company(legal_name="Birch Ltd")))
    assert client.get(reverse("payments:bank_file", args=[BankFile.objects.get().pk])).status_code == 404
    assert client.get(reverse("payments:unread_line", args=[UnreadLine.objects.get().pk])).status_code == 404

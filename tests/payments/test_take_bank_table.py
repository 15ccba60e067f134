"""Taking banks' tables in: told once, then taken at once like any other file, of the account they certainly are of."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from ledger.refusals import Refused
from office.models import AuditRecord, BankAccount, Company, Run, RunStatus
from payments.bank_files.tables import TableMapping, guess_mapping, open_table
from payments.models import BankFile, BankLine, BankMapping, BankStatement, UnreadLine
from payments.operations.keep_bank_mapping import forget_bank_mapping, keep_bank_mapping
from payments.operations.set_bank_accounts import BankDetails, set_bank_accounts
from payments.operations.take_bank_file import Taken, take_bank_file
from payments.operations.take_bank_table import take_bank_table
from tests import world
from tests.api.calling import Program, refused
from tests.payments.bank_samples import OURS

pytestmark = pytest.mark.django_db
OTHER = "DE89370400440532013000"
HEAD = "Datum;Name;Verwendungszweck;Betrag;Saldo\n"
MARCH = (HEAD + "02.03.2026;Bramble;INV-2026-0001;50,00;150,00\n13.03.2026;Elm;Miete;-20,00;130,00\n").encode()
APRIL = (HEAD + "02.04.2026;Bramble;INV-2026-0002;7,00;137,00\n").encode()


@pytest.fixture
def account(company: Company) -> BankAccount:
    return BankAccount.objects.create(company=company, name="Main", holder="Alder Ltd", iban=OURS, currency="EUR")


@pytest.fixture
def second(company: Company, account: BankAccount) -> BankAccount:
    return BankAccount.objects.create(company=company, name="Second", holder="Alder Ltd", iban=OTHER, currency="EUR")


@pytest.fixture
def site(company: Company, client: Client) -> Client:
    client.force_login(world.make_user(company))
    return client


def mapping_of(content: bytes = MARCH, **more: Any) -> TableMapping:
    return replace(guess_mapping(open_table(content)), **more)


def take(company: Company, content: bytes, name: str = "april.csv", **more: Any) -> Taken:
    return take_bank_file(company, name, content, by=None, **more)


def counts(taken: Taken) -> tuple[int, int, int, int]:
    return taken.new, taken.known, taken.unread, taken.pending


def refusal_of(act: Callable[[], Any]) -> Refused:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value


def test_a_table_is_taken_by_its_mapping_and_the_next_like_it_at_once(account: BankAccount, clerk: Any) -> None:
    company = account.company
    assert refusal_of(lambda: take(company, MARCH)).code == "mapping_needed"
    assert not BankFile.objects.exists()

    taken = take_bank_table(account, "march.csv", MARCH, mapping_of(), by=clerk)
    assert counts(taken) == (2, 0, 0, 0)
    kept = BankStatement.objects.get()
    assert (kept.message, kept.bank_account, kept.from_on, kept.until_on) == (
        "CSV",
        account,
        date(2026, 3, 2),
        date(2026, 3, 13),
    )
    assert (kept.number, kept.opening, kept.closing, kept.adds_up) == ("2026-03-13", 100, 130, True)
    line = BankLine.objects.earliest("pk")
    assert (line.amount, line.party_name, line.text, line.place) == (50, "Bramble", "INV-2026-0001", "line 2")
    [record] = AuditRecord.objects.filter(action="keep_bank_mapping")
    assert (record.by, record.company_id, record.after["account"]) == (clerk, company.pk, "Main")

    assert counts(take(company, APRIL)) == (1, 0, 0, 0)
    assert BankStatement.objects.latest("pk").adds_up is True


def test_imp_03_twins_of_a_table_are_both_kept_and_the_table_again_brings_nothing(account: BankAccount) -> None:
    row = "03.08.2026;Elm;standing order;20,00;\n"
    content = (HEAD + row + row).encode()
    assert counts(take_bank_table(account, "a.csv", content, mapping_of(day_order="dmy"), by=None)) == (2, 0, 0, 0)
    assert counts(take(account.company, content)) == (0, 2, 0, 0)
    assert counts(take(account.company, content + row.encode(), "more.csv")) == (1, 2, 0, 0)
    assert sum(BankLine.objects.values_list("amount", flat=True)) == 60


def test_a_row_that_cannot_be_read_waits_and_what_is_pending_is_left_out(account: BankAccount) -> None:
    content = MARCH + b"Vorgemerkt;Oak;x;9,00;\n14.03.2026;Ash;y;1,,00;\n"
    mapping = mapping_of(pending_words=("Vorgemerkt",))
    assert counts(take_bank_table(account, "a.csv", content, mapping, by=None)) == (2, 0, 1, 1)
    unread = UnreadLine.objects.get()
    assert unread.unread == [{"place": "line 5", "name": "Betrag", "found": "1,,00"}]
    assert (unread.facts["party_name"], unread.facts["booked_on"]) == ("Ash", "2026-03-14")


def test_a_gap_between_two_tables_is_told(account: BankAccount, site: Client) -> None:
    take_bank_table(account, "a.csv", MARCH, mapping_of(), by=None)
    take(account.company, APRIL.replace(b"137,00", b"140,00"))
    page = site.get(reverse("payments:bank_statement_list"), {"gap": "1"}).content.decode()
    assert "Gap: the one before closed with €130.00" in page


def test_a_table_of_another_currency_is_unread_line_by_line(account: BankAccount) -> None:
    content = b"Date;Amount;Currency\n2026-03-13;5.00;USD\n"
    assert counts(take_bank_table(account, "a.csv", content, mapping_of(content), by=None)) == (0, 0, 1, 0)
    assert UnreadLine.objects.get().unread[0]["name"] == "currency"


def test_a_table_that_could_be_of_two_accounts_is_asked_about(account: BankAccount, second: BankAccount) -> None:
    company = account.company
    keep_bank_mapping(account, mapping_of(), by=None)
    assert refusal_of(lambda: take(company, MARCH)).code == "account_needed"
    assert refusal_of(lambda: take(company, MARCH, account_id=second.pk)).code == "mapping_needed"
    assert counts(take(company, MARCH, account_id=account.pk)) == (2, 0, 0, 0)

    keep_bank_mapping(second, mapping_of(), by=None)
    assert counts(take(company, APRIL, f"export-{OTHER}.csv")) == (1, 0, 0, 0)
    assert BankStatement.objects.latest("pk").bank_account == second
    assert counts(take(company, f"Konto;{OURS}\n".encode() + APRIL)) == (1, 0, 0, 0)
    assert BankStatement.objects.latest("pk").bank_account == account


def test_a_column_of_our_accounts_says_whose_each_line_is(account: BankAccount, second: BankAccount) -> None:
    content = f"Rekeningnummer;Datum;Bedrag\n{OURS};2026-03-13;1,00\n{OTHER};2026-03-13;2,00\n".encode()
    taken = take_bank_table(account, "a.csv", content, mapping_of(content), by=None)
    assert counts(taken) == (2, 0, 0, 0)
    assert dict(BankLine.objects.values_list("bank_account__name", "amount")) == {"Main": 1, "Second": 2}
    strange = content.replace(OTHER.encode(), b"NL91ABNA0417164300")
    assert take(account.company, strange).unknown_accounts == ["NL91ABNA0417164300"]


def test_a_table_that_can_be_read_in_two_ways_is_refused_and_its_mapping_not_kept(account: BankAccount) -> None:
    content = b"Date;Amount\n2026-03-13;1.000\n"
    refusal = refusal_of(lambda: take_bank_table(account, "a.csv", content, mapping_of(content), by=None))
    assert refusal.code == "undecided"
    assert not BankMapping.objects.exists()


def test_a_mapping_of_other_columns_is_refused(account: BankAccount) -> None:
    refusal = refusal_of(
        lambda: take_bank_table(account, "a.csv", b"Date;Amount\n2026-03-13;1\n", mapping_of(), by=None)
    )
    assert refusal.code == "mapping_does_not_fit"


def test_a_mapping_told_anew_takes_the_place_of_the_old_and_can_be_forgotten(account: BankAccount, clerk: Any) -> None:
    first = keep_bank_mapping(account, mapping_of(), by=clerk)
    again = keep_bank_mapping(account, mapping_of(flips=True), by=clerk)
    assert keep_bank_mapping(account, mapping_of(flips=True), by=clerk) == again
    assert (BankMapping.objects.get(), first.pk) == (again, again.pk)
    assert AuditRecord.objects.filter(action="keep_bank_mapping").count() == 2

    forget_bank_mapping(again.pk, by=clerk)
    assert AuditRecord.objects.get(action="forget_bank_mapping").before["account"] == "Main"
    assert refusal_of(lambda: take(account.company, MARCH)).code == "mapping_needed"


def test_the_database_keeps_one_mapping_for_the_same_headings_of_an_account(account: BankAccount) -> None:
    kept = keep_bank_mapping(account, mapping_of(), by=None)
    with pytest.raises(IntegrityError, match="bank_mapping_once_per_kind_of_table"), transaction.atomic():
        BankMapping.objects.create(bank_account=account, told_by=kept.told_by, rules=kept.rules)


def test_a_bank_account_without_statements_can_go_with_its_mappings(account: BankAccount, second: BankAccount) -> None:
    keep_bank_mapping(second, mapping_of(), by=None)
    set_bank_accounts(account.company_id, [BankDetails("Main", "Alder Ltd", OURS, currency="EUR")], by=None)
    assert not BankMapping.objects.exists()


# On screen


def upload(site: Client, content: bytes, name: str = "march.csv", **more: Any) -> Any:
    sent = {"files": [SimpleUploadedFile(name, content)], **more}
    return site.post(reverse("payments:take_bank_file"), sent, follow=True)


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def typed(account: BankAccount, *columns: str, **more: str) -> dict[str, str]:
    chosen = {f"column_{place}": role for place, role in enumerate(columns)}
    return {"account": str(account.pk), "decimal": ",", "day_order": "dmy", "last_rows": "0"} | chosen | more


COLUMNS = ("booked_on", "party_name", "text", "amount", "balance")


def test_a_new_table_is_shown_as_it_would_be_read_and_taken_when_told(account: BankAccount, site: Client) -> None:
    answer = upload(site, MARCH)
    run = Run.objects.get()
    page_address = reverse("payments:map_bank_table", args=[run.pk])
    assert answer.redirect_chain[-1][0] == page_address
    page = words(answer)
    assert "2 lines." in page
    assert "adds up" in page
    assert "Mar 13, 2026" in page
    assert "€50.00" in page
    assert f'<option value="{account.pk}" selected>' in page
    assert not BankFile.objects.exists()

    page = words(site.post(page_address, typed(account, *COLUMNS[:3], "", "", look="1"), follow=True))
    assert "Say which column is the amount." in page
    answer = site.post(page_address, typed(account, *COLUMNS, take="1"), follow=True)
    assert "march.csv: 2 new lines." in words(answer)
    assert [line.amount for line in BankLine.objects.order_by("pk")] == [50, -20]
    run.refresh_from_db()
    assert (run.status, run.input_file) == (RunStatus.DONE, None)
    assert site.post(page_address, typed(account, *COLUMNS, take="1")).status_code == 302
    assert BankFile.objects.count() == 1

    assert "april.csv: 1 new line." in words(upload(site, APRIL, "april.csv"))
    assert "Datum, Name, Verwendungszweck, Betrag, Saldo" in words(site.get(reverse("payments:bank_mapping_list")))


def test_a_table_can_be_opened_otherwise(account: BankAccount, site: Client) -> None:
    upload(site, b"Bank;of\nDay|Sum\n2026-03-13|5.00\n")
    page_address = reverse("payments:map_bank_table", args=[Run.objects.get().pk])
    opened = {"open": "1", "encoding": "utf-8-sig", "separator": "|", "first_line": "2", "has_headings": "on"}
    page = words(site.post(page_address, opened, follow=True))
    assert "What Sum is" in page
    answer = site.post(
        page_address, typed(account, "booked_on", "amount", decimal="", day_order="", take="1"), follow=True
    )
    assert "1 new line." in words(answer)
    assert BankLine.objects.get().place == "line 3"
    page = words(site.post(page_address, opened | {"encoding": "utf-16"}, follow=True))


def test_what_the_operation_refuses_is_said_and_what_was_typed_stays(account: BankAccount, site: Client) -> None:
    content = b"Date;Text;Amount\n2026-03-13;A;1.000\n"
    assert "The sign before the cents can be read in two ways." in words(upload(site, content))
    page_address = reverse("payments:map_bank_table", args=[Run.objects.get().pk])
    sent = typed(account, "booked_on", "", "amount", decimal="", take="1")
    page = words(site.post(page_address, sent))
    assert "The sign before the cents can be read in two ways. Choose one." in page
    assert BankFile.objects.count() == 0
    site.post(page_address, sent | {"decimal": ","})
    assert BankLine.objects.get().amount == Decimal(1000)


def test_colleagues_go_on_with_a_table_that_waits_and_strangers_do_not_see_it(
    account: BankAccount, site: Client, client: Client
) -> None:
    upload(site, MARCH)
    mapping = keep_bank_mapping(account, mapping_of(), by=None)
    client.force_login(world.make_user(account.company))
    page = reverse("payments:map_bank_table", args=[Run.objects.get().pk])
    assert client.get(page).status_code == 200
    client.force_login(world.make_user(world.make_company(legal_name="Birch Ltd")))
    assert client.get(page).status_code == 404
    forget = reverse("payments:forget_bank_mapping", args=[mapping.pk])
    assert client.post(forget).status_code == 404
    client.force_login(world.make_user(account.company, "manager", only_own_customers=True))
    assert client.get(page).status_code == 404
    assert client.post(forget).status_code == 404
    assert client.get(reverse("payments:bank_mapping_list")).status_code == 404
    client.force_login(world.make_user(account.company, "collector"))
    assert client.post(forget).status_code == 403
    assert BankMapping.objects.count() == 1


# By API


@pytest.fixture
def program(company: Company) -> Program:
    return Program(world.make_user(company))


def encoded(content: bytes) -> str:
    return b64encode(content).decode()


def test_a_program_previews_takes_and_repeats(account: BankAccount, program: Program) -> None:
    assert refused(program.post("bank-files/", {"name": "a", "content": encoded(MARCH)})) == (409, "mapping_needed")
    answer = program.post("bank-tables/preview/", {"account": OURS, "content": encoded(MARCH)})
    assert answer.status_code == 200
    found = answer.json()
    assert (found["mapping"]["decimal"], found["mapping"]["day_order"], found["line_count"]) == (",", "dmy", 2)
    assert found["lines"][1]["amount"] == "-20.00"
    assert found["lines"][1]["booked_on"] == "2026-03-13"
    assert not BankFile.objects.exists()

    body = {"account": OURS, "name": "march.csv", "content": encoded(MARCH), "mapping": found["mapping"]}
    answer = program.post("bank-tables/", body)
    assert (answer.status_code, answer.json()["new"]) == (201, 2)
    answer = program.post("bank-files/", {"name": "april.csv", "content": encoded(APRIL), "account": OURS})
    assert (answer.status_code, answer.json()["new"]) == (201, 1)

    [kept] = program.get("bank-mappings/").json()["results"]
    assert (kept["account"], kept["mapping"]) == (OURS, found["mapping"])
    assert program.delete(f"bank-mappings/{kept['id']}/").status_code == 204
    assert program.get("bank-mappings/").json()["results"] == []
    assert program.post("bank-mappings/", {"account": OURS, "mapping": found["mapping"]}).status_code == 201


def test_a_program_is_told_what_is_wrong(account: BankAccount, program: Program) -> None:
    body = {"account": OURS, "name": "a", "content": encoded(MARCH), "mapping": {"columns": ["amount"]}}
    assert refused(program.post("bank-tables/", body)) == (409, "bad_mapping")
    assert refused(program.post("bank-tables/", body | {"account": OTHER}))[0] == 404
    assert refused(program.post("bank-tables/", body | {"mapping": {}}))[0] == 400
    assert refused(program.post("bank-tables/preview/", {"account": OURS, "content": encoded(b"hello")})) == (
        409,
        "bad_bank_file",
    )
    limited = Program(world.make_user(account.company, "manager", only_own_customers=True))
    assert refused(limited.post("bank-tables/", body))[0] == 404
    assert refused(limited.post("bank-mappings/", {"account": OURS, "mapping": body["mapping"]}))[0] == 404

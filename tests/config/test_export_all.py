"""Everything leaves as CSV and files, and comes back as the same office; no password, key or secret goes with it."""

import csv
import json
import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from credit_control.operations.note_contact import NoteDetails, note_contact
from customers.models import Contact, Customer, CustomerAccount
from customers.operations.details import ContactDetails
from customers.operations.erase_person import erase_person
from customers.operations.manage_accounts import number_of
from customers.operations.note_privacy_request import note_privacy_request
from ledger.balances import owed_on
from ledger.models import Line
from office.copies import is_held
from office.models import ApiToken, AuditRecord, Company, User, WebhookEndpoint
from office.operations.create_api_token import KeyDetails, create_api_token
from office.scopes import EVERYTHING
from office.sealing import unseal
from reports.everything.contents import tables_of_export
from tests import world
from tests.browser.things.everything import make_things
from tests.browser.things.office import webhooks
from tests.customers.accounts import IBAN, confirmed
from tests.elsewhere import working_in
from tests.history import DAY, bank_line, make_history

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(company: Any, relay: Any) -> Any:
    """A company with a program that listens, staff, and words that a sheet would take for a formula."""
    webhooks(company)
    world.make_user(company, "administrator")
    customer = world.make_customer(company, "=cmd|AG", contacts=[ContactDetails("+Eva", "eva@elm.example")])
    note_contact(customer.pk, NoteDetails("'=1+1 & 'Söhne'\n\"AG\""), by=None)
    return company


@pytest.fixture
def long_history(office: Any) -> None:
    make_history(office, world.make_customer(office, "Birch"))


@pytest.fixture
def one_of_everything(office: Any) -> None:
    make_things(office, world.make_customer(office, "Birch"))


@pytest.fixture
def archive(office: Any, tmp_path: Path) -> Path:
    """Its export, with one invoice and one bank file."""
    world.issue(Customer.objects.get(), "77.00", DAY)
    bank_line(office)
    path = tmp_path / "everything.zip"
    call_command("export_all", path, stdout=StringIO())
    return path


def contents(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sums_of_tables() -> dict[str, Any]:
    """The rows of each table and a sum of all that they say, but for what never leaves."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables_of_export():
            left_out = list(table.stand_ins)
            cursor.execute(
                f"SELECT count(*), md5(string_agg((to_jsonb(t) - %s::text[])::text, '' ORDER BY {table.key})) FROM"
                f" {table.name} t",
                [left_out],
            )
            found[table.name] = cursor.fetchone()
    return found


def owed_by_all() -> dict[tuple[int, date], dict[str, Decimal]]:
    """What each customer owed at the end of each month, one before the first to one after the last."""
    ends = [date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 2), date(2026, 3, 31)]
    return {
        (customer.pk, day): owed_on(customer.company_id, day, customer_id=customer.pk)
        for customer in Customer.objects.all()
        for day in [*ends, customer.company.today()]
    }


@pytest.mark.parametrize(
    ("history", "database"), [("long_history", "elsewhere"), ("one_of_everything", "prepared_elsewhere")]
)
def test_an_import_is_the_same_office_and_its_own_export_is_the_same_to_the_byte(
    history: str, database: str, tmp_path: Path, request: pytest.FixtureRequest
):
    request.getfixturevalue(history)
    elsewhere = request.getfixturevalue(database)
    archive, again = tmp_path / "everything.zip", tmp_path / "again.zip"
    before, owed = sums_of_tables(), owed_by_all()
    assert any(owed.values())
    call_command("export_all", archive, stdout=StringIO())
    with working_in(elsewhere):
        said = StringIO()
        call_command("import_all", archive, "--nobody-erased", stdout=said)
        assert "as they were" in said.getvalue()
        assert sums_of_tables() == before
        assert owed_by_all() == owed
        assert is_held()
        call_command("export_all", again, stdout=StringIO())
        assert not any(each.has_usable_password() for each in User.objects.all())
        secrets = [unseal(each.sealed_secret) for each in WebhookEndpoint.objects.all()]
        assert len(set(secrets)) == len(secrets) > 0
        world.make_customer(Company.objects.earliest("pk"), "After")  # numbered after those that came
    first, second = contents(archive), contents(again)
    manifests = [json.loads(each.pop("manifest.json")) for each in (first, second)]
    assert first == second
    for manifest in manifests:
        del manifest["made_at"], manifest["sealed"]
    assert manifests[0] == manifests[1]


def test_a_stranger_reads_it(archive: Path):
    found = contents(archive)
    columns = list(csv.DictReader(StringIO(found["COLUMNS.csv"].decode())))
    tables = {row["table"]: row for row in csv.DictReader(StringIO(found["TABLES.csv"].decode()))}
    [note] = csv.DictReader(StringIO(found["tables/credit_control_contactnote.csv"].decode()))
    [invoice] = csv.DictReader(StringIO(found["tables/billing_invoice.csv"].decode()))
    [bank_file] = csv.DictReader(StringIO(found["tables/payments_bankfile.csv"].decode()))
    [customer] = csv.DictReader(StringIO(found["tables/customers_customer.csv"].decode()))
    assert (invoice["total"], invoice["dated_on"], customer["name"]) == ("77.0000", str(DAY), "'=cmd|AG")
    assert note["words"] == "''=1+1 & 'Söhne'\n\"AG\""
    kept = found[f"files/payments_bankfile/content/{bank_file['id']}"]
    assert (sha256(kept).hexdigest(), kept[:5]) == (bank_file["content"], b"<?xml")
    assert (tables["billing_invoice"]["rows"], tables["customers_contact"]["rows"]) == ("1", "1")
    assert {(row["table"], row["column"]) for row in columns} == {
        (name.removeprefix("tables/").removesuffix(".csv"), column)
        for name, content in found.items()
        if name.startswith("tables/")
        for column in content.decode().splitlines()[0].split(",")
    }
    assert all(row["what it says"] and row["type"] for row in columns)
    assert [row["points to"] for row in columns if row["column"] == "invoice_id"] != []
    assert "import_all" in found["README.txt"].decode()
    assert archive.stat().st_mode & 0o777 == 0o600


def test_what_opens_something_stays_here(office: Any, tmp_path: Path):
    administrator = User.objects.get(groups__name="administrator")
    _, secret = create_api_token("A program", KeyDetails([EVERYTHING]), by=administrator)
    confirmed(Customer.objects.get())
    path = tmp_path / "everything.zip"
    call_command("export_all", path, stdout=StringIO())
    whole = b"\n".join(contents(path).values())
    hidden = [IBAN, secret, *ApiToken.objects.values_list("hash", flat=True), administrator.password]
    hidden += [each.sealed_secret for each in WebhookEndpoint.objects.all()]
    assert [text for text in hidden if text.encode() in whole] == []
    assert CustomerAccount.objects.get().sealed_number.encode() in whole


def test_who_exported_is_kept_in_each_company(office: Any, tmp_path: Path):
    call_command("export_all", tmp_path / "sealed.zip", stdout=StringIO())
    call_command("export_all", tmp_path / "open.zip", "--open-accounts", stdout=StringIO())
    kept = AuditRecord.objects.filter(action="export_all", company=office).order_by("pk")
    assert [record.after["account numbers"] for record in kept] == ["sealed", "in clear"]


def test_accounts_in_clear_are_sealed_anew_by_other_keys(office: Any, prepared_elsewhere: str, tmp_path: Path):
    account, sealed, clear = confirmed(Customer.objects.get()), tmp_path / "sealed.zip", tmp_path / "clear.zip"
    call_command("export_all", sealed, stdout=StringIO())
    call_command("export_all", clear, "--open-accounts", stdout=StringIO())
    assert IBAN in contents(clear)["opened.csv"].decode()
    others = {"ENCRYPTION_KEYS": [Fernet.generate_key().decode()]}
    with working_in(prepared_elsewhere):
        with override_settings(**others), pytest.raises(CommandError, match="Set ENCRYPTION_KEYS"):
            call_command("import_all", sealed, "--nobody-erased")
        with override_settings(LOOKUP_KEY="other"), pytest.raises(CommandError, match="Set LOOKUP_KEY"):
            call_command("import_all", sealed, "--nobody-erased")
        with override_settings(**others, LOOKUP_KEY="other"):
            call_command("import_all", clear, "--nobody-erased", stdout=StringIO())
            came = CustomerAccount.objects.get()
            assert (number_of(came), came.last_four) == (IBAN, account.last_four)
            assert came.number_hash != account.number_hash


def changed(path: Path, change: Callable[[dict[str, bytes]], Any]) -> None:
    """Write an archive anew, with another content."""
    found = contents(path)
    change(found)
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in found.items():
            archive.writestr(name, content)


def with_manifest(said: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, bytes]], None]:
    """A change of the manifest alone."""

    def change(found: dict[str, bytes]) -> None:
        manifest = json.loads(found["manifest.json"])
        said(manifest)
        found["manifest.json"] = json.dumps(manifest).encode()

    return change


def with_table(name: str, before: bytes, after: bytes) -> Callable[[dict[str, bytes]], None]:
    """A forger's change: of a table, and of its sum in the manifest."""

    def change(found: dict[str, bytes]) -> None:
        member = f"tables/{name}.csv"
        assert before in found[member]
        found[member] = found[member].replace(before, after)
        with_manifest(lambda manifest: manifest["tables"][name].update(sha256=sha256(found[member]).hexdigest()))(found)

    return change


def a_bank_file(found: dict[str, bytes]) -> str:
    return next(name for name in found if name.startswith("files/payments_bankfile"))


DAMAGES: dict[str, tuple[Callable[[dict[str, bytes]], Any], str]] = {
    "no manifest": (lambda found: found.pop("manifest.json"), "no manifest"),
    "a manifest that is none": (lambda found: found.update({"manifest.json": b"[]"}), "no manifest"),
    "a moment that is none": (with_manifest(lambda said: said.update(made_at="'; DROP")), "no manifest"),
    "another format": (with_manifest(lambda said: said.update(format=2)), "Its format is 2"),
    "another version": (
        with_manifest(lambda said: said["migrations"].update(ledger="9999_later")),
        "ledger 9999_later",
    ),
    "a table too few": (with_manifest(lambda said: said["tables"].pop("ledger_line")), "other tables"),
    "a CSV that is missing": (lambda found: found.pop("tables/ledger_line.csv"), "ledger_line.csv is missing"),
    "a changed CSV": (
        lambda found: found.update({"tables/ledger_line.csv": found["tables/ledger_line.csv"] + b"\n"}),
        "ledger_line.csv is not as it was written",
    ),
    "other columns": (with_table("ledger_line", b"currency", b"money"), "other columns"),
    "a sum that differs": (with_table("ledger_line", b"77.0000", b"78.0000"), "control accounts"),
    "what is no number": (with_table("ledger_line", b"77.0000", b"much"), "PostgreSQL did not take it"),
    "a file that is missing": (lambda found: found.pop(a_bank_file(found)), "is missing"),
    "a changed file": (lambda found: found.update({a_bank_file(found): b"<?xml?>"}), "is not as it was written"),
}


def test_what_is_not_whole_is_refused_and_leaves_no_office(archive: Path, prepared_elsewhere: str, tmp_path: Path):
    whole, path = archive.read_bytes(), tmp_path / "spoiled.zip"
    with working_in(prepared_elsewhere):
        for name, (damage, words) in DAMAGES.items():
            path.write_bytes(whole)
            changed(path, damage)
            with pytest.raises(CommandError, match=words):
                call_command("import_all", path, "--nobody-erased", stdout=StringIO())
            assert (Company.objects.exists(), Line.objects.exists()) == (False, False), name
        for content in (b"", b"x" * 5000, whole[: len(whole) // 2], whole[:-100]):
            path.write_bytes(content)
            with pytest.raises(CommandError, match="no whole export"):
                call_command("import_all", path, "--nobody-erased")
        call_command("import_all", archive, "--nobody-erased", stdout=StringIO())
        with pytest.raises(CommandError, match="not empty"):
            call_command("import_all", archive, "--nobody-erased")
        assert Line.objects.count() > 0


def test_an_export_overwrites_nothing_and_fails_without_a_trace(archive: Path, tmp_path: Path):
    whole = archive.read_bytes()
    with pytest.raises(CommandError, match="there already"):
        call_command("export_all", archive)
    confirmed(Customer.objects.get())
    with (
        override_settings(ENCRYPTION_KEYS=[Fernet.generate_key().decode()]),
        pytest.raises(CommandError, match="opens"),
    ):
        call_command("export_all", tmp_path / "open.zip", "--open-accounts")
    assert (os.listdir(tmp_path), archive.read_bytes()) == ([archive.name], whole)


def test_who_was_erased_since_the_export_is_erased_in_the_import(office: Any, prepared_elsewhere: str, tmp_path: Path):
    archive, file, today = tmp_path / "everything.zip", tmp_path / "erasures.json", office.today()
    call_command("export_all", archive, stdout=StringIO())
    contact = Contact.objects.get(name="+Eva")
    wish = note_privacy_request(contact, "erasure", asked_on=today, note="By mail", by=None)
    erase_person(wish.pk, by=None)
    call_command("erasures", file, stdout=StringIO())
    spoiled = tmp_path / "spoiled.json"
    spoiled.write_text('[{"customer": 1}]')
    with working_in(prepared_elsewhere):
        with pytest.raises(CommandError, match="--erased --nobody-erased is required"):
            call_command("import_all", archive)
        with pytest.raises(CommandError, match="does not say who was erased"):
            call_command("import_all", archive, "--erased", spoiled)
        assert not Company.objects.exists()
        call_command("import_all", archive, "--erased", file, stdout=StringIO())
        assert Contact.objects.get(pk=contact.pk).name == f"Erased person {contact.pk}"
        assert is_held()

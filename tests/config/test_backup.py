"""A backup is one whole file; restored it is the same office, and nothing leaves that until somebody says so."""

import os
import tarfile
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO, StringIO
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.models import Invoice
from billing.operations.send_invoice import send_invoice
from config.backup_file import DUMP, LINE, MANIFEST, dump_pieces
from config.backup_sealing import NotOpened
from customers.models import Customer
from ledger.refusals import Refused
from office.copies import STILL_DONE, is_held
from office.mail.handing_over import hand_over
from office.models import AuditRecord, Backup, DeliveryState, OutgoingMail, RestoredCopy, WebhookDelivery
from office.operations.release_copy import release_copy
from office.tasks import hand_over_due_mail, send_due_mail
from office.webhooks.sending import claim
from office.work.jobs import schedule
from payments.models import PaymentFile
from payments.operations.download_payment_file import download_payment_file
from reports.book_check import check_book
from reports.book_figures import figures, tables
from tests import world
from tests.browser.things.everything import make_things
from tests.browser.things.office import webhooks
from tests.browser.things.payments import debit_runs
from tests.elsewhere import working_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(company: Any, relay: Any) -> Any:
    """A company with an invoice, a program that is told of it, and a mail that waits."""
    webhooks(company)
    send_invoice(world.issue(world.make_customer(company), "77.00", company.today()).pk, by=None)
    return company


@pytest.fixture
def full_office(office: Any) -> Any:
    """The same with one of everything."""
    make_things(office, world.make_customer(office, "Elm AG"))
    return office


@pytest.fixture
def backup(office: Any, tmp_path: Path) -> Path:
    """Its backup."""
    path = tmp_path / "duebook.backup"
    call_command("backup", path, stdout=StringIO())
    return path


@pytest.fixture
def restored(backup: Path, elsewhere: str) -> Iterator[None]:
    """Inside the test, Django works in the restored copy."""
    with working_in(elsewhere):
        call_command("restore", backup, stdout=StringIO())
        yield


def ring_all() -> None:
    """Each job of the schedule once, with all that it rings for."""
    current_app.loader.import_default_modules()
    current_app.conf.task_always_eager = True
    try:
        for name in schedule():
            assert not current_app.tasks[name].apply().failed(), name
    finally:
        current_app.conf.task_always_eager = False


def test_a_restored_office_is_the_same_and_lets_nothing_go_until_it_is_released(
    full_office: Any, elsewhere: str, relay: Any, tmp_path: Path
):
    office, backup = full_office, tmp_path / "duebook.backup"
    call_command("backup", backup, stdout=StringIO())
    before, kept, queued = figures(), list(RestoredCopy.objects.all()), OutgoingMail.objects.filter(status="queued")
    waiting = set(queued.values_list("pk", flat=True))
    assert (len(waiting) > 0, kept) == (True, [])
    sent = len(relay.taken)
    with working_in(elsewhere):
        call_command("restore", backup, stdout=StringIO())
        assert figures()["control_accounts"] == before["control_accounts"]
        assert figures()["audit_chains"] == before["audit_chains"]
        assert check_book() == []

        ring_all()
        for mail_id in waiting:
            hand_over(mail_id)
        assert set(queued.values_list("pk", flat=True)) == waiting
        assert len(relay.taken) == sent

        administrator = world.make_user(office, "administrator")
        doubted = release_copy(went_on=True, by=administrator)
        assert doubted == len(waiting)
        assert set(OutgoingMail.objects.filter(status="uncertain").values_list("pk", flat=True)) >= waiting
        send_invoice(world.issue(world.make_customer(office, "New AG"), "5.00", office.today()).pk, by=None)
        send_due_mail()
        hand_over_due_mail()
        assert len(relay.taken) > sent
        assert AuditRecord.objects.filter(action="release_copy", by=administrator).count() == 1


def test_the_web_says_on_every_page_that_it_is_a_copy_and_its_administrator_releases_it(restored: None, office: Any):
    clerk, administrator, browser = world.make_user(office), world.make_user(office, "administrator"), Client()
    browser.force_login(clerk)
    page = browser.get(reverse("home")).content.decode()
    assert "This is a restored copy" in page
    assert reverse("office:restored_copy") not in page
    release = reverse("office:release_copy")
    assert browser.post(release, {"went_on": "no"}).status_code == 403
    assert is_held()

    browser.force_login(administrator)
    assert "What nobody here knows" in browser.get(reverse("office:restored_copy")).content.decode()
    assert browser.post(release, {"went_on": "perhaps"}).status_code == 422
    answer = browser.post(release, {"went_on": "no"}, follow=True)
    assert "This copy is the office now" in answer.content.decode()
    assert not is_held()
    assert "This is a restored copy" not in browser.get(reverse("home")).content.decode()
    with pytest.raises(Refused, match="the office already"):
        release_copy(went_on=False, by=administrator)
    assert OutgoingMail.objects.filter(status="queued").exists()


def held() -> RestoredCopy:
    now = timezone.now()
    return RestoredCopy.objects.create(backed_up_at=now, restored_at=now)


def test_the_database_itself_keeps_mail_and_webhooks_in_a_copy(office: Any):
    held()
    mail = OutgoingMail.objects.filter(status="queued").first()
    OutgoingMail.objects.filter(pk=mail.pk).update(status="sending", leased_until=timezone.now())
    with pytest.raises(DatabaseError, match="nothing leaves"), transaction.atomic():
        OutgoingMail.objects.filter(pk=mail.pk).update(status="handed_over")
    delivery = WebhookDelivery.objects.first()
    with pytest.raises(DatabaseError, match="nothing leaves"), transaction.atomic():
        WebhookDelivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.SENDING, leased_until=timezone.now())
    assert claim(delivery.pk) is None

    RestoredCopy.objects.update(released_at=timezone.now())
    OutgoingMail.objects.filter(pk=mail.pk).update(status="handed_over")


def test_a_copy_gives_no_file_for_the_bank(office: Any, manager: Any):
    debit_runs(office)
    file = PaymentFile.objects.first()
    held()
    with pytest.raises(Refused) as refusal:
        download_payment_file(file, by=manager)
    assert refusal.value.code == "restored_copy"
    RestoredCopy.objects.update(released_at=timezone.now())
    assert download_payment_file(file, by=manager)


def test_only_named_jobs_are_done_in_a_copy(office: Any):
    world.make_recurring(Customer.objects.get(), "100.00", office.today())
    held()
    assert set(schedule()) > STILL_DONE
    before = Invoice.objects.count()
    ring_all()
    assert Invoice.objects.count() == before
    RestoredCopy.objects.update(released_at=timezone.now())
    ring_all()
    assert Invoice.objects.count() == before + 1


def test_a_backup_may_be_read_by_its_owner_alone_is_noted_and_unpacks_anywhere(backup: Path):
    assert (backup.stat().st_mode & 0o777, os.listdir(backup.parent)) == (0o600, [backup.name])
    noted = Backup.objects.get()
    whole = backup.read_bytes()
    assert noted.sha256 == sha256(whole[:-LINE]).hexdigest() == whole[-LINE:].decode().strip()
    with tarfile.open(backup) as archive:
        assert archive.getnames() == [DUMP, MANIFEST]
    with pytest.raises(CommandError, match="there already"):
        call_command("backup", backup)
    assert backup.read_bytes() == whole


def test_a_backup_that_fails_leaves_nothing_behind(office: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("config.backup.program", lambda name: "/bin/false")
    with pytest.raises(CommandError, match="pg_dump failed"):
        call_command("backup", tmp_path / "none")
    assert (os.listdir(tmp_path), Backup.objects.count()) == ([], 0)
    with pytest.raises(CommandError, match="takes no file"):
        call_command("backup", tmp_path / "no" / "folder")


@pytest.fixture
def sealed_backup(office: Any, tmp_path: Path, settings: Any) -> Path:
    """A backup of the office that BACKUP_KEY seals."""
    settings.BACKUP_KEY = "a key of the tests that is long"
    path = tmp_path / "sealed.backup"
    call_command("backup", path, stdout=StringIO())
    return path


def test_a_sealed_backup_tells_nobody_anything_and_is_restored_with_its_key(
    sealed_backup: Path, elsewhere: str, settings: Any
):
    whole, key, before = sealed_backup.read_bytes(), settings.BACKUP_KEY, figures()
    for readable in (b"PGDMP", b"control_accounts", b"Bramble"):
        assert readable not in whole
    assert Backup.objects.get().sha256 == sha256(whole[:-LINE]).hexdigest()
    with working_in(elsewhere):
        for wrong, words in (("", "set BACKUP_KEY"), ("another key that is long", "not what it was made with")):
            settings.BACKUP_KEY = wrong
            with pytest.raises(CommandError, match=words):
                call_command("restore", sealed_backup)
            assert tables() == []
        settings.BACKUP_KEY = key
        said, errors = StringIO(), StringIO()
        call_command("restore", sealed_backup, stdout=said, stderr=errors)
        assert "as they were" in said.getvalue()
        assert "not sealed" not in errors.getvalue()
        assert figures()["control_accounts"] == before["control_accounts"]


def test_a_plain_backup_is_restored_with_a_key_set_and_says_so(backup: Path, elsewhere: str, settings: Any):
    settings.BACKUP_KEY = "a key of the tests that is long"
    errors = StringIO()
    with working_in(elsewhere):
        call_command("restore", backup, stdout=StringIO(), stderr=errors)
    assert "not sealed" in errors.getvalue()


def test_a_dump_that_its_key_does_not_open_leaves_the_database_empty(
    sealed_backup: Path, elsewhere: str, settings: Any, monkeypatch: pytest.MonkeyPatch
):
    def cut_off(file: Any, key: str) -> Iterator[bytes]:
        yield from islice(dump_pieces(file, key), 1)
        raise NotOpened("It was changed.")

    monkeypatch.setattr("config.restore.dump_pieces", cut_off)
    with working_in(elsewhere):
        with pytest.raises(CommandError, match="It was changed"):
            call_command("restore", sealed_backup)
        assert tables() == []


def test_a_key_that_is_too_short_and_a_database_without_an_office_are_refused(
    office: Any, elsewhere: str, tmp_path: Path, settings: Any
):
    settings.BACKUP_KEY = "short"
    with pytest.raises(CommandError, match="too short"):
        call_command("backup", tmp_path / "none")
    settings.BACKUP_KEY = ""
    with working_in(elsewhere), pytest.raises(CommandError, match="no office in this database"):
        call_command("backup", tmp_path / "none")
    with working_in(elsewhere), pytest.raises(CommandError, match="no office in this database"):
        call_command("export_all", tmp_path / "none")
    assert os.listdir(tmp_path) == []


def test_a_damaged_file_is_refused_and_leaves_the_database_empty(backup: Path, elsewhere: str, tmp_path: Path):
    whole = backup.read_bytes()
    spoiled = {
        "empty": b"",
        "short": whole[:40],
        "cut off": whole[: len(whole) // 2],
        "without its line": whole[:-LINE],
        "longer": whole + b"x",
        "no backup": b"x" * 5000,
        **{f"byte {at}": changed(whole, at) for at in (0, 124, 600, len(whole) // 2, len(whole) - 900, len(whole) - 2)},
    }
    with working_in(elsewhere):
        for name, content in spoiled.items():
            path = tmp_path / "spoiled"
            path.write_bytes(content)
            with pytest.raises(CommandError):
                call_command("restore", path, stdout=StringIO())
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
                assert cursor.fetchone() == (0,), name


def changed(whole: bytes, at: int) -> bytes:
    return whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]


def with_manifest(backup: bytes, manifest: bytes) -> bytes:
    """A file as a forger makes it: this dump, that manifest, and a last line that fits."""
    with tarfile.open(fileobj=BytesIO(backup)) as archive:
        dump = archive.extractfile(DUMP).read()  # type: ignore[union-attr]
    made = BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, content in ((DUMP, dump), (MANIFEST, manifest)):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, BytesIO(content))
    return made.getvalue() + f"{sha256(made.getvalue()).hexdigest()}\n".encode()


def manifest_of(backup: bytes) -> bytes:
    with tarfile.open(fileobj=BytesIO(backup)) as archive:
        return archive.extractfile(MANIFEST).read()  # type: ignore[union-attr,no-any-return]


def test_the_manifest_of_another_backup_is_found_out_and_sums_that_differ_are_told(
    backup: Path, elsewhere: str, tmp_path: Path
):
    whole, other, path = backup.read_bytes(), tmp_path / "other", tmp_path / "forged"
    call_command("backup", other, stdout=StringIO())
    with working_in(elsewhere):
        path.write_bytes(with_manifest(whole, manifest_of(other.read_bytes())))
        with pytest.raises(CommandError, match="of another backup"):
            call_command("restore", path)
        said = manifest_of(whole)
        lied = said.replace(b'"ledger_entry": ', b'"ledger_entry": 1')
        assert lied != said
        path.write_bytes(with_manifest(whole, lied))
        errors = StringIO()
        with pytest.raises(SystemExit) as end:
            call_command("restore", path, stdout=StringIO(), stderr=errors)
        assert end.value.code == 1
        assert "rows, ledger_entry" in errors.getvalue()
        assert is_held()
        with pytest.raises(CommandError, match="not empty"):
            call_command("restore", backup)


def test_a_backup_of_a_later_version_is_refused(backup: Path, elsewhere: str, tmp_path: Path):
    whole, path = backup.read_bytes(), tmp_path / "later"
    later = manifest_of(whole).replace(b'"ledger": "00', b'"ledger": "99')
    path.write_bytes(with_manifest(whole, later))
    with working_in(elsewhere), pytest.raises(CommandError, match="later version"):
        call_command("restore", path)


def test_what_postgresql_does_not_take_whole_is_not_taken_at_all(
    backup: Path, elsewhere: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("config.restore.hold_statement", lambda manifest: "SELECT 1/0")
    with working_in(elsewhere):
        with pytest.raises(CommandError, match="division by zero"):
            call_command("restore", backup)
        monkeypatch.undo()
        call_command("restore", backup, stdout=StringIO())

"""A worker that dies anywhere in a run of 1,000: what goes on after it issues each draft once and mails each once."""

from collections import Counter
from datetime import timedelta
from hashlib import sha256
from threading import Event
from typing import Any

import pytest
from django.utils import timezone

from billing.models import Invoice, InvoicePdf, PdfEdition
from billing.operations import do_billing_run, issue_invoice
from billing.operations.details import InvoiceDetails
from billing.operations.draft_invoice import draft_invoices
from billing.operations.manage_billing_runs import prepare_billing_run, start_billing_run
from ledger.models import Entry
from office.mail.handing_over import hand_over
from office.mail.sweep import due_mails
from office.models import MailStatus, OutgoingMail, RunStatus
from office.work.runs import carry_out, unfinished_runs
from reports.book_check import check_book
from tests import world
from tests.proof.forked import FORK, bury, die, in_a_process
from tests.relay import RelayHandler

pytestmark = pytest.mark.django_db(transaction=True)
DRAFTS, MAILED = 1000, 40
STEPS = [
    (issue_invoice, "_number"),  # before any number is taken
    (issue_invoice, "_enter"),  # with numbers taken and nothing in the book
    (issue_invoice, "record_all"),  # with all of it written and nothing committed
    (do_billing_run, "_mail"),
    (do_billing_run, "_count"),
]


def issued() -> int:
    return Invoice.objects.filter(status="issued").count()


def to_the_end(run_id: int) -> None:
    for _ in carry_out(run_id):
        pass


def kill_after(pieces: int, run_id: int) -> None:
    """Let a worker carry the run out, and kill it while it is at the piece after so many."""
    told, tell = FORK.Pipe(duplex=False)

    def work() -> None:
        for place, _ in enumerate(carry_out(run_id), start=1):
            if place == pieces:
                tell.send(place)

    worker = in_a_process(work)
    assert told.poll(60)
    kill(worker)


def kill(worker: Any) -> None:
    worker.kill()
    bury(worker)


def test_each_draft_is_issued_once_and_each_mail_leaves_once_wherever_the_workers_die(
    company: Any, customer: Any, clerk: Any, relay: RelayHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(do_billing_run, "TOGETHER", 50)  # so that there is a good deal in between
    draft_invoices(company, [InvoiceDetails(customer.pk, [world.line("12.00")])] * DRAFTS, by=clerk)
    run = prepare_billing_run(company, "issue", Invoice.objects.all(), by=clerk)
    kill_after(1, run.pk)
    to_the_end(run.pk)
    start_billing_run(run.pk, by=clerk, sends=True)

    for module, step in STEPS:
        die(module, step, run)
    for pieces in (1, 3):
        kill_after(pieces, run.pk)
    assert 0 < issued() < DRAFTS
    assert unfinished_runs(timezone.now() + timedelta(minutes=3)) == [run.pk]
    to_the_end(run.pk)

    run.refresh_from_db()
    assert (run.status, run.done, run.result) == (RunStatus.DONE, DRAFTS, {"Issued": DRAFTS, "Refused": 0})
    year = company.today().year
    numbers = Invoice.objects.order_by("sequence").values_list("number", flat=True)
    assert list(numbers) == [f"INV-{year}-{number:04d}" for number in range(1, DRAFTS + 1)]
    assert Entry.objects.filter(kind="issue_invoice").count() == DRAFTS
    assert OutgoingMail.objects.values("about_id").distinct().count() == OutgoingMail.objects.count() == DRAFTS
    assert check_book() == []
    leave_once(relay)


def leave_once(relay: RelayHandler) -> None:
    """Let mails leave, through workers that die twice; what may have left when one died is never sent again.

    The last ones stay at home: a thousand would only take longer.
    """
    kept = OutgoingMail.objects.order_by("pk").values("pk")[MAILED:]
    OutgoingMail.objects.filter(pk__in=kept).update(status=MailStatus.CANCELLED)
    keep_pdfs()
    for count in (8, 20):
        has_come = when_taken(relay, count)
        worker = in_a_process(send_all)
        assert has_come.wait(60)
        kill(worker)
    due_mails(timezone.now() + timedelta(hours=1))  # the sweep, after the leases of the dead ran out
    OutgoingMail.objects.filter(status=MailStatus.QUEUED).update(due_at=timezone.now())
    send_all()

    taken = Counter(mail["Message-ID"] for mail in relay.taken)
    assert set(taken.values()) == {1}
    states = Counter(OutgoingMail.objects.values_list("status", flat=True))
    assert states[MailStatus.SENT] + states[MailStatus.UNCERTAIN] == MAILED
    assert states[MailStatus.UNCERTAIN] <= 2
    assert MAILED - 2 <= len(taken) <= MAILED


def when_taken(relay: RelayHandler, count: int) -> Event:
    """Set when the relay takes its mail of that number."""
    has_come = Event()

    def answer() -> str:
        if len(relay.taken) + 1 >= count:
            has_come.set()
        return "250 Taken"

    relay.at_data = answer
    return has_come


def keep_pdfs() -> None:
    """Bytes for each document, as rendering a thousand is not what is tried here."""
    content = b"%PDF-1.7 kept"
    InvoicePdf.objects.bulk_create(
        InvoicePdf(invoice=invoice, edition=PdfEdition.ISSUED, content=content, sha256=sha256(content).hexdigest())
        for invoice in Invoice.objects.all()
    )


def send_all() -> None:
    while waiting := due_mails(timezone.now()):
        for mail_id in waiting:
            hand_over(mail_id)

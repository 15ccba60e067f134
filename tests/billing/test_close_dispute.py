"""What becomes of a dispute: it is answered, assigned, raised, and ends in one of five ways."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from billing.dispute_mail import compose, reason_not_to_send
from billing.models import Dispute, DisputeFile, DisputeMessage, DisputeOutcome, DisputeSource, Invoice
from billing.operations.answer_dispute import answer_dispute, reply_to_dispute
from billing.operations.assign_dispute import Assignment, assign_dispute
from billing.operations.attach_to_dispute import attach_to_dispute
from billing.operations.close_dispute import close_dispute
from billing.operations.credit_dispute import credit_dispute, rebill_dispute
from billing.operations.escalate_dispute import due_to_escalate, escalate_dispute
from billing.operations.open_dispute import DisputeDetails, open_dispute
from billing.operations.reopen_dispute import reopen_dispute
from billing.operations.wanted_credit import LowerPrice
from billing.tasks import escalate_late_disputes
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded
from office.models import AuditRecord, OutgoingMail
from office.operations.ask_approval import ask_approval
from office.operations.comment import comment
from office.operations.decide_request import approve_request
from office.operations.set_approval_rules import set_approval_rules
from office.talk.topics import About
from reports.book_check import check_book
from tests import world
from tests.billing.disputing import DAY, LATER, dispute, held, reason

pytestmark = pytest.mark.django_db
THEN = date(2026, 3, 9)
PNG = b"\x89PNG\r\n\x1a\n a photo"


@pytest.fixture
def invoice(company: Any, customer: Any) -> Invoice:
    lines = [world.line("50.00", "2", world.make_tax(company, "20"), description="Paper"), world.line("80.00")]
    return world.issue(customer, lines, DAY)


def refusal(act: Any) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def mails() -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(kind="dispute").order_by("pk"))


# It ends


def test_a_credit_memo_closes_it_and_settles_the_disputed_part(invoice: Invoice, clerk: Any) -> None:
    line = invoice.lines.first()
    opened = dispute(invoice, lines={line.pk: None})
    closed = credit_dispute(opened.pk, {line.pk: Decimal(2)}, reason="Faulty", note="You are right.", by=clerk, on=THEN)

    assert (closed.status, closed.outcome, closed.closed_on, closed.closed_by) == ("closed", "credit_memo", THEN, clerk)
    assert (closed.credit_memo.total, closed.credit_memo.credits, closed.outcome_note) == (
        120,
        invoice,
        "You are right.",
    )
    assert (held(invoice), world.open_of(invoice)) == (0, 80)
    [row] = closed.amounts.all()
    assert (row.amount, row.held_on, row.released_on) == (120, LATER, THEN)
    assert AuditRecord.objects.get(action="close_dispute").after["credit_memo"] == closed.credit_memo.number
    assert check_book() == []


def test_a_lower_price_is_a_price_correction(invoice: Invoice, clerk: Any) -> None:
    line = invoice.lines.first()
    opened = dispute(invoice, "24.00")
    wanted = {line.pk: LowerPrice(Decimal(2), Decimal(40))}
    closed = credit_dispute(opened.pk, wanted, reason="Agreed price", by=clerk, on=THEN)
    assert (closed.outcome, closed.credit_memo.total, world.open_of(invoice)) == ("price_correction", 24, 176)


def test_billing_anew_credits_all_of_it_and_drafts_the_right_one(invoice: Invoice, clerk: Any) -> None:
    closed = rebill_dispute(dispute(invoice, "10.00").pk, reason="Wrong address", by=clerk, on=THEN)
    assert (closed.outcome, closed.credit_memo.total) == ("rebilled", 200)
    assert (closed.replacement.status, closed.replacement.replaces, world.open_of(invoice)) == ("draft", invoice, 0)


def test_refused_it_lets_the_amount_go_on_and_tells_why(invoice: Invoice, clerk: Any) -> None:
    opened = dispute(invoice)
    assert refusal(lambda: close_dispute(opened.pk, DisputeOutcome.REFUSED, on=THEN, by=clerk)) == "reason_missing"
    assert held(invoice) == 200
    closed = close_dispute(opened.pk, DisputeOutcome.REFUSED, on=THEN, by=clerk, note="The price was agreed in May.")
    assert (closed.outcome, held(invoice), world.open_of(invoice)) == ("refused", 0, 200)
    assert refusal(lambda: close_dispute(opened.pk, DisputeOutcome.WITHDRAWN, on=THEN, by=clerk)) == "invalid_move"
    assert refusal(lambda: credit_dispute(opened.pk, None, reason="x", by=clerk, on=THEN)) == "invalid_move"
    assert not invoice.credit_memos.exists()


def test_a_credit_that_is_refused_leaves_the_dispute_open(invoice: Invoice, clerk: Any) -> None:
    opened = dispute(invoice)
    assert refusal(lambda: credit_dispute(opened.pk, Decimal(201), reason="x", by=clerk, on=THEN)) == "more_than_left"
    opened.refresh_from_db()
    assert (opened.status, held(invoice), mails()) == ("open", 200, [])


def test_what_is_no_document_of_ours_cannot_be_credited(invoice: Invoice, customer: Any) -> None:
    receipt = world.receive(customer, "10.00", DAY)
    assert refusal(lambda: open_dispute(receipt.entry_id, DisputeDetails(reason(customer.company)), on=LATER, by=None))


def test_two_at_once_credit_once(in_parallel: Any) -> None:
    invoice = world.issue(world.make_customer(world.make_company()), "200.00", DAY)
    opened = dispute(invoice, "60.00")
    acts = [lambda: credit_dispute(opened.pk, Decimal(60), reason="x", by=None, on=THEN)] * 3
    codes = sorted(getattr(each, "code", "closed") for each in in_parallel(acts))
    assert codes == ["closed", "invalid_move", "invalid_move"]
    assert (invoice.credit_memos.filter(status="issued").count(), world.open_of(invoice)) == (1, 140)


def test_above_the_limit_a_second_person_says_yes_and_then_it_is_closed_too(invoice: Invoice, clerk: Any) -> None:
    company, admin = invoice.company, world.make_user(invoice.company, "administrator")
    set_approval_rules(company, {"credit_invoice": (Decimal(50), "manager")}, by=admin)
    opened = dispute(invoice, "60.00")
    with pytest.raises(ApprovalNeeded) as needed:
        credit_dispute(opened.pk, Decimal(60), reason="Faulty", note="Sorry.", by=clerk, on=THEN)
    assert (Dispute.objects.get().status, held(invoice)) == ("open", 60)
    request = ask_approval(needed.value, by=clerk)
    approve_request(request.pk, by=world.make_user(company, "manager"))
    closed = Dispute.objects.get()
    assert (closed.outcome, closed.outcome_note, closed.closed_by) == ("credit_memo", "Sorry.", clerk)
    assert (closed.credit_memo.total, world.open_of(invoice)) == (60, 140)


# It is taken up again


def test_refused_it_can_be_taken_up_again_with_what_is_still_open(invoice: Invoice, clerk: Any) -> None:
    opened = dispute(invoice, "150.00")
    close_dispute(opened.pk, DisputeOutcome.REFUSED, on=THEN, by=clerk, note="No.")
    world.apply(world.receive(invoice.customer, "100.00", THEN), invoice, "100.00", THEN)
    assert refusal(lambda: reopen_dispute(opened.pk, reason=" ", by=clerk, on=THEN)) == "reason_missing"
    again = reopen_dispute(opened.pk, reason="They sent the offer", by=clerk, on=THEN)
    assert (again.status, again.outcome, again.respond_by, held(invoice)) == ("open", "", date(2026, 3, 23), 100)
    assert list(again.amounts.values_list("amount", "released_on")) == [(150, THEN), (100, None)]
    assert refusal(lambda: reopen_dispute(opened.pk, reason="x", by=clerk, on=THEN)) == "invalid_move"


def test_what_was_credited_or_paid_is_not_taken_up_again(invoice: Invoice, clerk: Any) -> None:
    credited, refused = dispute(invoice, "50.00"), dispute(invoice, "50.00")
    credit_dispute(credited.pk, Decimal(50), reason="x", by=clerk, on=THEN)
    close_dispute(refused.pk, DisputeOutcome.REFUSED, on=THEN, by=clerk, note="No.")
    assert refusal(lambda: reopen_dispute(credited.pk, reason="x", by=clerk, on=THEN)) == "invalid_move"
    world.apply(world.receive(invoice.customer, "150.00", THEN), invoice, "150.00", THEN)
    assert refusal(lambda: reopen_dispute(refused.pk, reason="x", by=clerk, on=THEN)) == "nothing_open"


# It is talked about


def test_an_answer_goes_out_by_mail_and_a_comment_never(invoice: Invoice, clerk: Any) -> None:
    opened = dispute(invoice)
    comment(opened.company, About.of(opened), "They always do that.", by=clerk)
    assert mails() == []
    answer_dispute(opened.pk, " Please send us a photo.\r\nThank you. ", by=clerk)
    [mail] = mails()
    letter = compose(mail)
    assert (mail.to_email, mail.subject) == ("eva@bramble.example", "Your objection DP-2026-0001 to INV-2026-0001")
    for said in (letter.text, letter.html):
        assert "Please send us a photo." in said
        assert "They always do that." not in said
        assert "/p/" in said
    kinds = DisputeMessage.objects.values_list("kind", "words")
    assert list(kinds) == [("to_customer", "Please send us a photo.\nThank you.")]
    for words, code in ((" ", "nothing_said"), ("x" * 4001, "too_long")):
        assert refusal(lambda words=words: answer_dispute(opened.pk, words, by=clerk)) == code


def test_who_said_it_is_answered_and_where_nobody_can_be_reached_it_is_said(invoice: Invoice, clerk: Any) -> None:
    [eva] = invoice.customer.contacts.all()
    eva.email = ""
    eva.save()
    opened = dispute(invoice)
    assert refusal(lambda: answer_dispute(opened.pk, "Hello", by=clerk)) == "nobody_to_send_to"
    assert DisputeMessage.objects.count() == 0


def test_its_end_is_told_and_not_where_it_was_taken_up_again_meanwhile(invoice: Invoice, clerk: Any) -> None:
    opened = dispute(invoice, "60.00")
    close_dispute(opened.pk, DisputeOutcome.REFUSED, on=THEN, by=clerk, note="It was agreed.")
    [mail] = mails()
    assert "We cannot agree." in compose(mail).text
    assert "It was agreed." in compose(mail).text
    reopen_dispute(opened.pk, reason="x", by=clerk, on=THEN)
    assert reason_not_to_send(mail) == "Not sent: the dispute was taken up again."
    credit_dispute(opened.pk, Decimal(60), reason="x", by=clerk, on=THEN)
    last = compose(mails()[-1]).text
    assert "We credited it. Credit memo CM-2026-0001 over €60.00 is in your favour." in last


def test_what_a_customer_opens_is_confirmed_and_belongs_to_their_sales_owner(invoice: Invoice, clerk: Any) -> None:
    customer, [eva] = invoice.customer, invoice.customer.contacts.all()
    customer.sales_owner = clerk
    customer.save()
    details = DisputeDetails(
        reason(invoice.company, "not_received"), "Nothing came", lines={invoice.lines.first().pk: None}
    )
    opened = open_dispute(invoice.entry_id, details, on=LATER, by=None, source=DisputeSource.CUSTOMER, contact=eva)
    assert (opened.owner, opened.contact, opened.opened_by, opened.amount) == (clerk, eva, None, 120)
    [mail] = mails()
    assert "over €120.00 and look into it" in compose(mail).text
    reply_to_dispute(opened.pk, "Still nothing.", contact=eva)
    close_dispute(opened.pk, DisputeOutcome.WITHDRAWN, on=THEN, by=clerk)
    assert refusal(lambda: reply_to_dispute(opened.pk, "And now?", contact=eva)) == "invalid_move"
    assert DisputeMessage.objects.count() == 1


def test_a_customer_writes_and_opens_only_so_much(invoice: Invoice, monkeypatch: Any) -> None:
    [eva] = invoice.customer.contacts.all()
    monkeypatch.setattr("billing.operations.answer_dispute.MOST_BY_CUSTOMER", 2)
    monkeypatch.setattr("billing.operations.open_dispute.MOST_BY_CUSTOMER", 1)
    details = DisputeDetails(reason(invoice.company), amount=Decimal(1))
    how = {"on": LATER, "by": None, "source": DisputeSource.CUSTOMER, "contact": eva}
    opened = open_dispute(invoice.entry_id, details, **how)
    assert refusal(lambda: open_dispute(invoice.entry_id, details, **how)) == "said_already"
    more = replace(details, words="More")
    assert refusal(lambda: open_dispute(invoice.entry_id, more, **how)) == "too_many"
    for _ in range(2):
        reply_to_dispute(opened.pk, "Well?", contact=eva)
    assert refusal(lambda: reply_to_dispute(opened.pk, "Well?", contact=eva)) == "too_many"
    assert (Dispute.objects.count(), DisputeMessage.objects.count(), held(invoice)) == (1, 2, 1)


def test_files_are_checked_and_names_that_are_taken_varied(invoice: Invoice, clerk: Any) -> None:
    opened = dispute(invoice)
    first = attach_to_dispute(opened.pk, "image.png", PNG, by=clerk)
    second = attach_to_dispute(opened.pk, "../image.png", PNG, is_inside=True, by=clerk)
    assert (first.name, second.name, second.is_inside, first.media_type) == (
        "image.png",
        "image-2.png",
        True,
        "image/png",
    )
    for name, content, code in (
        ("a.exe", b"MZ", "unknown_kind_of_file"),
        ("a.pdf", b"GIF89", "not_its_kind"),
        ("a.png", b"", "empty_file"),
        ("a.png", PNG + b"x" * 5_000_000, "file_too_large"),
    ):
        assert refusal(lambda name=name, content=content: attach_to_dispute(opened.pk, name, content)) == code
    assert DisputeFile.objects.count() == 2
    with pytest.raises(DatabaseError), transaction.atomic():
        DisputeFile.objects.update(name="other.png")


def test_a_dispute_keeps_so_many_files(invoice: Invoice, monkeypatch: Any) -> None:
    monkeypatch.setattr("billing.operations.attach_to_dispute.MOST_FILES", 1)
    opened = dispute(invoice)
    attach_to_dispute(opened.pk, "image.png", PNG)
    assert refusal(lambda: attach_to_dispute(opened.pk, "image.png", PNG)) == "too_many"


# It belongs to somebody, until a day


def test_it_is_given_to_a_colleague_with_a_day(invoice: Invoice, clerk: Any, manager: Any) -> None:
    opened, stranger = dispute(invoice, "9.00"), world.make_user(world.make_company(), "clerk")
    assign_dispute(opened.pk, Assignment(manager.pk, "quality", date(2026, 4, 1)), by=clerk, on=LATER)
    opened.refresh_from_db()
    assert (opened.owner, opened.department, opened.respond_by) == (manager, "quality", date(2026, 4, 1))
    audit = AuditRecord.objects.get(action="assign_dispute")
    assert (audit.after["department"], audit.before["answer_by"]) == ("Quality", "2026-03-19")
    for assignment, code in (
        (Assignment(stranger.pk, "", date(2026, 4, 1)), "unknown_owner"),
        (Assignment(None, "moon", date(2026, 4, 1)), "unknown_department"),
        (Assignment(None, "", DAY), "deadline_too_early"),
    ):
        assert refusal(lambda it=assignment: assign_dispute(opened.pk, it, by=clerk, on=LATER)) == code
    assert refusal(lambda: dispute(invoice, "1.00", owner_id=stranger.pk)) == "unknown_owner"


def test_past_its_day_it_is_raised_once_and_a_later_day_takes_that_back(invoice: Invoice, clerk: Any) -> None:
    today = invoice.company.today()
    late = dispute(invoice, "10.00", on=today - timedelta(days=9), respond_by=today - timedelta(days=1))
    due = dispute(invoice, "10.00", on=today - timedelta(days=9), respond_by=today)
    closed = dispute(invoice, "10.00", on=today - timedelta(days=9), respond_by=today - timedelta(days=1))
    close_dispute(closed.pk, DisputeOutcome.WITHDRAWN, on=today, by=None)
    assert due_to_escalate() == [late.pk]
    escalate_late_disputes()
    escalate_late_disputes()
    assert not any(escalate_dispute(each.pk) for each in (late, due, closed))
    assert list(AuditRecord.objects.filter(action="escalate_dispute").values_list("subject_id", flat=True)) == [late.pk]
    late.refresh_from_db()
    assert late.escalated_at is not None
    assign_dispute(late.pk, Assignment(clerk.pk, "", today + timedelta(days=3)), by=clerk, on=today)
    late.refresh_from_db()
    assert (late.escalated_at, due_to_escalate()) == (None, [])


def test_two_workers_raise_it_once(in_parallel: Any) -> None:
    invoice = world.issue(world.make_customer(world.make_company()), "200.00", DAY)
    opened = dispute(invoice, respond_by=LATER)
    assert sorted(in_parallel([lambda: escalate_dispute(opened.pk)] * 3)) == [False, False, True]
    assert AuditRecord.objects.filter(action="escalate_dispute").count() == 1

"""A plan on the mailed link: shown, answered once by a filled form, and only to whom it was offered."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from billing.models import Invoice
from billing.operations.void_invoice import void_invoice
from credit_control.models import AccountOpening, PaymentPlan, PlannedItem, PlanPdf
from credit_control.operations.cancel_plan import cancel_plan
from credit_control.operations.mint_account_link import mint_account_link
from credit_control.operations.resend_plan import resend_plan
from credit_control.operations.withdraw_plan import withdraw_plan
from credit_control.plans.words import CONFIRMATION, OFFER
from ledger.refusals import Refused
from office.mail.handing_over import hand_over
from office.models import BankAccount, OutgoingMail, Task
from tests import world
from tests.credit_control.opening import opened
from tests.credit_control.planning import agreed, offer
from tests.relay import RelayHandler

pytestmark = pytest.mark.django_db
HALVES = ((10, "150.00"), (40, "150.00"))
YES = {"answer": "accept", "agreed": "1", "name": "Eva Brandt"}


@pytest.fixture
def plan(customer: Any) -> PaymentPlan:
    details = {"holder": "Alder Ltd", "iban": "DE02120300000000202051", "bic": "BYLADEM1001", "currency": "EUR"}
    BankAccount.objects.create(company=customer.company, name="Main", **details)
    paper = world.issue(customer, "300.00", customer.company.today() - timedelta(days=60))
    return offer(customer, [paper], *HALVES)


@pytest.fixture
def account(client: Client, customer: Any) -> str:
    token = mint_account_link(customer, customer.contacts.get())
    return opened(client, token)


def status(plan: PaymentPlan) -> str:
    plan.refresh_from_db()
    return plan.status


def said(answer: Any) -> str:
    return answer.content.decode()


def test_it_is_offered_on_top_and_accepted_with_a_name(client: Client, account: str, plan: PaymentPlan) -> None:
    shown = said(client.get(account))
    assert "We offer you to pay €300.00 in instalments." in shown
    page = f"{account}plan/{plan.pk}/"
    for words in ("I agree to pay €300.00 in instalments", "€150.00", "The offer holds until", "Accept the plan"):
        assert words in said(client.get(page))
    assert status(plan) == "offered"
    for typed, words in (
        (YES | {"name": " "}, "Please type your name."),
        ({"answer": "accept", "name": "Eva"}, "Please tick that you agree"),
        ({"answer": "decline", "reason": ""}, "Please say why"),
    ):
        assert words in said(client.post(page, typed))
        assert status(plan) == "offered"
    shown = said(client.post(page, YES, follow=True))
    assert "Thank you: it is agreed." in shown
    assert "Agreed by Eva Brandt" in shown
    assert 'data-copy="150.00"' in shown
    assert (status(plan), plan.accepted_how, plan.accepted_name) == ("accepted", "link", "Eva Brandt")
    assert "This plan is agreed already" in said(client.post(page, YES))
    assert "This plan is agreed already" in said(client.post(page, {"answer": "decline", "reason": "No"}))
    assert "€0.00 of €300.00 is paid." in said(client.get(account))
    assert OutgoingMail.objects.filter(kind=CONFIRMATION).count() == 1


def test_looking_changes_nothing(client: Client, account: str, plan: PaymentPlan) -> None:
    page = f"{account}plan/{plan.pk}/"
    assert client.head(page).status_code == 200
    assert AccountOpening.objects.count() == 0
    client.get(page + "?answer=accept&agreed=1&name=Eva")
    assert status(plan) == "offered"
    assert client.get(page + "pdf/").content[:4] == b"%PDF"
    assert client.get(page + "pdf/").content == bytes(PlanPdf.objects.get().content)


def test_it_is_declined_with_a_reason_and_the_collector_is_told(
    client: Client, account: str, plan: PaymentPlan
) -> None:
    shown = said(client.post(f"{account}plan/{plan.pk}/", {"answer": "decline", "reason": "Too much"}, follow=True))
    assert "will not come back to this offer" in shown
    assert (status(plan), plan.close_reason) == ("declined", "Too much")
    assert Task.objects.get().title == "Bramble GmbH declined their payment plan: Too much"
    assert not PlannedItem.objects.filter(released_at=None).exists()


def test_what_does_not_stand_any_more_says_so(client: Client, account: str, plan: PaymentPlan) -> None:
    page = f"{account}plan/{plan.pk}/"
    withdraw_plan(plan.pk, "Slip", on=plan.offered_on, by=None)
    assert "This offer does not stand any more." in said(client.get(page))
    assert "This offer does not stand any more." in said(client.post(page, YES))
    assert status(plan) == "withdrawn"
    paper = world.issue(plan.customer, "100.00", plan.offered_on)
    early = plan.offered_on - timedelta(days=20)
    late = offer(plan.customer, [paper], (15, "50.00"), (40, "50.00"), on=early)
    page = f"{account}plan/{late.pk}/"
    assert "Accept the plan" not in said(client.get(page))
    assert "This offer held until" in said(client.post(page, YES))
    assert status(late) == "offered"
    again = agreed(plan.customer, [paper], (15, "50.00"), (40, "50.00"))
    cancel_plan(again.pk, "Missed", on=plan.offered_on, by=None)
    assert "This plan has ended" in said(client.get(f"{account}plan/{again.pk}/"))


def test_nobody_elses_plan_is_shown_or_answered(client: Client, account: str, customer: Any) -> None:
    other = world.make_customer(customer.company, "Other")
    plan = offer(other, [world.issue(other, "300.00", customer.company.today())], *HALVES)
    page = f"{account}plan/{plan.pk}/"
    assert [client.get(page).status_code, client.post(page, YES).status_code] == [404, 404]
    assert client.get(page + "pdf/").status_code == 404
    assert Client().get(page).status_code == 404
    assert status(plan) == "offered"


def test_in_arabic_it_runs_from_right_to_left(client: Client, company: Any) -> None:
    customer = world.make_customer(company, "Nile", language="ar")
    plan = offer(customer, [world.issue(customer, "300.00", company.today())], *HALVES)
    token = mint_account_link(customer, customer.contacts.get())
    page = opened(client, token)
    shown = said(client.get(f"{page}plan/{plan.pk}/"))
    assert 'dir="rtl"' in shown
    assert "Accept the plan" not in shown


@pytest.mark.django_db(transaction=True)
def test_the_offer_brings_the_paper_and_a_link_and_is_dropped_once_answered(
    relay: RelayHandler, plan: PaymentPlan
) -> None:
    mail = OutgoingMail.objects.get(kind=OFFER)
    hand_over(mail.pk)
    [sent] = relay.taken
    assert sent["Subject"] == "A payment plan for you from Alder Ltd"
    words = sent.get_body(("plain",)).get_content()
    assert "We offer you to pay €300.00 in instalments" in words
    assert "/p/account/" in words
    [file] = sent.iter_attachments()
    assert (file.get_content_type(), file.get_content()) == ("application/pdf", bytes(PlanPdf.objects.get().content))
    assert resend_plan(plan.pk, by=None) == 1
    withdraw_plan(plan.pk, "Slip", on=plan.offered_on, by=None)
    again = OutgoingMail.objects.exclude(pk=mail.pk).get()
    hand_over(again.pk)
    again.refresh_from_db()
    assert (again.status, again.explanation) == ("cancelled", "Not sent: the offer does not stand any more.")
    with pytest.raises(Refused):
        resend_plan(plan.pk, by=None)


def test_lnk_02_an_offer_over_void_documents_is_not_accepted(client: Client, account: str, plan: PaymentPlan) -> None:
    invoice = Invoice.objects.get(entry__items__in=plan.items.values("item"))
    page = f"{account}plan/{plan.pk}/"
    assert "Accept the plan" in said(client.get(page))  # the control
    void_invoice(invoice.pk, reason="Wrong customer", by=None, on=invoice.company.today())
    assert "Accept the plan" not in said(client.get(page))
    assert "We offer you to pay" not in said(client.get(account))
    assert "Nothing of it is open any more" in said(client.post(page, YES))
    assert status(plan) == "offered"

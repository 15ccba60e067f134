"""A customer gives a mandate on the page of their account: nothing is collected before somebody here agrees."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from billing.customer_view import customer_view
from billing.operations.void_invoice import void_invoice
from credit_control.operations.mint_account_link import mint_account_link
from customers.mandates import with_state
from customers.models import CustomerAccount, GivenMandate, Mandate
from customers.operations.add_account import add_account
from customers.operations.decide_mandate import approve_mandate, decline_mandate, end_mandate
from customers.operations.manage_accounts import block_account
from customers.operations.manage_mandates import revoke_mandate
from ledger.refusals import Refused
from office.mail.handing_over import hand_over
from office.models import AuditRecord, OutgoingMail
from payments.debit_note import note_on_debit
from payments.mandate_offer import scheme_offered
from payments.operations import give_mandate as giving
from payments.operations.announce_debits import announce_debits
from payments.operations.approve_debit_run import approve_debit_run
from tests import world
from tests.api.calling import Program, refused
from tests.billing.test_portal_disputes import opened as opened_document
from tests.billing.test_portal_disputes import text
from tests.credit_control.opening import mailed_code, opened
from tests.customers.accounts import IBAN, NEW_IBAN, ROUTING, US_NUMBER, confirmed, iban_account, refusal_of
from tests.payments.debits import debit_of, dollar_account, may_debit, run_for, tomorrow, with_mandate
from tests.payments.giving import given_by
from tests.rules.hostile import HOSTILE

pytestmark = pytest.mark.django_db
TYPED = {"holder": "Bramble GmbH", "number": "DE89 3704 0044 0532 0130 00", "agreed": "1"}


@pytest.fixture
def collecting(company: Any) -> Any:
    """A company that may debit euros."""
    may_debit(company)
    return company


@pytest.fixture
def site(collecting: Any, customer: Any) -> tuple[Client, str]:
    """A reader who came by the account's link and code, and the page for a mandate."""
    browser = Client()
    page = opened(browser, mint_account_link(customer, customer.contacts.get()))
    return browser, f"{page}mandate/"


def state_of(mandate: Mandate) -> str:
    return with_state(Mandate.objects.all(), mandate.company.today()).get(pk=mandate.pk).state


def test_a_mandate_is_offered_where_we_collect_and_none_stands(customer: Any, company: Any) -> None:
    assert scheme_offered(customer) == ""
    may_debit(company)
    customer.company.refresh_from_db()
    assert scheme_offered(customer) == "core"
    dollars = world.make_customer(company, "Cedar Inc", currency="USD")
    assert scheme_offered(dollars) == ""
    dollar_account(company)
    assert scheme_offered(dollars) == "ach"
    assert scheme_offered(world.make_customer(company, "Pound Ltd", currency="GBP")) == ""
    customer.is_active = False
    assert scheme_offered(customer) == ""
    assert scheme_offered(with_mandate(world.make_customer(company, "Debtor AG"))) == ""


def test_it_is_given_as_it_is_read_and_waits(site: tuple[Client, str], customer: Any, company: Any) -> None:
    browser, page = site
    shown = text(browser.get(page))
    assert company.creditor_identifier in shown
    assert f"{customer.number}-M1" in shown
    assert "8 weeks" in shown
    answer = browser.post(page, TYPED, follow=True)
    assert "Thank you: we have your mandate" in text(answer)
    mandate = Mandate.objects.get()
    assert (mandate.scheme, mandate.use, mandate.reference) == ("core", "recurring", f"{customer.number}-M1")
    assert (mandate.signed_on, mandate.account.last_four, state_of(mandate)) == (company.today(), "3000", "waiting")
    assert (mandate.account.state, mandate.added_by) == ("waiting", None)
    given = mandate.given
    assert (given.contact, given.printed["holder"], given.address_prefix) == (
        customer.contacts.get(),
        "Bramble GmbH",
        "127.0.0.0/24",
    )
    assert all(escape(sentence) in shown for sentence in given.printed["words"])
    row = AuditRecord.objects.get(action="give_mandate")
    assert (row.by, "Eva Brandt" in str(row.after)) == (None, True)
    waiting = text(browser.get(page))
    assert ("Your mandate is with us" in waiting, "DE •••• 3000" in waiting, IBAN in waiting) == (True, True, False)
    assert "I authorise this." not in waiting


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"number": "DE89 3704 0044 0532 0130 0"}, "An IBAN of Germany has 22 letters and digits; this one has 21."),
        ({"number": "DE88 3704 0044 0532 0130 00"}, "This IBAN cannot be one"),
        ({"number": ""}, "This IBAN cannot be one"),
        ({"number": "XX12"}, "This IBAN cannot be one"),
        ({"number": "SA0380000000608010167519"}, "From an account in this country no SEPA debit can be made."),
        ({"holder": " "}, "Please type whose account it is."),
        ({"agreed": ""}, "Please tick that you authorise it."),
        ({"holder": "x" * 71}, "Something is not right yet."),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_keeps_what_was_typed(
    site: tuple[Client, str], typed: dict[str, str], words: str
) -> None:
    browser, page = site
    answer = browser.post(page, TYPED | typed)
    assert (answer.status_code, words in text(answer)) == (200, True), text(answer)
    kept = TYPED | typed
    assert all(f'value="{kept[name]}"' in text(answer) for name in ("holder", "number") if kept[name].strip())
    assert (Mandate.objects.count(), CustomerAccount.objects.count(), OutgoingMail.objects.count()) == (0, 0, 1)


def test_an_account_whose_debits_came_back_is_refused(site: tuple[Client, str], customer: Any) -> None:
    browser, page = site
    block_account(confirmed(customer).pk, reason="A debit came back", by=None)
    assert "Debits from this account came back." in text(browser.post(page, TYPED))
    assert browser.post(page, TYPED | {"number": NEW_IBAN}).status_code == 302


def test_one_that_stands_or_waits_is_not_given_again(site: tuple[Client, str], customer: Any) -> None:
    browser, page = site
    assert [browser.post(page, TYPED).status_code for _ in range(2)] == [302, 302]
    assert "A mandate was given already." in text(browser.post(page, TYPED | {"number": NEW_IBAN}))
    mandate = Mandate.objects.get()
    approve_mandate(mandate.pk, by=None)
    assert refusal_of(lambda: given_by(customer, NEW_IBAN)) == "mandate_holds"
    assert (Mandate.objects.count(), CustomerAccount.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_who_give_at_once_give_once(collecting: Any, customer: Any, in_parallel: Any) -> None:
    results = in_parallel([lambda: given_by(customer), lambda: given_by(customer, NEW_IBAN)] * 2)
    assert sorted(type(each).__name__ for each in results) == ["Mandate", "Refused", "Refused", "Refused"]
    assert (Mandate.objects.count(), GivenMandate.objects.count(), CustomerAccount.objects.count()) == (1, 1, 1)


def test_whoever_writes_a_second_that_waits_is_stopped_by_the_table(
    collecting: Any, customer: Any, monkeypatch: Any
) -> None:
    """The control: with the look at what stands off, the constraint alone refuses, and nothing is half kept."""
    given_by(customer)
    monkeypatch.setattr(giving, "_scheme", lambda customer, contact: "core")
    assert refusal_of(lambda: given_by(customer, NEW_IBAN)) == "given_already"
    assert (Mandate.objects.count(), CustomerAccount.objects.count()) == (1, 1)


def test_nothing_is_collected_before_it_is_approved_and_then_it_is(
    collecting: Any, customer: Any, company: Any, manager: Any
) -> None:
    invoice = world.issue(customer, "120.00", company.today(), net_days=0)
    mandate = given_by(customer)
    assert refusal_of(lambda: run_for(company)) == "nothing_to_debit"
    assert note_on_debit(customer_view(invoice)) == ""
    approve_mandate(mandate.pk, by=manager)
    account = CustomerAccount.objects.get()
    assert (account.state, account.confirmed_by, state_of(mandate)) == ("usable", manager, "live")
    assert "You pay by direct debit (mandate" in note_on_debit(customer_view(invoice))
    run_for(company)
    assert (debit_of(customer).amount, debit_of(customer).mandate) == (Decimal("120.00"), mandate)
    assert "please do not pay it besides" in note_on_debit(customer_view(invoice))


def test_without_the_guard_it_would_be_collected(
    collecting: Any, customer: Any, company: Any, monkeypatch: Any
) -> None:
    """The control: a mandate that waits for an account that is confirmed is kept out by its state alone."""
    world.issue(customer, "120.00", company.today(), net_days=0)
    confirmed(customer)
    given_by(customer)
    assert refusal_of(lambda: run_for(company)) == "nothing_to_debit"
    for room in ("debit_choice", "operations.approve_debit_run"):
        monkeypatch.setattr(f"payments.{room}.WORDS", {})
    assert run_for(company).collections.count() == 1


def test_an_announced_debit_says_its_day_on_the_document(collecting: Any, customer: Any, company: Any) -> None:
    may_debit(company, debit_notice_days=5)
    customer.company.refresh_from_db()
    invoice = world.issue(customer, "120.00", company.today(), net_days=0)
    approve_mandate(given_by(customer).pk, by=None)
    announce_debits(customer.pk, on=company.today())
    assert "We collect €120.00 on" in note_on_debit(customer_view(invoice))


def test_it_is_declined_with_a_reason_that_the_customer_reads(
    site: tuple[Client, str], customer: Any, manager: Any
) -> None:
    browser, page = site
    browser.post(page, TYPED)
    mandate = Mandate.objects.get()
    assert refusal_of(lambda: decline_mandate(mandate.pk, reason=" ", by=manager)) == "reason_missing"
    decline_mandate(mandate.pk, reason="You told us <otherwise>", by=manager)
    assert (state_of(mandate), CustomerAccount.objects.get().state) == ("declined", "closed")
    shown = text(browser.get(page))
    assert ("We could not take your mandate" in shown, escape("You told us <otherwise>") in shown) == (True, True)
    assert refusal_of(lambda: approve_mandate(mandate.pk, by=manager)) == "invalid_move"
    assert refusal_of(lambda: revoke_mandate(mandate.pk, on=mandate.signed_on, reason="r", by=None)) == "invalid_move"
    assert browser.post(page, TYPED).status_code == 302  # and may be given anew
    assert Mandate.objects.latest("pk").reference == f"{customer.number}-M2"


def test_an_account_that_was_added_here_is_confirmed_by_its_second_person_first(
    collecting: Any, customer: Any, clerk: Any, manager: Any
) -> None:
    add_account(customer, iban_account(), by=clerk)
    mandate = given_by(customer)
    assert refusal_of(lambda: approve_mandate(mandate.pk, by=manager)) == "unconfirmed"
    assert (CustomerAccount.objects.get().state, state_of(mandate)) == ("waiting", "waiting")


def test_a_mandate_that_waits_is_declined_not_revoked(collecting: Any, customer: Any, clerk: Any) -> None:
    mandate = given_by(customer)
    act = lambda: revoke_mandate(mandate.pk, on=mandate.signed_on, reason="r", by=clerk)  # noqa: E731
    assert (refusal_of(act), state_of(mandate)) == ("invalid_move", "waiting")


@pytest.mark.parametrize("is_approved", [True, False])
def test_the_customer_ends_it_and_no_run_takes_it_up(
    site: tuple[Client, str], customer: Any, company: Any, is_approved: bool
) -> None:
    browser, page = site
    world.issue(customer, "120.00", company.today(), net_days=0)
    browser.post(page, TYPED)
    mandate = Mandate.objects.get()
    if is_approved:
        approve_mandate(mandate.pk, by=None)
    assert "Please tick that we shall debit nothing more." in text(browser.post(f"{page}{mandate.pk}/end/"))
    assert state_of(mandate) == ("live" if is_approved else "waiting")
    assert "It is ended" in text(browser.post(f"{page}{mandate.pk}/end/", {"sure": "1"}, follow=True))
    mandate.refresh_from_db()
    assert (state_of(mandate), mandate.revoked_reason) == ("revoked", "Eva Brandt ended it on their page")
    assert AuditRecord.objects.get(action="revoke_mandate").by is None
    assert refusal_of(lambda: run_for(company)) == "nothing_to_debit"
    assert browser.post(f"{page}{mandate.pk}/end/", {"sure": "1"}).status_code == 302  # sent twice, done once
    assert AuditRecord.objects.filter(action="revoke_mandate").count() == 1
    assert browser.post(page, TYPED).status_code == 302


def test_a_run_that_waits_skips_what_the_customer_ended(
    collecting: Any, customer: Any, company: Any, clerk: Any, manager: Any
) -> None:
    world.issue(customer, "120.00", company.today(), net_days=0)
    mandate = given_by(customer)
    approve_mandate(mandate.pk, by=manager)
    run = run_for(company, by=clerk)
    end_mandate(mandate.pk, contact=customer.contacts.get(), on=company.today())
    assert refusal_of(lambda: approve_debit_run(run.pk, by=None)) == "nothing_to_debit"
    assert tomorrow(company) == run.collect_on


def test_it_is_mailed_with_its_kept_pdf(site: tuple[Client, str], company: Any) -> None:
    browser, page = site
    browser.post(page, TYPED)
    mail = OutgoingMail.objects.get(kind="mandate_given")
    hand_over(mail.pk)
    mail.refresh_from_db()
    assert (mail.to_email, mail.status) == ("eva@bramble.example", "sent")
    mandate = Mandate.objects.get()
    kept = bytes(mandate.given.pdf.content)
    assert kept.startswith(b"%PDF")
    assert b"".join(browser.get(f"{page}{mandate.pk}/pdf/")) == kept
    staff = Client()
    staff.force_login(world.make_user(company, "clerk"))
    assert staff.get(reverse("customers:mandate_pdf", args=[mandate.pk])).content == kept
    for change in (
        lambda: type(mandate.given.pdf).objects.update(content=b""),
        lambda: GivenMandate.objects.update(printed={}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.parametrize("role", ["clerk", "collector", "sales", "auditor", "administrator"])
def test_without_the_right_nothing_is_decided(collecting: Any, customer: Any, company: Any, role: str) -> None:
    mandate = given_by(customer)
    browser = Client()
    browser.force_login(world.make_user(company, role))
    for act in ("approve_mandate", "decline_mandate"):
        assert browser.post(reverse(f"customers:{act}", args=[mandate.pk]), {"reason": "r"}).status_code == 403
    assert state_of(mandate) == "waiting"


def test_a_manager_is_told_of_it_and_decides(collecting: Any, customer: Any, company: Any, manager: Any) -> None:
    mandate = given_by(customer)
    browser = Client()
    browser.force_login(manager)
    assert "Mandates that customers gave online" in text(browser.get(reverse("home")))
    assert mandate.reference in text(browser.get(reverse("customers:mandate_list") + "?state=waiting"))
    page = reverse("customers:mandate", args=[mandate.pk])
    assert ("Given online" in text(browser.get(page)), "Collect under it?" in text(browser.get(page))) == (True, True)
    browser.post(reverse("customers:approve_mandate", args=[mandate.pk]))
    assert state_of(mandate) == "live"
    assert "Collect under it?" not in text(browser.get(page))


def test_a_program_sees_where_it_came_from_and_decides(collecting: Any, customer: Any, company: Any) -> None:
    program = Program(world.make_user(company, "manager"))
    mandate, own = given_by(customer), with_mandate(world.make_customer(company, "Debtor AG")).mandates.get()
    shown = program.get(f"mandates/{mandate.pk}/").json()
    assert (shown["state"], shown["given"]["contact"], shown["given"]["status"]) == ("waiting", "Eva Brandt", "open")
    assert program.get(f"mandates/{own.pk}/").json()["given"] is None
    assert refused(program.post(f"mandates/{own.pk}/approve/")) == (409, "not_given_online")
    assert program.post(f"mandates/{mandate.pk}/approve/").json()["state"] == "live"
    assert refused(program.post(f"mandates/{mandate.pk}/decline/", {"reason": "r"})) == (409, "invalid_move")


def test_from_a_document_it_is_given_behind_the_accounts_code(collecting: Any, customer: Any, company: Any) -> None:
    invoice = world.issue(customer, "120.00", company.today())
    browser, page = opened_document(invoice)
    way = f"{page}account/?to=mandate"
    assert escape(way) in text(browser.get(page))
    code = browser.post(way)["Location"]
    assert browser.post(code, {"code": mailed_code()})["Location"].endswith("/mandate/")
    dollars = world.issue(customer, "5.00", company.today(), currency="USD", exchange_rate=Decimal("0.9"))
    for paper in (dollars, void_invoice(invoice.pk, reason="Wrong", on=company.today(), by=None)):
        browser, page = opened_document(paper)
        assert "?to=mandate" not in text(browser.get(page))


def test_a_us_account_is_authorised_by_ach(company: Any) -> None:
    may_debit(company)
    dollar_account(company)
    customer = world.make_customer(company, "Cedar Inc", currency="USD")
    browser = Client()
    page = opened(browser, mint_account_link(customer, customer.contacts.get())) + "mandate/"
    shown = text(browser.get(page))
    assert ("through the ACH network" in shown, "Routing number" in shown, "SEPA" in shown) == (True, True, False)
    typed = {"holder": "Cedar Inc", "number": US_NUMBER, "bank_code": ROUTING, "is_savings": "1", "agreed": "1"}
    assert "This routing number cannot be one" in text(browser.post(page, typed | {"bank_code": "1"}))
    assert browser.post(page, typed).status_code == 302
    mandate = Mandate.objects.get()
    assert (mandate.scheme, mandate.account.kind, mandate.account.is_savings) == ("ach", "us", True)


def test_whatever_is_typed_is_answered_as_text(site: tuple[Client, str], company: Any) -> None:
    browser, page = site
    for value in HOSTILE:
        answer = browser.post(page, {"holder": value, "number": value, "bank_code": value, "agreed": value})
        assert answer.status_code == 200, value
    browser.post(page, TYPED | {"holder": "<script>x</script>"})
    staff = Client()
    staff.force_login(world.make_user(company, "manager"))
    for shown in (
        text(browser.get(page)),
        text(staff.get(reverse("customers:mandate", args=[Mandate.objects.get().pk]))),
    ):
        assert (escape("<script>x</script>") in shown, "<script>x" in shown) == (True, False)


def test_a_link_that_is_used_too_often_in_an_hour_is_refused_in_words(site: tuple[Client, str]) -> None:
    browser, page = site
    for _ in range(60):
        browser.post(page.replace("mandate", "seen"))
    assert "That is more than this page takes." in text(browser.post(page, TYPED))
    assert Mandate.objects.count() == 0


@pytest.mark.parametrize("language", ["de", "fr", "es", "nl", "ar", "ja"])
def test_the_words_are_those_of_the_customers_language(collecting: Any, company: Any, language: str) -> None:
    customer = world.make_customer(company, "Weber GmbH", language=language)
    given = given_by(customer).given
    assert given.printed["language"].startswith(language)
    assert not any("authorise" in sentence or "refund" in sentence for sentence in given.printed["words"])


def test_what_a_contact_gives_has_an_end(collecting: Any, customer: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(giving, "MOST", 1)
    decline_mandate(given_by(customer).pk, reason="r", by=None)
    with pytest.raises(Refused, match="more than this page takes"):
        given_by(customer)

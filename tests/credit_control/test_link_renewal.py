"""Links that ran out, to documents and accounts alike: they say so, tell nothing, and are renewed for the contact."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from billing.models import DocumentLink, LinkOpening
from billing.operations.manage_links import mail_new_link, renew_link, revoke_link
from billing.operations.mint_link import mint_link
from billing.operations.void_invoice import void_invoice
from billing.shown_links import document_links
from billing.web import customer_links
from credit_control.account.shown import shown_account_links
from credit_control.models import AccountLink, AccountOpening
from credit_control.operations.manage_account_links import (
    mail_new_account_link,
    renew_account_link,
    revoke_account_link,
)
from credit_control.operations.mint_account_link import mint_account_link
from customers.models import Contact
from ledger.refusals import Refused
from office.mail.handing_over import hand_over
from office.models import AuditRecord, OutgoingMail
from tests import world
from tests.credit_control.opening import opened

pytestmark = pytest.mark.django_db
KINDS = ("document", "account")


@pytest.fixture
def invoice(customer: Any) -> Any:
    return world.issue(customer, "123.45", customer.company.today())


@pytest.fixture
def tokens(customer: Any, invoice: Any) -> dict[str, str]:
    contact = customer.contacts.get()
    return {
        "document": f"/p/{mint_link(invoice, contact)}/",
        "account": f"/p/account/{mint_account_link(customer, contact)}/",
    }


def run_out(by: timedelta = timedelta(seconds=1)) -> None:
    for links in (DocumentLink, AccountLink):
        links.objects.update(expires_at=timezone.now() - by)


def page_of_renewal(client: Client, address: str) -> str:
    page = client.get(address)["Location"]
    answer = client.get(page)
    assert answer.status_code == 302
    return answer["Location"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_that_ran_out_says_so_and_tells_nothing(client: Client, tokens: Any, invoice: Any, kind: str) -> None:
    run_out(timedelta(days=400))
    page = page_of_renewal(client, tokens[kind])
    assert page.endswith("/renew/")
    answer = client.get(page)
    said = answer.content.decode()
    assert "This link has run out" in said
    assert "e•••@bramble.example" in said
    assert not re.search(f"123|€|eva@|Brandt|Bramble GmbH|{invoice.number}", said)
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store, private", "same-origin")
    assert not LinkOpening.objects.exists()
    assert not AccountOpening.objects.exists()
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_the_button_mails_a_new_link_to_the_contact_on_file_once(client: Client, tokens: Any, kind: str) -> None:
    run_out()
    page = page_of_renewal(client, tokens[kind])
    for _ in range(3):
        assert client.post(page, {"email": "thief@example.com", "address": "thief@example.com"})["Location"] == page
    mail = OutgoingMail.objects.get()
    assert mail.to_email == "eva@bramble.example"
    assert "We have mailed a new link" in client.get(page).content.decode()
    hand_over(mail.pk)
    mail.refresh_from_db()
    words = bytes(mail.kept_message).decode().replace("=\r\n", "").replace("=\n", "")
    new = re.findall(r"(/p/(?:account/)?[\w-]{43}/)", words)[0]
    assert new != tokens[kind]
    assert client.get(client.get(new)["Location"]).status_code in (200, 302)
    assert not client.get(new)["Location"].endswith("/renew/")
    record = AuditRecord.objects.get(action__startswith="mail_new_")
    assert (record.by, record.after) == (None, {"contact": "Eva Brandt"})


@pytest.mark.parametrize("kind", KINDS)
def test_after_a_quarter_of_an_hour_another_may_be_asked_for(client: Client, tokens: Any, kind: str) -> None:
    run_out()
    page = page_of_renewal(client, tokens[kind])
    client.post(page)
    hand_over(OutgoingMail.objects.get().pk)
    OutgoingMail.objects.update(queued_at=timezone.now() - timedelta(minutes=16))
    client.post(page)
    assert OutgoingMail.objects.count() == 2


@pytest.mark.parametrize("kind", KINDS)
def test_revoked_unknown_and_left_stay_one_not_found(client: Client, tokens: Any, kind: str) -> None:
    run_out()
    page = page_of_renewal(client, tokens[kind])
    assert Client().get(page).status_code == Client().post(page).status_code == 404
    Contact.objects.update(is_active=False)
    left = (client.get(tokens[kind]), client.get(page), client.post(page))
    Contact.objects.update(is_active=True)
    for links in (DocumentLink, AccountLink):
        links.objects.update(revoked_at=timezone.now())
    revoked = (client.get(tokens[kind]), client.get(page), client.post(page))
    unknown = client.get(tokens[kind][:-2] + "/")
    assert {answer.status_code for answer in (*left, *revoked, unknown)} == {404}
    assert {answer.content for answer in (*left, *revoked)} == {unknown.content}
    assert not OutgoingMail.objects.exists()


def test_a_link_that_still_opens_is_not_renewed_by_its_reader(client: Client, tokens: Any) -> None:
    for address in tokens.values():
        page = client.get(address)["Location"]
        assert client.post(page + "renew/")["Location"] == page
    for renewed, link in ((mail_new_link, DocumentLink), (mail_new_account_link, AccountLink)):
        with pytest.raises(Refused) as refusal:
            renewed(link.objects.get().pk)
        assert refusal.value.code == "link_not_run_out"
    assert not OutgoingMail.objects.exists()


def test_what_cannot_be_mailed_is_refused_in_words_that_tell_nothing(
    client: Client, tokens: Any, customer: Any, invoice: Any
) -> None:
    void_invoice(invoice.pk, reason="Wrong", by=None, on=customer.company.today())
    Contact.objects.update(email="")
    run_out()
    for address in tokens.values():
        said = client.post(page_of_renewal(client, address)).content.decode()
        assert "We cannot mail you a new link just now." in said
        assert "void" not in said


@pytest.mark.parametrize(
    "headers", [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"X-Moz": "prefetch"}]
)
def test_what_a_browser_fetches_beforehand_is_no_opening(client: Client, tokens: Any, headers: dict[str, str]) -> None:
    document = client.get(tokens["document"])["Location"]
    account = opened(client, tokens["account"].split("/")[3])
    for page in (document, f"{document}pdf/", account):
        assert client.get(page, headers=headers).status_code == 200
    assert not LinkOpening.objects.exists()
    assert not AccountOpening.objects.exists()
    client.get(document)
    client.get(account)
    assert LinkOpening.objects.count() == AccountOpening.objects.count() == 1


def test_staff_see_each_link_and_its_openings(client: Client, tokens: Any, customer: Any, clerk: Any) -> None:
    document = client.get(tokens["document"])["Location"]
    client.get(document)
    client.post(document + "seen/")
    [of_document], [of_account] = document_links(clerk, customer), shown_account_links(clerk, customer)
    assert (of_document.state, of_account.state) == ("live", "live")
    assert of_document.link.seen_at == of_document.link.opened_at is not None
    assert of_account.link.opened_at is None
    run_out()
    assert document_links(clerk, customer)[0].state == "run_out"
    revoke_link(of_document.link.pk, by=clerk)
    assert document_links(clerk, customer)[0].state == "revoked"

    desk = Client()
    desk.force_login(clerk)
    page = desk.get(f"/customers/{customer.pk}/").content.decode()
    for words in ("Customer&#x27;s links", "the account", "Run out", "Revoked", "Never opened."):
        assert words.replace("&#x27;", "'") in page.replace("&#x27;", "'")


def test_staff_see_all_links_of_a_customer_page_by_page(
    invoice: Any, customer: Any, tokens: Any, clerk: Any, monkeypatch: Any
) -> None:
    desk = Client()
    desk.force_login(clerk)
    all_of, page = f"/customers/{customer.pk}/links/", f"/customers/{customer.pk}/"
    assert all_of not in desk.get(page).content.decode()
    for _ in range(8):
        mint_link(invoice, customer.contacts.get())
    assert all_of in desk.get(page).content.decode()
    monkeypatch.setattr(customer_links, "EACH", 6)
    pages = [desk.get(all_of, {"page": number}).content.decode() for number in (1, 2, 3)]
    assert [each.count("Never opened.") for each in pages] == [6, 4, 0]
    assert [("Older" in each, "Newer" in each) for each in pages] == [(True, False), (False, True), (False, True)]
    assert "the account" in pages[1]
    for odd in ("0", "-1", "x", "9" * 9):
        assert desk.get(all_of, {"page": odd}).status_code == 200


def test_staff_revoke_and_renew_a_link_to_an_account(client: Client, customer: Any, tokens: Any, clerk: Any) -> None:
    link = AccountLink.objects.get()
    desk = Client()
    desk.force_login(clerk)
    desk.post(f"/account-links/{link.pk}/renew/")
    mail = OutgoingMail.objects.get()
    assert (mail.kind, mail.to_email) == ("account_link", "eva@bramble.example")
    assert client.get(tokens["account"]).status_code == 404
    with pytest.raises(Refused):
        renew_account_link(link.pk, by=clerk)
    mint_account_link(customer, customer.contacts.get())
    newest = AccountLink.objects.first()
    desk.post(f"/account-links/{newest.pk}/revoke/")
    newest.refresh_from_db()
    assert newest.revoked_at
    with pytest.raises(Refused) as refusal:
        revoke_account_link(newest.pk, by=clerk)
    assert refusal.value.code == "already_revoked"
    assert set(AuditRecord.objects.filter(by=clerk).values_list("action", flat=True)) == {
        "revoke_account_link",
        "renew_account_link",
    }


def test_an_expired_document_link_is_renewed_by_staff_too(tokens: Any, clerk: Any) -> None:
    run_out()
    assert renew_link(DocumentLink.objects.get().pk, by=clerk).to_email == "eva@bramble.example"


def test_a_renewal_to_nobody_leaves_the_account_link_as_it_was(tokens: Any, clerk: Any) -> None:
    Contact.objects.update(email="")
    with pytest.raises(Refused):
        renew_account_link(AccountLink.objects.get().pk, by=clerk)
    assert AccountLink.objects.get().revoked_at is None
    assert not OutgoingMail.objects.exists()

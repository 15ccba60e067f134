"""The code before a customer's account: mailed to the contact alone, good for ten minutes and five tries, once."""

import re
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from billing.operations.mint_link import mint_link
from credit_control.account import codes
from credit_control.account.code_mail import compose
from credit_control.account.code_words import KIND
from credit_control.models import AccountCode, AccountLink, AccountOpening
from credit_control.operations import open_account as opening
from credit_control.operations.ask_account_code import ask_account_code
from credit_control.operations.mint_account_link import mint_account_link, revoke_account_links
from credit_control.operations.open_account import open_account
from credit_control.statements.links import link_by_token
from credit_control.web.account_door import OPEN_FOR
from customers.models import Contact
from ledger.refusals import Refused
from office.mail.handing_over import hand_over
from office.mail.texts import Text
from office.models import AuditRecord, MailText, OutgoingMail
from office.operations.edit_mail_text import edit_mail_text
from tests import world
from tests.credit_control.opening import code_in, mailed_code, opened, shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(customer: Any) -> str:
    return mint_account_link(customer, customer.contacts.get())


@pytest.fixture
def link(token: str) -> AccountLink:
    found = link_by_token(token)
    assert found
    return found


def asked(link: AccountLink, after: int = 0) -> str:
    """A code asked for, as it was mailed."""
    ask_account_code(link.pk, after=after)
    return mailed_code()


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def refused(link: AccountLink, typed: str) -> str:
    with pytest.raises(Refused) as refusal:
        open_account(link, typed)
    return refusal.value.code


def later(**passed: int) -> None:
    """As if so much time had passed since each code was asked for."""
    for code in AccountCode.objects.all():
        moved = timedelta(**passed)
        AccountCode.objects.filter(pk=code.pk).update(
            asked_at=code.asked_at - moved, expires_at=code.expires_at - moved
        )


def test_a_code_has_six_digits_and_only_its_keyed_hash_is_kept(link: AccountLink) -> None:
    code = asked(link)
    kept = AccountCode.objects.get()
    assert re.fullmatch(r"\d{6}", code)
    assert kept.code_hash == codes.hash_of_code(link.pk, code) != codes.hash_of_code(link.pk + 1, code)
    assert code not in repr(OutgoingMail.objects.values().get()) + repr(list(AuditRecord.objects.values()))


def test_the_link_alone_opens_no_page_of_the_account(client: Client, token: str, customer: Any) -> None:
    world.issue(customer, "100.00", customer.company.today())
    page = shown(client, token)
    for path in ("", "pdf/", "xlsx/", "documents/none/", "statements/1/", "plan/1/", "plan/1/pdf/"):
        answer = client.get(page + path)
        assert (answer.status_code, answer["Location"]) == (302, page + "code/"), path
    assert client.post(page + "seen/")["Location"] == page + "code/"
    said = client.get(page + "code/").content.decode()
    assert "e•••@bramble.example" in said
    assert not re.search("€|100.00|eva@|INV", said)
    assert not AccountOpening.objects.exists()


def test_a_visit_mails_nothing_and_the_button_does(client: Client, token: str) -> None:
    page = shown(client, token) + "code/"
    client.get(page)
    client.head(page)
    assert not OutgoingMail.objects.exists()
    assert client.post(page)["Location"] == page
    assert 'autocomplete="one-time-code"' in client.get(page).content.decode()
    mail = OutgoingMail.objects.get()
    assert (mail.kind, mail.to_email) == (KIND, "eva@bramble.example")


def test_the_right_code_opens_the_account_on_this_device_for_twelve_hours(client: Client, token: str) -> None:
    page = opened(client, token)
    assert client.get(page).status_code == 200
    proof = client.cookies["duebook_account_proof"]
    assert (proof["path"], proof["httponly"], proof["samesite"], proof["max-age"]) == (page, True, "Lax", 43200 - 1)

    another = Client()
    assert another.get(shown(another, token))["Location"] == page + "code/"
    record = AuditRecord.objects.get(action="open_account")
    assert (record.by, record.after) == (None, {"contact": "Eva Brandt"})


def test_after_twelve_hours_a_new_code_is_asked_for(client: Client, token: str, monkeypatch: Any) -> None:
    page = opened(client, token)
    now = timezone.now().timestamp()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + OPEN_FOR.total_seconds() + 60)
    assert client.get(page)["Location"] == page + "code/"


def test_the_proof_is_of_one_link_and_one_address(client: Client, token: str, customer: Any) -> None:
    page = opened(client, token)
    other = world.make_customer(customer.company, "Other")
    theirs = shown(client, mint_account_link(other, other.contacts.get()))
    assert client.get(theirs)["Location"] == theirs + "code/"
    assert client.get(page).status_code == 404  # the cookie of the link is another now
    shown(client, token)
    assert client.get(page).status_code == 200
    customer.contacts.update(email="new@bramble.example")
    assert client.get(page)["Location"] == page + "code/"


def test_a_wrong_code_is_refused_and_what_was_typed_stays(client: Client, token: str) -> None:
    page = shown(client, token)
    client.post(page + "code/")
    code = mailed_code()
    answer = client.post(page + "code/", {"code": f' {other_than(code)}"><b>'})
    assert answer.status_code == 200
    assert "This is not the code of our newest mail." in answer.content.decode()
    assert f"{other_than(code)}&quot;&gt;&lt;b&gt;" in answer.content.decode()
    assert client.get(page)["Location"] == page + "code/"
    assert client.post(page + "code/", {"code": f"{code[:3]} {code[3:]}"})["Location"] == page


def test_digits_of_other_scripts_are_read(link: AccountLink) -> None:
    code = asked(link)
    open_account(link, code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")))


def test_five_wrong_tries_end_it(link: AccountLink) -> None:
    code = asked(link)
    assert [refused(link, other_than(code)) for _ in range(5)] == ["wrong_code"] * 5
    assert refused(link, code) == "no_live_code"
    assert AuditRecord.objects.get(action="end_account_code").after == {"contact": "Eva Brandt"}


def test_it_runs_out_after_ten_minutes(link: AccountLink) -> None:
    code = asked(link)
    later(minutes=9)
    assert refused(link, other_than(code)) == "wrong_code"
    later(minutes=1)
    assert refused(link, code) == "no_live_code"


def test_it_is_used_once(link: AccountLink) -> None:
    code = asked(link)
    open_account(link, code)
    assert refused(link, code) == "no_live_code"


def test_a_new_code_ends_the_older(link: AccountLink) -> None:
    old = asked(link)
    new = asked(link, after=1)
    assert refused(link, old if old != new else other_than(new)) == "wrong_code"
    open_account(link, new)


def test_the_same_form_sent_twice_asks_once(link: AccountLink) -> None:
    first = ask_account_code(link.pk, after=0)
    assert ask_account_code(link.pk, after=0) == first
    assert OutgoingMail.objects.count() == 1
    later(minutes=10)
    assert ask_account_code(link.pk, after=0) != first  # a page that lay open for long still mails one


def test_a_sixth_code_within_an_hour_is_refused(client: Client, token: str, link: AccountLink) -> None:
    for number in range(5):
        ask_account_code(link.pk, after=number)
    with pytest.raises(Refused) as refusal:
        ask_account_code(link.pk, after=5)
    assert refusal.value.code == "too_many_codes"
    answer = client.post(shown(client, token) + "code/", {"after": "5"})
    assert "You asked for several codes within an hour." in answer.content.decode()
    assert OutgoingMail.objects.count() == 5
    later(hours=1)
    ask_account_code(link.pk, after=5)


def test_nobody_without_an_address_is_mailed_one(link: AccountLink) -> None:
    Contact.objects.update(email="")
    with pytest.raises(Refused) as refusal:
        ask_account_code(link.pk, after=0)
    assert (refusal.value.code, AccountCode.objects.count()) == ("no_address", 0)


def test_the_mail_leaves_at_any_hour_and_past_the_limit_of_a_day(customer: Any, link: AccountLink) -> None:
    customer.company.mail_daily_limit = 1
    customer.company.save()
    for number in range(2):
        ask_account_code(link.pk, after=number)
        mail = OutgoingMail.objects.latest("pk")
        hand_over(mail.pk)
        mail.refresh_from_db()
        assert (mail.status, mail.explanation) == ("sent", "")
        assert code_in(bytes(mail.kept_message).decode().replace("\r\n", "\n"))


def test_a_mail_whose_code_has_ended_does_not_leave(link: AccountLink) -> None:
    ask_account_code(link.pk, after=0)
    later(minutes=10)
    hand_over(OutgoingMail.objects.get().pk)
    assert OutgoingMail.objects.get().status == "cancelled"


def test_the_mail_is_in_the_customers_language_and_names_no_amount(company: Any) -> None:
    customer = world.make_customer(company, "Nile", language="ar")
    world.issue(customer, "100.00", company.today())
    token = mint_account_link(customer, customer.contacts.get())
    ask_account_code(AccountLink.objects.get().pk, after=0)
    letter = compose(OutgoingMail.objects.get())
    assert token not in letter.text
    assert 'dir="rtl"' in letter.html
    assert not re.search("100|€|/p/", letter.text + letter.html)
    assert mailed_code() not in letter.subject


def test_a_companys_own_words_cannot_put_the_code_into_the_subject(company: Any, clerk: Any) -> None:
    with pytest.raises(Refused):
        edit_mail_text(company, KIND, "", "en", Text("Code {code}", "{code}"), version=0, by=clerk)
    assert not MailText.objects.exists()


def test_a_revoked_link_asks_for_no_code(client: Client, token: str, customer: Any) -> None:
    page = opened(client, token)
    revoke_account_links(customer, by=None)
    assert client.get(page).status_code == client.get(page + "code/").status_code == 404
    assert client.post(page + "code/").status_code == 404


def test_from_a_document_the_account_is_reached_by_the_same_code(client: Client, customer: Any) -> None:
    invoice = world.issue(customer, "100.00", customer.company.today())
    document = client.get(f"/p/{mint_link(invoice, customer.contacts.get())}/")["Location"]
    page = document + "account/"
    assert page in client.get(document).content.decode()
    assert "Mail me the code" in client.get(page).content.decode()
    assert not AccountLink.objects.exists()
    answer = client.post(page, {"after": "0"})
    link = AccountLink.objects.get()
    assert answer["Location"] == f"/p/account/d/{link.ref}/code/"
    assert OutgoingMail.objects.get().kind == KIND
    assert client.post(answer["Location"], {"code": mailed_code()})["Location"] == f"/p/account/d/{link.ref}/"
    assert client.get(f"/p/account/d/{link.ref}/").status_code == 200
    client.post(page, {"after": "0"})
    assert AccountLink.objects.count() == 1


def test_who_gets_no_statements_reaches_no_account(client: Client, customer: Any) -> None:
    invoice = world.issue(customer, "100.00", customer.company.today())
    customer.contacts.update(gets_statements=False)
    document = client.get(f"/p/{mint_link(invoice, customer.contacts.get())}/")["Location"]
    assert document + "account/" not in client.get(document).content.decode()
    assert client.get(document + "account/").status_code == 404
    assert client.post(document + "account/").status_code == 404
    assert Client().post(document + "account/").status_code == 404
    assert not AccountLink.objects.exists()


def test_the_database_keeps_one_live_code_and_five_tries(link: AccountLink) -> None:
    ask_account_code(link.pk, after=0)
    details = {"link": link, "expires_at": timezone.now()}
    for make in (
        lambda: AccountCode.objects.create(number=2, **details),
        lambda: AccountCode.objects.create(number=1, ended_at=timezone.now(), **details),
        lambda: AccountCode.objects.update(tries=6),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            make()


def many_at_once(link: AccountLink, typed: str, many: int = 12) -> list[str]:
    """What so many readers are told who all type the same at the same time, each by a connection of their own."""
    start, told = Barrier(many), []

    def try_it() -> None:
        try:
            start.wait()
            told.append(refused(link, typed))
        finally:
            connection.close()

    readers = [Thread(target=try_it) for _ in range(many)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    return sorted(told)


@pytest.fixture
def uncounted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard off: tries are read first and written afterwards."""
    met = Barrier(12)

    def counted(link: AccountLink) -> AccountCode | None:
        code = codes.live_codes().filter(link=link).get()
        met.wait()
        if code.tries >= 5:
            return None
        code.tries += 1
        code.save(update_fields=["tries"])
        return code

    monkeypatch.setattr(opening, "counted", counted)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_have_five_tries_between_them(link: AccountLink) -> None:
    code = asked(link)
    assert many_at_once(link, other_than(code)) == ["no_live_code"] * 7 + ["wrong_code"] * 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("uncounted")
def test_without_the_counting_many_at_once_would_all_try(link: AccountLink) -> None:
    code = asked(link)
    assert many_at_once(link, other_than(code)) == ["wrong_code"] * 12

"""Staff's mail pages: what each may see and settle."""

from datetime import date

import pytest
from django.urls import reverse

from billing.operations.send_invoice import send_invoice
from customers.operations.details import ContactDetails
from office.mail.handing_over import hand_over
from office.models import OutgoingMail
from tests.world import issue, make_company, make_customer, make_user

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 3, 1)


@pytest.fixture
def company():
    return make_company()


@pytest.fixture
def mail(company) -> OutgoingMail:
    [mail] = send_invoice(issue(make_customer(company), "120.00", DAY).pk, by=None)
    return mail


def url(name: str, *args: int) -> str:
    return reverse(f"office:{name}", args=args)


def test_the_list_shows_each_mail_with_its_state(client, company, mail):
    client.force_login(make_user(company, "auditor"))
    html = client.get(url("mail_list")).content.decode()
    assert mail.subject in html
    assert "Queued</span>" in html


def test_the_list_can_be_narrowed_to_a_state(client, company, mail):
    client.force_login(make_user(company, "auditor"))
    assert mail.subject not in client.get(url("mail_list"), {"state": "failed"}).content.decode()


def test_a_kept_mail_is_shown_with_its_link_and_its_file(client, company, mail):
    hand_over(mail.pk)
    client.force_login(make_user(company, "clerk"))
    html = client.get(url("mail", mail.pk)).content.decode()
    assert "Dear Eva Brandt," in html
    assert '<a href="http://localhost:8000/p/' in html
    file = client.get(url("mail_attachment", mail.pk, 0))
    assert file.content.startswith(b"%PDF")
    assert client.get(url("mail_attachment", mail.pk, 1)).status_code == 404


def test_typed_markup_in_a_kept_mail_stays_text(client, company):
    markup = "<img src=x onerror=alert(1)>"
    [mail] = send_invoice(
        issue(make_customer(company, contacts=[ContactDetails(markup, "eva@bramble.example")]), "1.00", DAY).pk, by=None
    )
    hand_over(mail.pk)
    client.force_login(make_user(company, "clerk"))
    html = client.get(url("mail", mail.pk)).content.decode()
    assert "Dear &lt;img src=x onerror=alert(1)&gt;," in html
    assert markup not in html


def test_another_companys_mail_is_not_found(client, mail):
    client.force_login(make_user(make_company(), "manager"))
    assert client.get(url("mail", mail.pk)).status_code == 404
    assert client.get(url("mail_attachment", mail.pk, 0)).status_code == 404
    assert client.post(url("settle_mail", mail.pk), {"outcome": "cancel"}).status_code == 404
    assert mail.subject not in client.get(url("mail_list")).content.decode()


def test_who_sees_only_their_own_customers_sees_only_their_mails(client, company, mail):
    client.force_login(make_user(company, "clerk", only_own_customers=True))
    assert client.get(url("mail", mail.pk)).status_code == 404
    assert mail.subject not in client.get(url("mail_list")).content.decode()


def test_a_manager_settles_a_mail(client, company, mail):
    client.force_login(make_user(company, "manager"))
    response = client.post(url("settle_mail", mail.pk), {"outcome": "cancel"}, follow=True)
    assert "The mail will not be sent." in response.content.decode()
    assert OutgoingMail.objects.get().status == "cancelled"


def test_a_clerk_may_not_settle(client, company, mail):
    client.force_login(make_user(company, "clerk"))
    assert client.post(url("settle_mail", mail.pk), {"outcome": "cancel"}).status_code == 403
    assert OutgoingMail.objects.get().status == "queued"


def test_a_decision_that_came_too_late_is_refused_in_words(client, company, mail):
    hand_over(mail.pk)
    client.force_login(make_user(company, "manager"))
    response = client.post(url("settle_mail", mail.pk), {"outcome": "cancel"}, follow=True)
    assert "This mail is sent now. Look again." in response.content.decode()

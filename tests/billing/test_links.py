"""The links themselves: their tokens, and what stops them."""

from datetime import date, timedelta
from hashlib import sha256

import pytest
from django.utils import timezone

from billing.links import LIFETIME, address_of, link_by_token
from billing.models import DocumentLink
from billing.operations.manage_links import renew_link, revoke_link
from billing.operations.mint_link import mint_link
from ledger.refusals import Refused
from office.models import AuditRecord, OutgoingMail
from tests.world import issue, make_company, make_customer, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice():
    return issue(make_customer(make_company()), "120.00", date(2026, 3, 1))


@pytest.fixture
def contact(invoice):
    return invoice.customer.contacts.get()


def test_lnk_01_a_token_has_256_random_bits_and_only_its_hash_is_kept(invoice, contact):
    tokens = {mint_link(invoice, contact) for _ in range(50)}
    assert len(tokens) == 50
    assert {len(token) for token in tokens} == {43}
    assert set(DocumentLink.objects.values_list("token_hash", flat=True)) == {
        sha256(token.encode()).hexdigest() for token in tokens
    }


def test_lnk_01_a_token_is_compared_whole(invoice, contact):
    token = mint_link(invoice, contact)
    assert link_by_token(token).invoice == invoice
    for guess in ("", token[:-1], token + "A", token.swapcase(), str(invoice.pk), invoice.number):
        assert link_by_token(guess) is None


def test_a_page_name_is_random_too(invoice, contact):
    mint_link(invoice, contact)
    mint_link(invoice, contact)
    refs = set(DocumentLink.objects.values_list("ref", flat=True))
    assert {len(ref) for ref in refs} == {22}
    assert len(refs) == 2


def test_links_are_built_from_settings(settings):
    settings.SITE_URL = "https://due.example/"
    assert address_of("abc") == "https://due.example/p/abc/"


def test_lnk_03_several_links_live_side_by_side(invoice, contact):
    first, second = mint_link(invoice, contact), mint_link(invoice, contact)
    assert link_by_token(first)
    assert link_by_token(second)


def test_a_link_dies_when_its_time_is_over(invoice, contact):
    token = mint_link(invoice, contact)
    link = link_by_token(token)
    assert timedelta(0) <= link.created_at + LIFETIME - link.expires_at < timedelta(seconds=5)
    DocumentLink.objects.update(expires_at=timezone.now())
    assert link_by_token(token) is None


def test_a_link_dies_when_its_contact_leaves(invoice, contact):
    token = mint_link(invoice, contact)
    invoice.customer.contacts.update(is_active=False)
    assert link_by_token(token) is None


def test_a_revoked_link_is_dead_at_once_and_the_audit_says_who_did_it(invoice, contact):
    manager = make_user(invoice.company, "manager")
    token = mint_link(invoice, contact)
    revoke_link(link_by_token(token).pk, by=manager)
    assert link_by_token(token) is None
    assert AuditRecord.objects.get(action="revoke_link").by == manager


def test_revoking_twice_is_refused(invoice, contact):
    link = link_by_token(mint_link(invoice, contact))
    revoke_link(link.pk, by=None)
    with pytest.raises(Refused) as refusal:
        revoke_link(link.pk, by=None)
    assert refusal.value.code == "already_revoked"


def test_renewing_stops_the_link_and_mails_a_new_one(invoice, contact):
    token = mint_link(invoice, contact)
    mail = renew_link(link_by_token(token).pk, by=None)
    assert link_by_token(token) is None
    assert (mail.contact_id, mail.about_id) == (contact.pk, invoice.pk)


def test_a_renewal_that_cannot_be_mailed_leaves_the_link_as_it_was(invoice, contact):
    token = mint_link(invoice, contact)
    link = link_by_token(token)
    invoice.customer.contacts.update(email="")
    with pytest.raises(Refused):
        renew_link(link.pk, by=None)
    assert link_by_token(token) == link
    assert not OutgoingMail.objects.exists()

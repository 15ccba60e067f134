"""Customers' accounts and mandates to look at."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from customers.operations.ask_change import ask_change
from customers.operations.erase_person import erase_person
from customers.operations.manage_applications import ApplicationDetails, apply_for_account, tick_point, waive_point
from customers.operations.manage_mandates import amend_mandate
from customers.operations.note_privacy_request import note_privacy_request
from customers.operations.release_hold import release_hold
from customers.operations.set_hold_policy import set_hold_policy
from tests import world
from tests.customers.accounts import NEW_IBAN, OTHER_IBAN, confirmed, iban_account
from tests.customers.test_mandates import signed
from tests.payments import debits
from tests.payments.giving import given_by


def with_mandate(customer: Any) -> dict[str, int]:
    """An account, with a mandate that was put to it in another's place."""
    account = confirmed(customer)
    mandate = signed(customer, confirmed(customer, iban_account(NEW_IBAN)))
    amend_mandate(mandate.pk, account.pk, on=customer.company.today(), reason="New bank", by=None)
    return {"account": account.pk, "mandate": mandate.pk}


def an_applicant(company: Any) -> int:
    """Somebody who applied for an account, with a point that was waived and one that was ticked; their page."""
    applicant = world.make_customer(company, "Newcomer AG", tax_id="CHE-123.456.788")
    asked = apply_for_account(applicant.pk, ApplicationDetails(Decimal(500), net_days=14, note="Fair"), by=None)
    waive_point(asked.pk, "registry_extract", reason="Known for years", by=None)
    tick_point(asked.pk, "way_to_pay", note="Pays by transfer", by=None)
    return applicant.pk


def look_alikes(customer: Any) -> None:
    """Two who may be one and the same, by tax id and account."""
    twin = world.make_customer(customer.company, "Brambel KG", contacts=[], tax_id="DE136695976")
    again = world.make_customer(customer.company, "Brambel Holding KG", contacts=[], tax_id="DE 136 695 976")
    confirmed(twin, iban_account(OTHER_IBAN)), confirmed(again, iban_account(OTHER_IBAN))


def a_given_mandate(company: Any) -> int:
    """A mandate that a customer gave online, and that waits."""
    debits.may_debit(company)
    return given_by(world.make_customer(company, "Giver AG")).pk


def a_change(customer: Any) -> int:
    """A change of name, e-mail and phone that a contact asks for."""
    wanted = {"name": "Eva Sommer", "email": "eva.sommer@bramble.example", "phone": "+49 30 1234"}
    return ask_change(customer.contacts.first().pk, "contact", wanted).pk


def asked_of_data(customer: Any) -> dict[str, Any]:
    """What is held on a contact, somebody who wants their data, and the report of one who was erased."""
    contact, today = customer.contacts.first(), customer.company.today()
    wish = note_privacy_request(contact, "erasure", asked_on=today, note="By mail", by=None)
    private = world.make_customer(customer.company, "Otto Klein", tax_id="DE811569869", note="Rings twice")
    confirmed(private, iban_account(OTHER_IBAN))
    asked = note_privacy_request(private, "erasure", asked_on=today, note="On the telephone", by=None)
    erase_person(asked.pk, by=None)
    return {"contact": (customer.pk, contact.pk), "privacy_request": wish.pk, "erasure": asked.pk}


def on_hold(company: Any, customer: Any) -> None:
    """Somebody over their limit and late, whom a rule would hold; a hold by hand, one that was released."""
    set_hold_policy(company, {"over_percent": 10, "late_days": 20}, by=None)
    day = company.today() - timedelta(days=60)
    debtor = world.make_customer(company, "Overdone AG", credit_limit=Decimal(100))
    world.issue(debtor, "180.00", day)
    released = world.hold(customer, "Asked for a new address", on=day)
    release_hold(released.pk, reason="They told it", on=company.today(), by=None)
    world.hold(debtor, "Court case pending", on=day)

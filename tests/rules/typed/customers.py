"""Customers, accounts and mandates as a person would type them."""

from typing import Any

from customers.operations.ask_change import ask_change
from customers.operations.manage_applications import ApplicationDetails, apply_for_account
from customers.operations.note_privacy_request import note_privacy_request
from tests import world
from tests.customers.accounts import IBAN, NEW_IBAN, OTHER_IBAN, confirmed, iban_account, us_account
from tests.customers.test_mandates import signed
from tests.payments.debits import may_debit
from tests.payments.giving import given_by
from tests.rules.hostile import Forms


def asked(customer: Any, street: str) -> int:
    """A change of address that a contact asks for."""
    return ask_change(customer.contacts.first().pk, "address", {"street": street, "country": "DE"}).pk


def applied(customer: Any, name: str) -> int:
    """An application for an account of another customer of the company."""
    return apply_for_account(world.make_customer(customer.company, name).pk, ApplicationDetails(), by=None).pk


def given(customer: Any, name: str) -> int:
    """A mandate that another customer of the company gave online."""
    may_debit(customer.company)
    return given_by(world.make_customer(customer.company, name)).pk


def asks(customer: Any, name: str, wish: str) -> int:
    """What somebody of another customer of the company asks of their data."""
    contact = world.make_customer(customer.company, name).contacts.get()
    return note_privacy_request(contact, wish, asked_on=customer.company.today(), note="n", by=None).pk


def forms(customer: Any) -> Forms:
    """Each form's page, what its address needs, and what is typed."""
    contacts = {"contacts-TOTAL_FORMS": "1", "contacts-INITIAL_FORMS": "0", "contacts-0-name": "Eva"}
    contacts |= {"contacts-0-id": "", "contacts-0-email": "eva@x.example", "contacts-0-phone": "1"}
    person = {"name": "Cedar", "number": "", "currency": "EUR", "language": "en", "net_days": "30", "tags": "a"}
    person |= {
        "credit_limit": "10",
        "po_number": "",
        "sales_owner": "",
        "note": "",
        "street": "s",
        "country": "DE",
        "tax_id": "",
    }
    person |= {"po_number": ""}
    usable = confirmed(customer, iban_account(holder="Usable"))
    other = world.make_customer(customer.company, "Other")
    return {
        "customers:group_list": ([], {"name": "g"}),
        "customers:new": ([], person | contacts),
        "customers:dismiss_duplicate": (
            [customer.pk, world.make_customer(customer.company, "Bramble AG").pk],
            {"reason": "r", "q": "b"},
        ),
        "customers:application_policy": ([], {"required": "tax_id"}),
        "customers:apply_for_account": (
            [world.make_customer(customer.company, "Applicant AG").pk],
            {"limit": "5", "terms_id": "", "net_days": "3", "note": "n"},
        ),
        "customers:tick_point": ([applied(customer, "First AG")], {"point": "references", "note": "n"}),
        "customers:waive_point": ([applied(customer, "Second AG")], {"point": "references", "note": "n"}),
        "customers:reopen_point": ([applied(customer, "Third AG")], {"point": "references", "note": "n"}),
        "customers:approve_application": ([applied(customer, "Fourth AG")], {"reason": "r"}),
        "customers:decline_application": ([applied(customer, "Fifth AG")], {"reason": "r"}),
        "customers:person": (
            [customer.pk, customer.contacts.first().pk],
            {"wish": "access", "asked_on": "2026-03-02", "note": "n"},
        ),
        "customers:customer_as_person": ([customer.pk], {"wish": "access", "asked_on": "2026-03-02", "note": "n"}),
        "customers:answer_privacy": ([asks(customer, "Seventh AG", "access")], {}),
        "customers:decline_privacy": ([asks(customer, "Eighth AG", "erasure")], {"reason": "r"}),
        "customers:erase_person": ([asks(customer, "Ninth AG", "erasure")], {"word": "erase"}),
        "customers:payer": ([customer.pk], {"customer": "0"}),
        "customers:merge_customers": ([customer.pk], {"with": other.pk, "reason": "", "number": "9"}),
        "customers:change_credit_limit": ([customer.pk], {"limit": "9", "until": "2027-01-01", "reason": "r"}),
        "customers:place_hold": ([customer.pk], {"reason": "r"}),
        "customers:release_hold": ([world.hold(customer).pk], {"reason": "r", "quiet_days": "3"}),
        "customers:edit": ([customer.pk], person | contacts | {"version": "1"}),
        "customers:account_new": (
            [customer.pk],
            {
                "kind": "iban",
                "holder": "h",
                "number": IBAN,
                "bank_code": "",
                "bic": "",
                "replaces_id": "",
                "reason": "r",
            },
        ),
        "customers:mandate_new": (
            [customer.pk],
            {
                "account_id": str(usable.pk),
                "scheme": "core",
                "signed_on": "2026-03-02",
                "use": "recurring",
                "reference": "",
            },
        ),
        "customers:amend_mandate": ([signed(customer, usable).pk], {"account": "1", "reason": "r"}),
        "customers:revoke_mandate": ([signed(customer, usable).pk], {"reason": "r"}),
        "customers:approve_change": ([asked(customer, "Old Road")], {"anyway": "1"}),
        "customers:refuse_change": ([asked(world.make_customer(customer.company), "High Street")], {"reason": "r"}),
        "customers:approve_mandate": ([given(customer, "Giver AG")], {}),
        "customers:decline_mandate": ([given(customer, "Other AG")], {"reason": "r"}),
        "customers:block_account": ([confirmed(customer, iban_account(NEW_IBAN)).pk], {"reason": "r"}),
        "customers:release_account": ([confirmed(customer, us_account()).pk], {"reason": "r"}),
        "customers:close_account": ([confirmed(customer, iban_account(OTHER_IBAN)).pk], {"reason": "r"}),
    }

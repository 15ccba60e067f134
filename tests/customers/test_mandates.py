"""Mandates: as they were signed, whether they hold on a day, and what changes them."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from customers.mandates import with_state
from customers.models import Mandate, MandateAmendment
from customers.operations.add_account import add_account
from customers.operations.manage_accounts import block_account, close_account
from customers.operations.manage_mandates import (
    MandateDetails,
    add_mandate,
    amend_mandate,
    revoke_mandate,
)
from ledger.refusals import Refused
from office.models import AuditRecord
from office.operations.update_company import update_company
from tests import world
from tests.api.calling import Program, refused
from tests.customers.accounts import (
    NEW_IBAN,
    approve_last,
    confirmed,
    iban_account,
    refusal_of,
    us_account,
)

pytestmark = pytest.mark.django_db
SIGNED = date(2026, 3, 2)


def signed(customer: Any, account: Any = None, **details: Any) -> Mandate:
    """A recurring SEPA Core mandate unless told otherwise."""
    values = {"scheme": "core", "signed_on": SIGNED} | details
    return add_mandate(customer, MandateDetails((account or confirmed(customer)).pk, **values), by=None)


def state_on(mandate: Mandate, day: date) -> str:
    return with_state(Mandate.objects.all(), day).get(pk=mandate.pk).state


def test_a_mandate_is_kept_with_a_reference_of_the_customers_number(customer: Any, clerk: Any) -> None:
    first = signed(customer)
    second = signed(customer, first.account, reference=" abc-7 ")
    assert [first.reference, second.reference] == [f"{customer.number}-M1", "ABC-7"]
    assert AuditRecord.objects.filter(action="add_mandate").count() == 2


@pytest.mark.parametrize("reference", ["/x", "x/", "a//b", "ä", "x" * 36, "a;b"])
def test_a_reference_that_banks_do_not_take_is_refused(customer: Any, reference: str) -> None:
    assert refusal_of(lambda: signed(customer, reference=reference)) == "bad_reference"
    assert not Mandate.objects.exists()


def test_a_reference_is_taken_once_per_company_in_any_letters(customer: Any) -> None:
    signed(customer, reference="abc")
    other = world.make_customer(customer.company, "Cedar AG")
    assert refusal_of(lambda: signed(other, reference="ABC")) == "reference_taken"
    elsewhere = world.make_customer(world.make_company(legal_name="Birch Ltd"))
    assert signed(elsewhere, reference="ABC").reference == "ABC"


def test_the_account_must_be_the_customers_confirmed_and_fit_the_scheme(customer: Any, clerk: Any) -> None:
    theirs = confirmed(world.make_customer(customer.company, "Cedar AG"))
    assert refusal_of(lambda: signed(customer, theirs)) == "unknown_account"
    waiting = add_account(customer, iban_account(), by=clerk)
    assert refusal_of(lambda: signed(customer, waiting)) == "account_not_usable"
    us = confirmed(customer, us_account())
    assert refusal_of(lambda: signed(customer, us)) == "bad_scheme"
    assert signed(customer, us, scheme="ach").scheme == "ach"
    saudi = confirmed(customer, iban_account("SA0380000000608010167519"))
    assert refusal_of(lambda: signed(customer, saudi)) == "bad_scheme"
    euro = confirmed(customer, iban_account(NEW_IBAN))
    assert refusal_of(lambda: signed(customer, euro, scheme="ach")) == "bad_scheme"
    assert refusal_of(lambda: signed(customer, euro, scheme="swift")) == "unknown_scheme"
    assert refusal_of(lambda: signed(customer, euro, signed_on=date(2999, 1, 1))) == "date_in_future"


@pytest.mark.parametrize(
    ("used", "on", "state"),
    [
        (None, date(2029, 3, 2), "live"),
        (None, date(2029, 3, 3), "lapsed"),
        (date(2027, 2, 28), date(2029, 3, 3), "live"),
        (date(2027, 2, 28), date(2030, 2, 28), "live"),
        (date(2027, 2, 28), date(2030, 3, 1), "lapsed"),
    ],
)
def test_a_sepa_mandate_lapses_36_months_after_its_last_use(customer: Any, used: Any, on: date, state: str) -> None:
    mandate = signed(customer)
    Mandate.objects.update(last_used_on=used)
    assert state_on(mandate, on) == state


def test_an_ach_authorisation_does_not_lapse_and_a_one_off_is_used_up(customer: Any) -> None:
    ach = signed(customer, confirmed(customer, us_account()), scheme="ach")
    once = signed(customer, confirmed(customer), use="one_off")
    assert state_on(ach, date(2040, 1, 1)) == "live"
    assert state_on(once, SIGNED) == "live"
    Mandate.objects.filter(pk=once.pk).update(last_used_on=SIGNED)
    assert state_on(once, SIGNED) == "used"


def test_a_revoked_mandate_holds_until_the_day_and_is_revoked_once(customer: Any, clerk: Any) -> None:
    mandate = signed(customer)
    revoke_mandate(mandate.pk, on=date(2026, 4, 1), reason="Their letter", by=clerk)
    assert [state_on(mandate, date(2026, 3, 31)), state_on(mandate, date(2026, 4, 1))] == ["live", "revoked"]
    again = {"on": date(2026, 4, 2), "by": clerk}
    assert refusal_of(lambda: revoke_mandate(mandate.pk, reason="again", **again)) == "invalid_move"
    other = signed(customer, mandate.account)
    assert refusal_of(lambda: revoke_mandate(other.pk, reason=" ", **again)) == "reason_missing"
    early = {"on": date(2026, 3, 1), "by": clerk, "reason": "x"}
    assert refusal_of(lambda: revoke_mandate(other.pk, **early)) == "before_it_was_made"


def test_an_amended_mandate_is_for_the_other_account(customer: Any, clerk: Any) -> None:
    mandate = signed(customer)
    account = confirmed(customer, iban_account(NEW_IBAN))
    how = {"on": SIGNED, "reason": "New bank", "by": clerk}
    old = mandate.account
    amend_mandate(mandate.pk, account.pk, **how)
    mandate.refresh_from_db()
    amendment = MandateAmendment.objects.get()
    assert (mandate.account, amendment.old_account, amendment.new_account) == (account, old, account)
    assert refusal_of(lambda: amend_mandate(mandate.pk, account.pk, **how)) == "same_account"
    close_account(old.pk, reason="gone", by=clerk)
    assert refusal_of(lambda: amend_mandate(mandate.pk, old.pk, **how)) == "account_not_usable"
    revoke_mandate(mandate.pk, on=SIGNED, reason="x", by=clerk)
    assert refusal_of(lambda: amend_mandate(mandate.pk, account.pk, **how)) == "invalid_move"


def test_an_account_that_takes_anothers_place_takes_its_live_mandates(customer: Any, clerk: Any, manager: Any) -> None:
    live, revoked = signed(customer), signed(customer, customer.accounts.get())
    revoke_mandate(revoked.pk, on=SIGNED, reason="x", by=clerk)
    old = live.account
    new = add_account(customer, iban_account(NEW_IBAN, replaces_id=old.pk), by=clerk, reason="Letter")
    live.refresh_from_db()
    assert live.account == old
    approve_last(manager)
    live.refresh_from_db()
    revoked.refresh_from_db()
    assert (live.account, revoked.account) == (new, old)
    assert MandateAmendment.objects.get().amended_by == manager


def test_an_account_takes_no_place_under_a_mandate_by_whose_scheme_it_cannot_be_debited(
    customer: Any, clerk: Any, manager: Any
) -> None:
    old = confirmed(customer, iban_account())
    add_account(customer, us_account(replaces_id=old.pk), by=clerk, reason="Letter")
    live = signed(customer, old)
    with pytest.raises(Refused, match="cannot be debited by"):
        approve_last(manager)
    live.refresh_from_db()
    assert live.account == old
    other = {"number": "SA0380000000608010167519", "replaces_id": old.pk}
    assert refusal_of(lambda: add_account(customer, iban_account(**other), by=clerk)) == "bad_scheme"
    revoke_mandate(live.pk, on=SIGNED, reason="x", by=clerk)
    approve_last(manager)
    assert customer.accounts.get(replaces=old).state == "usable"


@pytest.mark.parametrize("change", [{"reference": "X"}, {"signed_on": date(2020, 1, 1)}, {"scheme": "b2b"}])
def test_the_database_keeps_what_was_signed(customer: Any, change: dict[str, Any]) -> None:
    mandate = signed(customer)
    with pytest.raises(IntegrityError, match="stays as it was signed"), transaction.atomic():
        Mandate.objects.update(**change)
    with pytest.raises(IntegrityError, match="stays as it was signed"), transaction.atomic():
        mandate.delete()


def test_a_revocation_stays_and_an_amendment_never_changes(customer: Any, superuser_cursor: Any) -> None:
    mandate = signed(customer)
    amend_mandate(mandate.pk, confirmed(customer, iban_account(NEW_IBAN)).pk, on=SIGNED, reason="x", by=None)
    revoke_mandate(mandate.pk, on=SIGNED, reason="x", by=None)
    with pytest.raises(IntegrityError, match="stays as it was signed"), transaction.atomic():
        Mandate.objects.update(revoked_on=None, revoked_reason="")
    with pytest.raises(Exception, match="append-only"):
        superuser_cursor.execute("UPDATE customers_mandateamendment SET reason = 'y'")


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"last_used_on": date(2026, 3, 1)}, "mandate_used_after_it_was_signed"),
        ({"revoked_on": SIGNED}, "mandate_revoked_has_a_reason"),
    ],
)
def test_the_database_wants_sense(customer: Any, values: dict[str, Any], rule: str) -> None:
    signed(customer)
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Mandate.objects.update(**values)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"creditor_identifier": "DE97ZZZ09999999999"}, "bad_creditor_identifier"),
        ({"creditor_identifier": "DE98"}, "bad_creditor_identifier"),
        ({"ach_company_id": "123"}, "bad_ach_company_id"),
    ],
)
def test_who_we_are_to_banks_is_checked(company: Any, values: dict[str, str], code: str) -> None:
    assert refusal_of(lambda: update_company(company.pk, values, by=None)) == code


def test_the_creditor_identifier_is_kept_plain_whatever_its_business_code(company: Any) -> None:
    changed = update_company(company.pk, {"creditor_identifier": "de98 abc 0 9999999999"}, by=None)
    assert changed.creditor_identifier == "DE98ABC09999999999"


def test_the_pages_add_amend_and_revoke(customer: Any, clerk: Any) -> None:
    browser = Client()
    browser.force_login(clerk)
    account, other = confirmed(customer), confirmed(customer, iban_account(NEW_IBAN))
    address = reverse("customers:mandate_new", args=[customer.pk])
    typed = {"account_id": account.pk, "scheme": "core", "signed_on": "2026-03-02", "use": "recurring"}
    assert "has up to 35 letters" in browser.post(address, typed | {"reference": "/"}).content.decode()
    browser.post(address, typed)
    mandate = Mandate.objects.get()
    page = reverse("customers:mandate", args=[mandate.pk])
    assert "Not yet: the first debit says so" in browser.get(page).content.decode()
    browser.post(reverse("customers:amend_mandate", args=[mandate.pk]), {"account": other.pk, "reason": "New"})
    block_account(other.pk, reason="AC04", by=clerk)
    assert "Nothing can be debited: the account is blocked: AC04." in browser.get(page).content.decode()
    browser.post(reverse("customers:revoke_mandate", args=[mandate.pk]), {"reason": "Letter"})
    assert "Nothing can be debited: the mandate was revoked." in browser.get(page).content.decode()
    assert mandate.reference in browser.get(reverse("customers:mandate_list") + "?state=revoked").content.decode()
    assert mandate.reference not in browser.get(reverse("customers:mandate_list") + "?state=live").content.decode()


def test_a_program_adds_lists_amends_and_revokes(customer: Any, clerk: Any) -> None:
    program = Program(clerk)
    account, other = confirmed(customer), confirmed(customer, iban_account(NEW_IBAN))
    body = {"account": account.pk, "scheme": "core", "signed_on": "2026-03-02"}
    made = program.post(f"customers/{customer.pk}/mandates/", body).json()
    assert (made["state"], made["account_number"]) == ("live", "DE •••• 3000")
    amended = program.post(f"mandates/{made['id']}/amend/", {"account": other.pk, "reason": "New"}).json()
    assert amended["account_number"] == "FR •••• 2606"
    [row] = program.get("mandates/", state="live", customer=customer.pk).json()["results"]
    assert row["id"] == made["id"]
    assert program.post(f"mandates/{made['id']}/revoke/", {"reason": "Letter"}).json()["state"] == "revoked"
    assert refused(program.post(f"mandates/{made['id']}/revoke/", {"reason": "x"})) == (409, "invalid_move")
    stranger = Program(world.make_user(world.make_company(legal_name="Birch Ltd"), "manager"))
    assert stranger.get(f"mandates/{made['id']}/").status_code == 404
    collector = Program(world.make_user(customer.company, "collector"))
    assert collector.post(f"mandates/{made['id']}/revoke/", {"reason": "x"}).status_code == 403

"""Customers' bank accounts: checked, sealed, shown masked, used after a second person's word, and never changed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from customers.models import CustomerAccount
from customers.operations.add_account import add_account, confirm_account
from customers.operations.manage_accounts import (
    block_account,
    close_account,
    number_of,
    release_account,
    reveal_account,
)
from ledger.refusals import Refused
from office.models import ApprovalRequest, AuditRecord
from office.operations.decide_request import approve_request, decline_request, withdraw_request
from office.sealing import Unsealable, keyed_hash, seal, unseal
from tests import world
from tests.api.calling import Program, refused
from tests.customers.accounts import (
    IBAN,
    NEW_IBAN,
    OTHER_IBAN,
    approve_last,
    confirmed,
    iban_account,
    refusal_of,
    us_account,
)

pytestmark = pytest.mark.django_db


def states() -> list[str]:
    return [account.state for account in CustomerAccount.objects.order_by("pk")]


def test_an_account_is_kept_sealed_and_waits_for_a_second_person(customer: Any, clerk: Any, manager: Any) -> None:
    account = add_account(customer, iban_account(), by=clerk, reason="Their letter")
    [request] = ApprovalRequest.objects.all()

    assert (account.state, account.masked_number, account.bank_name) == ("waiting", "DE •••• 3000", "Commerzbank")
    assert (account.bic, account.takes_sepa, number_of(account)) == ("COBADEFFXXX", True, IBAN)
    assert (request.action, request.requested_by, request.arguments, request.reason) == (
        "confirm_account",
        clerk,
        {},
        "Their letter",
    )
    approve_request(request.pk, by=manager)
    account.refresh_from_db()
    assert (account.state, account.confirmed_by) == ("usable", manager)


def test_the_number_stands_in_no_row_of_the_database(customer: Any, clerk: Any, manager: Any) -> None:
    add_account(customer, iban_account(), by=clerk, reason="Their letter")
    approve_last(manager)
    program = Program(clerk)
    body = {"kind": "us", "number": "123456789", "holder": "H", "bank_code": "026009593", "reason": "r"}
    assert program.post(f"customers/{customer.pk}/accounts/", body).status_code == 201
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE ANY (%s)', [[f"%{IBAN}%", "%123456789%"]]
            )
            assert cursor.fetchone() == (0,), table


@pytest.mark.parametrize(
    ("details", "code"),
    [
        (iban_account("DE89370400440532013001"), "bad_iban"),
        (iban_account(bic="XX"), "bad_bic"),
        (iban_account(holder=" "), "bad_holder"),
        (iban_account(holder="x" * 71), "bad_holder"),
        (iban_account(kind="swift"), "unknown_kind"),
        (us_account(bank_code="026009594"), "bad_routing_number"),
        (us_account(number="12a"), "bad_account_number"),
        (us_account(kind="uk", bank_code="12", number="12345678"), "bad_sort_code"),
        (us_account(kind="uk", bank_code="207145", number="1"), "bad_account_number"),
        (iban_account(replaces_id=9), "unknown_account"),
    ],
)
def test_what_cannot_be_an_account_is_refused_and_nothing_kept(customer: Any, details: Any, code: str) -> None:
    assert refusal_of(lambda: add_account(customer, details, by=None)) == code
    assert not CustomerAccount.objects.exists()
    assert not AuditRecord.objects.filter(action="add_account").exists()


def test_a_refusal_names_the_reason_and_not_the_number(customer: Any) -> None:
    with pytest.raises(Refused) as refusal:
        add_account(customer, iban_account("DE89370400440532013001"), by=None)
    assert str(refusal.value.message) == (
        "This IBAN cannot be one: its check digits do not fit: look for a mistyped one."
    )


def test_american_and_british_accounts(customer: Any) -> None:
    us = confirmed(customer, us_account(is_savings=True))
    uk = confirmed(customer, us_account(kind="uk", bank_code="20-71-45", number="583608"))
    assert (us.masked_number, us.bank_code, us.is_savings) == ("US •••• 6789", "026009593", True)
    assert (uk.masked_number, uk.bank_code, number_of(uk)) == ("GB •••• 3608", "207145", "00583608")


def test_the_same_account_twice_is_refused_however_it_is_typed(customer: Any) -> None:
    confirmed(customer)
    assert refusal_of(lambda: confirmed(customer, iban_account("de89 3704 0044 0532 0130 00"))) == "account_known"
    assert len(states()) == 1
    other = world.make_customer(customer.company, "Cedar AG")
    assert confirmed(other).number_hash == CustomerAccount.objects.first().number_hash


def test_nobody_confirms_what_they_added_and_a_clerk_confirms_nothing(customer: Any, manager: Any, clerk: Any) -> None:
    add_account(customer, iban_account(), by=manager)
    request = ApprovalRequest.objects.get()
    other_clerk = world.make_user(customer.company, "clerk")
    assert refusal_of(lambda: approve_request(request.pk, by=manager)) == "own_request"
    assert refusal_of(lambda: approve_request(request.pk, by=other_clerk)) == "not_your_role"
    assert refusal_of(lambda: confirm_account(request.subject_id, by=manager)) == "approval_needed"
    assert states() == ["waiting"]


def test_the_database_lets_nobody_confirm_their_own(customer: Any, clerk: Any) -> None:
    account = add_account(customer, iban_account(), by=clerk)
    with pytest.raises(IntegrityError, match="nobody_confirms_the_account_they_added"), transaction.atomic():
        CustomerAccount.objects.filter(pk=account.pk).update(confirmed_by=clerk, confirmed_at="2026-03-02T00:00Z")


def test_a_declined_or_withdrawn_account_is_closed_and_may_be_added_again(
    customer: Any, clerk: Any, manager: Any
) -> None:
    add_account(customer, iban_account(), by=clerk)
    decline_request(ApprovalRequest.objects.get().pk, by=manager, reason="Called back: not theirs")
    add_account(customer, iban_account(), by=clerk)
    withdraw_request(ApprovalRequest.objects.latest("pk").pk, by=clerk)
    first, second = CustomerAccount.objects.order_by("pk")
    assert (first.state, first.closed_reason) == ("closed", "Called back: not theirs")
    assert (second.state, second.closed_reason) == ("closed", "Not confirmed.")
    assert confirmed(customer).state == "usable"


def test_a_changed_account_takes_the_place_of_the_old_one_when_confirmed(
    customer: Any, clerk: Any, manager: Any
) -> None:
    old = confirmed(customer)
    add_account(customer, iban_account(NEW_IBAN, replaces_id=old.pk), by=clerk)
    assert states() == ["usable", "waiting"]
    approve_last(manager)
    assert states() == ["closed", "usable"]
    old.refresh_from_db()
    assert old.closed_reason == "Replaced by FR •••• 2606 of Bramble GmbH."


def test_another_customers_account_cannot_be_replaced(customer: Any) -> None:
    theirs = confirmed(world.make_customer(customer.company, "Cedar AG"))
    assert refusal_of(lambda: confirmed(customer, iban_account(NEW_IBAN, replaces_id=theirs.pk))) == "unknown_account"


def test_a_blocked_account_is_used_again_only_with_a_reason(customer: Any, clerk: Any) -> None:
    account = confirmed(customer)
    block_account(account.pk, reason="AC04", by=clerk)
    assert states() == ["blocked"]
    assert refusal_of(lambda: block_account(account.pk, reason="again", by=clerk)) == "invalid_move"
    assert refusal_of(lambda: release_account(account.pk, reason=" ", by=clerk)) == "reason_missing"
    release_account(account.pk, reason="Their bank says it is open", by=clerk)
    assert states() == ["usable"]
    assert refusal_of(lambda: release_account(account.pk, reason="again", by=clerk)) == "invalid_move"
    row = AuditRecord.objects.get(action="release_account")
    assert (row.by, row.before, row.reason) == (clerk, {"blocked": "AC04"}, "Their bank says it is open")


def test_a_closed_account_stays_closed(customer: Any, clerk: Any) -> None:
    waiting = add_account(customer, iban_account(), by=clerk)
    assert refusal_of(lambda: close_account(waiting.pk, reason="x", by=clerk)) == "approval_waiting"
    account = confirmed(customer, iban_account(OTHER_IBAN))
    close_account(account.pk, reason="They left their bank", by=clerk)
    for act in (close_account, block_account, release_account):
        assert refusal_of(lambda act=act: act(account.pk, reason="x", by=clerk)) == "invalid_move"


@pytest.mark.parametrize(
    "change",
    [
        "holder = 'Mallory'",
        "number_hash = repeat('0', 64)",
        "last_four = '0000'",
        "bic = 'MALLDEFFXXX'",
        "customer_id = customer_id + 1",
        "confirmed_by_id = NULL, confirmed_at = now() - interval '1 day'",
    ],
)
def test_the_database_changes_no_account(customer: Any, change: str) -> None:
    account = confirmed(customer)
    with pytest.raises(IntegrityError, match="does not change"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE customers_customeraccount SET {change} WHERE id = %s", [account.pk])
    with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
        account.delete()


def test_a_closed_account_cannot_be_opened_by_sql(customer: Any, clerk: Any) -> None:
    account = confirmed(customer)
    close_account(account.pk, reason="gone", by=clerk)
    with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
        CustomerAccount.objects.update(closed_at=None, closed_reason="")


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"blocked_reason": "x"}, "customer_account_blocked_has_a_reason"),
        ({"closed_at": "2026-03-02T00:00Z"}, "customer_account_closed_has_a_reason"),
    ],
)
def test_the_database_wants_a_reason(customer: Any, values: dict[str, str], rule: str) -> None:
    confirmed(customer)
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        CustomerAccount.objects.update(**values)


def test_a_number_swapped_by_hand_is_never_used(customer: Any) -> None:
    account = confirmed(customer)
    CustomerAccount.objects.update(sealed_number=seal(NEW_IBAN))
    account.refresh_from_db()
    with pytest.raises(Unsealable, match="is not the one"):
        number_of(account)


def test_seeing_the_whole_number_is_kept(customer: Any, manager: Any) -> None:
    account = confirmed(customer)
    assert reveal_account(account.pk, by=manager) == IBAN
    row = AuditRecord.objects.get(action="reveal_account")
    assert (row.by, row.subject_id, IBAN in json.dumps(row.after)) == (manager, account.pk, False)


def test_keys_change_without_losing_a_number(customer: Any, settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [old]
    account = confirmed(customer)
    settings.ENCRYPTION_KEYS = [new, old]
    call_command("reseal_accounts")
    settings.ENCRYPTION_KEYS = [new]
    account.refresh_from_db()
    assert number_of(account) == IBAN
    settings.ENCRYPTION_KEYS = [old]
    with pytest.raises(CommandError, match="None of ENCRYPTION_KEYS opens this"):
        call_command("reseal_accounts")


def test_a_sealed_text_differs_each_time_and_its_hash_does_not(settings: Any) -> None:
    assert seal("a") != seal("a")
    assert unseal(seal("ä")) == "ä"
    before = keyed_hash("a")
    assert before == keyed_hash("a") != keyed_hash("b")
    settings.LOOKUP_KEY = "another"
    assert keyed_hash("a") != before


def test_two_confirm_at_once_and_one_is_told(
    transactional_db: None, in_parallel: Callable[..., Any], company: Any, customer: Any, clerk: Any
) -> None:
    managers = [world.make_user(company, "manager") for _ in range(2)]
    add_account(customer, iban_account(), by=clerk)
    request = ApprovalRequest.objects.get()
    results = in_parallel([lambda by=by: approve_request(request.pk, by=by) for by in managers])
    assert sorted(getattr(result, "code", "") for result in results) == ["", "already_decided"]
    assert AuditRecord.objects.filter(action="confirm_account").count() == 1


def test_the_pages_show_the_number_only_to_who_asks_and_may(customer: Any, clerk: Any, manager: Any) -> None:
    account = confirmed(customer)
    browser = Client()
    browser.force_login(clerk)
    for name, of in (("customers:customer", customer), ("customers:account", account)):
        page = browser.get(reverse(name, args=[of.pk])).content.decode()
        assert "DE •••• 3000" in page
        assert IBAN not in page
    assert IBAN not in browser.get(reverse("customers:account_list")).content.decode()
    assert browser.post(reverse("customers:reveal_account", args=[account.pk])).status_code == 403
    browser.force_login(manager)
    answer = browser.post(reverse("customers:reveal_account", args=[account.pk]))
    assert IBAN in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_the_page_adds_refuses_blocks_and_releases(customer: Any, clerk: Any) -> None:
    browser = Client()
    browser.force_login(clerk)
    address = reverse("customers:account_new", args=[customer.pk])
    typed = {"kind": "iban", "holder": "Bramble", "number": IBAN[:-1] + "1", "reason": "Letter"}
    assert "This IBAN cannot be one" in browser.post(address, typed).content.decode()
    answer = browser.post(address, typed | {"number": IBAN})
    account = CustomerAccount.objects.get()
    assert answer["Location"] == reverse("customers:account", args=[account.pk])
    browser.post(reverse("customers:block_account", args=[account.pk]), {"reason": "odd"})
    account.refresh_from_db()
    assert account.blocked_reason == "odd"
    browser.post(reverse("customers:release_account", args=[account.pk]), {"reason": "fine"})
    account.refresh_from_db()
    assert account.blocked_reason == ""


def test_a_program_adds_reads_reveals_and_closes(customer: Any, clerk: Any, manager: Any) -> None:
    program = Program(clerk)
    body = {"kind": "iban", "number": IBAN, "holder": "Bramble", "reason": "Letter"}
    answer = program.post(f"customers/{customer.pk}/accounts/", body).json()
    assert (answer["state"], answer["masked_number"], "number" in answer) == ("waiting", "DE •••• 3000", False)
    wrong = body | {"number": "DE1"}
    assert refused(program.post(f"customers/{customer.pk}/accounts/", wrong)) == (409, "bad_iban")
    approve_last(manager)
    [row] = program.get(f"customers/{customer.pk}/accounts/").json()["results"]
    assert (row["state"], row["confirmed_by"]) == ("usable", "Manager")
    assert refused(program.get(f"customer-accounts/{row['id']}/number/"))[0] == 403
    assert Program(manager).get(f"customer-accounts/{row['id']}/number/").json() == {"number": IBAN}
    for act in ("block", "release", "close"):
        assert program.post(f"customer-accounts/{row['id']}/{act}/", {"reason": "r"}).status_code == 200
    assert program.get(f"customer-accounts/{row['id']}/").json()["state"] == "closed"


def test_another_companys_account_is_not_found(customer: Any) -> None:
    account = confirmed(customer)
    stranger = Program(world.make_user(world.make_company(legal_name="Birch Ltd"), "manager"))
    assert stranger.get(f"customer-accounts/{account.pk}/").status_code == 404
    assert stranger.get(f"customer-accounts/{account.pk}/number/").status_code == 404
    assert stranger.post(f"customer-accounts/{account.pk}/block/", {"reason": "r"}).status_code == 404

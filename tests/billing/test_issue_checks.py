"""The checks before issue: what each finds, how severe it is, how it is mended, and who may pass it over."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.issue_checks import Concern, concerns_of, drafts_to_check
from billing.models import Invoice, IssueCheck, Severity
from billing.operations.issue_invoice import issue_invoice, issue_invoices
from billing.operations.manage_taxes import RateDetails, TaxDetails, add_tax
from billing.operations.set_check_policies import set_check_policies
from billing.operations.suit_draft import suit_draft
from customers.operations.details import AddressDetails
from ledger.refusals import Refused
from office.models import AuditRecord
from tests import world
from tests.api.calling import Program, refused

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)


def found(*drafts: Invoice) -> list[Concern]:
    """All but that the customers of these tests have no address."""
    concerns = concerns_of(drafts_to_check([draft.pk for draft in drafts]))
    return [concern for concern in concerns if concern.check != IssueCheck.ADDRESS]


def checks(*drafts: Invoice) -> list[str]:
    return [concern.check.value for concern in found(*drafts)]


def refusal_of(act: Any, *args: Any, **more: Any) -> str:
    with pytest.raises(Refused) as refusal:
        act(*args, **more)
    return refusal.value.code


def test_a_plain_draft_raises_no_concern(customer: Any) -> None:
    assert found(world.draft(customer, "10.00")) == []


def test_the_checks_of_many_drafts_ask_as_much_of_the_database_as_those_of_one(company: Any) -> None:
    vat = world.make_tax(company, "19")
    desk = world.make_product(company, "desk", tax_id=vat.pk)
    world.make_price(desk, world.make_price_list(company, "Retail"), "10.00")
    lines = [world.line("9.00", tax=vat, product_id=desk.pk)]
    drafts = [
        world.draft(world.make_customer(company, number=f"C-{number}", credit_limit=Decimal(100)), lines)
        for number in range(12)
    ]

    asked = []
    for checked in (drafts[:1], drafts):
        with CaptureQueriesContext(connection) as queries:
            found(*checked)
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_a_missing_order_number_stops_where_the_customer_wants_one(company: Any) -> None:
    customer = world.make_customer(company, needs_po_number=True)
    draft = world.draft(customer, "10.00")

    [concern] = found(draft)
    assert (concern.check, concern.stops) == (IssueCheck.ORDER_NUMBER, True)
    assert concern.message == "Bramble GmbH wants their order number on it."
    assert refusal_of(issue_invoice, draft.pk, by=None, on=DAY) == "check_stopped"
    assert Invoice.objects.get().is_draft
    assert checks(world.draft(customer, "11.00", po_number="PO-1")) == []


def test_a_customer_on_hold_is_billed_no_more_but_credited(company: Any) -> None:
    customer = world.make_customer(company)
    world.hold(customer, "Insolvent since May.")
    world.hold(customer, "INV-1 is 40 days late", cause="late")
    concern = found(world.draft(customer, "10.00"))[0]
    assert concern.message == "Bramble GmbH is on hold: Insolvent since May; INV-1 is 40 days late."
    assert (concern.stops, concern.url) == (True, f"/customers/{customer.pk}/holds/")
    assert checks(world.draft(customer, "11.00", kind="credit_memo")) == []


def test_one_stopped_draft_stops_all_that_are_issued_together(company: Any, customer: Any) -> None:
    held = world.draft(world.make_customer(company, "Held Ltd"), "1.00")
    world.hold(held.customer, "Court")
    fine = world.draft(customer, "2.00")

    assert refusal_of(issue_invoices, [fine.pk, held.pk], by=None, on=DAY) == "check_stopped"
    assert Invoice.objects.filter(status="draft").count() == 2


def test_nobody_to_receive_it_is_a_warning(company: Any) -> None:
    customer = world.make_customer(company, contacts=[])
    draft = world.draft(customer, "10.00")

    [concern] = found(draft)
    assert (concern.check, concern.severity) == (IssueCheck.RECEIVER, Severity.WARN)
    assert issue_invoice(draft.pk, by=None, on=DAY).total == 10


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ({}, {}, True),
        ({}, {"dated_on": DAY + timedelta(days=31)}, True),
        ({}, {"dated_on": DAY + timedelta(days=32)}, False),
        ({"po_number": "A"}, {"po_number": "A", "dated_on": DAY + timedelta(days=99)}, True),
        ({"period_from": DAY}, {"period_from": DAY, "dated_on": DAY + timedelta(days=99)}, True),
        ({"period_from": DAY}, {"period_from": DAY + timedelta(days=31)}, False),
    ],
)
def test_a_likely_duplicate_is_named(customer: Any, one: dict, other: dict, alike: bool) -> None:
    first = world.issue(customer, "10.00", DAY, **one)
    draft = world.draft(customer, "10.00", **{"dated_on": DAY} | other)

    assert checks(draft) == (["duplicate"] if alike else [])
    assert all(first.number in concern.message for concern in found(draft))


def test_another_customers_or_amounts_document_is_no_duplicate(company: Any, customer: Any) -> None:
    world.issue(world.make_customer(company, "Other Ltd"), "10.00", DAY)
    world.issue(customer, "11.00", DAY)
    assert checks(world.draft(customer, "10.00", dated_on=DAY)) == []


def test_what_would_be_owed_is_held_against_the_limit_draft_by_draft(company: Any) -> None:
    customer = world.make_customer(company, credit_limit=Decimal(100))
    world.issue(customer, "60.00", DAY)
    drafts = [world.draft(customer, amount) for amount in ("40.00", "0.01")]

    [concern] = [each for each in found(*drafts) if each.check == IssueCheck.CREDIT_LIMIT]
    assert concern.invoice_id == drafts[1].pk
    assert concern.message == "Bramble GmbH would owe €100.01; the limit is €100.00."


def test_a_price_off_the_list_is_named_and_taken_from_the_list_in_one_go(company: Any, customer: Any) -> None:
    product = world.make_product(company, "desk")
    world.make_price(product, world.make_price_list(company, "Retail"), "100.00")
    lines = [world.line("90.00", product_id=product.pk), world.line("5.00", description="By hand")]
    draft = world.draft(customer, lines)

    [concern] = found(draft)
    assert concern.message == "Off the list: line 1 has 90, Retail 100."
    suited = suit_draft(draft.pk, concern.fix, version=draft.version, by=None)
    assert (suited.total, checks(suited)) == (105, [])
    assert refusal_of(suit_draft, draft.pk, "prices", version=1, by=None) == "stale"
    assert refusal_of(suit_draft, draft.pk, "all", version=2, by=None) == "unknown_act"


def test_a_tax_that_does_not_suit_is_named_and_mended(company: Any) -> None:
    vat = world.make_tax(company, "19")
    add_tax(company, TaxDetails("Reverse charge", [RateDetails(Decimal(0), "AE")]), by=None)
    product = world.make_product(company, "advice", kind="service", tax_id=vat.pk)
    french = world.make_customer(company, tax_id="FR40303265045", addresses=[AddressDetails(country="FR")])
    draft = world.draft(french, [world.line("100.00", tax=vat, product_id=product.pk)])
    words = "The tax does not suit this customer: line 1 has VAT 19%, not Reverse charge."

    assert [concern.message for concern in found(draft)] == [words]
    assert suit_draft(draft.pk, "taxes", version=draft.version, by=None).tax == 0
    by_hand = found(world.draft(french, [world.line("50.00", tax=vat)]))
    assert by_hand[0].message == "Bramble GmbH is a business in another member state, yet tax is charged."


def test_what_warns_and_what_stops_is_the_companys_to_say(company: Any, customer: Any) -> None:
    world.issue(customer, "10.00", DAY)
    draft = world.draft(customer, "10.00", dated_on=DAY)
    after = set_check_policies(company, {"duplicate": "stop"}, by=None)

    assert (after[IssueCheck.DUPLICATE], after[IssueCheck.PRICE]) == (Severity.STOP, Severity.WARN)
    assert refusal_of(issue_invoice, draft.pk, by=None, on=DAY) == "check_stopped"
    set_check_policies(company, {"duplicate": "ignore"}, by=None)
    assert (checks(draft), issue_invoice(draft.pk, by=None, on=DAY).status) == ([], "issued")
    assert refusal_of(set_check_policies, company, {"moon": "stop"}, by=None) == "unknown_check"
    assert refusal_of(set_check_policies, company, {"price": "perhaps"}, by=None) == "unknown_check"
    assert AuditRecord.objects.filter(action="set_check_policies").count() == 2


def test_a_manager_issues_against_a_stop_with_a_reason_and_a_clerk_cannot(
    company: Any, clerk: Any, manager: Any
) -> None:
    draft = world.draft(world.make_customer(company, needs_po_number=True), "10.00")

    assert refusal_of(issue_invoice, draft.pk, by=clerk, on=DAY, override="Urgent") == "approval_needed"
    assert refusal_of(issue_invoice, draft.pk, by=manager, on=DAY, override="  ") == "check_stopped"
    assert issue_invoice(draft.pk, by=manager, on=DAY, override="They never send one").total == 10
    audit = AuditRecord.objects.get(action="override_checks")
    assert (audit.reason, audit.after, audit.by) == ("They never send one", {"checks": "order_number"}, manager)


def test_an_override_that_led_to_no_issue_is_not_noted(company: Any, manager: Any) -> None:
    draft = world.draft(world.make_customer(company, needs_po_number=True), [])

    assert refusal_of(issue_invoice, draft.pk, by=manager, on=DAY, override="Urgent") == "nothing_to_bill"
    assert not AuditRecord.objects.filter(action="override_checks").exists()


def test_a_reason_where_nothing_stops_is_no_override(customer: Any, manager: Any) -> None:
    issue_invoice(world.draft(customer, "1.00").pk, by=manager, on=DAY, override="To be safe")
    assert not AuditRecord.objects.filter(action="override_checks").exists()


def test_a_tax_typed_for_a_product_without_one_is_no_concern_and_stays(company: Any, customer: Any) -> None:
    vat, product = world.make_tax(company, "19"), world.make_product(company, "desk")
    draft = world.draft(customer, [world.line("100.00", tax=vat, product_id=product.pk)])

    assert checks(draft) == []
    assert suit_draft(draft.pk, "taxes", version=draft.version, by=None).tax == 19


def test_on_screen_concerns_stand_by_the_draft_with_their_way_out(company: Any, client: Any, manager: Any) -> None:
    client.force_login(manager)
    product = world.make_product(company, "desk")
    world.make_price(product, world.make_price_list(company, "Retail"), "100.00")
    customer = world.make_customer(company, needs_po_number=True)
    draft = world.draft(customer, [world.line("90.00", product_id=product.pk)])
    page = client.get(f"/invoices/{draft.pk}/").content.decode()
    assert "wants their order number" in page
    assert "Take the lists' prices" in page.replace("&#x27;", "'")

    client.post(f"/invoices/{draft.pk}/suit/", {"act": "prices", "version": draft.version})
    draft.refresh_from_db()
    assert draft.total == 100
    page = client.post(f"/invoices/{draft.pk}/issue/", {"override": "Agreed by phone"}, follow=True)
    assert "is issued" in page.content.decode()


def test_programs_read_checks_mend_and_override(company: Any, clerk: Any, manager: Any) -> None:
    program, boss = Program(clerk), Program(manager)
    draft = world.draft(world.make_customer(company, needs_po_number=True), "10.00")

    [concern, _] = program.get(f"invoices/{draft.pk}/checks/").json()["results"]
    assert (concern["check"], concern["severity"], concern["fix"]) == ("order_number", "stop", "")
    assert refused(program.post(f"invoices/{draft.pk}/issue/", {})) == (409, "check_stopped")
    assert boss.post(f"invoices/{draft.pk}/issue/", {"override": "By phone"}).json()["state"] == "open"
    assert refused(program.post(f"invoices/{draft.pk}/suit/", {"act": "prices", "version": 1})) == (409, "not_a_draft")


def test_programs_of_the_administrator_set_policies(company: Any, clerk: Any) -> None:
    administrator = Program(world.make_user(company, "administrator"))
    answer = administrator.put("check-policies/", {"policies": {"receiver": "stop"}}).json()

    assert answer["policies"]["receiver"] == "stop"
    assert Program(clerk).get("check-policies/").json() == answer
    assert refused(Program(clerk).put("check-policies/", {"policies": {}})) == (403, "permission_denied")
    assert administrator.put("check-policies/", {"policies": {"receiver": "maybe"}}).status_code == 400


def test_what_is_looked_for_afterwards_stops_nothing(company: Any) -> None:
    assert refusal_of(set_check_policies, company, {"number": "stop"}, by=None) == "cannot_stop"
    assert set_check_policies(company, {"number": "ignore"}, by=None)[IssueCheck.NUMBER] == Severity.IGNORE


def test_on_screen_the_administrator_sets_policies(company: Any, client: Any) -> None:
    client.force_login(world.make_user(company, "administrator"))
    typed = dict.fromkeys(IssueCheck.values, "ignore")
    client.post("/settings/checks/", typed)

    assert checks(world.draft(world.make_customer(company, contacts=[]), "1.00")) == []

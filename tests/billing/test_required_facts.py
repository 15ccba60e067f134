"""Facts that a company requires before issue: each missing one is named, with where it is filled in."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.issue_checks import Concern, concerns_of, drafts_to_check
from billing.models import Fact, Invoice, IssueCheck, RequiredFact, Severity
from billing.operations.bill_shipments import bill_shipments
from billing.operations.confirm_delivery import confirm_delivery
from billing.operations.issue_invoice import issue_invoice
from billing.operations.set_check_policies import set_check_policies
from billing.operations.set_required_facts import set_required_facts
from customers.operations.details import AddressDetails, ContactDetails
from ledger.refusals import Refused
from office.models import AuditRecord
from tests import world
from tests.api.calling import Program, refused
from tests.billing.ordering import ship_freely

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def missing(*drafts: Invoice) -> list[Concern]:
    concerns = concerns_of(drafts_to_check([draft.pk for draft in drafts]))
    return [concern for concern in concerns if concern.check == IssueCheck.REQUIRED_FACTS]


def require(company: Any, severity: str, *facts: str) -> None:
    set_required_facts(company, dict.fromkeys(facts, severity), by=None)


def test_nothing_is_required_of_who_says_nothing(customer: Any) -> None:
    assert missing(world.draft(customer, "10.00")) == []


def test_each_missing_fact_is_named_with_where_it_is_filled_in(company: Any, customer: Any) -> None:
    require(company, "stop", *Fact.values)
    customer.contacts.update(email="")
    draft = world.draft(customer, "10.00")
    of_customer, of_document = missing(draft)
    assert (of_customer.message, of_customer.url, of_customer.stops) == (
        "Required of Bramble GmbH and missing: tax number, street of the billing address, postal code of the billing"
        " address, city of the billing address, country of the billing address, a contact with an e-mail address, buyer"
        " reference.",
        reverse("customers:edit", args=[customer.pk]),
        True,
    )
    assert (of_document.message, of_document.url) == (
        "Required of the document and missing: the customer's order number, the days that are billed, the day of"
        " delivery, a note to the customer.",
        reverse("billing:invoice_edit", args=[draft.pk]),
    )
    with pytest.raises(Refused) as refusal:
        issue_invoice(draft.pk, by=None, on=DAY)
    assert refusal.value.code == "check_stopped"
    draft.refresh_from_db()
    assert draft.is_draft


def test_what_has_them_all_is_issued(company: Any) -> None:
    require(company, "stop", *(fact for fact in Fact.values if fact != Fact.DELIVERY))
    address = AddressDetails(street="Lane 1", postal_code="10115", city="Berlin", country="DE")
    customer = world.make_customer(
        company,
        tax_id="DE136695976",
        buyer_reference="B-7",
        addresses=[address],
        contacts=[ContactDetails("Ada", "ada@bramble.example")],
    )
    draft = world.draft(customer, "10.00", po_number="PO-1", period_from=DAY, note="Thank you")
    assert missing(draft) == []
    assert issue_invoice(draft.pk, by=None, on=DAY).status == "issued"


def test_a_credit_memo_needs_the_customers_facts_alone(company: Any, customer: Any) -> None:
    require(company, "stop", "po_number", "tax_id")
    [concern] = missing(world.draft(customer, "10.00", kind="credit_memo"))
    assert concern.message == "Required of Bramble GmbH and missing: tax number."


def test_the_day_of_delivery_is_confirmed_at_the_shipment(company: Any, customer: Any) -> None:
    require(company, "stop", "delivery")
    shipment = ship_freely(customer)
    [draft] = bill_shipments(company, [shipment.pk], by=None)
    [concern] = missing(draft)
    assert concern.url == reverse("billing:shipment", args=[shipment.pk])
    confirm_delivery(shipment.pk, delivered_on=shipment.shipped_on, received_by="Ada", by=None)
    assert missing(draft) == []


def test_some_warn_and_some_stop_and_the_check_has_the_last_word(company: Any, customer: Any) -> None:
    require(company, "stop", "tax_id")
    require(company, "warn", "note")
    draft = world.draft(customer, "10.00")
    assert [(concern.severity, concern.message[-12:]) for concern in missing(draft)] == [
        (Severity.STOP, " tax number."),
        (Severity.WARN, "he customer."),
    ]
    only_warned = concerns_of(drafts_to_check([draft.pk]), [Severity.WARN])
    assert [each.message[-12:] for each in only_warned if each.check == IssueCheck.REQUIRED_FACTS] == ["he customer."]

    set_check_policies(company, {"required_facts": "warn"}, by=None)
    assert [concern.severity for concern in missing(draft)] == [Severity.WARN, Severity.WARN]
    set_check_policies(company, {"required_facts": "ignore"}, by=None)
    assert missing(draft) == []


def test_many_are_looked_at_in_as_many_queries_as_one(company: Any) -> None:
    require(company, "warn", *Fact.values)
    drafts = [world.draft(world.make_customer(company, number=f"C-{each}"), "9.00") for each in range(6)]
    asked = []
    for some in (drafts[:1], drafts):
        with CaptureQueriesContext(connection) as queries:
            missing(*some)
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_an_administrator_sets_them_on_a_page_and_by_a_program(company: Any, clerk: Any) -> None:
    administrator = world.make_user(company, "administrator")
    client = Client()
    client.force_login(administrator)
    typed = dict.fromkeys(Fact.values, "ignore") | {"tax_id": "stop", "note": "warn"}
    answer = client.post(reverse("billing:required_facts"), typed)
    assert answer.status_code == 302
    assert dict(RequiredFact.objects.values_list("fact", "severity")) == {"tax_id": "stop", "note": "warn"}
    noted = AuditRecord.objects.get(action="set_required_facts")
    assert (noted.before, noted.after) == (
        {"tax_id": "ignore", "note": "ignore"},
        {"tax_id": "stop", "note": "warn"},
    )

    said = Program(administrator).put("required-facts/", {"facts": {"note": "ignore", "city": "stop"}}).json()["facts"]
    assert {fact: severity for fact, severity in said.items() if severity != "ignore"} == {
        "tax_id": "stop",
        "city": "stop",
    }
    assert Program(clerk).get("required-facts/").json()["facts"] == said
    assert Program(clerk).put("required-facts/", {"facts": {}}).status_code == 403
    assert refused(Program(administrator).put("required-facts/", {"facts": {"moon": "stop"}})) == (409, "unknown_fact")


def test_the_database_keeps_no_fact_that_may_be_missing(company: Any) -> None:
    with pytest.raises(IntegrityError, match="required_fact_warns_or_stops"), transaction.atomic():
        RequiredFact.objects.create(company=company, fact="note", severity="ignore")

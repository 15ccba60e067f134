"""Many drafts become one for each customer and month; nothing of them is lost, and nothing of them is billed twice."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.models import DocumentKind, Invoice
from billing.operations.bill_recurring import bill_recurring
from billing.operations.consolidate_drafts import bundles, consolidate_drafts
from billing.operations.correct_invoice import correct_invoice
from billing.operations.draft_debit_note import draft_debit_note
from billing.operations.issue_invoice import issue_invoice
from billing.operations.manage_attachments import attach_file
from ledger.refusals import Refused
from office.models import AuditRecord
from tests import world

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 2)


def join(company: Any, *drafts: Invoice, by: Any = None) -> list[Invoice]:
    return consolidate_drafts(company, [draft.pk for draft in drafts], by=by)


def test_the_lines_of_all_stand_under_where_they_come_from(company, customer, clerk):
    tax = world.make_tax(company, "19")
    first = world.draft(
        customer, [world.line("10.00", tax=tax), world.line("5.00", "2")], dated_on=MARCH, po_number="7"
    )
    second = world.draft(customer, [world.line("1.00", tax=tax)], dated_on=date(2026, 3, 20), source_reference="DN-2")

    [joined] = join(company, second, first, by=clerk)

    assert [(line.section, line.description) for line in joined.lines.all()] == [
        ("Order 7, 2 Mar 2026", "Work"),
        ("", "Work"),
        ("DN-2, 20 Mar 2026", "Work"),
    ]
    assert joined.total == first.total + second.total == Decimal("23.09")
    assert (joined.dated_on, joined.po_number, joined.is_draft) == (date(2026, 3, 20), "7", True)
    assert list(Invoice.objects.all()) == [joined]
    assert AuditRecord.objects.get(action="consolidate_drafts", by=clerk).after == {"joined": f"{first}, {second}"}
    gone = AuditRecord.objects.filter(action="delete_draft", reason=f"Joined into {joined}")
    assert set(gone.values_list("subject_id", flat=True)) == {first.pk, second.pk}


def test_each_customer_and_month_becomes_one(company, customer):
    other = world.make_customer(company, "Castell AG")
    drafts = [
        world.draft(who, "1.00", dated_on=date(2026, month, day))
        for who in (customer, other)
        for month in (3, 4)
        for day in (1, 30)
    ]

    joined = join(company, *drafts)

    assert [(one.customer.name, str(one.dated_on), one.total) for one in joined] == [
        ("Bramble GmbH", "2026-03-30", Decimal(2)),
        ("Bramble GmbH", "2026-04-30", Decimal(2)),
        ("Castell AG", "2026-03-30", Decimal(2)),
        ("Castell AG", "2026-04-30", Decimal(2)),
    ]


@pytest.mark.parametrize(
    ("details", "reason"),
    [
        ({"currency": "USD", "exchange_rate": Decimal(1)}, "in different currencies"),
        ({"net_days": 3}, "different days to pay"),
        ({"prices_include_tax": True}, "prices with tax"),
        ({"discount_amount": Decimal("0.10")}, "discount on the whole"),
        ({"due_on": date(2026, 3, 9)}, "due day of its own"),
        ({"kind": DocumentKind.CREDIT_MEMO}, "credit memo is not joined"),
        ({"is_deposit": True}, "deposit is not joined"),
    ],
)
def test_what_does_not_fit_together_is_refused_with_the_reason_and_stays(company, customer, details, reason):
    drafts = [world.draft(customer, "1.00", dated_on=MARCH), world.draft(customer, "2.00", dated_on=MARCH, **details)]
    with pytest.raises(Refused, match=f"Bramble GmbH, March 2026: .*{reason}") as refusal:
        join(company, *drafts)

    assert refusal.value.code == "cannot_be_joined"
    assert Invoice.objects.count() == 2


def test_what_belongs_to_another_document_or_has_files_is_refused(company, customer):
    issued, plain = world.issue(customer, "9.00", MARCH), world.draft(customer, "1.00")
    with_file = world.draft(customer, "2.00")
    attach_file(with_file.pk, "note.pdf", b"%PDF-1.7 as agreed", goes_along=False, by=None)
    note = draft_debit_note(issued.pk, by=None)
    anew = correct_invoice(issued.pk, reason="Wrong price", by=None, on=company.today())
    for draft, reason in ((with_file, "has files"), (note, "debit note is not"), (anew, "place of an invoice")):
        with pytest.raises(Refused, match=reason):
            join(company, plain, draft)
    assert with_file.attachments.count() == 1


def test_one_alone_none_or_an_issued_one_is_refused(company, customer):
    one, other = world.draft(customer, "1.00", dated_on=MARCH), world.draft(customer, "1.00", dated_on=MARCH)
    with pytest.raises(Refused, match="only one draft"):
        join(company, one)
    with pytest.raises(Refused, match="Choose the drafts"):
        join(company)
    issue_invoice(other.pk, by=None, on=MARCH)
    with pytest.raises(Refused) as refusal:
        join(company, one, other)
    assert refusal.value.code == "not_a_draft"
    with pytest.raises(Refused, match="thrown one of these drafts away"):
        consolidate_drafts(company, [one.pk, 10**9], by=None)


def test_joining_twice_is_refused_and_joins_once(company, customer):
    drafts = [world.draft(customer, "1.00", dated_on=MARCH) for _ in range(2)]
    join(company, *drafts)
    with pytest.raises(Refused):
        join(company, *drafts)

    assert Invoice.objects.get().total == 2


def test_recurring_periods_point_to_the_joined_draft(company, customer):
    today = company.today()
    made = [world.make_recurring(customer, "5.00", today, name=name, issues=False, most=1) for name in ("A", "B")]
    for recurring in made:
        bill_recurring(recurring.pk)

    [joined] = join(company, *Invoice.objects.all())

    assert [recurring.occurrences.get().invoice for recurring in made] == [joined, joined]
    assert (joined.period_from, joined.total) == (today, Decimal(10))


def test_drafts_without_a_day_count_for_the_month_they_were_made_in(company, customer):
    [group] = bundles([world.draft(customer, "1.00"), world.draft(customer, "2.00")])

    assert (group.month, group.problem) == (company.today().replace(day=1), "")

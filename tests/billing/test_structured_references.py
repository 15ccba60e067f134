"""Belgian structured communications and Norwegian KIDs: printed on documents, and found again in what payers write."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.payment_codes.references import as_printed, belgian_reference, document_of, norwegian_reference
from office.models import BankAccount
from office.models.company import PaymentReference
from payments.models import BankMatch
from payments.operations.take_bank_file import take_and_match
from tests import world
from tests.payments.bank_samples import OURS, camt, detail, entry, statement

DAY = date(2026, 2, 1)


def test_a_belgian_reference_has_two_check_digits_and_a_printed_form() -> None:
    assert belgian_reference(42) == "000000004242"
    assert belgian_reference(97) == "000000009797"  # a rest of nothing is written 97
    assert as_printed("000000004242") == "+++000/0000/04242+++"
    assert as_printed("000000004243") == "000000004243"


def test_a_norwegian_reference_has_one() -> None:
    assert norwegian_reference(42) == "00000000422"


@pytest.mark.parametrize("reference", ["000000004243", "00000000423", "42", "٤٢" * 6, "1" * 30, ""])
def test_what_is_no_reference_names_no_document(reference: str) -> None:
    assert document_of(reference) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "make"),
    [(PaymentReference.BELGIAN, belgian_reference), (PaymentReference.NORWEGIAN, norwegian_reference)],
)
def test_a_payment_that_names_it_settles_its_document_by_itself(
    company: Any, customer: Any, kind: Any, make: Any
) -> None:
    company.payment_reference = kind
    company.save()
    invoice = world.issue(customer, "120.00", DAY)
    assert invoice.payment_reference == make(invoice.pk)

    BankAccount.objects.create(company=company, name="Main", holder="Alder Ltd", iban=OURS, currency="EUR")
    said = detail("120.00", as_printed(invoice.payment_reference), name="Somebody")
    content = camt(statement(entry("120.00", said), opening="0.00", closing="120.00"))
    assert take_and_match(company, "m.xml", content, by=None).matched == 1
    assert BankMatch.objects.get().rule == "reference"
    assert world.item_of(invoice).balance == Decimal(0)

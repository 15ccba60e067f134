"""What a remittance advice says is proposed, and applied without a person only where nothing is left to decide."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import Dispute, Invoice
from customers.operations.manage_terms import PartDetails, TermsDetails, add_terms
from payments.bank import left_of
from payments.models import (
    BankLine,
    BankMatch,
    PayerAccount,
    Receipt,
    Remittance,
    RemittanceUse,
    Rest,
    SettledItem,
    WriteOff,
)
from payments.operations.match_bank_line import match_bank_line
from payments.operations.match_certain import match_piece
from payments.operations.receive_payment import Plan
from payments.operations.set_match_policy import PolicyDetails, set_match_policy
from payments.operations.set_payment_policy import set_payment_policy
from payments.operations.take_remittance import AdviceDetails, take_remittance, withdraw_remittance
from payments.proposals import proposals_for
from reports.book_check import check_book
from tests import world
from tests.api.calling import Program, refused
from tests.payments.advice_samples import table
from tests.payments.test_match_certain import taken

pytestmark = pytest.mark.django_db
DAY, BEFORE, LATELY = date(2026, 3, 2), date(2026, 2, 1), date(2026, 2, 25)
IBAN = "DE89370400440532013000"


def advice(company: Any, *rows: str, number: str = "RA-123", **more: Any) -> Remittance:
    details = AdviceDetails(paid_on=DAY, payer_reference=number, **more)
    return take_remittance(company, "advice.csv", table(*rows), details, by=None)


@pytest.fixture
def unattended(company: Any) -> Any:
    return set_match_policy(company, PolicyDetails(advice=True), by=None)


@pytest.fixture
def early(company: Any, customer: Any) -> Invoice:
    """100.00, with 2 % for paying within ten days."""
    details = TermsDetails("2/10", [PartDetails(30)], discount_percent=Decimal(2), discount_days=10)
    return world.issue(customer, "100.00", LATELY, terms_id=add_terms(company, details, by=None).pk)


@pytest.fixture
def plain(customer: Any) -> Invoice:
    return world.issue(customer, "50.00", BEFORE)


def rows_of(early: Invoice, plain: Invoice) -> list[str]:
    return [f"{early.number},100.00,2.00,98.00,Skonto", f"{plain.number},,,50.00,"]


def open_of(*papers: Invoice) -> list[Decimal]:
    return [world.open_of(paper) for paper in papers]


def test_it_is_applied_without_a_person_just_as_it_says(
    company: Any, unattended: Any, early: Invoice, plain: Invoice
) -> None:
    said = advice(company, *rows_of(early, plain))
    [line] = taken(company, ("148.00", "Thank you", "Bramble"))
    assert match_piece(company, by=None).matched == 1

    receipt = Receipt.objects.get()
    assert (receipt.amount, receipt.bank_line, receipt.received_on) == (148, line, DAY)
    assert open_of(early, plain) == [0, 0]
    assert RemittanceUse.objects.get().remittance == said
    said.refresh_from_db()
    assert said.bank_line == line
    match = BankMatch.objects.get()
    assert (match.rule, match.reasons[0]) == ("advice", "advice RA-123 of 2 March says so: 2 documents")
    assert list(SettledItem.objects.order_by("item").values_list("rest", "rest_amount")) == [
        ("discount", 2),
        ("open", 0),
    ]
    assert check_book() == []
    assert match_piece(company, by=None).looked_at == 0


@pytest.mark.parametrize("text", ["Payment RA-123", "ra-123, thanks", "RA123/1"])
def test_the_payers_number_says_it_whoever_pays(
    company: Any, unattended: Any, early: Invoice, plain: Invoice, text: str
) -> None:
    advice(company, *rows_of(early, plain))
    taken(company, ("148.00", text, "Somebody"))

    assert match_piece(company, by=None).matched == 1


@pytest.mark.parametrize(
    ("amount", "text", "name"),
    [("148.00", "Thank you", "Somebody"), ("147.99", "RA-123", "Bramble"), ("148.00", "XRA-123", "Somebody")],
)
def test_of_another_amount_or_where_nobody_says_whose_it_is_it_waits(
    company: Any, unattended: Any, early: Invoice, plain: Invoice, amount: str, text: str, name: str
) -> None:
    advice(company, *rows_of(early, plain))
    taken(company, (amount, text, name))

    assert match_piece(company, by=None).matched == 0


def test_by_itself_a_company_lets_a_person_look_and_proposes_it(company: Any, early: Invoice, plain: Invoice) -> None:
    advice(company, *rows_of(early, plain))
    [line] = taken(company, ("148.00", "Thank you", "Bramble"))
    assert match_piece(company, by=None).matched == 0

    proposal = proposals_for(line)[0].proposal
    assert [(share.debt.reference, share.amount, share.discount) for share in proposal.shares] == [
        (early.number, 98, 2),
        (plain.number, 50, 0),
    ]
    assert proposal.reasons == (
        "advice RA-123 of 2 March says so: 2 documents",
        "has the payer's name",
        "the amount is exactly what it comes to",
    )


def test_of_a_customer_for_whom_nothing_speaks_or_against_whom_something_does_it_waits(
    company: Any, unattended: Any, early: Invoice, plain: Invoice, clerk: Any
) -> None:
    other = world.make_customer(company, "Cedar AG")
    first, second = taken(company, ("1.00", "x", "Cedar", IBAN), ("148.00", "RA-123", "Somebody", IBAN))
    match_bank_line(first.pk, other, Decimal(1), Plan(), by=clerk)
    assert PayerAccount.objects.get().customer == other
    advice(company, *rows_of(early, plain))

    assert match_piece(company, by=None).matched == 0
    assert left_of(second) == 148


def test_where_two_advices_fit_the_line_waits_whatever_it_names(company: Any, unattended: Any, plain: Invoice) -> None:
    first = advice(company, f"{plain.number},,,50.00,", number="RA-1")
    advice(company, f"{plain.number.lower()},,,50.00,", number="RA-2")
    taken(company, ("50.00", plain.number, "Bramble"))
    assert match_piece(company, by=None).matched == 0

    withdraw_remittance(first.pk, reason="Sent twice", by=None)
    assert match_piece(company, by=None).matched == 1


def test_what_the_line_names_and_an_advice_confirms_uses_the_advice(company: Any, plain: Invoice) -> None:
    said = advice(company, f"{plain.number},,,50.00,")
    taken(company, ("50.00", plain.number, "Bramble"))
    assert match_piece(company, by=None).matched == 1

    assert BankMatch.objects.get().rule == "number_and_payer"
    assert RemittanceUse.objects.get().remittance == said
    assert open_of(plain) == [0]


def test_where_the_line_names_something_else_that_fits_it_waits(
    company: Any, unattended: Any, customer: Any, plain: Invoice
) -> None:
    other = world.issue(customer, "50.00", BEFORE)
    advice(company, f"{plain.number},,,50.00,")
    taken(company, ("50.00", other.number, "Bramble"))

    assert match_piece(company, by=None).matched == 0


def test_where_a_document_of_it_was_paid_meanwhile_it_waits_and_says_why(
    company: Any, unattended: Any, customer: Any, early: Invoice, plain: Invoice
) -> None:
    advice(company, *rows_of(early, plain))
    world.apply(world.receive(customer, "50.00", BEFORE), plain, "50.00", LATELY)
    [line] = taken(company, ("148.00", "RA-123", "Bramble"))
    assert match_piece(company, by=None).matched == 0

    found = proposals_for(line)[0].proposal
    assert found.advice is None
    assert f"advice RA-123 of 2 March says so, but {plain.number}: Nothing is open of it." in found.reasons


@pytest.mark.parametrize(
    "row", ["{},50.00,2.00,48.00,Skonto", "{},50.00,2.00,48.00,damaged", "{},50.00,2.00,48.00,fee"]
)
def test_with_a_deduction_that_is_no_discount_in_time_it_waits(
    company: Any, unattended: Any, plain: Invoice, row: str
) -> None:
    advice(company, row.format(plain.number))
    taken(company, ("48.00", "RA-123", "Bramble"))

    assert match_piece(company, by=None).matched == 0


@pytest.fixture
def site(company: Any, client: Client) -> Client:
    client.force_login(world.make_user(company, "manager"))
    return client


def accepted(site: Client, line: BankLine) -> str:
    """What the queue answers where its first proposal for a line is accepted, as its own form sends it."""
    page = site.get(reverse("payments:bank_queue")).content.decode()
    row = page[page.index(f'id="line-{line.pk}"') :]
    form = re.search(r'<form method="post" action="([^"]+)".*?</form>', row, re.DOTALL)
    assert form
    typed = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
    return site.post(form[1], typed, headers={"HX-Request": "true"}).content.decode()


@pytest.mark.parametrize(
    ("words", "rest", "left"),
    [
        ("Skonto", Rest.LATE_DISCOUNT, 0),
        ("bank charge", Rest.BANK_FEE, 0),
        ("damaged", Rest.DISPUTE, 2),
        ("short delivery", Rest.DISPUTE, 2),
        ("as agreed", Rest.DISPUTE, 2),
        ("VAT", Rest.OPEN, 2),
        ("", Rest.OPEN, 2),
    ],
)
def test_in_the_queue_one_key_applies_it_with_its_deductions_coded_and_another_takes_it_back(
    company: Any, site: Client, plain: Invoice, words: str, rest: Rest, left: int
) -> None:
    said = advice(company, f"{plain.number},50.00,2.00,48.00,{words}")
    [line] = taken(company, ("48.00", "RA-123", "Bramble"))
    assert "records €48.00 from Bramble GmbH." in accepted(site, line)

    done = SettledItem.objects.get()
    assert (done.rest, done.rest_amount, open_of(plain)) == (rest, 2, [left])
    assert (WriteOff.objects.count(), Dispute.objects.count()) == (rest == Rest.BANK_FEE, rest == Rest.DISPUTE)
    receipt = Receipt.objects.get()
    assert (receipt.bank_match.rule, RemittanceUse.objects.get().remittance) == ("", said)
    assert check_book() == []

    undo = site.post(reverse("payments:undo_match", args=[receipt.pk]), headers={"HX-Request": "true"}).content.decode()
    assert "dvice RA-123 of 2 March says so" in undo
    assert (open_of(plain), left_of(line)) == ([50], 48)
    assert not Dispute.objects.filter(status="open").exists()
    assert check_book() == []


def test_a_small_difference_is_a_persons_to_let_pass_on_the_lines_page(
    company: Any, site: Client, plain: Invoice
) -> None:
    set_payment_policy(company, {"tolerance_amount": Decimal(5), "tolerance_percent": Decimal(5)}, by=None)
    said = advice(company, f"{plain.number},50.00,0.02,49.98,")
    [line] = taken(company, ("49.98", "RA-123", "Bramble"))
    item = world.item_of(plain).pk
    assert f'name="rest_{item}"' in site.get(reverse("payments:bank_line", args=[line.pk])).content.decode()

    page = reverse("payments:apply_remittance", args=[line.pk, said.pk])
    wrong = site.post(page, {f"rest_{item}": "dispute:0"}, follow=True).content.decode()
    assert "That is not yours to say of what they took off." in wrong
    site.post(page, {f"rest_{item}": "tolerance"})
    assert (SettledItem.objects.get().rest, open_of(plain)) == (Rest.TOLERANCE, [0])


def test_a_program_says_what_becomes_of_what_they_took_off_or_leaves_it_open(
    company: Any, plain: Invoice, early: Invoice
) -> None:
    said = advice(company, f"{plain.number},50.00,2.00,48.00,bank fee")
    [line] = taken(company, ("48.00", "RA-123", "Bramble"))
    body = {"bank_line": line.pk, "rests": [{"item": world.item_of(plain).pk, "rest": "discount"}]}
    program = Program(world.make_user(company, "manager"))
    assert refused(program.post(f"remittances/{said.pk}/apply/", body)) == (409, "discount_not_earned")
    assert not Receipt.objects.exists()

    body["rests"][0]["rest"] = "bank_fee"
    assert program.post(f"remittances/{said.pk}/apply/", body).status_code == 201
    assert (open_of(plain), WriteOff.objects.get().amount) == ([0], 2)
    assert program.put("match-policy/", {"advice": True}).json()["advice"] is True

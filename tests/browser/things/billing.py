"""Documents, and what is around them, to look at."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from billing.models import AccuracyFinding, DisputeOutcome, DisputeSource, Invoice, ReasonCode, RecurringInvoice
from billing.operations.answer_dispute import answer_dispute, reply_to_dispute
from billing.operations.attach_to_dispute import attach_to_dispute
from billing.operations.bill_recurring import bill_recurring
from billing.operations.close_dispute import close_dispute
from billing.operations.credit_invoice import credit_invoice
from billing.operations.escalate_dispute import escalate_dispute
from billing.operations.manage_billing_runs import prepare_billing_run
from billing.operations.manage_exemptions import ExemptionDetails, add_exemption
from billing.operations.manage_opening import set_opening_totals
from billing.operations.manage_price_lists import UseDetails, assign_price_list
from billing.operations.manage_taxes import RateDetails, TaxDetails, add_tax
from billing.operations.mark_printed import mark_printed
from billing.operations.open_dispute import DisputeDetails, open_dispute
from billing.operations.work_findings import assign_findings, dismiss_findings
from office.approvals.asking import ApprovalNeeded
from office.operations.ask_approval import ask_approval
from office.operations.comment import comment
from office.operations.set_approval_rules import set_approval_rules
from office.talk.topics import About
from office.tasks import carry_out_run
from tests import world
from tests.billing.opening import FILE, load, opening_of
from tests.billing.ordered import ids_of, order_of
from tests.billing.sweeping import sweep


def a_request(invoice: Invoice) -> int:
    """A credit that waits for a manager, asked by a clerk."""
    company = invoice.company
    set_approval_rules(company, {"credit_invoice": (Decimal(50), "manager")}, by=None)
    with pytest.raises(ApprovalNeeded) as needed:
        credit_invoice(invoice.pk, Decimal(90), reason="Goodwill", by=world.make_user(company), on=company.today())
    return ask_approval(needed.value, by=world.make_user(company)).pk


def with_certificate(company: Any, customer: Any) -> int:
    """A tax that needs a certificate, which the customer has shown."""
    rates = [RateDetails(Decimal(0), "E", "Bought for resale"), RateDetails(Decimal(2), name="Levy", kind="on_top")]
    tax = add_tax(company, TaxDetails("Resale", rates, needs_certificate=True), by=None)
    add_exemption(customer.pk, ExemptionDetails(tax.pk, "TX-77", company.today()), by=None)
    return tax.pk


def taken_over(company: Any, day: Any) -> dict[str, int]:
    """An opening whose totals differ by a payment that was not loaded, with a load and documents."""
    opening = opening_of(company, on=day)
    files = FILE.replace("2026-", f"{day.year - 1}-").replace("2025-", f"{day.year - 2}-")
    load(opening, files.replace("Cedar,Invoice,1060", "Cedar,Bill,1060").replace("80,0", "80,80"))
    load(opening, files)
    set_opening_totals(opening.pk, {"EUR": Decimal("1587.50")}, by=None)
    return {"opening": opening.pk, "opening_item": opening.items.earliest("pk").pk}


def on_paper(company: Any, day: Any) -> dict[str, int]:
    """A document that waits to be printed, and one that was printed."""
    customer = world.make_customer(company, "Dunmore Ltd", gets_paper=True)
    waiting, printed = (world.issue(customer, amount, day) for amount in ("480.00", "75.50"))
    mark_printed([printed.pk], by=world.make_user(company, "collector"))
    return {"waiting": waiting.pk, "printed": printed.pk}


def a_recurring_invoice(customer: Any, vat: Any) -> int:
    """One with a document made, one parked, a part of a month, usage and a new price ahead."""
    today = customer.company.today()
    lines = [
        world.recurring_line("80.00", tax=vat, description="Support {month} {year}"),
        world.recurring_line("0.02", tax=vat, description="Calls", meter="calls", new_price=1, new_price_from=today),
    ]
    start = today - timedelta(days=70)
    recurring = world.make_recurring(
        customer, lines, start, name="Support", wanted_day=1, internal_note="Renews in May"
    )
    world.use(customer, "1200", today - timedelta(days=30), meter="calls")
    RecurringInvoice.objects.update(confirmed_until=today)
    bill_recurring(recurring.pk)
    recurring.occurrences.filter(pk=recurring.occurrences.last().pk).update(
        outcome="parked", invoice=None, problem="That month is closed. Choose a later date, or have the month reopened."
    )
    return recurring.pk


def a_priced_product(customer: Any, vat: Any) -> tuple[Any, Any]:
    """A product with breaks on a list that a customer gets."""
    product = world.make_product(customer.company, "SHELF-180", name="Oak shelf, 180 cm", tax_id=vat.pk)
    price_list = world.make_price_list(customer.company, "Retail")
    world.make_price(product, price_list, "148.50")
    world.make_price(product, price_list, "139.125", from_quantity=Decimal(10), valid_from=customer.company.today())
    assign_price_list(price_list.pk, UseDetails(customer_id=customer.pk), by=None)
    return product, price_list


def an_ordered_draft(customer: Any, vat: Any) -> int:
    """A draft that bills a line of an order."""
    order = order_of(customer, ("5.00", "3"), po_number="PO-79")
    return world.draft(customer, [world.line("5.00", tax=vat, order_line_id=ids_of(order)[0])]).pk


def a_billing_run(company: Any) -> int:
    """One that was looked at and waits to be started, with a document that is refused."""
    world.draft(world.make_customer(company, "Castell AG"), [world.line("5.00"), world.line("-9.00")])
    run = prepare_billing_run(company, "issue", Invoice.objects.all(), by=world.make_user(company, "clerk"))
    carry_out_run(run.pk)
    return run.pk


def disputes(customer: Any, day: Any) -> dict[str, int]:
    """One that a customer opened over a line, past its day, with talk, notes and files; and one that was refused."""
    invoice = world.issue(customer, [world.line("40.00", description="Shelf"), world.line("60.00")], day)
    code = ReasonCode.objects.get(company=customer.company, code="quality_disputed").pk
    details = DisputeDetails(code, "Two boards came broken.", lines={invoice.lines.first().pk: None}, respond_by=day)
    eva = customer.contacts.first()
    opened = open_dispute(invoice.entry_id, details, on=day, by=None, source=DisputeSource.CUSTOMER, contact=eva)
    answer_dispute(opened.pk, "Please send us a photo of both.", by=None)
    reply_to_dispute(opened.pk, "Here it is.", contact=eva)
    attach_to_dispute(opened.pk, "boards.png", b"\x89PNG\r\n\x1a\n", contact=eva)
    comment(opened.company, About.of(opened), "The same carrier as last time.", by=world.make_user(opened.company))
    attach_to_dispute(opened.pk, "carrier.pdf", b"%PDF-1.7 note", is_inside=True)
    escalate_dispute(opened.pk)
    details = DisputeDetails(code, "All of it is late.", said_by="Ms Green", amount=Decimal(10))
    closed = open_dispute(invoice.entry_id, details, on=day, by=None)
    close_dispute(closed.pk, DisputeOutcome.REFUSED, on=day, by=None, note="It came on the agreed day.")
    return {"dispute": opened.pk, "dispute_closed": closed.pk, "disputed_invoice": invoice.pk}


def findings(company: Any) -> dict[str, int]:
    """What the accuracy checks found in all of it, some of it dismissed and given on."""
    sweep(company)
    by = world.make_user(company, name="Una Reed")
    first, second, third = AccuracyFinding.objects.filter(company=company).order_by("pk")[:3]
    dismiss_findings([second.pk], "Agreed on the phone.", by=by)
    assign_findings([third.pk, first.pk], by.pk, by=by)
    return {"finding": first.pk, "finding_dismissed": second.pk}

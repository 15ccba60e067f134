"""One of each thing that a page can be about."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group

from billing.operations.credit_invoice import credit_invoice
from billing.operations.draft_debit_note import draft_debit_note
from billing.operations.send_invoice import send_invoice
from billing.operations.void_invoice import void_invoice
from office.mail.handing_over import hand_over
from tests import world
from tests.browser.things.bank import from_the_bank
from tests.browser.things.billing import (
    a_billing_run,
    a_priced_product,
    a_recurring_invoice,
    a_request,
    an_ordered_draft,
    disputes,
    findings,
    on_paper,
    taken_over,
    with_certificate,
)
from tests.browser.things.credit_control import a_late_charge, a_provision, statements
from tests.browser.things.customers import (
    a_change,
    a_given_mandate,
    an_applicant,
    asked_of_data,
    look_alikes,
    on_hold,
    with_mandate,
)
from tests.browser.things.office import (
    a_deputy,
    a_policy,
    a_run,
    a_task,
    a_team,
    an_audit_record,
    an_unusual_day,
    saved_views,
    webhooks,
)
from tests.browser.things.orders import orders
from tests.browser.things.payments import (
    a_batch,
    a_chargeback,
    a_paid_notice,
    a_short_payment,
    a_write_off,
    debit_runs,
    in_dollars,
    repayments,
    returned_payment,
)
from tests.browser.things.reports import book_checks, journals, months


def make_things(company: Any, customer: Any) -> dict[str, int]:
    """One of each thing a page can be about."""
    day = company.today() - timedelta(days=40)
    vat = world.make_tax(company, "19")
    invoice = world.issue(customer, [world.line("100.00", "3", tax=vat)], day, po_number="PO-77", note="Thank you")
    receipt = world.receive(customer, "150.00", day)
    world.apply(receipt, invoice, "120.00", day)
    memo = credit_invoice(invoice.pk, {invoice.lines.get().pk: 1}, reason="Damaged", by=None, on=day)
    void = void_invoice(world.issue(customer, "9.00", day).pk, reason="twice", by=None, on=day)
    world.draft(customer, "12.00", po_number="PO-78")
    [mail] = send_invoice(invoice.pk, by=None)
    hand_over(mail.pk)
    on_hold(company, customer)
    look_alikes(customer)
    product, price_list = a_priced_product(customer, vat)
    return {
        "product": product.pk,
        "price_list": price_list.pk,
        "customer": customer.pk,
        "applicant": an_applicant(company),
        "change_request": a_change(customer),
        **asked_of_data(customer),
        **with_mandate(customer),
        "given_mandate": a_given_mandate(company),
        **debit_runs(company),
        **repayments(company),
        "invoice": invoice.pk,
        "draft": an_ordered_draft(customer, vat),
        "recurring": a_recurring_invoice(customer, vat),
        "memo": memo.pk,
        "request": a_request(invoice),
        "debit_note": draft_debit_note(invoice.pk, by=None).pk,
        "void": void.pk,
        **on_paper(company, day),
        "receipt": receipt.pk,
        **from_the_bank(customer, invoice),
        "mail": mail.pk,
        "chargeback": a_chargeback(customer, day),
        "paid_notice": a_paid_notice(customer),
        **disputes(customer, day),
        **orders(customer, day),
        "card_receipt": world.receive(customer, "33.00", day, method="card").pk,
        **in_dollars(customer, day),
        "receipt_batch": a_batch(customer, day),
        "settlement": a_short_payment(customer, day),
        "write_off": a_write_off(customer, vat, day),
        "fee": returned_payment(customer, day),
        **a_late_charge(company),
        "provision_posting": a_provision(company),
        "task": a_task(invoice),
        "question": ("billing.invoice", invoice.pk),
        "text": ("invoice", "en"),
        "run": a_run(company),
        "deputy": a_deputy(company),
        "team": a_team(company),
        "unusual_day": an_unusual_day(company),
        "policy": a_policy(company),
        **webhooks(company),
        "role": Group.objects.get(name="sales").pk,
        "audited": an_audit_record(company),
        "shared_view": saved_views(company),
        "billing_run": a_billing_run(company),
        **statements(company, customer),
        **book_checks(company, invoice),
        "person": world.make_user(company, "sales", name="Sal Winter").pk,
        "tax": with_certificate(company, customer),
        **journals(company, day),
        **months(company),
        **findings(company),
        **taken_over(company, day),
    }

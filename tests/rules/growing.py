"""More of each thing that a list shows: a customer of a company gets so many of them."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from billing.models import Invoice, Opening, RecurringInvoice
from billing.operations.manage_billing_runs import prepare_billing_run
from billing.operations.send_invoice import send_invoice
from billing.operations.work_findings import assign_findings
from credit_control.models import LateChargeRule, ReminderLadder
from credit_control.operations.ask_plan import Wish, ask_plan
from credit_control.operations.hand_to_agency import HandOverDetails, hand_to_agency
from credit_control.operations.provide_month import provide_month
from credit_control.operations.record_promise import PromiseDetails, record_promise
from credit_control.operations.set_provisions import set_provision_rates
from customers.models import Customer
from customers.operations.ask_change import ask_change
from customers.operations.manage_applications import ApplicationDetails, apply_for_account
from customers.operations.note_privacy_request import note_privacy_request
from ledger.calendar import add_months
from ledger.models import Period
from office.models import UnusualDay, User
from office.operations.keep_view import save_view
from office.operations.make_task import make_task
from office.talk.topics import About
from office.web.asking import KnownAddress
from payments.operations.reverse_receipt import reverse_receipt
from tests import world
from tests.billing.disputing import dispute
from tests.billing.opening import load, opening_of
from tests.billing.ordering import make_order, ship
from tests.billing.sweeping import finding
from tests.credit_control.planning import agreed
from tests.credit_control.reminding import ladder, remind
from tests.credit_control.samples import claim, rule_for, statement_run
from tests.reports.closings import kept
from tests.reports.journals import export
from tests.rules.growing_payments import (
    more_accounts,
    more_advice,
    more_bank_lines,
    more_batches,
    more_chargebacks,
    more_debit_runs,
    more_mandates,
    more_online_payments,
    more_paid_notices,
    more_payers,
    more_receipts,
    more_refunds,
    more_write_offs,
)

DAY = date(2026, 3, 2)


def manager_of(company: Any) -> User:
    """Somebody who may do what the rows are made by."""
    managers = User.objects.filter(companies=company, groups__name="manager")
    return managers.order_by("pk").first() or world.make_user(company, "manager")


def more_applications(customer: Any, count: int) -> None:
    for number in range(count):
        applicant = world.make_customer(customer.company, f"Applicant{number}")
        apply_for_account(applicant.pk, ApplicationDetails(Decimal(5)), by=None)


def more_look_alikes(customer: Any, count: int) -> None:
    for number in range(count):
        (
            world.make_customer(customer.company, f"Twin{number} GmbH"),
            world.make_customer(customer.company, f"Twin{number}"),
        )


def more_customers(customer: Any, count: int) -> None:
    for _ in range(count):
        world.issue(world.make_customer(customer.company, "Castell AG"), "10.00", DAY)


def more_changes(customer: Any, count: int) -> None:
    for number in range(count):
        other = world.make_customer(customer.company, f"Moved {number}")
        ask_change(other.contacts.get().pk, "address", {"street": f"{number} High Street"})


def more_privacy_requests(customer: Any, count: int) -> None:
    for number in range(count):
        asker = world.make_customer(customer.company, f"Asker {number}").contacts.get()
        note_privacy_request(asker, "access", asked_on=DAY, note="By mail", by=None)


def more_holds(customer: Any, count: int) -> None:
    for number in range(count):
        world.hold(world.make_customer(customer.company, f"Held {number}"))


def more_invoices(customer: Any, count: int) -> None:
    for _ in range(count):
        send_invoice(world.issue(customer, "10.00", DAY).pk, by=None)


def more_to_print(customer: Any, count: int) -> None:
    for number in range(count):
        world.issue(world.make_customer(customer.company, f"Paper {number}", gets_paper=True), "10.00", DAY)


def more_disputes(customer: Any, count: int) -> None:
    for _ in range(count):
        dispute(world.issue(customer, "5.00", DAY), owner_id=world.make_user(customer.company).pk)


def more_findings(customer: Any, count: int) -> None:
    for _ in range(count):
        assign_findings([finding(world.draft(customer, "5.00")).pk], None, by=world.make_user(customer.company))


def more_plan_requests(customer: Any, count: int) -> None:
    today = customer.company.today()
    for number in range(count):
        other = world.make_customer(customer.company, f"Asked {number}")
        world.issue(other, "90.00", today - timedelta(days=60), due_on=today - timedelta(days=30))
        ask_plan(other.contacts.get().pk, Wish("EUR", 3, today + timedelta(days=5)), on=today)


def more_taken_over(customer: Any, count: int) -> None:
    """Documents of other customers, taken over from another product."""
    under_way = Opening.objects.first() or opening_of(customer.company, on=DAY)
    rows = [f"Alder {Opening.objects.count()}-{uuid4()},1,2026-01-05,10.00" for _ in range(count)]
    load(under_way, "\n".join(["Customer,Number,Date,Open", *rows]))


def more_late_charges(customer: Any, count: int) -> None:
    """Late debts of other customers, half of them charged."""
    LateChargeRule.objects.exists() or rule_for(customer.company)
    for number in range(count):
        debtor = world.make_customer(customer.company, f"Late {Customer.objects.count()}")
        world.issue(debtor, "500.00", DAY, due_on=DAY)
        number % 2 or claim(debtor, DAY + timedelta(days=30))


def more_reminders(customer: Any, count: int) -> None:
    """Late debts of other customers, half of them reminded of."""
    ReminderLadder.objects.exists() or ladder(customer.company, [1])
    for number in range(count):
        debtor = world.make_customer(customer.company, f"Slow {Customer.objects.count()}")
        world.issue(debtor, "50.00", DAY, due_on=DAY)
        number % 2 or remind(debtor)


def more_hand_overs(customer: Any, count: int) -> None:
    for _ in range(count):
        item = world.item_of(world.issue(customer, "10.00", DAY))
        details = HandOverDetails("Swift", [item.pk], was_warned=True)
        hand_to_agency(customer.pk, details, on=customer.company.today(), by=None)


def more_postings(customer: Any, count: int) -> None:
    company = customer.company
    if not company.provision_tables.exists():
        set_provision_rates(company, DAY, [(0, Decimal(50))], late_days=90, on=company.today(), by=None)
    for _ in range(count):
        world.issue(customer, "10.00", DAY)
        provide_month(company, DAY, by=None)


def more_plans(customer: Any, count: int) -> None:
    for _ in range(count):
        agreed(customer, [world.issue(customer, "10.00", DAY)], (10, "5.00"), (40, "5.00"))


def more_own_customers(customer: Any, count: int) -> None:
    seller = manager_of(customer.company)
    for number in range(count):
        own = world.make_customer(customer.company, f"Own {number}", sales_owner_id=seller.pk)
        world.issue(own, "10.00", DAY)


def more_missed(customer: Any, count: int) -> None:
    today = customer.company.today()
    for number in range(count):
        other = world.make_customer(
            customer.company, f"Debtor {number}", sales_owner_id=world.make_user(customer.company, "sales").pk
        )
        receipt = world.receive(other, "10.00", today)
        reverse_receipt(receipt.pk, dated_on=today, by=None, reason="No funds")


def more_promises(customer: Any, count: int) -> None:
    today = customer.company.today()
    for _ in range(count):
        item = world.item_of(world.issue(customer, "10.00", DAY))
        record_promise(customer.pk, PromiseDetails(today, "Eva", "EUR", item_ids=[item.pk]), on=today, by=None)


def more_recurring(customer: Any, count: int) -> None:
    for _ in range(count):
        name = f"Rent {RecurringInvoice.objects.count()}"
        world.make_recurring(customer, "10.00", customer.company.today(), name=name)


def more_orders(customer: Any, count: int) -> None:
    for _ in range(count):
        ship(make_order(customer), "1")


def more_usage(customer: Any, count: int) -> None:
    for _ in range(count):
        world.use(customer, "1", DAY)


def more_products(customer: Any, count: int) -> None:
    start = customer.company.products.count()
    price_list = customer.company.price_lists.first() or world.make_price_list(customer.company, "Retail")
    for number in range(start, start + count):
        world.make_price(world.make_product(customer.company, f"P{number}"), price_list, "5.00")


def more_price_lists(customer: Any, count: int) -> None:
    start = customer.company.price_lists.count()
    for number in range(start, start + count):
        world.make_price_list(customer.company, f"List {number}", is_default=False)


def more_statement_runs(customer: Any, count: int) -> None:
    for _ in range(count):
        statement_run(customer.company)


def more_statements(customer: Any, count: int) -> None:
    more_customers(customer, count)
    statement_run(customer.company, manager_of(customer.company), starts=True)


def more_billing_runs(customer: Any, count: int) -> None:
    world.draft(customer, "10.00")
    clerk = manager_of(customer.company)
    for _ in range(count):
        prepare_billing_run(customer.company, "issue", Invoice.objects.all(), by=clerk)


def more_journals(customer: Any, count: int) -> None:
    for _ in range(count):
        world.issue(customer, "1.00", DAY)
        export(customer.company, "csv", DAY)


def more_months(customer: Any, count: int) -> None:
    for _ in range(count):
        month = add_months(DAY.replace(day=1), -Period.objects.count() - 1)
        kept(customer.company, month)


def more_views(customer: Any, count: int) -> None:
    for _ in range(count):
        owner = world.make_user(customer.company)
        shows = KnownAddress("/invoices/", "", "Invoices")
        save_view(customer.company, "Theirs", shows, is_shared=True, by=owner)


def more_tasks(customer: Any, count: int) -> None:
    for _ in range(count):
        about = About.of(customer)
        make_task(customer.company, "call", "Call", key=str(uuid4()), by=None, about=about, department="sales")


def more_unusual_days(customer: Any, count: int) -> None:
    for _ in range(count):
        told = {"company": customer.company, "person": world.make_user(customer.company), "kind": "files"}
        UnusualDay.objects.create(day=customer.company.today(), count=31, usual=30, **told)


GROWING: dict[str, Callable[[Any, int], None]] = {
    "customers:customer_list": more_customers,
    "customers:application_list": more_applications,
    "customers:duplicates": more_look_alikes,
    "customers:hold_list": more_holds,
    "customers:account_list": more_accounts,
    "customers:change_request_list": more_changes,
    "customers:privacy_request_list": more_privacy_requests,
    "customers:mandate_list": more_mandates,
    "payments:debit_run_list": more_debit_runs,
    "payments:refund_list": more_refunds,
    "billing:invoice_list": more_invoices,
    "billing:print_queue": more_to_print,
    "billing:billing_run_list": more_billing_runs,
    "billing:recurring_list": more_recurring,
    "billing:order_list": more_orders,
    "billing:shipment_list": more_orders,
    "billing:usage_list": more_usage,
    "payments:receipt_list": more_receipts,
    "payments:chargeback_list": more_chargebacks,
    "payments:paid_notice_list": more_paid_notices,
    "billing:opening_item_list": more_taken_over,
    "billing:dispute_list": more_disputes,
    "billing:finding_list": more_findings,
    "payments:receipt_batch_list": more_batches,
    "payments:write_off_list": more_write_offs,
    "credit_control:late_charge_list": more_late_charges,
    "credit_control:statement_run_list": more_statement_runs,
    "credit_control:statement_list": more_statements,
    "credit_control:claim_late_charges": more_late_charges,
    "credit_control:my_customers": more_own_customers,
    "credit_control:missed_payment_list": more_missed,
    "credit_control:promise_list": more_promises,
    "credit_control:plan_list": more_plans,
    "credit_control:plan_request_list": more_plan_requests,
    "credit_control:hand_over_list": more_hand_overs,
    "credit_control:doubtful": more_hand_overs,
    "credit_control:provision_postings": more_postings,
    "credit_control:reminder_list": more_reminders,
    "credit_control:send_reminders": more_reminders,
    "credit_control:worklist": more_reminders,
    "payments:bank": more_bank_lines,
    "payments:bank_statement_list": more_bank_lines,
    "payments:bank_line_list": more_bank_lines,
    "payments:bank_queue": more_bank_lines,
    "payments:match_certain": more_bank_lines,
    "payments:payer_account_list": more_payers,
    "payments:unread_line_list": more_bank_lines,
    "payments:remittance_list": more_advice,
    "payments:online_payment_list": more_online_payments,
    "billing:product_list": more_products,
    "billing:price_list_list": more_price_lists,
    "office:audit_list": more_receipts,
    "office:view_list": more_views,
    "office:task_list": more_tasks,
    "office:unusual_list": more_unusual_days,
    "reports:ageing": more_customers,
    "reports:month_list": more_months,
    "reports:journal_list": more_journals,
    "reports:journal_book": more_customers,
    "reports:journal_compare": more_journals,
    "reports:journal_accounts": more_journals,
    "reports:book_checks": more_customers,
    "reports:book_items": more_customers,
    "reports:receivable_lines": more_customers,
    "home": more_invoices,
}

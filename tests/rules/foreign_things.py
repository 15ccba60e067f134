"""Which thing the address of each route names, and one of each: the world that somebody else must not see."""

import re
from datetime import date
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils import timezone

from billing.models import Invoice
from billing.operations.manage_attachments import attach_file
from billing.operations.manage_templates import save_template
from customers.operations.manage_terms import PartDetails, TermsDetails, add_terms
from ledger.models import Line
from office.models import LogIn, Run, RunStatus
from office.operations.create_api_token import create_api_token
from office.operations.set_own_day import set_own_day
from office.sealing import seal
from payments.models import BankLine, BankMonth, BankTie
from tests.browser.things.everything import make_things
from tests.office.logging_in import with_app

THINGS = {
    "account_link_id": "credit_control.AccountLink",
    "about_id": "billing.Invoice",
    "application_id": "customers.AccountApplication",
    "allocation_id": "ledger.Allocation",
    "attachment_id": "billing.Attachment",
    "charge_id": "credit_control.LateCharge",
    "chargeback_id": "payments.Chargeback",
    "comment_id": "office.Comment",
    "contact_id": "customers.Contact",
    "customer_id": "customers.Customer",
    "delivery_id": "office.WebhookDelivery",
    "deputy_id": "office.Deputy",
    "dispute_id": "billing.Dispute",
    "endpoint_id": "office.WebhookEndpoint",
    "entry_id": "ledger.Entry",
    "exchange_id": "payments.ReceiptExchange",
    "exemption_id": "billing.TaxExemption",
    "factor_id": "mfa.Authenticator",
    "finding_id": "billing.AccuracyFinding",
    "hand_over_id": "credit_control.HandOver",
    "hold_id": "customers.CreditHold",
    "invoice_id": "billing.Invoice",
    "item_id": "ledger.OpenItem",
    "journal_id": "reports.JournalBatch",
    "ladder_id": "credit_control.ReminderLadder",
    "line_id": "payments.BankLine",
    "link_id": "billing.DocumentLink",
    "log_in_id": "office.LogIn",
    "mail_id": "office.OutgoingMail",
    "mandate_id": "customers.Mandate",
    "mapping_id": "payments.BankMapping",
    "month_id": "payments.BankMonth",
    "notice_id": "payments.PaidNotice",
    "occurrence_id": "billing.Occurrence",
    "order_id": "billing.Order",
    "other_id": "customers.Customer",
    "opening_id": "billing.Opening",
    "own_day_id": "office.OwnDay",
    "pack_file_id": "reports.ClosePackFile",
    "pack_id": "reports.ClosePack",
    "payer_id": "payments.PayerAccount",
    "payment_id": "payments.OnlinePayment",
    "payout_id": "payments.Payout",
    "plan_id": "credit_control.PaymentPlan",
    "posting_id": "credit_control.ProvisionPosting",
    "price_list_id": "billing.PriceList",
    "product_id": "billing.Product",
    "promise_id": "credit_control.PaymentPromise",
    "proof_id": "billing.DeliveryProof",
    "rate_id": "billing.DatedRate",
    "reason_id": "billing.ReasonCode",
    "receipt_id": "payments.Receipt",
    "record_id": "office.AuditRecord",
    "recurring_id": "billing.RecurringInvoice",
    "refund_id": "payments.Refund",
    "reminder_id": "credit_control.Reminder",
    "remittance_id": "payments.Remittance",
    "request_id": "office.ApprovalRequest",
    "rule_id": "credit_control.LateChargeRule",
    "schedule_id": "office.ViewSchedule",
    "settlement_id": "payments.Settlement",
    "shipment_id": "billing.Shipment",
    "task_id": "office.Task",
    "tax_id": "billing.Tax",
    "team_id": "office.Team",
    "template_id": "billing.InvoiceTemplate",
    "terms_id": "customers.PaymentTerms",
    "tie_id": "payments.BankTie",
    "tolerance_id": "billing.Tolerance",
    "token_id": "office.ApiToken",
    "unread_id": "payments.UnreadLine",
    "use_id": "billing.PriceListUse",
    "user_id": "office.User",
    "view_id": "office.SavedView",
    "write_off_id": "payments.WriteOff",
}
BY_ROUTE = {
    r"customers?[/-]accounts/<int:account_id>": "customers.CustomerAccount",
    r"plan-requests/": "credit_control.PlanRequest",
    r"change-requests/": "customers.ChangeRequest",
    r"privacy(-requests)?/<int:request_id>": "customers.PrivacyRequest",
    r"bank/<int:account_id>": "office.BankAccount",
    r"(receipts/batches|receipt-batches)/": "payments.ReceiptBatch",
    r"repayments/": "payments.RepaymentBatch",
    r"disputes?[/-]files/": "billing.DisputeFile",
    r"chargebacks/files/": "payments.ChargebackFile",
    r"bank/files/": "payments.BankFile",
    r"bank[/-]statements/": "payments.BankStatement",
    r"(^|/)statements/(sent/)?<int:statement_id>": "credit_control.Statement",
    r"debit-runs/": "payments.DebitRun",
    r"invoices/import/": "run import_invoices",
    r"usage/import/": "run import_usage",
    r"opening/loads/": "run load_opening",
    r"opening/items/": "billing.OpeningItem",
    r"products/import/": "run import_products",
    r"orders/import/": "run import_orders",
    r"shipments/import/": "run import_shipments",
    r"medical-codes/import/": "run import_medical_codes",
    r"customers/import/": "run import_customers",
    r"receipts/apply/": "run apply_receipts",
    r"bank/tables/": "run take_bank_table",
    r"billing-runs/<int:run_id>": "run billing_issue",
    r"statement(s|-runs)/<int:run_id>": "run statements",
    r"^files/": "run make_file",
    r"office/runs/": "run import_customers",
}
"""Where the name alone does not say it, or the thing is a run of a kind."""


def kind_in(route: str) -> str:
    """What kind of thing a route names last; empty where it names none of a company's."""
    named = re.findall(r"<\w+:(\w+)>", route)
    special = next((kind for pattern, kind in BY_ROUTE.items() if re.search(pattern, route)), "")
    return special or next((THINGS[name] for name in reversed(named) if name in THINGS), "")


def thing_of(kind: str) -> Model:
    """The first of a kind: ours, as it was made before the stranger's company."""
    if kind.startswith("run "):
        return Run.objects.filter(kind=kind.removeprefix("run ")).earliest("pk")
    return apps.get_model(kind).objects.earliest("pk")


def make_everything(company: Any, customer: Any, clerk: Any) -> dict[str, int]:
    """One of each kind, and which of them each page is about."""
    things = make_things(company, customer)
    draft = Invoice.objects.filter(status="draft").earliest("pk")
    attach_file(draft.pk, "plan.pdf", b"%PDF-1.7 plan", goes_along=False, by=None)
    with_app(clerk)
    LogIn.objects.create(user=clerk, sealed_key=seal("none"), device="Firefox", way="password", seen_at=timezone.now())
    save_template(draft.pk, "Usual", by=clerk)
    add_terms(company, TermsDetails("Thirty days", [PartDetails(30)]), by=None)
    set_own_day(company, date(2026, 12, 24), is_worked=False, name="Eve", by=None)
    create_api_token("theirs", by=clerk)
    for kind in ("invoices", "usage", "products", "medical_codes", "orders", "shipments"):
        Run.objects.create(company=company, kind=f"import_{kind}", title=kind, by=clerk, status=RunStatus.PREPARED)
    Run.objects.create(company=company, kind="apply_receipts", title="Apply", by=clerk)
    Run.objects.filter(kind="import_customers").update(status=RunStatus.PREPARED, errors_file=b"x")
    line = BankLine.objects.earliest("pk")
    BankTie.objects.create(line=line, book_line=Line.objects.earliest("pk"), amount=1)
    month = {"month": date(2026, 3, 1), "on": date(2026, 3, 31), "statement_balance": 0, "book_balance": 0}
    BankMonth.objects.create(bank_account=line.bank_account, **month)
    return things

"""The roles and what each may do. A role is a Django group: this table, and what was changed here (`RoleChange`)."""

from collections.abc import Collection
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.models import Q, QuerySet

SEES_PERSONS = "customers.see_personal_data"
READ = [
    SEES_PERSONS,
    "billing.view_accuracyfinding",
    "billing.view_dispute",
    "billing.view_invoice",
    "billing.view_order",
    "billing.view_product",
    "billing.view_shipment",
    "credit_control.view_handover",
    "credit_control.view_latecharge",
    "credit_control.view_missedpayment",
    "credit_control.view_paymentplan",
    "credit_control.view_paymentpromise",
    "credit_control.view_reminder",
    "credit_control.view_statement",
    "customers.view_accounts",
    "customers.view_customer",
    "office.read_mail",
    "office.view_policyversion",
    "office.view_runs",
    "office.view_task",
    "office.view_reports",
    "payments.view_receipt",
]
DISPUTES = ["billing.open_dispute", "billing.close_dispute"]
LATE = [
    "credit_control.manage_plans",
    "credit_control.put_off_due_day",
    "credit_control.record_promise",
    "credit_control.send_reminders",
    "credit_control.claim_late_charges",
    "credit_control.waive_late_charge",
    "credit_control.work_list",
    "customers.ask_release",
    "customers.decide_changes",
    "customers.place_hold",
    "payments.close_paid_notice",
]
CLERK = [
    *READ,
    "office.ask_approval",
    "office.talk",
    "billing.draft_invoice",
    "billing.issue_invoice",
    "billing.credit_invoice",
    "billing.send_invoice",
    "billing.manage_links",
    "billing.import_invoices",
    "billing.import_products",
    "billing.manage_exemptions",
    "billing.manage_prices",
    "billing.manage_products",
    "billing.manage_recurring",
    "billing.manage_orders",
    "billing.manage_shipments",
    "billing.import_orders",
    "billing.import_shipments",
    "billing.record_usage",
    "billing.see_medical_codes",
    "billing.set_medical_codes",
    "billing.work_findings",
    *DISPUTES,
    *LATE,
    "credit_control.send_statements",
    "customers.create_customer",
    "customers.update_customer",
    "customers.import_customers",
    "customers.manage_applications",
    "customers.manage_accounts",
    "customers.manage_mandates",
    "payments.allocate",
    "payments.begin_online_payment",
    "payments.download_payment_file",
    "payments.exchange_receipt",
    "payments.manage_debit_runs",
    "payments.manage_chargebacks",
    "payments.match_bank_line",
    "payments.reconcile_bank",
    "payments.record_receipt",
    "payments.reverse_receipt",
    "payments.settle_online_payment",
    "payments.send_receipt",
    "payments.settle_unread_line",
    "payments.take_bank_file",
    "payments.take_remittance",
    "payments.undo_allocation",
    "payments.record_recovery",
    "payments.view_bank",
    "payments.write_off",
]
ROLES: dict[str, list[str]] = {
    "clerk": CLERK,
    "collector": [
        *READ,
        *DISPUTES,
        *LATE,
        "credit_control.send_statements",
        "office.ask_approval",
        "office.talk",
        "billing.send_invoice",
        "customers.release_hold",
        "customers.update_customer",
    ],
    "manager": [
        *CLERK,
        "billing.void_invoice",
        "credit_control.hand_over",
        "credit_control.sell",
        "credit_control.post_provisions",
        "credit_control.set_provisions",
        "billing.manage_opening",
        "billing.take_escalation",
        "office.decide_approval",
        "office.edit_mail_texts",
        "billing.override_checks",
        "customers.change_credit_limit",
        "customers.decide_mandates",
        "customers.merge_customers",
        "customers.release_hold",
        "customers.reveal_account",
        "ledger.check_book",
        "office.close_month",
        "office.set_exchange_rates",
        "payments.revalue_month",
        "office.read_audit",
        "office.settle_mail",
        "payments.close_bank_month",
        "payments.manage_repayments",
        "payments.pay_refund_by_hand",
        "payments.refund_credit",
        "payments.reverse_write_off",
        "payments.set_match_policy",
        "reports.export_journal",
    ],
    "sales": [
        SEES_PERSONS,
        "billing.draft_invoice",
        "billing.view_invoice",
        "billing.view_order",
        "billing.view_product",
        "billing.view_dispute",
        "billing.view_shipment",
        "credit_control.record_promise",
        "credit_control.sell",
        "credit_control.view_missedpayment",
        "credit_control.view_paymentpromise",
        "customers.ask_release",
        "customers.create_customer",
        "customers.view_customer",
        "office.ask_approval",
        "office.talk",
        "office.view_task",
    ],
    "colleague": [SEES_PERSONS, "billing.view_invoice", "customers.view_customer", "office.talk", "office.view_task"],
    "auditor": [*READ, "office.read_audit", "payments.view_bank"],
    "administrator": [
        *READ,
        "customers.manage_privacy",
        "ledger.check_book",
        "office.ask_approval",
        "office.change_company_settings",
        "office.talk",
        "office.set_exchange_rates",
        "office.decide_approval",
        "office.edit_mail_texts",
        "office.export_all",
        "office.manage_roles",
        "office.manage_staff",
        "office.manage_webhooks",
        "office.read_audit",
        "office.release_copy",
        "office.settle_mail",
        "office.take_returned_mail",
        "payments.set_match_policy",
        "reports.export_journal",
    ],
    "mail server": ["office.take_returned_mail"],
}

STAND_ALONE = {
    "auditor": "An auditor checks what others do, so they do nothing here themselves.",
    "mail server": "A mail server is no person: it hands in what came back, and nothing else.",
}
"""Roles that exclude every other one, and why; a trigger sees to it, too."""


READS = ("view_", "read_", "see_")
"""How the names of permissions begin that change nothing."""
WITH_PERSONS = (
    "credit_control.hand_over",
    "customers.decide_changes",
    "customers.manage_privacy",
    "customers.merge_customers",
    "customers.update_customer",
    "office.export_all",
    "office.read_audit",
    "payments.view_bank",
)
"""What is done with persons' data as it is, such as the payers that a bank's statement names: who may do it sees it."""
NEEDED = "customers.view_customer"
"""What every role of people has: the pages about oneself ask for it."""


def why_not_together(role: str, names: Collection[str]) -> str:
    """Why a role may not hold just these permissions; empty where it may."""
    if role == "mail server" or (NEEDED not in brought_by(role) and role in ROLES):
        return "This role is no person's: what it may is fixed."
    if NEEDED not in names:
        return "Every role of people sees customers: without that nobody could come in."
    if SEES_PERSONS not in names and (blind := sorted(set(names) & set(WITH_PERSONS))):
        return f"Who may do this sees persons' data, too: it is done with that. ({blind[0]})"
    if role in STAND_ALONE:
        acts = sorted(name for name in names if not name.partition(".")[2].startswith(READS))
        return f"{STAND_ALONE[role]} ({acts[0]})" if acts else ""
    return ""


def why_excluded(roles: Collection[str]) -> str:
    """Why these roles do not meet in one person; empty where they may."""
    alone = sorted(set(roles) & set(STAND_ALONE))
    return STAND_ALONE[alone[0]] if alone and len(set(roles)) > 1 else ""


def brought_by(role: str) -> set[str]:
    """What a role may as Duebook brings it; nothing of one that was made here."""
    return set(ROLES.get(role, ()))


def roles_of_people() -> list[str]:
    """The roles of people: a mail server is none, and has no page on which to set anything up."""
    app_label, codename = NEEDED.split(".")
    groups = Group.objects.filter(permissions__content_type__app_label=app_label, permissions__codename=codename)
    return list(groups.order_by("name").values_list("name", flat=True))


def all_permissions() -> list[str]:
    """Every permission that a role can be given, such as `billing.issue_invoice`."""
    return sorted({name for names in ROLES.values() for name in names})


def permissions_named(names: Collection[str]) -> QuerySet[Permission]:
    """The rows of these permissions."""
    wanted = Q(pk=None)
    for name in names:
        app_label, codename = name.split(".")
        wanted |= Q(content_type__app_label=app_label, codename=codename)
    return Permission.objects.filter(wanted).select_related("content_type")


def grant_roles(**kwargs: Any) -> None:
    """Make the groups say what the table says, and what was changed here; runs after every migration."""
    from office.models import RoleChange  # the tables are made after this module is read

    for role in ROLES:
        Group.objects.get_or_create(name=role)
    kept = "office_rolechange" in connection.introspection.table_names()
    for group in Group.objects.all():
        changes = RoleChange.objects.filter(group=group) if kept else ()
        if group.name not in ROLES and not changes:
            continue
        wanted = set(permissions_named(brought_by(group.name)).values_list("pk", flat=True))
        wanted |= {each.permission_id for each in changes if each.is_given}
        wanted -= {each.permission_id for each in changes if not each.is_given}
        group.permissions.set(wanted)

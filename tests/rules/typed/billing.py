"""Documents and disputes as a person would type them."""

from typing import Any

from tests import world
from tests.billing.disputing import dispute, reason
from tests.billing.opening import opening_of
from tests.billing.ordered import ids_of, order_of
from tests.billing.sweeping import finding
from tests.rules.hostile import DAY, Forms


def forms(customer: Any) -> Forms:
    """Each form's page, what its address needs, and what is typed."""
    invoice = world.issue(customer, [world.line("100.00", "3")], DAY)
    draft = world.draft(customer, "10.00")
    lines = {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "lines-0-description": "Work"}
    ordered = order_of(customer, ("100", "3"))
    product = world.make_product(customer.company, "SHELF")
    lines |= {"lines-0-product": str(product.pk), "lines-0-code": "SHELF", "lines-0-has_list_price": ""}
    lines |= {"lines-0-quantity": "1", "lines-0-unit_price": "10", "lines-0-discount_percent": "0", "lines-0-tax": ""}
    lines |= {"lines-0-order_line": "", "lines-0-shipment_line": "", "lines-0-order": "", "lines-0-bills_no_order": ""}
    head = {"customer": str(customer.pk), "dated_on": "2026-03-02", "net_days": "30", "currency": "EUR"}
    head |= {"exchange_rate": "1", "po_number": "", "discount_amount": "0", "note": "n", "internal_note": ""}
    line = invoice.lines.get().pk
    credit = {"reason": "r", "reason_code": "", "way": "amount", "amount": "1"}
    credit |= {f"line_{line}": "1", f"price_{line}": "1"}
    care = {"owner": "", "department": "sales", "respond_by": "2030-01-01"}
    objection = care | {"scope": "amount", "amount": "1", "reason_code": str(reason(customer.company)), "words": "w"}
    objection |= {"said_by": "s", "lines": ""}
    books = opening_of(customer.company)
    looks = {"accent": "#1f4e8c", "shown": "invoice", "invoice_above": "a", "credit_memo_foot": "f"}
    return {
        "billing:paper_looks": ([], looks),
        "billing:tolerance_list": ([], {"customer": "", "product": "", "quantity_percent": "5"}),
        "billing:paper_preview": ([], looks),
        "billing:live_totals": ([], head | lines),
        "billing:preview": ([], head | lines),
        "billing:autosave": ([], head | lines | {"draft": str(draft.pk), "version": "1", "key": "k"}),
        "billing:invoice_new": ([], head | lines | {"key": "k"}),
        "billing:invoice_edit": ([draft.pk], head | lines | {"version": "1"}),
        "billing:link_lines": ([invoice.pk], {f"line_{line}": f"o{ids_of(ordered)[0]}"}),
        "billing:credit_invoice": ([invoice.pk], credit),
        "billing:credit_totals": ([invoice.pk], credit | {"way": "prices"}),
        "billing:dismiss_findings": ([], {"findings": str(finding(draft).pk), "reason": "r"}),
        "billing:assign_findings": ([], {"findings": str(finding(draft).pk), "assignee": ""}),
        "billing:open_dispute": ([world.issue(customer, "7.00", DAY).pk], objection),
        "billing:answer_dispute": ([dispute(invoice, "1.00").pk], {"words": "w"}),
        "billing:attach_to_dispute": ([dispute(invoice, "1.00").pk], {"to": "inside"}),
        "billing:assign_dispute": ([dispute(invoice, "1.00").pk], care),
        "billing:close_dispute": ([dispute(invoice, "1.00").pk], {"outcome": "refused", "note": "n"}),
        "billing:reopen_dispute": ([dispute(invoice, "1.00").pk], {"reason": "r"}),
        "billing:correct_invoice": ([world.issue(customer, "7.00", DAY).pk], {"reason": "", "reason_code": ""}),
        "billing:opening": ([], {"source": "Xero", "cut_over_on": "2026-02-28"}),
        "billing:change_opening": ([books.pk], {"source": "Xero", "cut_over_on": "2026-02-28"}),
        "billing:set_opening_totals": ([books.pk], {"total_EUR": "5.00", "other_currency": "USD", "other_total": "1"}),
        "billing:reason_list": ([], {"purpose": "dispute", "code": "c", "words": "w"}),
        "billing:void_invoice": ([world.issue(customer, "7.00", DAY).pk], {"reason": "r", "reason_code": ""}),
        "billing:draft_debit_note": ([world.issue(customer, "7.00", DAY).pk], {"reason": "", "reason_code": ""}),
    }

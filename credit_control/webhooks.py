"""What other programs hear of getting paid."""

from office.webhooks.events import EventKind

CUSTOMER, PLAN, CHARGE = "/api/v1/customers/{id}/", "/api/v1/plans/{id}/", "/api/v1/late-charges/{id}/"
EVENTS = (
    EventKind("customer.reminded", "A customer was reminded", CUSTOMER, "send_reminders"),
    EventKind("promise.recorded", "A customer promised to pay", CUSTOMER, "record_promise"),
    EventKind("promise.withdrawn", "A promise was withdrawn", CUSTOMER, "withdraw_promise"),
    EventKind("plan.offered", "A payment plan was offered", PLAN, "offer_plan"),
    EventKind("plan.accepted", "A payment plan was accepted", PLAN, "accept_plan"),
    EventKind("plan.declined", "A payment plan was declined", PLAN, "decline_plan"),
    EventKind("plan.cancelled", "A payment plan was cancelled", PLAN, "cancel_plan"),
    EventKind("late_charge.claimed", "Interest or a charge for late payment was claimed", CHARGE, "claim_late_charges"),
    EventKind("late_charge.waived", "A charge for late payment was waived", CHARGE, "waive_late_charge"),
    EventKind("customer.handed_over", "Debts of a customer went to an agency", CUSTOMER, "hand_to_agency"),
    EventKind("statement.sent", "A customer was sent a statement", CUSTOMER, "send_statement"),
)

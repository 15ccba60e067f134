"""The papers of getting paid that colleagues talk about."""

from credit_control.access import hand_overs_for, late_charges_for, plan_requests_for, plans_for, reminders_for
from credit_control.statements.access import statements_for
from office.talk.topics import Topic

TOPICS = [
    Topic(
        "credit_control.handover",
        "Hand-over",
        hand_overs_for,
        "credit_control.view_handover",
        "credit_control:hand_over",
    ),
    Topic(
        "credit_control.latecharge",
        "Late charge",
        late_charges_for,
        "credit_control.view_latecharge",
        "credit_control:late_charge",
    ),
    Topic(
        "credit_control.paymentplan",
        "Payment plan",
        plans_for,
        "credit_control.view_paymentplan",
        "credit_control:plan",
    ),
    Topic(
        "credit_control.planrequest",
        "Plan asked for",
        plan_requests_for,
        "credit_control.view_paymentplan",
        "credit_control:plan_request",
    ),
    Topic(
        "credit_control.reminder",
        "Reminder",
        reminders_for,
        "credit_control.view_reminder",
        "credit_control:reminder",
    ),
    Topic(
        "credit_control.statement",
        "Statement",
        statements_for,
        "credit_control.view_statement",
        "credit_control:statement",
    ),
]

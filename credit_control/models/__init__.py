"""The tables of credit control."""

from credit_control.models.charges import LateCharge, LateChargeLine, LineKind
from credit_control.models.codes import AccountCode
from credit_control.models.digests import SalesDigest
from credit_control.models.hand_overs import HandedItem, HandOver, HandOverOutcome
from credit_control.models.missed import MissedDay, MissedKind, MissedPayment
from credit_control.models.plan_requests import AskedStatus, PlanRequest
from credit_control.models.plans import (
    PaymentPlan,
    PlanAnswer,
    PlanInstalment,
    PlannedItem,
    PlanPdf,
    PlanStage,
    PlanStatus,
    PlanStep,
)
from credit_control.models.policies import CreditPolicy, ReminderMode, policy_of
from credit_control.models.promises import PaymentPromise, PromisedItem
from credit_control.models.provision_postings import ProvisionPart, ProvisionPosting
from credit_control.models.provisions import ProvisionRate, ProvisionTable, SpecificProvision
from credit_control.models.rates import Reference, ReferenceRate
from credit_control.models.reminders import (
    Channel,
    DueDayChange,
    LadderChoice,
    Reminder,
    ReminderDay,
    ReminderItem,
    ReminderLadder,
    ReminderPdf,
    ReminderStep,
    Tone,
)
from credit_control.models.rules import LateChargeChoice, LateChargeRule
from credit_control.models.statements import (
    AccountLink,
    AccountOpening,
    Statement,
    StatementOutcome,
    StatementPdf,
    StatementRow,
    StatementRun,
    StatementSchedule,
)
from credit_control.models.worklist import ContactNote, CreditFile, NoteKind

__all__ = [
    "AccountCode",
    "AccountLink",
    "AccountOpening",
    "AskedStatus",
    "Channel",
    "ContactNote",
    "CreditFile",
    "CreditPolicy",
    "DueDayChange",
    "HandOver",
    "HandOverOutcome",
    "HandedItem",
    "LadderChoice",
    "LateCharge",
    "LateChargeChoice",
    "LateChargeLine",
    "LateChargeRule",
    "LineKind",
    "MissedDay",
    "MissedKind",
    "MissedPayment",
    "NoteKind",
    "PaymentPlan",
    "PaymentPromise",
    "PlanAnswer",
    "PlanInstalment",
    "PlanPdf",
    "PlanRequest",
    "PlanStage",
    "PlanStatus",
    "PlanStep",
    "PlannedItem",
    "PromisedItem",
    "ProvisionPart",
    "ProvisionPosting",
    "ProvisionRate",
    "ProvisionTable",
    "Reference",
    "ReferenceRate",
    "Reminder",
    "ReminderDay",
    "ReminderItem",
    "ReminderLadder",
    "ReminderMode",
    "ReminderPdf",
    "ReminderStep",
    "SalesDigest",
    "SpecificProvision",
    "Statement",
    "StatementOutcome",
    "StatementPdf",
    "StatementRow",
    "StatementRun",
    "StatementSchedule",
    "Tone",
    "policy_of",
]

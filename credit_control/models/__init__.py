"""The tables of credit control."""

from credit_control.models.charges import LateCharge, LateChargeLine, LineKind
from credit_control.models.policies import CreditPolicy, policy_of
from credit_control.models.promises import PaymentPromise, PromisedItem
from credit_control.models.rates import Reference, ReferenceRate
from credit_control.models.rules import LateChargeChoice, LateChargeRule

__all__ = [
    "CreditPolicy",
    "LateCharge",
    "LateChargeChoice",
    "LateChargeLine",
    "LateChargeRule",
    "LineKind",
    "PaymentPromise",
    "PromisedItem",
    "Reference",
    "ReferenceRate",
    "policy_of",
]

"""The tables of credit control."""

from credit_control.models.charges import LateCharge, LateChargeLine, LineKind
from credit_control.models.rates import Reference, ReferenceRate
from credit_control.models.rules import LateChargeChoice, LateChargeRule

__all__ = [
    "LateCharge",
    "LateChargeChoice",
    "LateChargeLine",
    "LateChargeRule",
    "LineKind",
    "Reference",
    "ReferenceRate",
]

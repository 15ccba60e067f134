"""The tables of customers."""

from customers.models.accounts import AccountKind, CustomerAccount
from customers.models.applications import (
    AccountApplication,
    ApplicationPoint,
    ApplicationPolicy,
    ApplicationStatus,
    PointAct,
    PointKey,
    application_policy_of,
)
from customers.models.change_requests import ChangeRequest, ChangeStatus, ChangeTopic
from customers.models.customer import Customer, CustomerGroup, EInvoiceFormat, GroupStatement, StatementForm
from customers.models.duplicates import NotTheSame
from customers.models.given_mandates import GivenMandate, GivenStatus, MandatePdf
from customers.models.holds import BY_RULE, CreditHold, HoldCause, HoldPolicy, hold_policy_of
from customers.models.limits import LimitChange
from customers.models.mandates import Mandate, MandateAmendment, MandateScheme, MandateUse
from customers.models.payers import DeclaredPayer
from customers.models.people import Address, AddressKind, Contact
from customers.models.privacy import PrivacyRequest, PrivacyStatus, PrivacyWish
from customers.models.terms import PaymentTerms, TermsPart

__all__ = [
    "BY_RULE",
    "AccountApplication",
    "AccountKind",
    "Address",
    "AddressKind",
    "ApplicationPoint",
    "ApplicationPolicy",
    "ApplicationStatus",
    "ChangeRequest",
    "ChangeStatus",
    "ChangeTopic",
    "Contact",
    "CreditHold",
    "Customer",
    "CustomerAccount",
    "CustomerGroup",
    "DeclaredPayer",
    "EInvoiceFormat",
    "GivenMandate",
    "GivenStatus",
    "GroupStatement",
    "HoldCause",
    "HoldPolicy",
    "LimitChange",
    "Mandate",
    "MandateAmendment",
    "MandatePdf",
    "MandateScheme",
    "MandateUse",
    "NotTheSame",
    "PaymentTerms",
    "PointAct",
    "PointKey",
    "PrivacyRequest",
    "PrivacyStatus",
    "PrivacyWish",
    "StatementForm",
    "TermsPart",
    "application_policy_of",
    "hold_policy_of",
]

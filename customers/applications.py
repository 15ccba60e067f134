"""Applications for an account: what of the checklist is done, as far as it is known, and whose account is not open."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from stdnum.eu.vat import MEMBER_STATES

from customers.identifiers import check_eu_vat_number
from customers.mandates import with_state
from customers.models import (
    AccountApplication,
    ApplicationStatus,
    Customer,
    PointAct,
    PointKey,
    application_policy_of,
)
from office.models import User
from office.persons import person_text

BY_FACT = (
    PointKey.TAX_ID,
    PointKey.REGISTRY_NUMBER,
    PointKey.ADDRESS,
    PointKey.CONTACT,
    PointKey.TERMS,
    PointKey.LIMIT,
)
"""Points that only what is known can answer; of the others a person says that they are done."""


@dataclass(frozen=True)
class PointState:
    """A point of the checklist: whether it is required, and how it stands. `state` is done, waived or missing."""

    key: str
    label: str
    is_required: bool
    state: str
    words: str = ""
    said_by: User | None = None
    said_at: datetime | None = None

    @property
    def shown_words(self) -> str:
        """What is known or was said, as whoever reads may see it."""
        return person_text(self.words) if self.key in (PointKey.ADDRESS, PointKey.CONTACT) else self.words

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is to be done."""
        return self.state != "missing"

    @property
    def is_ticked_by_hand(self) -> bool:
        """Whether a person may say that it is done."""
        return self.key not in BY_FACT


def checklist_of(application: AccountApplication) -> list[PointState]:
    """All points as they stand now, those that the company requires first."""
    required = set(application_policy_of(application.company).required)
    facts = _facts(application)
    said = {row.point: row for row in application.said.select_related("said_by")}
    points = []
    for key in PointKey:
        row, state, words = said.get(key), "missing", facts.get(key, "")
        if words:
            points.append(PointState(key, key.label, key in required, "done", words))
            continue
        if row and row.act != PointAct.REOPENED:
            state, words = ("waived" if row.act == PointAct.WAIVED else "done"), row.note
            points.append(PointState(key, key.label, key in required, state, words, row.said_by, row.said_at))
            continue
        points.append(PointState(key, key.label, key in required, state))
    return sorted(points, key=lambda point: not point.is_required)


def missing_of(points: Collection[PointState]) -> list[PointState]:
    """The required points that nobody has settled."""
    return [point for point in points if point.is_required and not point.is_settled]


def _facts(application: AccountApplication) -> dict[str, str]:
    """What is known, by the point that it answers, in words; empty where it does not."""
    customer = application.customer
    address = customer.addresses.filter(kind="billing").first()
    is_complete = address and all((address.street, address.postal_code, address.city, address.country))
    contact = customer.contacts.filter(is_active=True).exclude(email="").first()
    mandates = with_state(customer.mandates.all(), application.company.today()).filter(state="live")
    mandate = mandates.first()
    limit = application.wanted_limit
    return {
        PointKey.TAX_ID: customer.tax_id if _is_tax_id(customer.tax_id) else "",
        PointKey.REGISTRY_NUMBER: customer.registry_number,
        PointKey.ADDRESS: str(address) if is_complete else "",
        PointKey.CONTACT: contact.email if contact else "",
        PointKey.TERMS: terms_words(application),
        PointKey.LIMIT: "" if limit is None else f"{limit.normalize():f} {customer.currency}",
        PointKey.WAY_TO_PAY: f"mandate {mandate}" if mandate else "",
    }


def terms_words(application: AccountApplication) -> str:
    """The terms or days that are asked; empty where none are."""
    if application.wanted_terms:
        return str(application.wanted_terms)
    return "" if application.wanted_net_days is None else f"within {application.wanted_net_days} days"


def _is_tax_id(text: str) -> bool:
    """Whether it is one, as far as it tells by itself: numbers outside the EU have no one form."""
    is_european = text[:2].lower() in {*MEMBER_STATES, "xi"}
    return bool(text) and (not is_european or check_eu_vat_number(text).is_valid)


def latest_application(customer: Customer) -> AccountApplication | None:
    """The application of a customer that counts: the last one."""
    rows = AccountApplication.objects.filter(customer=customer)
    return rows.select_related("company", "customer", "wanted_terms", "asked_by", "decided_by").first()


def not_opened(customer_ids: Collection[int]) -> dict[int, AccountApplication]:
    """The last application of each of these customers who applied and of whose applications none was approved."""
    rows = list(AccountApplication.objects.filter(customer__in=list(customer_ids)).order_by("pk"))
    opened = {row.customer_id for row in rows if row.status == ApplicationStatus.APPROVED}
    return {row.customer_id: row for row in rows if row.customer_id not in opened}

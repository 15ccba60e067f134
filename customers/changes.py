"""What customers ask to be changed: the fields of each topic, how they stand now, and what is different."""

from collections.abc import Mapping
from dataclasses import dataclass

from customers.models import ChangeRequest, ChangeStatus, ChangeTopic, Contact, Customer

LABELS = {
    "street": "Street",
    "postal_code": "Postal code",
    "city": "City",
    "region": "Region",
    "country": "Country",
    "name": "Name",
    "email": "E-mail",
    "phone": "Phone",
    "tax_id": "VAT or tax id",
    "po_number": "Their order number for new invoices",
    "holder": "Account holder",
    "number": "Account number",
    "bank_code": "Routing number or sort code",
    "bic": "BIC",
}
FIELDS: dict[str, tuple[str, ...]] = {
    ChangeTopic.ADDRESS: ("street", "postal_code", "city", "region", "country"),
    ChangeTopic.CONTACT: ("name", "email", "phone"),
    ChangeTopic.TAX_ID: ("tax_id",),
    ChangeTopic.PO_NUMBER: ("po_number",),
    ChangeTopic.ACCOUNT: ("holder", "number", "bank_code", "bic"),
}
STATES = ChangeStatus.choices


@dataclass(frozen=True)
class Difference:
    """A field as it was when its change was asked, as it is now, and as it is wanted."""

    label: str
    before: str
    now: str
    wanted: str

    @property
    def is_stale(self) -> bool:
        """Whether somebody changed it meanwhile, to something else than is wanted."""
        return self.now not in (self.before, self.wanted)


def current(customer: Customer, contact: Contact, topic: str) -> dict[str, str]:
    """The fields of a topic as they stand now."""
    if topic == ChangeTopic.CONTACT:
        return {name: getattr(contact, name) for name in FIELDS[topic]}
    if topic == ChangeTopic.ADDRESS:
        address = customer.addresses.filter(kind="billing").first()
        return {name: getattr(address, name) if address else "" for name in FIELDS[topic]}
    if topic == ChangeTopic.ACCOUNT:
        numbers = [str(account) for account in customer.accounts.filter(closed_at=None).order_by("pk")]
        return {"holder": "", "number": "; ".join(numbers), "bank_code": "", "bic": ""}
    return {name: getattr(customer, name) for name in FIELDS[topic]}


def wanted_of(request: ChangeRequest) -> list[tuple[str, str]]:
    """The fields that a request wants otherwise, in the order in which they are read."""
    return [(name, request.wanted[name]) for name in FIELDS[request.topic] if name in request.wanted]


def differences(request: ChangeRequest) -> list[Difference]:
    """What a request wants changed, beside how it is now; of what was decided, how it was."""
    is_open = request.status == ChangeStatus.OPEN
    now: Mapping[str, str] = current(request.customer, request.contact, request.topic) if is_open else request.before
    return [
        Difference(LABELS[name], request.before.get(name, ""), now.get(name, ""), wanted)
        for name, wanted in wanted_of(request)
    ]

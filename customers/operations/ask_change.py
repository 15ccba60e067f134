"""Asking for a change of what we know of a customer, by one of their people."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from stdnum.eu.vat import MEMBER_STATES

from customers.change_mail import tell_old_address
from customers.changes import FIELDS, current
from customers.countries import country_code
from customers.identifiers import check_eu_vat_number
from customers.models import AccountKind, Address, ChangeRequest, ChangeStatus, ChangeTopic, Contact, Customer
from customers.operations.add_account import AccountDetails, checked_account
from ledger.refusals import Refused
from office.audit import record
from office.email_addresses import require_email
from office.reading.lengths import require_fitting
from office.sealing import seal

DIGITS_OF_A_ROUTING_NUMBER = 9
"""Of the USA; a British sort code has six."""
MOST = 20
"""Requests that wait or were decided, of one contact and topic; who has more to say is best called."""


@dataclass(frozen=True)
class Asked:
    """What is wanted as it is kept, and of a bank account its number, sealed."""

    wanted: dict[str, str]
    sealed_number: str = ""


@transaction.atomic
def ask_change(contact_id: int, topic: str, wanted: Mapping[str, str]) -> ChangeRequest:
    """Keep what a contact wants changed, for somebody here to decide; nothing else changes.

    The old address is told of a new one. Raises Refused for what cannot be so, where nothing would change, and while
    the same is asked already.
    """
    contact = Contact.objects.select_for_update(no_key=True, of=("self",)).get(pk=contact_id)
    customer = Customer.objects.select_related("company").get(pk=contact.customer_id)
    asked = _asked(customer, contact, topic, {name: _plain(wanted.get(name, "")) for name in FIELDS[topic]})
    known = current(customer, contact, topic)
    changed = [name for name, value in asked.wanted.items() if known[name] != value]
    if not changed:
        raise Refused("That is what we have already.", code="nothing_changed")
    if ChangeRequest.objects.filter(contact=contact, topic=topic).count() >= MOST:
        raise Refused("That is more than this page takes. Please answer the mail, or call us.", code="too_many")
    request = ChangeRequest(
        company=customer.company,
        customer=customer,
        contact=contact,
        topic=topic,
        before={name: known[name] for name in changed},
        wanted={name: asked.wanted[name] for name in changed},
        sealed_number=asked.sealed_number,
    )
    _save(request)
    record(None, "ask_change", customer, before=request.before, after=request.wanted | {"asked_by": contact.name})
    if "email" in request.wanted and contact.email:
        tell_old_address(request)
    return request


def _plain(text: str) -> str:
    return " ".join(text.replace("\0", "").split())


def _save(request: ChangeRequest) -> None:
    waiting = ChangeRequest.objects.filter(customer=request.customer, topic=request.topic, status=ChangeStatus.OPEN)
    mine = waiting.filter(contact=request.contact) if request.topic == ChangeTopic.CONTACT else waiting
    taken = Refused("That change is asked already: we look at it.", code="asked_already")
    if mine.exists():
        raise taken
    try:
        with transaction.atomic():
            request.save()
    except IntegrityError as error:
        if "asked_once_at_a_time" not in str(error):
            raise
        raise taken from error


def _asked(customer: Customer, contact: Contact, topic: str, wanted: dict[str, str]) -> Asked:
    """What is wanted, checked as the same is where staff type it."""
    if topic == ChangeTopic.ACCOUNT:
        return _account(customer, wanted)
    if topic == ChangeTopic.ADDRESS:
        country = country_code(wanted["country"]) if wanted["country"] else ""
        if wanted["country"] and not country:
            raise Refused(f"{wanted['country']} is no country that we know.", code="unknown_country")
        wanted |= {"country": country}
        require_fitting(Address, wanted)
    elif topic == ChangeTopic.CONTACT:
        if not wanted["name"]:
            raise Refused("Each contact needs a name.", code="name_missing")
        if not wanted["email"] and contact.email:
            raise Refused("Without an address no mail comes.", code="bad_email")
        if wanted["email"]:
            require_email(wanted["email"])
        require_fitting(Contact, wanted)
    else:
        require_fitting(Customer, wanted)
    if topic == ChangeTopic.TAX_ID:
        _require_tax_id(wanted["tax_id"])
    return Asked(wanted)


def _require_tax_id(text: str) -> None:
    """Refuse what begins like a VAT number of the EU and is none; other tax ids have no one form."""
    if text[:2].lower() in {*MEMBER_STATES, "xi"} and not check_eu_vat_number(text).is_valid:
        raise Refused(f"{text} is not the form of any VAT number in the EU.", code="bad_tax_id")


def _account(customer: Customer, wanted: dict[str, str]) -> Asked:
    account, number = checked_account(customer, account_details(wanted), None)
    if customer.accounts.filter(number_hash=account.number_hash, closed_at=None).exists():
        raise Refused(f"{customer.name} has this account already.", code="account_known")
    shown = {"holder": account.holder, "number": str(account), "bank_code": account.bank_code, "bic": account.bic}
    return Asked({name: value for name, value in shown.items() if value}, seal(number))


def account_details(wanted: Mapping[str, str]) -> AccountDetails:
    """An account as typed: an IBAN begins with two letters; of others the code of the bank says the country."""
    if wanted["number"][:2].isalpha():
        return AccountDetails(AccountKind.IBAN, wanted["number"], wanted["holder"], bic=wanted.get("bic", ""))
    bank_code = wanted.get("bank_code", "")
    is_routing_number = sum(sign.isdigit() for sign in bank_code) == DIGITS_OF_A_ROUTING_NUMBER
    kind = AccountKind.US if is_routing_number else AccountKind.UK
    return AccountDetails(kind, wanted["number"], wanted["holder"], bank_code)

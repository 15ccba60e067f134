"""The words of the mail that tells an old address that mail is to go to a new one."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from customers.models import ChangeRequest
from ledger.calendar import day_of
from office.email_addresses import masked
from office.mail.texts import Text, TextKind
from office.mail.variables import Value, Variable
from office.models import Company
from office.written import plain_day

KIND = "new_address"
VARIABLES = (
    Variable("name", "The reader's name"),
    Variable("company", "Your company's name"),
    Variable("day", "When it was asked"),
    Variable("address", "The new address, with most of its letters hidden"),
    Variable("phone", "Your phone number"),
)


def default(company: Company, stage: str) -> Text:
    """The built-in words, in the language that is now the reader's."""
    parts = [
        _("Dear %(name)s,") % {"name": "{name}"},
        _("On %(day)s we were asked to write to %(address)s from now on, and no longer to this address.")
        % {"day": "{day}", "address": "{address}"},
        _("We look at it before we do so. If it was not you, please tell us at once: answer this mail."),
        _("Kind regards") + "\n{company}\n{phone}",
    ]
    return Text(_("Is this your new address, %(name)s?") % {"name": "{name}"}, "\n\n".join(parts))


def values_of(request: ChangeRequest) -> dict[str, Value]:
    """What the mail is filled in with, in the language that is now the reader's."""
    return {
        "name": request.before.get("name", request.contact.name),
        "company": request.company.legal_name,
        "day": plain_day(day_of(request.asked_at, request.company.time_zone)),
        "address": masked(request.wanted["email"]),
        "phone": request.company.phone,
    }


def sample(company: Company, stage: str) -> Mapping[str, Value]:
    """Made-up values, in the language that is now the reader's."""
    return {
        "name": "Ada Example",
        "company": company.legal_name,
        "day": plain_day(company.today()),
        "address": masked("ada@example.com"),
        "phone": company.phone,
    }


ADDRESS_TEXT = TextKind(KIND, "New address asked for", VARIABLES, default, sample)

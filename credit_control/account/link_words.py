"""The words of the mail that brings a new link to the account; it tells nothing of the account."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from billing.mail_words import if_anything_is_wrong
from office.mail.pieces import EXAMPLE, button
from office.mail.texts import Text, TextKind
from office.mail.variables import Look, Value, Variable
from office.models import Company

KIND = "account_link"
VARIABLES = (
    Variable("name", "The reader's name"),
    Variable("company", "Your company's name"),
    Variable("button", "The link to the account as it stands", Look.PIECE),
    Variable("phone", "Your phone number"),
)


def default(company: Company, stage: str) -> Text:
    """The built-in words, in the language that is now the reader's."""
    parts = [
        _("Dear %(name)s,") % {"name": "{name}"},
        _("Here is your new link to your account. The older one does not work any more."),
        "{button}",
        if_anything_is_wrong(company),
        _("Kind regards") + "\n{company}",
    ]
    return Text(_("Your new link from %(name)s") % {"name": "{company}"}, "\n\n".join(parts))


def values_of(company: Company, name: str, link: str) -> dict[str, Value]:
    """What the mail is filled in with, in the language that is now the reader's."""
    see = _("See the account as it stands today")
    return {
        "name": name,
        "company": company.legal_name,
        "button": button(link, see, before=f"{see}:"),
        "phone": company.phone,
    }


def sample(company: Company, stage: str) -> Mapping[str, Value]:
    """Made-up values, in the language that is now the reader's."""
    return values_of(company, "Ada Example", EXAMPLE)


ACCOUNT_LINK_TEXT = TextKind(
    KIND, "A new link to the account", VARIABLES, default, sample, required=frozenset({"button"})
)

"""The words of the mail that brings the code which opens an account; it tells nothing of the account."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from credit_control.account.codes import LIFETIME
from office.mail.pieces import large
from office.mail.texts import Text, TextKind
from office.mail.variables import Look, Value, Variable
from office.models import Company

KIND = "account_code"
MINUTES = LIFETIME.seconds // 60
VARIABLES = (
    Variable("name", "The reader's name"),
    Variable("company", "Your company's name"),
    Variable("code", "The code, large; never in the subject", Look.PIECE),
    Variable("minutes", "For how long it may be typed"),
)


def default(company: Company, stage: str) -> Text:
    """The built-in words, in the language that is now the reader's."""
    parts = [
        _("Dear %(name)s,") % {"name": "{name}"},
        _("This code opens your account with %(company)s:") % {"company": "{company}"},
        "{code}",
        _("Type it on the page that asked for it, within %(time)s. Give it to nobody: we never ask for it by phone.")
        % {"time": "{minutes}"},
        _("If you did not ask for it, you need not do anything: without the code nobody gets in."),
        _("Kind regards") + "\n{company}",
    ]
    return Text(_("Your code from %(name)s") % {"name": "{company}"}, "\n\n".join(parts))


def minutes_words() -> str:
    """How long a code works, in the language that is now the reader's."""
    return ngettext("%(count)s minute", "%(count)s minutes", MINUTES) % {"count": MINUTES}


def values_of(company: Company, name: str, code: str) -> dict[str, Value]:
    """What the mail is filled in with, in the language that is now the reader's."""
    return {"name": name, "company": company.legal_name, "code": large(code), "minutes": minutes_words()}


def sample(company: Company, stage: str) -> Mapping[str, Value]:
    """Made-up values, in the language that is now the reader's."""
    return values_of(company, "Ada Example", "042137")


ACCOUNT_CODE_TEXT = TextKind(
    KIND, "The code that opens the account", VARIABLES, default, sample, required=frozenset({"code"})
)

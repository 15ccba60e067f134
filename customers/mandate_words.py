"""What a mandate says that a customer gives by themselves, and the mail that confirms it.

SEPA: the words of the EPC's form for mandates in each language (EPC016-06, annex VII). ACH: what Nacha's rules want an
authorisation by a consumer to say (subsection 2.3.2.2).
"""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from customers.models import GivenMandate, MandateScheme
from office.mail.pieces import table
from office.mail.texts import Text, TextKind
from office.mail.variables import Look, Value, Variable
from office.models import Company
from office.written import plain_day

KIND = "mandate_given"
VERSION = "2026-11"
"""Of the words; kept with each mandate beside the words themselves."""
VARIABLES = (
    Variable("name", "The reader's name"),
    Variable("company", "Your company's name"),
    Variable("mandate", "Its reference"),
    Variable("facts", "Account, mandate, creditor identifier and day, as a table", Look.PIECE),
    Variable("phone", "Your phone number"),
)


def authorisation(scheme: str, creditor: str) -> list[str]:
    """What is authorised and which rights the giver has, in the language that is now the reader's."""
    name = {"name": creditor}
    if scheme == MandateScheme.ACH:
        return [
            _(
                "I authorise %(name)s to debit the account named here electronically through the ACH network "
                "for what is owed, as each invoice says, and to correct a wrong debit by a credit."
            )
            % name,
            _(
                "This holds until I end it on this page or by telling %(name)s, at least three business days before "
                "the next debit. I confirm that I may dispose of the account, and that the debits comply with US law."
            )
            % name,
            _("A debit that was not authorised can be claimed back from the bank within 60 days."),
        ]
    return [
        _(
            "By giving this mandate, you authorise (A) %(name)s to send instructions to your bank to debit your "
            "account and (B) your bank to debit your account in accordance with the instructions from %(name)s."
        )
        % name,
        _(
            "As part of your rights, you are entitled to a refund from your bank under the terms and conditions of "
            "your agreement with your bank. A refund must be claimed within 8 weeks starting from the date on which "
            "your account was debited."
        ),
        _("Your rights are explained in a statement that you can obtain from your bank."),
    ]


def title_of(scheme: str) -> str:
    """What the paper is called, in the language that is now the reader's."""
    return _("ACH debit authorisation") if scheme == MandateScheme.ACH else _("SEPA direct debit mandate")


def default(company: Company, stage: str) -> Text:
    """The built-in words, in the language that is now the reader's."""
    parts = [
        _("Dear %(name)s,") % {"name": "{name}"},
        _("Thank you: on our page you gave us a mandate to debit your account."),
        "{facts}",
        _("We look at it first. Until we collect for the first time, please pay as before."),
        _("The mandate is attached. If it was not you, please tell us at once: answer this mail."),
        _("Kind regards") + "\n{company}\n{phone}",
    ]
    subject = _("Your direct debit mandate %(mandate)s for %(name)s") % {"mandate": "{mandate}", "name": "{company}"}
    return Text(subject, "\n\n".join(parts))


def values_of(given: GivenMandate) -> dict[str, Value]:
    """What the mail is filled in with, in the language that is now the reader's."""
    printed, mandate = given.printed, given.mandate
    rows = [(_("Account"), printed["account"]), (_("Mandate"), mandate.reference)]
    if printed["creditor_identifier"]:
        rows.append((_("Creditor identifier"), printed["creditor_identifier"]))
    rows.append((_("Date"), plain_day(mandate.signed_on)))
    return {
        "name": given.contact.name,
        "company": printed["seller"]["name"],
        "mandate": mandate.reference,
        "facts": table(rows),
        "phone": given.company.phone,
    }


def sample(company: Company, stage: str) -> Mapping[str, Value]:
    """Made-up values, in the language that is now the reader's."""
    rows = [(_("Account"), "DE •••• 2051"), (_("Mandate"), "C00001-M1"), (_("Date"), plain_day(company.today()))]
    return {
        "name": "Ada Example",
        "company": company.legal_name,
        "mandate": "C00001-M1",
        "facts": table(rows),
        "phone": company.phone,
    }


MANDATE_TEXT = TextKind(KIND, "Mandate given online", VARIABLES, default, sample, required=frozenset({"facts"}))

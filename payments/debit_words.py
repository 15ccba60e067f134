"""The words of the mail that announces a debit."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from billing.mail_words import if_anything_is_wrong, sample_number
from office.mail.pieces import table
from office.mail.texts import Text, TextKind
from office.mail.variables import Look, Value, Variable
from office.models import Company
from office.written import money, plain_day
from payments.models import DebitNotice

KIND = "debit_notice"
VARIABLES = (
    Variable("name", "The reader's name"),
    Variable("company", "Your company's name"),
    Variable("total", "What is debited"),
    Variable("day", "When"),
    Variable("last_four", "The last four signs of their account's number"),
    Variable("items", "What it is for, with mandate and creditor identifier, as a table", Look.PIECE),
    Variable("phone", "Your phone number"),
)
REQUIRED = frozenset({"total", "day", "items"})
"""What the schemes want a customer to be told before a debit."""


def default(company: Company, stage: str) -> Text:
    """The built-in words, in the language that is now the reader's."""
    braced = {"day": "{day}", "total": "{total}", "last_four": "{last_four}"}
    parts = [
        _("Dear %(name)s,") % {"name": "{name}"},
        _("On %(day)s we will debit %(total)s from your account ending in %(last_four)s, for:") % braced,
        "{items}",
        _("Please see that the account holds enough by then. There is nothing else you need to do.")
        + " "
        + if_anything_is_wrong(company),
        _("Kind regards") + "\n{company}",
    ]
    subject = _("%(name)s debits %(amount)s on %(day)s") % {"name": "{company}", "amount": "{total}", "day": "{day}"}
    return Text(subject, "\n\n".join(parts))


def values_of(notice: DebitNotice, lines: Sequence[tuple[str, Decimal]], name: str) -> dict[str, Value]:
    """What a notice is filled in with, in the language that is now the reader's; `lines` are what is open still."""
    company, mandate = notice.company, notice.mandate
    rows = [(reference, money(amount, notice.currency)) for reference, amount in lines]
    rows.append((_("Mandate"), mandate.reference))
    if mandate.account.takes_sepa and company.creditor_identifier:
        rows.append((_("Creditor identifier"), company.creditor_identifier))
    return {
        "name": name,
        "company": company.legal_name,
        "total": money(sum((amount for _reference, amount in lines), Decimal(0)), notice.currency),
        "day": plain_day(notice.collect_on),
        "last_four": mandate.account.last_four,
        "items": table(rows),
        "phone": company.phone,
    }


def sample(company: Company, stage: str) -> Mapping[str, Value]:
    """Made-up values, in the language that is now the reader's."""
    day = company.today() + timedelta(days=14)
    total = money(Decimal("1190.00"), company.currency)
    return {
        "name": "Ada Example",
        "company": company.legal_name,
        "total": total,
        "day": plain_day(day),
        "last_four": "2051",
        "items": table([(sample_number(day), total), (_("Mandate"), "M-0000")]),
        "phone": company.phone,
    }


DEBIT_TEXT = TextKind(KIND, "Notices of debits", VARIABLES, default, sample, required=REQUIRED)

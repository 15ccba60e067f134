"""How the mails of payment plans are worded, and what fills them in."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from django.utils.translation import gettext as _

from billing.mail_words import if_anything_is_wrong
from credit_control.models import PaymentPlan, PlanInstalment
from credit_control.plans.letter import accounts_of
from office.mail.pieces import EXAMPLE, button, table
from office.mail.texts import Text, TextKind
from office.mail.variables import Look, Value, Variable
from office.models import Company
from office.written import money, plain_day

OFFER, CONFIRMATION, NOTICE, MISSED = "plan_offer", "plan_confirmation", "plan_notice", "plan_missed"
LAPSED, ENDED = "plan_lapsed", "plan_ended"
TITLES = {
    OFFER: "Payment plan: the offer",
    CONFIRMATION: "Payment plan: what was agreed",
    NOTICE: "Payment plan: an instalment is due soon",
    MISSED: "Payment plan: an instalment was missed",
    LAPSED: "Payment plan: the offer ran out",
    ENDED: "Payment plan: it ended by itself",
}
VARIABLES = (
    Variable("name", "The reader's name"),
    Variable("company", "Your company's name"),
    Variable("total", "What is paid in instalments", Look.STRONG),
    Variable("instalments", "The instalments, as a table", Look.PIECE),
    Variable("amount", "What is open of the instalment, or of a plan that ended", Look.STRONG),
    Variable("day", "By when: the instalment, or the answer to an offer", Look.STRONG),
    Variable("how_to_pay", "Account and reference, as a table", Look.PIECE),
    Variable("button", "The link to the account as it stands", Look.PIECE),
    Variable("phone", "Your phone number"),
)
BRACED = {"total": "{total}", "amount": "{amount}", "day": "{day}"}


def subject_words(kind: str) -> str:
    """What a mail is about, in the language that is now the reader's."""
    return {
        OFFER: _("A payment plan for you"),
        CONFIRMATION: _("Your payment plan"),
        NOTICE: _("Your next instalment is due soon"),
        MISSED: _("We have not received your instalment"),
        LAPSED: _("The end of our offer of a payment plan"),
        ENDED: _("The end of your payment plan"),
    }[kind]


def default(kind: str, company: Company, stage: str) -> Text:
    """The built-in text of a mail."""
    parts = [
        _("Dear %(name)s,") % {"name": "{name}"},
        *_sentences(kind),
        if_anything_is_wrong(company),
        _("Kind regards") + "\n{company}",
    ]
    subject = _("%(document)s from %(name)s") % {"document": subject_words(kind), "name": "{company}"}
    return Text(subject, "\n\n".join(parts))


def _sentences(kind: str) -> list[str]:
    if kind == OFFER:
        return [
            _("We offer you to pay %(total)s in instalments:") % BRACED,
            "{instalments}",
            _("To accept it, open your account and say yes by %(day)s. Until then we send no reminder.") % BRACED,
            "{button}",
            _("All that is agreed on stands in the paper that is attached."),
        ]
    if kind == CONFIRMATION:
        return [
            _("Thank you: it is agreed that you pay %(total)s in instalments:") % BRACED,
            "{instalments}",
            "{how_to_pay}",
            "{button}",
            _("All that is agreed on stands in the paper that is attached."),
        ]
    if kind == NOTICE:
        said = _("Only a friendly note: of your payment plan %(amount)s is to be paid by %(day)s.") % BRACED
        return [said, "{how_to_pay}", "{button}"]
    if kind in (LAPSED, ENDED):
        return _sentences_of_end(kind)
    said = _("Of your payment plan %(amount)s was to be paid by %(day)s, and we have not received it yet.") % BRACED
    please = _("Please pay it now, or tell us what keeps you from it: if it stays open, we may end the plan.")
    return [said, please, "{how_to_pay}", "{button}"]


def _sentences_of_end(kind: str) -> list[str]:
    said = _("You could accept our offer to pay %(total)s in instalments until %(day)s. We had no answer.") % BRACED
    if kind == ENDED:
        said = _("An instalment of your payment plan was to be paid by %(day)s, and we have not received it.") % BRACED
        said += " " + _("So we have ended the plan.")
    back = _("%(amount)s is open, and each invoice is to be paid by the day that it says again.") % BRACED
    please = _("Please pay what is late now, or call us if you need another way to pay.")
    return [said, back, please, "{how_to_pay}", "{button}"]


def values_of(
    plan: PaymentPlan, name: str, link: str, *, day: date, amount: Decimal, parts: Sequence[PlanInstalment] = ()
) -> dict[str, Value]:
    """What a plan's mail is filled in with, in the language that is now the reader's."""
    return {
        "name": name,
        "company": plan.printed["seller"]["name"],
        "total": money(plan.amount, plan.currency),
        "instalments": table([(plain_day(each.due_on), money(each.amount, plan.currency)) for each in parts]),
        "amount": money(amount, plan.currency),
        "day": plain_day(day),
        "how_to_pay": table(_pay_rows(plan), _("How to pay")),
        "button": _button(link),
        "phone": plan.company.phone,
    }


def _pay_rows(plan: PaymentPlan) -> list[tuple[str, str]]:
    rows = []
    for account in accounts_of(plan):
        rows += [(_("Payee"), account["holder"]), (_("Account"), account["iban"])]
        rows += [("BIC", account["bic"])] if account["bic"] else []
    return [*rows, (_("Reference"), plan.printed["buyer"]["number"])] if rows else []


def sample(company: Company, stage: str) -> Mapping[str, Value]:
    """Made-up values, in the language that is now the reader's."""
    today, half = company.today(), money(Decimal("595.00"), company.currency)
    days = [today + timedelta(days=14), today + timedelta(days=44)]
    return {
        "name": "Ada Example",
        "company": company.legal_name,
        "total": money(Decimal("1190.00"), company.currency),
        "instalments": table([(plain_day(day), half) for day in days]),
        "amount": half,
        "day": plain_day(days[0]),
        "how_to_pay": table([(_("Payee"), company.legal_name), (_("Reference"), "C00001")], _("How to pay")),
        "button": _button(EXAMPLE),
        "phone": company.phone,
    }


def _button(link: str) -> Value:
    see = _("See the account as it stands today")
    return button(link, see, before=f"{see}:")


PLAN_TEXTS = [
    TextKind(
        kind,
        title,
        VARIABLES,
        partial(default, kind),
        sample,
        required=frozenset({"button"} if kind == OFFER else {"amount", "day"} if kind != CONFIRMATION else ()),
    )
    for kind, title in TITLES.items()
]

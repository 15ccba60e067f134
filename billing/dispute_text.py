"""The words of the mails about a dispute: that we have it, what we answer, and how it ended."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from billing.access import disputes_for
from billing.dispute_words import OUTCOME_WORDS
from billing.mail_words import sample_number
from billing.models import Dispute, DisputeOutcome
from office.mail.pieces import EXAMPLE, button
from office.mail.texts import Text, TextKind
from office.mail.variables import Look, Value, Variable
from office.models import Company, User
from office.written import money, plain_day

KIND = "dispute"
OPENED, ANSWERED, CLOSED = "opened", "answered", "closed"
STAGES = {OPENED: "We have it", ANSWERED: "We write to the customer", CLOSED: "It is closed"}
VARIABLES = (
    Variable("name", "The reader's name"),
    Variable("company", "Your company's name"),
    Variable("number", "The number of the dispute"),
    Variable("document", "The document that is disputed"),
    Variable("amount", "How much is disputed"),
    Variable("day", "By when you answer"),
    Variable("words", "What you write to the customer"),
    Variable("outcome", "A sentence about how it ended", Look.STRONG),
    Variable("memo", "A sentence about the credit memo, where there is one, else nothing"),
    Variable("button", "The button that opens the document", Look.PIECE),
)


def default(company: Company, stage: str) -> Text:
    """The built-in words, in the language that is now the reader's."""
    braced = {"number": "{number}", "document": "{document}", "amount": "{amount}", "day": "{day}", "name": "{name}"}
    parts = [_("Dear %(name)s,") % braced, _said(stage) % braced]
    parts += ["{words}"] if stage != OPENED else []
    parts += ["{button}", _("Kind regards") + "\n{company}"]
    return Text(_("Your objection %(number)s to %(document)s") % braced, "\n\n".join(parts))


def _said(stage: str) -> str:
    if stage == OPENED:
        have = _(
            "We have your objection %(number)s to %(document)s over %(amount)s and look into it."
            " You need not pay that part meanwhile."
        )
        return have + " " + _("You hear from us by %(day)s.")
    if stage == ANSWERED:
        return _("About your objection %(number)s to %(document)s we write to you:")
    return _("Your objection %(number)s to %(document)s is closed.") + " {outcome} {memo}"


def values_of(dispute: Dispute, name: str, words: str, link: str) -> dict[str, Value]:
    """What a mail is filled in with, in the language that is now the reader's; no link where there is no document."""
    outcome, memo = OUTCOME_WORDS.get(dispute.outcome, ""), dispute.credit_memo
    amount = memo and money(memo.total, memo.currency)
    in_favour = _("Credit memo %(memo)s over %(amount)s is in your favour.")
    return {
        "name": name,
        "company": dispute.company.legal_name,
        "number": dispute.number,
        "document": dispute.entry.reference,
        "amount": money(dispute.amount, dispute.currency),
        "day": plain_day(dispute.respond_by),
        "words": words,
        "outcome": f"{outcome}." if outcome else "",
        "memo": in_favour % {"memo": memo.number, "amount": amount} if memo else "",
        "button": button(link, _("See it and answer")) if link else "",
    }


def sample(company: Company, stage: str) -> Mapping[str, Value]:
    """Made-up values, in the language that is now the reader's."""
    today, amount = company.today(), money(Decimal("119.00"), company.currency)
    in_favour = _("Credit memo %(memo)s over %(amount)s is in your favour.")
    return {
        "name": "Ada Example",
        "company": company.legal_name,
        "number": f"DP-{today.year}-0000",
        "document": sample_number(today),
        "amount": amount,
        "day": plain_day(today),
        "words": "Lorem ipsum dolor sit amet.",
        "outcome": f"{OUTCOME_WORDS[DisputeOutcome.CREDIT_MEMO]}.",
        "memo": in_favour % {"memo": f"CM-{today.year}-0000", "amount": amount},
        "button": button(EXAMPLE, _("See it and answer")),
    }


def real(reader: User, customer_id: int, stage: str) -> Mapping[str, Value] | None:
    """The customer's latest dispute that these words would fit, as the reader sees it; its link opens nothing."""
    theirs = disputes_for(reader).filter(customer_id=customer_id).select_related("company", "entry", "credit_memo")
    wanted = theirs.filter(status="closed") if stage == CLOSED else theirs
    dispute = wanted.order_by("-pk").first()
    return values_of(dispute, dispute.said_by, dispute.outcome_note, EXAMPLE) if dispute else None


DISPUTE_TEXT = TextKind(
    KIND,
    "Disputes",
    VARIABLES,
    default,
    sample,
    stages=lambda company: STAGES,
    real=real,
    required=frozenset({"button"}),
)

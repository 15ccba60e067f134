"""The agreement as a paper, kept as made: what is paid in which instalments, and what happens when one is missed."""

from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils.translation import get_language, get_language_bidi, override
from django.utils.translation import gettext as _

from billing.payment_codes.epc import epc_code
from billing.pdf.page import UNPRINTABLE, data_url, page_words
from billing.pdf.renderer import render_pdf
from credit_control.models import PaymentPlan, PlanPdf
from office.written import plain_day


def file_name(plan: PaymentPlan) -> str:
    """What the paper is called as a file, in the language that is now the reader's."""
    return f"{_('Payment plan')} {plan.pk}.pdf"


def kept_plan_pdf(plan: PaymentPlan) -> PlanPdf:
    """The kept bytes, made at the first call. Raises PdfUnavailable where no PDF can be made now."""
    if kept := PlanPdf.objects.filter(plan=plan).first():
        return kept
    content = render_pdf(page_of(plan), identifier=f"plan {plan.pk} {plan.created_at.isoformat()}")
    made = PlanPdf(plan=plan, content=content, sha256=sha256(content).hexdigest())
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:  # somebody else was quicker
        return PlanPdf.objects.get(plan=plan)
    return made


def page_of(plan: PaymentPlan) -> str:
    """The agreement as well-formed HTML, in the language of its customer."""
    with override(plan.printed["language"]):
        return UNPRINTABLE.sub("", render_to_string("credit_control/pdf/plan.html", _context(plan)))


def _context(plan: PaymentPlan) -> dict[str, Any]:
    company, accounts = plan.company, accounts_of(plan)
    instalments = list(plan.instalments.all())
    return {
        "language": get_language(),
        "text_direction": "rtl" if get_language_bidi() else "ltr",
        "plan": plan,
        "printed": plan.printed,
        "page_words": page_words(),
        "logo": data_url(bytes(company.logo), company.logo_type) if company.logo else "",
        "items": plan.items.select_related("item").order_by("item__due_on", "item"),
        "instalments": instalments,
        "first": instalments[0],
        "accounts": accounts,
        "code": _code(plan, accounts, instalments[0].amount),
        "terms": terms_of(plan),
    }


def accounts_of(plan: PaymentPlan) -> list[dict[str, str]]:
    """Where its instalments are paid to."""
    return [each for each in plan.printed["accounts"] if each["currency"] == plan.currency]


def terms_of(plan: PaymentPlan) -> list[str]:
    """What is agreed on beside days and amounts, in the language that is now the reader's."""
    free = _("While the plan is kept, we charge no interest for paying late.")
    runs = _("Interest for paying late runs on by the days that the documents say.")
    said = [
        _("Each instalment is to be with us by its day. What you pay goes to the earliest one that is open."),
        free if plan.is_interest_free else runs,
        _(
            "If an instalment is not paid by its day, we write to you. If it stays open, we may end the plan: "
            "then all that is open is due by the days that the documents say."
        ),
    ]
    if not plan.accepted_on:
        said.append(_("The offer holds until %(day)s.") % {"day": plain_day(plan.valid_until)})
    return said


def _code(plan: PaymentPlan, accounts: list[dict[str, str]], amount: Any) -> str:
    """The code that banking apps scan for the first instalment, of the first account that has one."""
    number = plan.printed["buyer"]["number"]
    codes = (
        epc_code(
            holder=each["holder"],
            iban=each["iban"],
            amount=amount,
            currency=plan.currency,
            reference=number,
            for_paper=True,
        )
        for each in accounts
    )
    return next((code for code in codes if code), "")

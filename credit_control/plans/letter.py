"""The agreement as a paper, kept as made: what is paid in which instalments, and what happens when one is missed."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from billing.payment_codes.epc import codes_for
from credit_control.models import PaymentPlan, PlanPdf
from office.papers import kept_once, paper_page, render_pdf
from office.papers.page import logo_now
from office.written import plain_day


def file_name(plan: PaymentPlan) -> str:
    """What the paper is called as a file, in the language that is now the reader's."""
    return f"{_('Payment plan')} {plan.pk}.pdf"


def kept_plan_pdf(plan: PaymentPlan) -> PlanPdf:
    """The kept bytes, made at the first call. Raises PdfUnavailable where no PDF can be made now."""
    return kept_once(
        PlanPdf,
        lambda: render_pdf(page_of(plan), identifier=f"plan {plan.pk} {plan.created_at.isoformat()}"),
        plan=plan,
    )


def page_of(plan: PaymentPlan) -> str:
    """The agreement as well-formed HTML, in the language of its customer."""
    with override(plan.printed["language"]):
        return paper_page("credit_control/pdf/plan.html", _context(plan), logo_now(plan.company))


def _context(plan: PaymentPlan) -> dict[str, Any]:
    accounts = accounts_of(plan)
    instalments, number = list(plan.instalments.all()), plan.printed["buyer"]["number"]
    return {
        "title": _("Payment plan"),
        "number": str(plan.pk),
        "running": f"{_('Payment plan')} {plan.pk}",
        "created": plan.created_at,
        "plan": plan,
        "printed": plan.printed,
        "items": plan.items.select_related("item").order_by("item__due_on", "item"),
        "instalments": instalments,
        "first": instalments[0],
        "accounts": accounts,
        "code": next(iter(codes_for(accounts, instalments[0].amount, plan.currency, reference=number)), ""),
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

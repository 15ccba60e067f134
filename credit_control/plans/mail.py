"""The mails of payment plans: queued once, written as things stand, and asked again just before they leave."""

from decimal import Decimal
from functools import partial

from django.db.models import QuerySet
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from billing.disputes import disputed_now
from credit_control.access import plans_for
from credit_control.models import PaymentPlan, PlannedItem, PlanStatus, PlanStep
from credit_control.operations.mint_account_link import mint_account_link
from credit_control.plans.letter import file_name, kept_plan_pdf
from credit_control.plans.reading import PlanDay, plan_now
from credit_control.plans.spread import ZERO
from credit_control.plans.words import CONFIRMATION, ENDED, LAPSED, MISSED, NOTICE, OFFER, subject_words, values_of
from credit_control.reminders.contacts import people_reminded, why_not_remind
from credit_control.statements.links import address_of
from credit_control.statements.mail_words import small_print
from customers.models import Address, AddressKind, Contact
from customers.queries import free_credit
from customers.readers import reader_of, why_not_there
from ledger.models import Allocation
from office.mail import Attachment, Letter, MailKind, MailToQueue, NotReady, NotToBeSent, queue_mails
from office.mail.handing_over import LEASE
from office.mail.texts import words_for
from office.models import OutgoingMail, User
from office.papers import PdfUnavailable

ABOUT_PLAN, ABOUT_STEP = (OFFER, CONFIRMATION), (NOTICE, MISSED, LAPSED, ENDED)


def queue_plan_mail(plan: PaymentPlan, kind: str, step: PlanStep | None = None, again: str = "") -> int:
    """Queue a mail to each contact who gets reminders, and say to how many; the same again is the same mail."""
    people, _stopped = people_reminded([plan.customer_id])
    place = Address.objects.filter(customer=plan.customer_id, kind=AddressKind.BILLING).first()
    with override(plan.printed["language"]):
        words = {"document": subject_words(kind), "name": plan.printed["seller"]["name"]}
        subject = _("%(document)s from %(name)s") % words
    key = f"{kind}:{plan.pk}:{step.instalment_id if step else 0}"
    mails = [
        MailToQueue(
            key=f"{key}:{contact.pk}{again}",
            kind=kind,
            company=plan.company,
            customer_id=plan.customer_id,
            contact_id=contact.pk,
            about=step or plan,
            to_email=contact.email,
            subject=subject,
            country=place.country if place else "",
            region=place.region if place else "",
        )
        for contact in people.get(plan.customer_id, [])
    ]
    queue_mails(mails)
    return len(mails)


def compose(kind: str, mail: OutgoingMail) -> Letter:
    """The mail as things stand now. Its link is made now, and the token is in the mail alone."""
    contact = reader_of(mail)
    if reason := _reason(kind, mail, contact):
        raise NotToBeSent(reason)
    plan = _plan_of(kind, mail)
    files = _files(plan) if kind in ABOUT_PLAN else []
    with override(plan.printed["language"]):
        link = address_of(mint_account_link(plan.customer, contact))
        words = words_for(
            kind, "", get_language(), plan.company, _values(kind, mail, plan, contact, link), small_print()
        )
        return Letter(contact.name, contact.email, words.subject, words.text, words.html, files)


def _values(kind: str, mail: OutgoingMail, plan: PaymentPlan, contact: Contact, link: str) -> dict:
    if kind in ABOUT_PLAN:
        parts = list(plan.instalments.all())
        day = plan.valid_until if kind == OFFER else parts[0].due_on
        return values_of(plan, contact.name, link, day=day, amount=parts[0].amount, parts=parts)
    asked, amount = _asked(kind, mail, plan)
    due_on = plan.valid_until if kind == LAPSED else asked.instalment.due_on
    return values_of(plan, contact.name, link, day=due_on, amount=amount)


def _files(plan: PaymentPlan) -> list[Attachment]:
    try:
        content = bytes(kept_plan_pdf(plan).content)
    except PdfUnavailable as problem:
        raise NotReady(f"Its PDF cannot be made now: {problem}") from problem
    with override(plan.printed["language"]):
        return [Attachment(file_name(plan), "application/pdf", content)]


def reason_not_to_send(kind: str, mail: OutgoingMail) -> str:
    """Why the mail must not leave any more; empty when it may. Raises NotReady where it says what is true no more."""
    contact = reader_of(mail)
    if reason := why_not_there(mail, contact) or _reason(kind, mail, contact):
        return reason
    if kind in ABOUT_STEP and _was_paid_since(mail, _plan_of(kind, mail)):
        raise NotReady("What is open changed just then.")
    return ""


def _was_paid_since(mail: OutgoingMail, plan: PaymentPlan) -> bool:
    """Whether anything was applied to its items after the mail was taken up to be written."""
    items = plan.items.values("item")
    since = mail.leased_until - LEASE if mail.leased_until else mail.queued_at
    return Allocation.objects.filter(debit__in=items, recorded_at__gte=since).exists()


def _reason(kind: str, mail: OutgoingMail, contact: Contact) -> str:
    if reason := why_not_remind(contact):
        return reason
    plan = _plan_of(kind, mail)
    if kind == OFFER:
        is_open = plan.status == PlanStatus.OFFERED and plan.company.today() <= plan.valid_until
        return "" if is_open else "Not sent: the offer does not stand any more."
    if kind in (LAPSED, ENDED):
        return _reason_of_end(kind, plan) or _reason_of_amount(plan, _asked(kind, mail, plan)[1])
    if plan.status != PlanStatus.ACCEPTED:
        return "Not sent: the plan has ended."
    if kind == CONFIRMATION:
        return ""
    day, amount = _asked(kind, mail, plan)
    return _reason_of_day(kind, day, amount, plan)


def _reason_of_end(kind: str, plan: PaymentPlan) -> str:
    """Why nobody is told any more that an offer or a plan is over."""
    if plan.status != (PlanStatus.OFFERED if kind == LAPSED else PlanStatus.CANCELLED):
        return "Not sent: the offer was answered or taken back."
    others = PlannedItem.objects.filter(item__in=plan.items.values("item"), released_at=None).exclude(plan=plan)
    return "Not sent: another plan was made since." if others.exists() else ""


def _reason_of_amount(plan: PaymentPlan, amount: Decimal) -> str:
    if not amount:
        return "Not sent: it is paid, or in dispute."
    if free_credit(plan.customer).get(plan.currency, ZERO) >= amount:
        return "Not sent: they have free credit for it."
    return ""


def _reason_of_day(kind: str, day: PlanDay, amount: Decimal, plan: PaymentPlan) -> str:
    if not day.left:
        return "Not sent: the instalment is paid, or in dispute."
    if reason := _reason_of_amount(plan, amount):
        return reason
    if kind == NOTICE and day.instalment.due_on < plan.company.today():
        return "Not sent: the instalment's day is past."
    return ""


def _plan_of(kind: str, mail: OutgoingMail) -> PaymentPlan:
    plans = PaymentPlan.objects.select_related("company", "customer__company")
    if kind in ABOUT_PLAN:
        return plans.get(pk=mail.about_id)
    return plans.get(instalments__steps=mail.about_id)


def _asked(kind: str, mail: OutgoingMail, plan: PaymentPlan) -> tuple[PlanDay, Decimal]:
    """The instalment, and what is asked for, less what is in dispute; of a missed one with those before it, and of what
    is over all of it."""
    items = list(plan.items.values_list("item", flat=True))
    now = plan_now(plan, plan.company.today(), disputed_now(items))
    step = PlanStep.objects.get(pk=mail.about_id)
    day = next(day for day in now.days if day.instalment.pk == step.instalment_id)
    if kind == NOTICE:
        return day, day.left
    if kind in (LAPSED, ENDED):
        return day, now.left
    before = [each.left for each in now.days if each.instalment.position <= day.instalment.position]
    return day, sum(before, ZERO)


def steps_for(user: User) -> QuerySet[PlanStep]:
    """What was done about the instalments of the plans that a person sees."""
    return PlanStep.objects.filter(instalment__plan__in=plans_for(user))


PLAN_MAILS = [
    MailKind(
        kind,
        partial(compose, kind),
        partial(reason_not_to_send, kind),
        plans_for if kind in ABOUT_PLAN else steps_for,
        waits=kind in ABOUT_STEP,
    )
    for kind in (*ABOUT_PLAN, *ABOUT_STEP)
]

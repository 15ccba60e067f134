"""Setting up recurring invoices, pausing and ending them."""

from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from billing.ceilings import LINE_DISCOUNT
from billing.models import RecurringInvoice, RecurringLine, RecurringPause
from billing.operations.recurring_details import LATEST_DAY, TIMING, RecurringDetails, fill_recurring
from billing.recurring import next_day
from billing.tax_choice import taxes_of
from customers.days_to_pay import last_due_day, require_may_give
from customers.models import Customer
from ledger.refusals import Refused
from office.approvals.asking import rule_of
from office.audit import record
from office.models import Company, User

DAY = timedelta(days=1)
SHOWN = ("name", "customer", "interval", "every", "starts_on", "ends_on", "most", "issues", "sends")


@transaction.atomic
def add_recurring_invoice(company: Company, details: RecurringDetails, *, by: User | None) -> RecurringInvoice:
    """Set up an invoice that repeats; what is due already is made within a minute.

    Raises Refused for bad details and, where it is issued by itself, for more than this person gives alone.
    """
    recurring = RecurringInvoice(company=company, created_by=by)
    _write(recurring, details, by)
    record(by, "add_recurring_invoice", recurring, after=_shown(recurring))
    return recurring


@transaction.atomic
def edit_recurring_invoice(
    recurring_id: int, details: RecurringDetails, *, version: int, by: User | None
) -> RecurringInvoice:
    """Change what the coming documents say. Documents that were made stay as they are.

    Raises Refused where somebody saved meanwhile, where it was ended, for other days once a period was billed, and
    where it is issued by itself and gives more than this person gives alone, and than it gave before.
    """
    recurring = _locked(recurring_id)
    if recurring.version != version:
        raise Refused("Somebody saved this while you were editing. Load it again.", code="stale")
    before = _shown(recurring)
    has_other_days = any(getattr(recurring, name) != getattr(details, name) for name in TIMING)
    if has_other_days:
        recurring.confirmed_until = None
    if has_other_days and recurring.occurrences.exists():
        raise Refused(
            "A period was billed, so its days stay as they are. End this one, and set up another from the day after.",
            code="timing_fixed",
        )
    recurring.version += 1
    _write(recurring, details, by)
    record(by, "edit_recurring_invoice", recurring, before=before, after=_shown(recurring))
    return recurring


@transaction.atomic
def pause_recurring_invoice(
    recurring_id: int, *, first_on: date, last_on: date | None = None, by: User | None
) -> RecurringInvoice:
    """Let no period begin from a day on, until another day or until it is resumed.

    Raises Refused for days out of order, and where it is paused without an end already.
    """
    recurring = _locked(recurring_id)
    latest = recurring.company.today() + LATEST_DAY
    if first_on > latest or (last_on and not first_on <= last_on <= latest):
        raise Refused("A pause ends on its first day or later, within the next ten years.", code="bad_pause")
    if recurring.pauses.filter(last_on=None).exists():
        raise Refused("It is paused already. Resume it first.", code="already_paused")
    pause = RecurringPause.objects.create(recurring=recurring, first_on=first_on, last_on=last_on)
    _settle_next(recurring)
    record(by, "pause_recurring_invoice", recurring, after={"pause": pause})
    return recurring


@transaction.atomic
def resume_recurring_invoice(recurring_id: int, *, on: date, by: User | None) -> RecurringInvoice:
    """Let periods begin again from a day on; those that would have begun in the pause are not billed.

    A pause that has not come yet is taken back. Raises Refused where there is none.
    """
    recurring = _locked(recurring_id)
    ahead = recurring.pauses.exclude(last_on__lt=on)
    if not ahead:
        raise Refused("It is not paused.", code="not_paused")
    for pause in ahead:
        if pause.first_on < on:
            pause.last_on = on - DAY
            pause.save()
        else:
            pause.delete()
    _settle_next(recurring)
    record(by, "resume_recurring_invoice", recurring, after={"from": on})
    return recurring


@transaction.atomic
def end_recurring_invoice(recurring_id: int, *, by: User | None) -> RecurringInvoice:
    """Make no more documents, for good; those made stay. Raises Refused where it was ended already."""
    recurring = _locked(recurring_id)
    recurring.is_active = False
    _settle_next(recurring)
    record(by, "end_recurring_invoice", recurring)
    return recurring


def _locked(recurring_id: int) -> RecurringInvoice:
    rows = RecurringInvoice.objects.select_for_update(no_key=True, of=("self",))
    recurring = rows.select_related("company", "customer").get(pk=recurring_id)
    if not recurring.is_active:
        raise Refused(f"{recurring} was ended. Set up another one.", code="ended")
    return recurring


def _write(recurring: RecurringInvoice, details: RecurringDetails, by: User | None) -> None:
    customer = Customer.objects.filter(company=recurring.company_id, pk=details.customer_id).first()
    if customer is None:
        raise Refused("That customer is not one of this company's.", code="unknown_customer")
    namesakes = RecurringInvoice.objects.filter(company=recurring.company_id, name=details.name.strip())
    if namesakes.exclude(pk=recurring.pk).exists():
        raise Refused(f"There is one named {details.name.strip()} already.", code="name_taken")
    _require_may_give(recurring, customer, details, by)
    lines = fill_recurring(recurring, customer, details, taxes_of(recurring.company))
    recurring.save()
    RecurringLine.objects.filter(recurring=recurring).delete()
    RecurringLine.objects.bulk_create(lines)
    _settle_next(recurring)


def _require_may_give(
    recurring: RecurringInvoice, customer: Customer, details: RecurringDetails, by: User | None
) -> None:
    """Refuse what nobody would be asked for, as it is issued by itself; what it gave before stays."""
    if by is None or not details.issues:
        return
    company, rule = recurring.company, rule_of(LINE_DISCOUNT, recurring.company)
    before = recurring.lines.all() if recurring.pk and recurring.issues else []
    most = max([line.discount_percent for line in before], default=Decimal(0))
    highest = max([line.discount_percent for line in details.lines], default=Decimal(0))
    if rule and highest > max(most, rule.above_for(by)):
        words = f"{highest.normalize():f} % off a line is not yours to give again and again."
        raise Refused(f"{words} Let it wait as a draft each time, or ask a manager to set it up.", code="above_ceiling")
    today, days = company.today(), details.net_days
    usual = (last_due_day(today, customer.net_days, customer.terms) - today).days
    is_same = bool(recurring.pk and recurring.issues and days == recurring.net_days)
    if days is not None and days > usual and not is_same:
        require_may_give(company, [(days, None)], by)


def _settle_next(recurring: RecurringInvoice) -> None:
    recurring.next_on = next_day(recurring)
    recurring.save()


def _shown(recurring: RecurringInvoice) -> dict[str, object]:
    return {name: getattr(recurring, name) for name in SHOWN}

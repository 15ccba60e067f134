"""Under which mandate a customer's debts are debited, and which of these have been announced."""

from collections.abc import Callable, Collection
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from billing.disputes import holding
from billing.opening.waiting import is_not_live
from customers.mandates import with_state
from customers.models import Contact, Customer, Mandate, MandateScheme
from ledger.agreed_days import late_items
from ledger.models import ItemKind, OpenItem
from office.models import Company
from payments.models import DebitNoticeLine
from payments.paid_notices import says_paid

CURRENCY_OF: dict[str, str] = {MandateScheme.CORE: "EUR", MandateScheme.B2B: "EUR", MandateScheme.ACH: "USD"}
"""What each scheme moves."""
DEBITED = (ItemKind.INVOICE, ItemKind.DEBIT_NOTE, ItemKind.FEE, ItemKind.INTEREST, ItemKind.OPENING)
"""What is debited; what came back is open again as the item that it had settled."""

KEPT_OUT: list[Callable[[str], Exists]] = [is_not_live]
"""What keeps an item from being debited; each is asked with where a query has its id."""


def register_kept_out(condition: Callable[[str], Exists]) -> None:
    """Let a room say which items are not to be debited, such as those that are paid another way."""
    KEPT_OUT.append(condition)


def live_mandates(company: Company, schemes: Collection[str], on: date) -> QuerySet[Mandate]:
    """The mandates of a company under which money may be moved on a day, of each customer the newest first."""
    mandates = with_state(Mandate.objects.filter(company=company, scheme__in=schemes), on)
    usable = mandates.filter(state="live", account__closed_at=None, account__confirmed_at__isnull=False)
    return usable.filter(account__blocked_at=None).select_related("customer", "account").order_by("customer", "-pk")


def debts(company: Company, currency: str, until: date) -> QuerySet[OpenItem]:
    """What is open, due by a day and to be debited, the oldest first."""
    items = due_by(OpenItem.objects.filter(company_id=company.pk, currency=currency), until)
    return _not_kept_out(items).filter(kind__in=DEBITED).order_by("due_on", "dated_on", "pk")


def due_by(items: QuerySet[OpenItem], until: date) -> QuerySet[OpenItem]:
    """Those that are open and to be paid by a day: as agreed on, else as their documents say."""
    return late_items(items, until, days=0)


def _not_kept_out(items: QuerySet[OpenItem]) -> QuerySet[OpenItem]:
    for condition in KEPT_OUT:
        items = items.filter(~condition("pk"))
    return items


def announceable(items: QuerySet[OpenItem]) -> QuerySet[OpenItem]:
    """Of open items those whose debit may be announced: they are paid in no other way, nobody says that they paid, and
    nothing is in dispute."""
    items = _not_kept_out(items).filter(~says_paid("pk"), balance__gt=0)
    return items.exclude(pk__in=holding().values("item"))


def not_announced(items: QuerySet[OpenItem], mandate: Mandate) -> QuerySet[OpenItem]:
    """Of a customer's items those that were not announced under a mandate."""
    return items.filter(~Exists(DebitNoticeLine.objects.filter(item=OuterRef("pk"), mandate=mandate)))


def mandate_of(customer: Customer, currency: str, on: date) -> Mandate | None:
    """The mandate under which a customer is debited in a currency: the newest that is live."""
    return live_mandates(customer.company, _schemes(currency), on).filter(customer=customer).first()


def _schemes(currency: str) -> list[str]:
    return [scheme for scheme, its_currency in CURRENCY_OF.items() if its_currency == currency]


def mandates_by_customer(company: Company, currency: str, on: date) -> dict[int, Mandate]:
    """As mandate_of, for every customer of a company."""
    return {mandate.customer_id: mandate for mandate in reversed(live_mandates(company, _schemes(currency), on))}


def customers_to_announce_to(company: Company) -> list[int]:
    """The customers of whom something is to be announced today, and who have somebody to tell."""
    today, days = company.today(), company.debit_notice_days
    found: set[int] = set()
    for currency in sorted(set(CURRENCY_OF.values())) if days else []:
        mandates = mandates_by_customer(company, currency, today)
        due = announceable(debts(company, currency, today + timedelta(days=days))).filter(customer_id__in=mandates)
        told = DebitNoticeLine.objects.filter(mandate__in=mandates.values())
        known = set(told.values_list("mandate_id", "item_id"))
        rows = due.values_list("customer_id", "pk")
        found |= {customer_id for customer_id, item_id in rows if (mandates[customer_id].pk, item_id) not in known}
    people = Contact.objects.filter(customer__in=found, is_active=True, gets_invoices=True).exclude(email="")
    return sorted(set(people.values_list("customer_id", flat=True)))

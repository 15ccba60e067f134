"""What the page of a document says of its direct debit, so that nobody pays it besides."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from billing.customer_view import CustomerView
from ledger.models import OpenItem
from office.written import money, plain_day
from payments.debiting import announceable, mandate_of
from payments.models import CollectionState, DebitCollection, DebitNoticeLine, DebitPart


def note_on_debit(view: CustomerView) -> str:
    """When a document is debited, from which account; nothing of one that is not."""
    invoice = view.invoice
    items = OpenItem.objects.filter(entry=invoice.entry_id, balance__gt=0)
    under_way = DebitPart.objects.filter(item__in=items, collection__state=CollectionState.PENDING, is_under_way=True)
    if parts := list(under_way.select_related("collection__run", "collection__account")):
        debit: DebitCollection = parts[0].collection
        amount = sum((part.amount for part in parts), Decimal(0))
        return _collected(amount, invoice.currency, debit.run.collect_on, debit.account.last_four)
    mandate = mandate_of(invoice.customer, invoice.currency, view.today)
    if mandate is None or not announceable(items).exists():
        return ""
    told = DebitNoticeLine.objects.filter(mandate=mandate, item__in=announceable(items)).select_related(
        "notice", "item"
    )
    if lines := list(told.filter(notice__collect_on__gte=view.today).order_by("notice__collect_on")):
        day = lines[0].notice.collect_on
        now = [line for line in lines if line.notice.collect_on == day]
        amount = sum((min(line.amount, line.item.balance) for line in now), Decimal(0))
        return _collected(amount, invoice.currency, day, mandate.account.last_four)
    facts = {"mandate": mandate.reference, "last_four": mandate.account.last_four}
    return (
        _("You pay by direct debit (mandate %(mandate)s): we collect it from your account ending in %(last_four)s.")
        % facts
    )


def _collected(amount: Decimal, currency: str, day: date, last_four: str) -> str:
    words = _(
        "We collect %(amount)s on %(day)s by direct debit from your account ending in %(last_four)s: "
        "please do not pay it besides."
    )
    return words % {"amount": money(amount, currency), "day": plain_day(day), "last_four": last_four}

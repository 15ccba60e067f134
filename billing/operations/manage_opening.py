"""Taking over another product's books: beginning it, saying what its totals are, and going live."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from billing.models import Opening, OpeningTotal
from billing.opening.figures import compared, unfinished_loads
from ledger.money import UnknownCurrency, places, round_money
from ledger.refusals import Refused
from office.audit import record
from office.days import require_bookable_day
from office.models import Company, User

LONGEST = 60


@transaction.atomic
def begin_opening(company: Company, source: str, cut_over_on: date, *, by: User | None) -> Opening:
    """Begin to take over what is open in another product at the end of a day.

    Raises Refused without the product's name, for a day ahead, and while another opening has not gone live.
    """
    source = source.strip()
    if not 0 < len(source) <= LONGEST:
        raise Refused(f"Name the product that you come from, in up to {LONGEST} characters.", code="no_source")
    require_bookable_day(company, cut_over_on)
    try:
        with transaction.atomic():
            opening = Opening.objects.create(company=company, source=source, cut_over_on=cut_over_on, begun_by=by)
    except IntegrityError as error:
        raise Refused("Another opening has not gone live. Finish that first.", code="opening_under_way") from error
    record(by, "begin_opening", opening, after={"source": source, "cut_over_on": cut_over_on})
    return opening


@transaction.atomic
def change_opening(opening_id: int, source: str, cut_over_on: date, *, by: User | None) -> Opening:
    """Correct the product's name or the day. Raises Refused as beginning does, and for another day once rows are in."""
    opening = locked_opening(opening_id)
    source = source.strip()
    if not 0 < len(source) <= LONGEST:
        raise Refused(f"Name the product that you come from, in up to {LONGEST} characters.", code="no_source")
    require_bookable_day(opening.company, cut_over_on)
    if cut_over_on != opening.cut_over_on and opening.items.exists():
        raise Refused("What is loaded stands in the book on that day. The day stays.", code="day_stands")
    before = {"source": opening.source, "cut_over_on": opening.cut_over_on}
    opening.source, opening.cut_over_on = source, cut_over_on
    opening.save(update_fields=["source", "cut_over_on"])
    record(by, "change_opening", opening, before=before, after={"source": source, "cut_over_on": cut_over_on})
    return opening


@transaction.atomic
def set_opening_totals(opening_id: int, totals: Mapping[str, Decimal], *, by: User | None) -> Opening:
    """Say what the other product's own report says that all customers owe, by currency; these and no others.

    Raises Refused for what is no currency, or has more places than it.
    """
    opening = locked_opening(opening_id)
    for currency, amount in totals.items():
        try:
            places(currency)
        except UnknownCurrency as error:
            raise Refused(f"{currency!r} is not a currency. Use its ISO code.", code="bad_currency") from error
        if amount != round_money(amount, currency):
            raise Refused(f"{amount} has more places than {currency} has.", code="too_many_places")
    before = {total.currency: total.amount for total in opening.totals.all()}
    opening.totals.all().delete()
    rows = [OpeningTotal(opening=opening, currency=currency, amount=amount) for currency, amount in totals.items()]
    OpeningTotal.objects.bulk_create(rows)
    record(by, "set_opening_totals", opening, before=before, after=dict(totals))
    return opening


@transaction.atomic
def go_live(opening_id: int, *, by: User | None) -> Opening:
    """Finish an opening: nothing more is loaded or undone. What was loaded is a debt like any other then.

    Raises Refused while a load is under way, without totals, and where any differs from the book.
    """
    opening = locked_opening(opening_id)
    if load := unfinished_loads(opening).first():
        raise Refused(f"{load.title} is under way. Let it end, or stop it.", code="load_under_way")
    figures = compared(opening)
    if not figures:
        raise Refused("Say what the other product's totals are first.", code="no_totals")
    for each in figures:
        if not each.is_tied:
            what = "says nothing of" if each.wanted is None else f"says {each.wanted} of"
            message = f"{opening.source} {what} {each.currency}, the book {each.book}. Mend the difference first."
            raise Refused(message, code="not_tied")
    opening.live_by, opening.live_at = by, timezone.now()
    opening.save(update_fields=["live_by", "live_at"])
    record(by, "go_live", opening, after={each.currency: each.book for each in figures})
    return opening


def locked_opening(opening_id: int) -> Opening:
    """The opening with its row held, so that loads, undoing and going live come one after the other.

    Raises Refused where it is live.
    """
    opening = Opening.objects.select_for_update(no_key=True, of=("self",)).select_related("company").get(pk=opening_id)
    if opening.is_live:
        raise Refused("The opening has gone live: nothing of it changes any more.", code="is_live")
    return opening

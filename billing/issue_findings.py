"""Single checks of drafts: each looks at many at once and says of which it has something to say, and what."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db.models import prefetch_related_objects
from django.urls import reverse

from billing.accuracy.found import Findings, Found
from billing.deposits import open_deposits_of
from billing.exposure import drafts_of, would_owe
from billing.models import DocumentKind, Invoice, InvoiceLine, RateKind
from billing.operations.price_lines import terms_of
from billing.pricing import Asked, at_tax, held_prices_of
from billing.tax_choice import situations_of, taxes_of
from billing.twins import twins_of
from customers.applications import not_opened
from customers.exposure import Exposure, Rates, exposures_of, rates_on
from customers.holds import in_words, standing_holds
from customers.models import ApplicationStatus, Customer
from ledger.money import format_money
from ledger.present import present

PRODUCT_TAXES = "lines__product__tax__rates"


def order_numbers(drafts: Sequence[Invoice]) -> Findings:
    """Drafts without the order number that their customer wants."""
    for draft in drafts:
        if draft.customer.needs_po_number and not draft.po_number:
            yield draft, Found(f"{draft.customer.name} wants their order number on it.", url=_editor(draft))


def holds(drafts: Sequence[Invoice]) -> Findings:
    """Drafts of customers on hold."""
    holds = standing_holds({draft.customer_id for draft in drafts})
    for draft in drafts:
        if draft.customer_id in holds and not draft.is_credit_memo:
            words = f"{draft.customer.name} is on hold: {in_words(holds[draft.customer_id])}."
            yield draft, Found(words, url=reverse("customers:customer_holds", args=[draft.customer_id]))


def accounts(drafts: Sequence[Invoice]) -> Findings:
    """Drafts of customers who applied for an account that nobody has opened."""
    waiting = not_opened({draft.customer_id for draft in drafts})
    for draft in drafts:
        application = waiting.get(draft.customer_id)
        if application and not draft.is_credit_memo:
            name, is_open = draft.customer.name, application.status == ApplicationStatus.OPEN
            words = "opened yet: their application waits." if is_open else "opened: their application was declined."
            url = reverse("customers:application", args=[application.pk])
            yield draft, Found(f"The account of {name} is not {words}", url=url)


def limits(drafts: Sequence[Invoice]) -> Findings:
    """Customers who would owe more than their limit, with what is open and the fitting drafts that were made before."""
    company, today = drafts[0].company, drafts[0].company.today()
    limited = [draft for draft in drafts if draft.customer.limit_on(today) is not None and not draft.is_credit_memo]
    if not limited:
        return
    customers = {draft.customer for draft in limited}
    rates, exposures = rates_on(company, today), exposures_of(company, customers, today)
    rows = drafts_of({customer.pk for customer in customers})
    owed: dict[int, Decimal] = {}
    for customer in customers:
        owed |= would_owe(exposures[customer.pk], rows[customer.pk], rates)
    for draft in limited:
        if words := _limit_words(draft, exposures[draft.customer_id], owed.get(draft.pk, Decimal(0)), rates):
            yield draft, Found(words, url=reverse("customers:customer_holds", args=[draft.customer_id]))


def _limit_words(draft: Invoice, exposure: Exposure, owed: Decimal, rates: Rates) -> str:
    """What is to say of a draft beside the limit; nothing where it fits."""
    name, own = draft.customer.name, exposure.currency
    if draft.currency != own and not {draft.currency, own} <= rates.keys():
        return f"No rate of {draft.currency} is kept, so {name}'s limit cannot be checked."
    limit = present(exposure.limit)
    if owed > limit:
        return f"{name} would owe {format_money(owed, own)}; the limit is {format_money(limit, own)}."
    return ""


def duplicates(drafts: Sequence[Invoice]) -> Findings:
    """Documents that look like an earlier one."""
    today = drafts[0].company.today()
    twins = twins_of([draft.pk for draft in drafts], today)
    for draft in drafts:
        if draft.pk in twins:
            twin, likeness = twins[draft.pk]
            words = f"{twin} of {twin.dated_on or today} is of the same customer and {likeness}."
            yield draft, Found(words, url=reverse("billing:invoice", args=[twin.pk]), facts=f"{twin.pk} {likeness}")


def _day(invoice: Invoice) -> date:
    return invoice.dated_on or invoice.company.today()


def prices(drafts: Sequence[Invoice]) -> Findings:
    """Lines whose price is not the one that the lists hold."""
    prefetch_related_objects(drafts, PRODUCT_TAXES)
    of_products = [
        (draft, line) for draft in drafts for line in _lines(draft) if line.product_id and not line.credited_line_id
    ]
    held = held_prices_of(
        [(terms_of(draft), Asked(present(line.product), line.quantity)) for draft, line in of_products]
    )
    off: dict[Invoice, list[str]] = defaultdict(list)
    for (draft, line), price in zip(of_products, held, strict=True):
        if price and (listed := _listed(draft, line, price.unit_price)) != line.unit_price:
            off[draft].append(
                f"line {line.position} has {_plain(line.unit_price)}, {price.price_list} {_plain(listed)}"
            )
    for draft, words in off.items():
        yield draft, Found(f"Off the list: {'; '.join(words)}.", fix="prices", url=_editor(draft))


def _plain(price: Decimal) -> str:
    return f"{price.normalize():f}"


def _listed(draft: Invoice, line: InvoiceLine, price: Decimal) -> Decimal:
    """The list's price with the line's own tax in it, where the document's prices include tax."""
    if not draft.prices_include_tax:
        return price
    return at_tax(price, present(line.product).tax, line.tax, _day(draft))


def taxes(drafts: Sequence[Invoice]) -> Findings:
    """Lines whose tax does not suit the customer."""
    prefetch_related_objects(drafts, PRODUCT_TAXES)
    taxes = taxes_of(drafts[0].company)
    situations = situations_of([(draft.customer, _day(draft)) for draft in drafts])
    for draft, situation in zip(drafts, situations, strict=True):
        lines = [line for line in _lines(draft) if not line.credited_line_id]
        unsuited = [
            (line, suited)
            for line in lines
            if line.product and (suited := situation.tax_for(line.product, taxes)) not in (None, line.tax)
        ]
        if unsuited:
            words = "; ".join(f"line {line.position} has {line.tax or 'none'}, not {tax}" for line, tax in unsuited)
            yield draft, Found(f"The tax does not suit this customer: {words}.", fix="taxes", url=_editor(draft))
        elif situation.is_free and any(_is_charged(line, _day(draft)) for line in lines if not line.product_id):
            words = f"{draft.customer.name} is {situation.in_words}, yet tax is charged."
            yield draft, Found(words, url=_editor(draft))


def _is_charged(line: InvoiceLine, day: date) -> bool:
    rates = line.tax.rates_on(day) if line.tax else []
    return any(rate.percent and rate.kind != RateKind.WITHHELD for rate in rates)


def deposits(drafts: Sequence[Invoice]) -> Findings:
    """Drafts that leave a deposit of their customer undeducted."""
    able = [
        draft for draft in drafts if draft.kind == DocumentKind.INVOICE and not draft.is_deposit and draft.total > 0
    ]
    open_deposits = open_deposits_of(able)
    for draft in able:
        if left := open_deposits[draft.pk]:
            amounts = "; ".join(
                f"{format_money(amount, draft.currency)} of {line.invoice}, line {line.position}"
                for line, amount in left
            )
            yield draft, Found(f"Not deducted: {amounts}.", fix="deposits", url=_editor(draft))


def _lines(draft: Invoice) -> list[InvoiceLine]:
    return list(draft.lines.all())


def _editor(draft: Invoice) -> str:
    return reverse("billing:invoice_edit", args=[draft.pk])


def customer_page(customer: Customer) -> str:
    """Where a customer is changed."""
    return reverse("customers:edit", args=[customer.pk])

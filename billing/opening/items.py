"""Entering what was taken over in the book, and taking it back, many at once."""

from collections.abc import Collection, Sequence
from datetime import date

from billing.models import Opening, OpeningItem, StagedOpeningItem
from ledger.accounts import default_accounts
from ledger.allocating import Pair, allocate
from ledger.bulk import insert_all, update_all
from ledger.models import AccountRole, Entry, ItemKind, Line, OpenItem
from ledger.posting import customer_posting, post_all, post_mirrors
from ledger.present import present
from office.models import Run

LOADED, UNDONE = "load_opening", "undo_load"
KEPT = (
    *("customer_id", "customer_key", "kind", "number", "dated_on", "due_on"),
    *("currency", "total", "amount", "company_amount", "tax", "po_number", "note"),
)


def enter(run: Run, opening: Opening, staged: Sequence[StagedOpeningItem]) -> list[OpeningItem]:
    """Keep these documents and enter what of each is open, as of the day of the change, against opening balances."""
    accounts = default_accounts(opening.company_id)
    receivable, contra = accounts[AccountRole.RECEIVABLE], accounts[AccountRole.OPENING]
    postings = [
        customer_posting(
            Entry(
                company_id=opening.company_id,
                key=f"{LOADED}:{run.pk}:{row.line}",
                kind=LOADED,
                dated_on=opening.cut_over_on,
                currency=row.currency,
                company_currency=opening.company.currency,
                reference=row.number,
                memo=f"Taken over from {opening.source}",
                by_id=run.by_id,
            ),
            receivable,
            [
                OpenItem(
                    customer_id=present(row.customer_id),
                    kind=ItemKind.OPENING,
                    reference=row.number,
                    due_on=row.due_on,
                    amount=row.amount,
                    company_amount=row.company_amount,
                )
            ],
            [Line(account_id=contra.pk, amount=-row.amount, company_amount=-row.company_amount)],
        )
        for row in staged
    ]
    entries = post_all(postings)
    items = [
        OpeningItem(
            company_id=opening.company_id,
            opening_id=opening.pk,
            load_id=run.pk,
            entry_id=entry.pk,
            **{name: getattr(row, name) for name in KEPT},
        )
        for row, entry in zip(staged, entries, strict=True)
    ]
    insert_all(items)
    return items


def followed(items: Collection[OpeningItem]) -> list[tuple[OpeningItem, str]]:
    """Those of which something was settled, or that a reminder, dispute, plan or other paper names; each with what."""
    by_item = dict(OpenItem.objects.filter(entry__in=[item.entry_id for item in items]).values_list("pk", "entry"))
    found: dict[int, str] = {}
    for relation in OpenItem._meta.related_objects:
        model, name = relation.related_model, relation.field.name
        rows = model._default_manager.filter(**{f"{name}__in": list(by_item)})
        for item_id in rows.values_list(name, flat=True).distinct():
            found.setdefault(by_item[item_id], str(model._meta.verbose_name))
    return [(item, found[item.entry_id]) for item in items if item.entry_id in found]


def take_back(items: Sequence[OpeningItem], *, on: date, by_id: int | None) -> None:
    """Enter the mirror of each and let it settle what it takes back. Nothing follows them."""
    entries = Entry.objects.in_bulk([item.entry_id for item in items])
    own = {each.entry_id: each for each in OpenItem.objects.filter(entry__in=entries)}
    wanted = {f"{UNDONE}:{item.pk}": entries[item.entry_id] for item in items}
    mirrors = post_mirrors(wanted, kind=UNDONE, dated_on=on, by_id=by_id)
    opposite = {each.entry_id: each for each in OpenItem.objects.filter(entry__in=mirrors)}
    pairs = []
    for item, mirror in zip(items, mirrors, strict=True):
        first, second = own[item.entry_id], opposite[mirror.pk]
        debit, credit = (first, second) if first.amount > 0 else (second, first)
        pairs.append(Pair(debit.pk, credit.pk, abs(first.amount)))
        item.reversal_entry = mirror
    allocate(pairs, dated_on=on, by_id=by_id, reason="The load was undone")
    update_all(items, ["reversal_entry"])

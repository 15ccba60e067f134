"""Making two customers one, where one was entered twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Lower

from customers.merging import require_not_merged
from customers.models import AccountApplication, ApplicationStatus, Customer, CustomerAccount
from customers.operations.details import write_what_finds
from customers.operations.manage_accounts import close_account
from ledger.refusals import Refused
from office.audit import record
from office.models import User
from office.reasons import required_reason

EITHER_WILL_DO = [
    "address_one_for_billing",
    "credit_control_creditfile_customer_id_key",
    "exemption_certificate_once_per_customer",
    "ladder_choice_once_per_customer",
    "late_charge_choice_once_per_customer",
    "payer_account_learned_once",
    "price_list_use_once_per_day",
    "statement_once_by_runs_unless_repeated",
    "statement_once_per_run",
    "statement_row_once_per_run",
    "tolerance_once_per_customer_and_product",
]
"""What each customer has once: where both have it, the kept one's holds and the other stays with the old record."""

DECIDE_FIRST = {
    "change_asked_once_at_a_time": "Both ask for the same change: decide one of these requests first.",
    "customer_account_once_at_a_time": "Both have a bank account that waits for somebody's word: decide that first.",
    "customer_parents_have_no_parent": "The kept one belongs to another customer, and would have subsidiaries: "
    "take either away first.",
    "hold_once_per_cause_at_a_time": "Both are on hold for the same cause: release one of the holds first.",
    "mandate_given_once_at_a_time": "Both gave a mandate that waits for a word: decide one of these first.",
    "order_po_number_once_per_customer": "Both have an order under the same number of theirs: change one first.",
    "payer_is_another_customer": "One of them pays for the other: end that first.",
    "payer_one_at_a_time": "Somebody pays for each of them: end one of these first.",
    "privacy_asked_once_at_a_time": "Both ask the same of their data: close one of these requests first.",
    "plan_asked_once_at_a_time": "Both ask for a payment plan: answer one of these requests first.",
}
"""What a person has to settle before, by the guard that says so."""

TAKEN_WHERE_EMPTY = ["tax_id", "registry_number", "po_number", "buyer_reference", "group_id", "sales_owner_id", "note"]
"""Facts that the kept customer takes over where they have none."""


@dataclass(frozen=True)
class Moved:
    """How many rows of a kind name the kept customer from then on, and how many stay with the old record."""

    kind: str
    moved: int
    stayed: int


@transaction.atomic
def merge_customers(gone_id: int, kept_id: int, *, reason: str, by: User | None) -> list[Moved]:
    """Make one customer part of another: what they owe, their papers and people are the kept one's from then on.

    Lines of the book, frozen papers and the audit trail stay as they were written; the old record is out of use, and
    its number finds the kept one. No sum changes, of any day. It cannot be undone.
    Raises Refused without a reason, for customers of two companies, for one that was merged before, and where both
    have what a customer has once and a person has to choose.
    """
    reason = required_reason(reason, "Say how you know that they are the same customer.")
    gone, kept = _held(gone_id, kept_id)
    before = {name: getattr(kept, name) for name in (*TAKEN_WHERE_EMPTY, "tags")}
    with _guards_in_words():
        _close_twin_accounts(gone, kept, by)
        _keep_people_once(gone, kept)
        moved = _moved(gone, kept)
    after = {name: before[name] or getattr(gone, name) for name in TAKEN_WHERE_EMPTY}
    after["tags"] = sorted({*kept.tags, *gone.tags})
    for name, value in after.items():
        setattr(kept, name, value)
    kept.version += 1
    kept.save(update_fields=[*after, *write_what_finds(kept), "version"])
    changed = {name: value for name, value in after.items() if value != before[name]}
    record(
        by,
        "merge_customers",
        kept,
        before={name: before[name] for name in changed},
        after={"merged": gone, **changed},
        reason=reason,
    )
    record(by, "merge_customers", gone, after={"merged into": kept}, reason=reason)
    return moved


def what_merging_moves(gone_id: int, kept_id: int) -> list[Moved]:
    """The same, done and taken back: what would move. Raises Refused as merging would."""
    with transaction.atomic():
        moved = merge_customers(gone_id, kept_id, reason="Tried", by=None)
        transaction.set_rollback(True)
    return moved


def _held(gone_id: int, kept_id: int) -> tuple[Customer, Customer]:
    """Both customers, held against whoever posts or writes in their names."""
    if gone_id == kept_id:
        raise Refused("Choose another customer: nobody is merged into themselves.", code="same_customer")
    rows = Customer.objects.select_for_update(of=("self",)).select_related("company", "merged_into")
    held = rows.filter(pk__in=[gone_id, kept_id]).order_by("pk").in_bulk()
    gone, kept = held.get(gone_id), held.get(kept_id)
    if gone is None or kept is None or gone.company_id != kept.company_id:
        raise Refused("Both have to be customers of one company.", code="unknown_customer")
    require_not_merged(gone)
    require_not_merged(kept)
    if AccountApplication.objects.filter(customer=gone, status=ApplicationStatus.OPEN).exists():
        raise Refused(f"{gone} applies for an account: decide that first.", code="decide_first")
    if kept.parent_id == gone.pk:
        raise Refused(f"{kept} belongs to {gone}: take that away first.", code="decide_first")
    return gone, kept


def _close_twin_accounts(gone: Customer, kept: Customer, by: User | None) -> None:
    """Of the same bank account with both, close one: that of the old record, unless a mandate was given on it alone."""
    accounts = CustomerAccount.objects.filter(closed_at=None).order_by("pk")
    kept_by_hash = {account.number_hash: account for account in accounts.filter(customer=kept)}
    for account in accounts.filter(customer=gone, number_hash__in=kept_by_hash):
        twin = kept_by_hash[account.number_hash]
        with_mandate = [each for each in (account, twin) if each.mandates.filter(revoked_on=None).exists()]
        if len(with_mandate) == 2:
            raise Refused(f"Both gave a mandate on {account}: revoke one of them first.", code="decide_first")
        needless = twin if with_mandate == [account] else account
        close_account(needless.pk, reason=f"The same account, as {gone} was merged into {kept}.", by=by)


def _keep_people_once(gone: Customer, kept: Customer) -> None:
    """Whoever has the same e-mail address with both gets one mail, as a person of the kept one."""
    known = kept.contacts.filter(is_active=True).exclude(email="").values(address=Lower("email"))
    gone.contacts.alias(address=Lower("email")).filter(address__in=known).update(is_active=False)


def _moved(gone: Customer, kept: Customer) -> list[Moved]:
    kinds = {model._meta.db_table: str(model._meta.verbose_name_plural) for model in apps.get_models()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT named_in, sum(moved), sum(stayed) FROM customers_merge(%s, %s, %s) GROUP BY 1",
            [gone.pk, kept.pk, EITHER_WILL_DO],
        )
        found = [Moved(kinds[table].capitalize(), int(moved), int(stayed)) for table, moved, stayed in cursor]
    return sorted(found, key=lambda each: (-each.moved, each.kind))


@contextmanager
def _guards_in_words() -> Iterator[None]:
    """Say in words what a person has to settle first; every other error of the database is a bug and passes."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        words = DECIDE_FIRST.get(getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or "")
        if words is None:
            raise
        raise Refused(words, code="decide_first") from error

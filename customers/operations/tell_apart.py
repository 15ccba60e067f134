"""Refusing to keep somebody twice: whoever looks like a customer we have is that one, or is said to be another."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from customers.duplicates import Asked, Hit, find_alike, pair_of, seen_of
from customers.models import Customer, NotTheSame
from customers.operations.details import CustomerDetails
from customers.operations.parents import locked
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from office.reasons import required_reason


class MaybeKnown(Refused):
    """Somebody looks like a customer we have; `hits` are those, to choose from or to say that it is another one."""

    def __init__(self, hits: Sequence[Hit], seen: Iterable[int]) -> None:
        shown = [_shown(hit, seen) for hit in hits]
        words = "; ".join(f"{each['name']} ({each['words'][:1].lower()}{each['words'][1:]})" for each in shown)
        super().__init__(
            f"This may be a customer you have: {words}. Use that one, or say that it is another customer.",
            code="maybe_known",
            more={"hits": shown},
        )
        self.hits, self.words = shown, words


def _shown(hit: Hit, seen: Iterable[int]) -> dict[str, Any]:
    """A hit as its reader may see it: of a customer who is not theirs, that there is one."""
    is_seen = hit.customer.pk in seen
    return {
        "customer_id": hit.customer.pk if is_seen else None,
        "name": str(hit.customer) if is_seen else "a customer of somebody else",
        "strength": hit.strength,
        "words": hit.words,
    }


def asked_of(details: CustomerDetails) -> Asked:
    """What of a customer's details others may have alike."""
    billing = next((address for address in details.addresses if address.kind == "billing"), None)
    return Asked(
        name=details.name,
        tax_id=details.tax_id,
        emails=[contact.email for contact in details.contacts],
        postal_code=billing.postal_code if billing else "",
        city=billing.city if billing else "",
    )


def require_another(
    company: Company, asked: Asked, *, by: User | None, is_another: bool, besides: Customer
) -> list[Hit]:
    """Whom somebody looks like, where a person says that it is another customer. Raises MaybeKnown where nobody does.

    What the office does itself is not asked: nobody is there to say it.
    """
    if by is None:
        return []
    hits = find_alike(company, asked, besides=besides)
    if hits and not is_another:
        raise MaybeKnown(hits, seen_of([hit.customer for hit in hits], by))
    return hits


def keep_apart(customer: Customer, hits: Iterable[Hit], *, by: User | None) -> None:
    """Remember that a customer is none of those they look like."""
    for hit in hits:
        _keep(customer, hit.customer, hit.facts, "Said when they were kept", by)


@transaction.atomic
def dismiss_duplicate(first_id: int, second_id: int, *, reason: str, by: User | None) -> NotTheSame:
    """Say that two customers who look like one are two; they come up again once they have something more alike.

    Raises Refused without a reason, and where they have nothing alike that is not said to be so already.
    """
    reason = required_reason(reason, "Say how you know that they are two.")
    customers = locked([first_id, second_id])
    first, second = customers[min(first_id, second_id)], customers[max(first_id, second_id)]
    pair = pair_of(first, second) if first.company_id == second.company_id else None
    if pair is None:
        raise Refused("Nothing says that these two are the same.", code="no_duplicate")
    return _keep(first, second, pair.facts, reason, by)


def _keep(one: Customer, other: Customer, facts: Iterable[str], reason: str, by: User | None) -> NotTheSame:
    first, second = sorted((one, other), key=lambda customer: customer.pk)
    kept = NotTheSame.objects.filter(first=first, second=second).first()
    all_facts = sorted({*facts, *(kept.facts if kept else ())})
    said = {"company_id": first.company_id, "facts": all_facts, "reason": reason, "said_by": by}
    row, _ = NotTheSame.objects.update_or_create(first=first, second=second, defaults=said)
    for customer, of in ((first, second), (second, first)):
        record(by, "dismiss_duplicate", customer, after={"not_the_same_as": of}, reason=reason)
    return row

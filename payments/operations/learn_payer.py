"""Learning from matches which accounts a customer pays from, and forgetting it."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from ledger.refusals import Refused
from office.audit import record
from office.models import User
from payments.models import BankLine, PayerAccount


def learn_payers(matches: Iterable[tuple[BankLine, int]]) -> None:
    """Keep that these customers pay from the accounts of these lines; what is known already stays as it is."""
    PayerAccount.objects.bulk_create(
        (
            PayerAccount(
                company_id=line.company_id,
                customer_id=customer_id,
                account=line.party_account,
                name=line.party_name,
                learned_from=line,
            )
            for line, customer_id in matches
            if line.party_account
        ),
        ignore_conflicts=True,
    )


@transaction.atomic
def forget_payer(payer_id: int, *, by: User | None) -> PayerAccount:
    """Let an account speak for a customer no more, until a match teaches it anew. Raises Refused for one removed."""
    payer = PayerAccount.objects.select_for_update(no_key=True).select_related("customer").get(pk=payer_id)
    if payer.removed_at:
        raise Refused("This account was removed already.", code="invalid_move")
    payer.removed_by, payer.removed_at = by, timezone.now()
    payer.save(update_fields=["removed_by", "removed_at"])
    record(by, "forget_payer", payer.customer, before={"account": masked(payer.account)})
    return payer


def forget_mistaken(line: BankLine, customer_id: int, *, by: User | None) -> None:
    """Forget what a match taught that was a mistake."""
    learned = PayerAccount.objects.filter(learned_from=line, customer=customer_id, removed_at=None)
    learned.update(removed_by=by, removed_at=timezone.now())


def masked(account: str) -> str:
    """The last four of an account, as it is told in trails and mails."""
    return f"…{account[-4:]}"

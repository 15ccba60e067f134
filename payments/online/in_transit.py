"""The account on which online payments stand until the provider pays them out to our bank."""

from decimal import Decimal

from django.db.models import Sum

from ledger.models import Account, AccountRole, Line

CODE, NAME = "1050", "Online payments on their way"


def in_transit_account(company_id: int) -> Account:
    """The company's account, made when it is first needed."""
    account, _ = Account.objects.get_or_create(
        company_id=company_id, code=CODE, defaults={"name": NAME, "role": AccountRole.BANK}
    )
    return account


def in_transit(company_id: int, currency: str) -> tuple[Decimal, Decimal]:
    """What is on its way in a currency, and what that is in the company's own."""
    lines = Line.objects.filter(account__company_id=company_id, account__code=CODE, currency=currency)
    sums = lines.aggregate(amount=Sum("amount"), company_amount=Sum("company_amount"))
    return sums["amount"] or Decimal(0), sums["company_amount"] or Decimal(0)

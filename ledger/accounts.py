"""The accounts a company's book starts with, and how to find the one for a purpose."""

from ledger.models import Account, AccountRole

STANDARD_ACCOUNTS = [
    ("1000", "Bank", AccountRole.BANK),
    ("1200", "Accounts receivable", AccountRole.RECEIVABLE),
    ("1280", "Provision for expected credit loss", AccountRole.PROVISION),
    ("1290", "Revaluation of foreign currency", AccountRole.REVALUATION),
    ("1300", "Tax withheld by customers", AccountRole.TAX_WITHHELD),
    ("2200", "Tax payable", AccountRole.TAX),
    ("2300", "Deposits received", AccountRole.DEPOSITS),
    ("2900", "Customer refunds clearing", AccountRole.REFUNDS),
    ("3900", "Opening balances", AccountRole.OPENING),
    ("4000", "Sales", AccountRole.SALES),
    ("4800", "Interest income", AccountRole.INTEREST),
    ("4810", "Fee income", AccountRole.FEE),
    ("4900", "Bad debt recovered", AccountRole.BAD_DEBT_RECOVERED),
    ("6000", "Discounts allowed", AccountRole.DISCOUNT),
    ("6100", "Bad debt", AccountRole.BAD_DEBT),
    ("6110", "Impairment loss on receivables", AccountRole.IMPAIRMENT),
    ("6200", "Bank charges", AccountRole.BANK_CHARGES),
    ("6800", "Exchange gain and loss", AccountRole.EXCHANGE),
    ("6900", "Rounding", AccountRole.ROUNDING),
]


def open_accounts(company_id: int) -> None:
    """Give a new company its standard accounts, each the default of its role."""
    Account.objects.bulk_create(
        Account(company_id=company_id, code=code, name=name, role=role, is_default=True)
        for code, name, role in STANDARD_ACCOUNTS
    )


def default_accounts(company_id: int) -> dict[str, Account]:
    """The company's default account of each role."""
    return {account.role: account for account in Account.objects.filter(company_id=company_id, is_default=True)}

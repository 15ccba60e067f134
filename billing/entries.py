"""How a document enters the book: receivable against sales and tax; a credit memo the other way round."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import chain

from billing.instalments import instalments_of
from billing.line_taxes import kept_parts
from billing.models import Invoice, InvoiceLine, LineKind, RateKind
from ledger.models import Account, AccountRole, Entry, ItemKind, Line, OpenItem
from ledger.money import round_to_total, spread
from ledger.posting import Posting, customer_posting
from ledger.present import present
from office.models import User
from office.rates.exchange import in_company_currency


def document_posting(
    invoice: Invoice,
    lines: Sequence[InvoiceLine],
    accounts: Mapping[str, Account],
    by: User | None,
) -> Posting:
    """The posting of an issued document, ready to enter; `accounts` are the company's default ones by role."""
    sign = -1 if invoice.is_credit_memo else 1
    company_total = in_company_currency(invoice.company, invoice.total, invoice.exchange_rate)
    entry = Entry(
        company_id=invoice.company_id,
        key=f"issue_invoice:{invoice.pk}",
        kind="issue_invoice",
        dated_on=present(invoice.dated_on),
        currency=invoice.currency,
        company_currency=invoice.company.currency,
        reference=invoice.number,
        by_id=by.pk if by else None,
    )
    contra = _contra_lines(invoice, _by_account(invoice, lines, accounts), -sign, company_total)
    if not invoice.total:
        return Posting(entry, contra, [])  # all of it was paid as a deposit, which becomes a sale
    return customer_posting(entry, accounts[AccountRole.RECEIVABLE], _items(invoice, sign, company_total), contra)


def _items(invoice: Invoice, sign: int, company_total: Decimal) -> list[OpenItem]:
    """One open item for each instalment; in company currency they share the document's rounded total."""
    parts = instalments_of(invoice, present(invoice.dated_on))
    company_amounts = spread(company_total, [part.amount for part in parts], invoice.company.currency)
    return [
        OpenItem(
            customer_id=invoice.customer_id,
            kind=ItemKind(invoice.kind),
            reference=invoice.number,
            due_on=part.due_on,
            amount=sign * part.amount,
            company_amount=sign * company_amount,
        )
        for part, company_amount in zip(parts, company_amounts, strict=True)
    ]


def _contra_lines(invoice: Invoice, amounts: Mapping[int, Decimal], sign: int, company_total: Decimal) -> list[Line]:
    """What the total is made of, by account. In company currency they share its rounded total to the cent."""
    exact = [Fraction(amount) * Fraction(invoice.exchange_rate) for amount in amounts.values()]
    company_amounts = round_to_total(exact, company_total, invoice.company.currency)
    return [
        Line(
            account_id=account_id,
            amount=sign * amount,
            company_amount=sign * company_amount,
        )
        for (account_id, amount), company_amount in zip(amounts.items(), company_amounts, strict=True)
    ]


def _by_account(invoice: Invoice, lines: Sequence[InvoiceLine], accounts: Mapping[str, Account]) -> dict[int, Decimal]:
    amounts: dict[int, Decimal] = {}
    for line in lines:
        account_id = _sales_account_id(invoice, line, accounts)
        amounts[account_id] = amounts.get(account_id, Decimal(0)) + line.taxable
    for part in chain.from_iterable(kept_parts(line) for line in lines):
        if part.rate.kind != RateKind.WITHHELD:
            account_id = part.rate.account_id or accounts[AccountRole.TAX].pk
            amounts[account_id] = amounts.get(account_id, Decimal(0)) + part.amount
    return {account_id: amount for account_id, amount in amounts.items() if amount}


def _sales_account_id(invoice: Invoice, line: InvoiceLine, accounts: Mapping[str, Account]) -> int:
    """The account of the product's group, else the company's own one for sales; a deposit is no sale yet."""
    if invoice.is_deposit or line.kind == LineKind.DEDUCTION:
        return accounts[AccountRole.DEPOSITS].pk
    group = line.product and line.product.group
    return group.sales_account_id if group else accounts[AccountRole.SALES].pk

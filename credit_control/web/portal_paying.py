"""Paying from the account behind a mailed link: several items at once, an amount on account, own credit first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_safe

from billing.disputes import undisputed
from billing.early_payment import early_discounts
from billing.models import OpeningKind
from credit_control.models import AccountLink
from credit_control.statements.paper import printed_of
from credit_control.web.account_door import held, note_visit
from customers.models import Customer
from ledger.agreed_days import with_late
from ledger.models import OpenItem
from ledger.refusals import Refused
from office.web.customer_door import customer_door, is_visit
from office.web.fields import typed_id
from payments.models import OnlinePayment
from payments.online import providers
from payments.online.asking import ZERO, Asked, Door
from payments.online.own_credit import credit_of
from payments.operations.begin_online_payment import begin_online_payment
from payments.operations.receive_payment import Share
from payments.web.after_paying import after_paying, paid_just_now, payment_of, way_on
from payments.web.paying_words import amount_typed, no_amount, no_more_than, refused_in_words

MOST_ROWS = 200


@dataclass
class Row:
    """An open item that can be paid: what is asked of it, what was typed, and what is wrong with that."""

    item: OpenItem
    amount: Decimal
    early_until: date | None
    is_disputed: bool
    is_chosen: bool
    typed: str
    wrong: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@customer_door
def pay(request: HttpRequest, ref: str) -> HttpResponse:
    """Choose what to pay; only a filled form opens the provider's page, or uses the customer's credit."""
    link = held(request, ref)
    if is_visit(request):
        note_visit(request, link, OpeningKind.SEEN if request.method == "POST" else OpeningKind.OPENED)
    printed = printed_of(link.customer.company, link.customer)
    with override(printed["language"]):
        choices = [_Choice(request, link.customer, currency) for currency in _currencies(link.customer)]
        wrong = ""
        if request.method == "POST":
            answer = _answered(link, choices)
            if isinstance(answer, OnlinePayment):
                return redirect(way_on(answer, _address_after(ref, answer)))
            wrong = answer
        more = {"choices": choices, "wrong": wrong, "is_able": bool(providers())}
        response = render(request, "portal/pay_account.html", _frame(link, printed) | more)
    response["Referrer-Policy"] = "same-origin"  # a form that tells nobody where it stands is refused as forged
    return response


@require_safe
@customer_door
def after(request: HttpRequest, ref: str, reference: str) -> HttpResponse:
    """Where the provider sends the customer back to: what came of the payment, as we know it now."""
    link = held(request, ref)
    payment = payment_of(_door_of(link), reference)
    printed = printed_of(link.customer.company, link.customer)
    with override(printed["language"]):
        return after_paying(request, payment, _frame(link, printed))


class _Choice:
    """What can be paid in one currency, and what of it was chosen."""

    def __init__(self, request: HttpRequest, customer: Customer, currency: str) -> None:
        self.customer, self.currency = customer, currency
        self.is_sent = request.method == "POST" and request.POST.get("currency") == currency
        self.typed = request.POST if self.is_sent else None
        self.credit = credit_of(customer.pk, currency)
        self.uses_credit = bool(self.typed and self.typed.get("use_credit"))
        self.on_account = (self.typed.get("on_account", "") if self.typed else "")[:40]
        self.wrong_on_account = ""
        self.rows = self._rows()

    def asked(self) -> Asked | None:
        """What was chosen; none where something is wrong with it, which then stands beside it."""
        shares = [Share(row.item.pk, amount) for row in self.rows if (amount := self._amount_of(row))]
        on_account = self._more()
        if any(row.wrong for row in self.rows) or self.wrong_on_account:
            return None
        return Asked(self.currency, shares, on_account, self.uses_credit)

    def ticked(self) -> Asked:
        """What was ticked, also where it is not open any more."""
        ids = [typed_id(text) for text in self.typed.getlist("item")] if self.typed else []
        return Asked(self.currency, [Share(item_id, ZERO) for item_id in ids if item_id])

    def _rows(self) -> list[Row]:
        company, today = self.customer.company, self.customer.company.today()
        owed = OpenItem.objects.filter(company_id=company.pk, customer_id=self.customer.pk, balance__gt=0)
        items = list(with_late(owed.filter(currency=self.currency).order_by("due_on", "pk"), today)[:MOST_ROWS])
        free, early = undisputed(items), early_discounts(company.pk, [self.customer.pk])
        return [self._row(item, free[item.pk], early.get(item.entry_id), today) for item in items]

    def _row(self, item: Any, free: Decimal, early: tuple[Decimal, date] | None, today: date) -> Row:
        discount, until = early or (ZERO, today)
        holds = until >= today and ZERO < discount < item.balance and free == item.balance
        amount = item.balance - discount if holds else free or item.balance
        if self.typed is None:
            return Row(item, amount, until if holds else None, free < item.balance, bool(item.late), "")
        chosen = str(item.pk) in self.typed.getlist("item")
        typed = self.typed.get(f"amount_{item.pk}", "")[:40]
        return Row(item, amount, until if holds else None, free < item.balance, chosen, typed)

    def _amount_of(self, row: Row) -> Decimal | None:
        if not row.is_chosen:
            return None
        if not row.typed.strip():
            return row.amount
        try:
            amount = amount_typed(row.typed, self.currency)
        except ValueError:
            row.wrong = no_amount()
            return None
        if amount > row.item.balance:
            row.wrong = no_more_than(row.item.balance, self.currency)
        return amount

    def _more(self) -> Decimal:
        if not self.on_account.strip():
            return ZERO
        try:
            return amount_typed(self.on_account, self.currency)
        except ValueError:
            self.wrong_on_account = no_amount()
            return ZERO


def _answered(link: AccountLink, choices: Sequence[_Choice]) -> OnlinePayment | str:
    """The payment that was begun, or why there is none."""
    sent = next((choice for choice in choices if choice.is_sent), None)
    asked = sent.asked() if sent else Asked(link.customer.currency)
    if asked is None:
        return _("Something is not right yet. Please look at what is marked below.")
    door = _door_of(link)
    if not asked.shares and not asked.on_account:
        sent_before = sent and paid_just_now(door, Refused("", code="nothing_to_pay"), sent.ticked())
        return sent_before or _("Please tick what you want to pay.")
    try:
        return begin_online_payment(
            link.customer,
            asked,
            by=None,
            return_url=lambda payment: _address_after(link.ref, payment),
            door=door,
        )
    except Refused as refusal:
        return paid_just_now(door, refusal, asked) or refused_in_words(refusal)


def _currencies(customer: Customer) -> list[str]:
    owed = OpenItem.objects.filter(customer_id=customer.pk, balance__gt=0).order_by("currency")
    return list(owed.values_list("currency", flat=True).distinct()) or [customer.currency]


def _door_of(link: AccountLink) -> Door:
    return Door(f"account:{link.pk}", link.contact)


def _address_after(ref: str, payment: OnlinePayment) -> str:
    return settings.SITE_URL + reverse("account:after_paying", args=[ref, payment.reference])


def _frame(link: AccountLink, printed: dict[str, Any]) -> dict[str, Any]:
    company = link.customer.company
    return {
        "link": link,
        "company": company,
        "printed": printed,
        "seller": company.legal_name,
        "logo_url": reverse("account:logo", args=[link.ref]) if company.logo else "",
        "back": reverse("account:page", args=[link.ref]),
        "for_account": True,
    }

"""What a customer who pays online types, and why something was refused, in the customer's own words."""

from collections.abc import Callable
from decimal import Decimal

from django.utils.translation import gettext as _

from billing.web.objecting import as_written
from ledger.money import format_money, round_money
from ledger.refusals import Refused
from office.written import locale
from payments.operations.begin_online_payment import LARGEST


def amount_typed(text: str, currency: str) -> Decimal:
    """An amount in the reader's own way of writing numbers. Raises ValueError for what is no amount above zero."""
    amount = as_written(text.strip())
    if amount <= 0 or (amount <= LARGEST and amount != round_money(amount, currency)):
        raise ValueError(text)
    return amount


def no_amount() -> str:
    """What to say of text that is no amount."""
    return _("Please write the amount as a number above zero, such as 12.50.")


def no_more_than(amount: Decimal, currency: str) -> str:
    """What to say where more was typed than is open."""
    return _("No more than %(amount)s is open.") % {"amount": format_money(amount, currency, str(locale()))}


def refused_in_words(refusal: Refused) -> str:
    """Why a payment was not begun, and what to do."""
    return WORDS.get(refusal.code, _not_now)()


def _not_now() -> str:
    return _("That could not be started just now. Nothing was taken: please try again.")


def _changed() -> str:
    return _("Something of it was paid or changed meanwhile. Please look again at what is open. Nothing was taken.")


WORDS: dict[str, Callable[[], str]] = {
    "bad_amount": no_amount,
    "more_than_open": _changed,
    "another_customer": _changed,
    "nothing_to_pay": lambda: _("There is nothing to pay."),
    "on_its_way": lambda: _(
        "A payment of it is on its way already. Please wait until it has arrived, and do not pay twice."
    ),
    "begun_elsewhere": lambda: _(
        "You began to pay it in another window a moment ago. Please finish there, or try again here."
    ),
    "too_many": lambda: _("You began to pay very often in the last hour. Please wait a while, or call us."),
}

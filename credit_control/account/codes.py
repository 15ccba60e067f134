"""The code that opens an account: drawn by chance, kept as a keyed hash, and good for a short while."""

import secrets
import unicodedata
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from credit_control.models import AccountCode, AccountLink
from customers.access import customers_for
from office.models import User

LIFETIME = timedelta(minutes=10)
MOST_AN_HOUR = 5
DIGITS = 6


def new_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def hash_of_code(link_id: int, code: str) -> str:
    """What is kept of a code: with our key, as so few codes could all be tried, and of its link alone."""
    return salted_hmac("credit_control.account.codes", f"{link_id}:{code}", algorithm="sha256").hexdigest()


def digits_of(typed: str) -> str:
    """The digits of what somebody typed or pasted, in whatever script they write them."""
    return "".join(str(unicodedata.decimal(letter)) for letter in typed if letter.isdecimal())


def live_codes() -> QuerySet[AccountCode]:
    """The codes that may still be typed."""
    return AccountCode.objects.filter(ended_at=None, expires_at__gt=timezone.now())


def live_code(link: AccountLink) -> AccountCode | None:
    """The code that opens an account now, if one was asked for."""
    return live_codes().filter(link=link).first()


def last_number(link: AccountLink) -> int:
    """How many codes were asked for by this link; a form that says so asks once for the next."""
    last = link.codes.order_by("-number").first()
    return last.number if last else 0


def codes_for(user: User) -> QuerySet[AccountCode]:
    """The codes of a person's customers."""
    return AccountCode.objects.filter(link__customer__in=customers_for(user))

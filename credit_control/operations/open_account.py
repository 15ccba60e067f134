from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from credit_control.account.codes import digits_of, hash_of_code, live_codes
from credit_control.models import AccountCode, AccountLink
from credit_control.models.codes import MOST_TRIES
from ledger.refusals import Refused
from office.audit import record


def open_account(link: AccountLink, typed: str) -> None:
    """Take a code from whoever holds the link; it is used up. Refused: none is live (or was tried too often), wrong.

    A try is counted and kept before anything is compared, so that many at once have no more tries than one by one.
    """
    code = counted(link)
    if code is None:
        raise Refused("There is no code that could be typed now.", code="no_live_code")
    if not constant_time_compare(hash_of_code(link.pk, digits_of(typed)), code.code_hash):
        if code.tries >= MOST_TRIES:
            AccountCode.objects.filter(pk=code.pk, ended_at=None).update(ended_at=timezone.now())
            record(None, "end_account_code", link.customer, after={"contact": link.contact}, reason="Wrong code typed")
        raise Refused("This is not the code.", code="wrong_code")
    if not AccountCode.objects.filter(pk=code.pk, ended_at=None).update(ended_at=timezone.now()):
        raise Refused("There is no code that could be typed now.", code="no_live_code")
    record(None, "open_account", link.customer, after={"contact": link.contact})


def counted(link: AccountLink) -> AccountCode | None:
    """The live code with this try counted, or None where it has none left."""
    code = live_codes().filter(link=link).exclude(code_hash="").first()
    if code is None or not live_codes().filter(pk=code.pk, tries__lt=MOST_TRIES).update(tries=F("tries") + 1):
        return None
    code.refresh_from_db()
    return code

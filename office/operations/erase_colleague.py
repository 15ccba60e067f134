from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone

from ledger.refusals import Refused
from office.audit import record
from office.models import ApiToken, IdempotentAnswer, LogIn, LogInLink, MailStatus, OutgoingMail, User
from office.reasons import required_reason


def _pseudonym(pk: int) -> str:
    """What a colleague is called once erased."""
    return f"Former colleague {pk}"


@transaction.atomic
def erase_colleague(user_id: int, *, reason: str, by: User | None) -> User:
    """Make a pseudonym of somebody who left; what they did here stays, as a pseudonym's.

    Name, address, log-ins, second factors, links and kept answers go, and keys of programs end. Raises Refused without
    a reason, for oneself, for who still may come in, and for who was erased before.
    """
    reason = required_reason(reason, "Say who asked for it, or why it is time.")
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if user == by:
        raise Refused("Somebody else has to erase you.", code="own_log_in")
    if user.is_active:
        raise Refused(f"{user.name} may still come in: switch them off first.", code="still_active")
    if user.name == _pseudonym(user.pk):
        raise Refused(f"{user.name} was erased already.", code="erased_already")
    _empty_mails(user)
    for rows in (LogIn, LogInLink, IdempotentAnswer, Authenticator, EmailAddress):
        rows.objects.filter(user=user).delete()
    keys = ApiToken.objects.filter(user=user)
    keys.filter(revoked_at=None).update(revoked_at=timezone.now())
    keys.update(last_used_from="")
    user.name, user.email = _pseudonym(user.pk), f"former-{user.pk}@erased.invalid"
    user.daily_digest = False
    user.set_unusable_password()
    user.save()
    record(by, "erase_colleague", user, reason=reason)
    return user


def _empty_mails(user: User) -> None:
    """Cancel what waits, and let nothing say to which address it went; what just leaves finds no address."""
    mails = OutgoingMail.objects.filter(staff=user)
    mails.filter(status__in=[MailStatus.QUEUED, MailStatus.FAILED]).update(
        status=MailStatus.CANCELLED, finished_at=timezone.now()
    )
    mails.update(to_email="", kept_message=None)

"""Links by which somebody chooses a password: an invitation, one for a forgotten one, or for a stolen one."""

from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ledger.refusals import Refused
from office.audit import record
from office.mail.queueing import queue_mail
from office.models import Company, LinkPurpose, LogInLink, User
from office.operations.manage_factors import tell_of_way_in
from office.ways_in.log_ins import end_log_ins, log_ins_of
from office.ways_in.tokens import hash_of, new_secret

LIVES = {
    LinkPurpose.INVITATION: timedelta(days=7),
    LinkPurpose.RESET: timedelta(hours=1),
    LinkPurpose.STOLEN: timedelta(minutes=10),
}
LINK_MAIL = "log_in_link"
SUBJECTS = {
    LinkPurpose.INVITATION: "You are invited to Duebook",
    LinkPurpose.RESET: "Choose a new password for Duebook",
}
GONE = "This link has run out, was used, or gave way to a newer one."


@transaction.atomic
def mail_link(user: User, company: Company, purpose: LinkPurpose, *, by: User | None) -> LogInLink:
    """Mail somebody a link; one from before stops."""
    link = _new_link(user, company, purpose, by)
    queue_mail(
        key=f"{LINK_MAIL}:{link.pk}",
        kind=LINK_MAIL,
        company=company,
        staff=user,
        about=link,
        to_email=user.email,
        subject=SUBJECTS[purpose],
    )
    return link


def _new_link(user: User, company: Company, purpose: LinkPurpose, by: User | None) -> LogInLink:
    now = timezone.now()
    standing(user.log_in_links.filter(purpose=purpose)).update(ended_at=now)
    return LogInLink.objects.create(
        user=user, company=company, purpose=purpose, made_by=by, expires_at=now + LIVES[purpose]
    )


@transaction.atomic
def ask_other_password(user: User) -> LogInLink:
    """Have somebody choose another password, who has just shown that they know theirs, which was stolen.

    Raises Refused for who works for no company, and so comes nowhere.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    company = user.companies.order_by("pk").first()
    if company is None:
        raise Refused("You work for no company here. Ask your administrator.", code="no_company")
    record(user, "ask_other_password", user)
    return _new_link(user, company, LinkPurpose.STOLEN, None)


def mint(link: LogInLink) -> str:
    """The secret of a link, for the mail that is being written; of an earlier writing opens nothing any more."""
    secret = new_secret()
    LogInLink.objects.filter(pk=link.pk).update(hash=hash_of(secret))
    return secret


@transaction.atomic
def send_new_password(email: str) -> None:
    """Mail a link to somebody who may log in and forgot the password; of unknown addresses nothing happens."""
    people = User.objects.select_for_update(no_key=True).filter(is_active=True)
    user = people.filter(email=email.strip().lower()).first()
    company = user.companies.order_by("pk").first() if user else None
    if user is None or company is None or not user.has_usable_password():
        return
    mail_link(user, company, LinkPurpose.RESET, by=None)
    record(None, "ask_new_password", user)


@transaction.atomic
def invite_again(user_id: int, company: Company, *, by: User) -> None:
    """Mail an invitation anew. Raises Refused where it was accepted, or the person is switched off."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if user.has_usable_password() or not user.is_active:
        raise Refused(f"{user} needs no invitation.", code="not_invited")
    mail_link(user, company, LinkPurpose.INVITATION, by=by)
    record(by, "invite_again", user)


@transaction.atomic
def withdraw_invitation(user_id: int, *, by: User) -> None:
    """Let an invitation open nothing any more. Raises Refused where none waits."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    waiting = standing(user.log_in_links.filter(purpose=LinkPurpose.INVITATION))
    if not waiting.update(ended_at=timezone.now()):
        raise Refused(f"No invitation of {user} waits.", code="not_invited")
    record(by, "withdraw_invitation", user)


@transaction.atomic
def use_link(link_id: int, password: str, *, name: str = "") -> User:
    """Give the person the password, by a link, once; all their sessions end, and second factors stay.

    Raises Refused for a link that is used, withdrawn or run out, or for a weak password.
    """
    link = open_links().select_for_update(no_key=True, of=["self"]).filter(pk=link_id).first()
    if link is None:
        raise Refused(GONE, code="link_gone")
    user = User.objects.select_for_update(no_key=True).get(pk=link.user_id)
    if name.strip():
        user.name = name.strip()[:100]
    require_good_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password", "name"])
    LogInLink.objects.filter(pk=link.pk).update(used_at=timezone.now())
    end_log_ins(log_ins_of(user), "password changed")
    is_new = link.purpose == LinkPurpose.INVITATION
    record(user, "accept_invitation" if is_new else "set_new_password", user)
    if not is_new:
        tell_of_way_in(user, "Your password was changed")
    return user


def invitations_of(company: Company) -> dict[int, LogInLink]:
    """The last invitation of each person who was invited here."""
    links = LogInLink.objects.filter(company=company, purpose=LinkPurpose.INVITATION).select_related("made_by")
    return {link.user_id: link for link in links.order_by("pk")}


def standing(links: QuerySet[LogInLink]) -> QuerySet[LogInLink]:
    """Those that were neither used nor withdrawn."""
    return links.filter(used_at=None, ended_at=None)


def open_links() -> QuerySet[LogInLink]:
    """Those that open something now."""
    links = standing(LogInLink.objects.select_related("user", "company"))
    return links.filter(expires_at__gt=timezone.now(), user__is_active=True)


def require_good_password(password: str, user: User | None = None) -> None:
    """Raise Refused for a password that is short, common, breached or like the person's own name."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused(" ".join(error.messages), code="weak_password") from error

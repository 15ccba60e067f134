"""Second factors: set up, removed, taken away from somebody who lost theirs, and asked of roles."""

from collections.abc import Collection, Iterator
from typing import Any
from uuid import uuid4

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.webauthn.internal import auth as passkeys
from django.contrib.auth.models import Group
from django.db import transaction

from ledger.refusals import Refused
from office.audit import record
from office.mail.queueing import queue_mail
from office.models import Company, FactorRule, User
from office.operations.keep_policies import changes_policies
from office.reasons import required_reason
from office.roles import roles_of_people
from office.sealing import reseal, seal
from office.ways_in.factors import (
    APP,
    BROKEN_ANSWERS,
    NAMES,
    PASSKEY,
    RECOVERY,
    SECOND_FACTORS,
    factors_of,
    has_second_factor,
    needs_factor,
    step_of,
)
from office.ways_in.log_ins import end_log_ins, log_ins_of

WAY_IN_MAIL = "way_in_changed"
NOT_OF_THE_APP = "That is not what the app shows now. Type the six figures that it shows, before they change."


@transaction.atomic
def add_app(user: User, secret: str, code: str) -> list[str]:
    """Let an app's codes open the account, once one of them was typed. Gives the recovery codes where these are new.

    Raises Refused for a wrong code, or where an app is set up already.
    """
    _lock(user)
    if factors_of(user).filter(type=APP).exists():
        raise Refused("An app is set up already. Remove it first.", code="app_set_up")
    step = step_of(secret, code)
    if not step:
        raise Refused(NOT_OF_THE_APP, code="wrong_code")
    Authenticator.objects.create(user=user, type=APP, data={"secret": seal(secret), "last_step": step})
    return _added(user, NAMES[APP])


@transaction.atomic
def add_passkey(user: User, name: str, answer: dict[str, Any]) -> list[str]:
    """Let a passkey open the account. Gives the recovery codes where these are new.

    Raises Refused without a name, or where the browser did not answer what it was asked.
    """
    _lock(user)
    name = " ".join(name.split())[:100]
    if not name:
        raise Refused("Give it a name by which you know it again.", code="name_missing")
    try:
        passkeys.complete_registration(answer)
        passkeys.WebAuthn.add(user, name, answer)
    except BROKEN_ANSWERS as error:
        raise Refused("Your browser's answer did not fit. Try again.", code="bad_passkey") from error
    finally:
        passkeys.clear_state()
    return _added(user, f"{NAMES[PASSKEY]}: {name}")


def _added(user: User, what: str) -> list[str]:
    record(user, "add_factor", user, after={"factor": what})
    tell_of_way_in(user, f"A second factor was added to your log-in: {what}")
    return [] if factors_of(user).filter(type=RECOVERY).exists() else _make_codes(user)


@transaction.atomic
def renew_recovery_codes(user: User) -> list[str]:
    """New recovery codes; those from before open nothing any more. Raises Refused without a second factor."""
    _lock(user)
    if not has_second_factor(user):
        raise Refused("Set up an app or a passkey first.", code="no_factor")
    factors_of(user).filter(type=RECOVERY).delete()
    record(user, "renew_recovery_codes", user)
    return _make_codes(user)


def _make_codes(user: User) -> list[str]:
    codes: list[str] = RecoveryCodes.activate(user).generate_codes()
    return codes


@transaction.atomic
def remove_factor(factor_id: int, *, by: User) -> None:
    """Remove one of one's own; with the last one the recovery codes go. Raises Refused where a role needs it."""
    _lock(by)
    factor = factors_of(by).filter(pk=factor_id, type__in=SECOND_FACTORS).first()
    if factor is None:
        raise Refused("That is removed already.", code="no_factor")
    is_last = factors_of(by).filter(type__in=SECOND_FACTORS).count() == 1
    if is_last and needs_factor(by):
        raise Refused("Your role needs a second factor: set up another one first.", code="last_factor")
    what = str(factor) if factor.type == PASSKEY else NAMES[factor.type]
    factor.delete()
    if is_last:
        factors_of(by).delete()
    record(by, "remove_factor", by, before={"factor": what})
    tell_of_way_in(by, f"A second factor was removed from your log-in: {what}")


@transaction.atomic
def take_factors(user_id: int, *, by: User, reason: str) -> None:
    """Take away what somebody lost, so that they can set up anew; they are told, and put out everywhere.

    Raises Refused for one's own, without a reason, and where there is nothing.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if user.pk == by.pk:
        raise Refused(
            "Your own you remove on your own page; where you lost them, ask another administrator.", code="own"
        )
    reason = required_reason(reason, "Say why, and how you know that it is them.")
    names = [NAMES[each.type] for each in factors_of(user)]
    if not names:
        raise Refused(f"{user} has no second factor.", code="no_factor")
    factors_of(user).delete()
    end_log_ins(log_ins_of(user), "second factors taken away")
    record(by, "take_factors", user, before={"factors": ", ".join(names)}, reason=reason)
    tell_of_way_in(user, f"{by} took away your second factors")


@transaction.atomic
@changes_policies
def set_factor_rules(company: Company, roles: Collection[str], *, by: User | None) -> None:
    """The roles whose people come in with a second factor only. Raises Refused for a role there is not."""
    if unknown := set(roles) - set(roles_of_people()):
        raise Refused(f"{min(unknown)} is no role of people.", code="unknown_role")
    before = roles_with_factor(company)
    after = sorted(roles)
    if before == after:
        return
    FactorRule.objects.filter(company=company).exclude(role__name__in=after).delete()
    new = Group.objects.filter(name__in=set(after) - set(before))
    FactorRule.objects.bulk_create(FactorRule(company=company, role=role) for role in new)
    record(by, "set_factor_rules", company, before={"roles": ", ".join(before)}, after={"roles": ", ".join(after)})


def roles_with_factor(company: Company) -> list[str]:
    """The roles whose people need a second factor here."""
    return sorted(FactorRule.objects.filter(company=company).values_list("role__name", flat=True))


def tell_of_way_in(user: User, what: str) -> None:
    """Tell somebody by mail that their way in changed, so that they learn of what they did not do themselves."""
    company = user.companies.order_by("pk").first()
    if company is None:
        return
    queue_mail(
        key=f"{WAY_IN_MAIL}:{uuid4()}",
        kind=WAY_IN_MAIL,
        company=company,
        staff=user,
        about=user,
        to_email=user.email,
        subject=what,
    )


def reseal_factors() -> Iterator[int]:
    """Seal what is secret of apps and recovery codes anew by the newest key; gives how many are done."""
    factors = Authenticator.objects.filter(type__in=(APP, RECOVERY)).order_by("pk")
    for done, pk in enumerate(list(factors.values_list("pk", flat=True)), start=1):
        with transaction.atomic():
            factor = factors.select_for_update(no_key=True).filter(pk=pk).first()
            if factor:
                name = "secret" if factor.type == APP else "seed"
                factor.data[name] = reseal(factor.data[name])
                factor.save(update_fields=["data"])
        yield done


def _lock(user: User) -> None:
    User.objects.select_for_update(no_key=True).get(pk=user.pk)

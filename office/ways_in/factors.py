"""What a person is known by beside their password: codes of an app, passkeys, and recovery codes for a lost phone.

allauth keeps them; what is secret of an app or of recovery codes is sealed. A code of an app opens once: the row
remembers its half minute, so that it holds without Valkey, too.
"""

import struct
from typing import Any

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.webauthn.internal import auth as passkeys
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.crypto import constant_time_compare

from office.models import FactorRule, User
from office.models.staff import may_come_in
from office.sealing import seal, unseal

APP, PASSKEY, RECOVERY = Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN, Authenticator.Type.RECOVERY_CODES
SECOND_FACTORS = (APP, PASSKEY)
NAMES = {APP: "Codes of an app", PASSKEY: "Passkey", RECOVERY: "Recovery codes"}
BROKEN_ANSWERS = (ValidationError, ValueError, TypeError, LookupError, AttributeError, struct.error, RecursionError)
"""What a passkey's answer comes to that was made up: it is read by several libraries, each with errors of its own."""
FEW = 3
"""So many recovery codes left, or fewer, are said to be few."""


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """How allauth keeps secrets here, and under which name browsers keep passkeys: SITE_URL's, never a header's."""

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        host = settings.SITE_URL.partition("://")[2].partition("/")[0].partition(":")[0]
        return {"id": host, "name": settings.MFA_TOTP_ISSUER}

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        assert isinstance(user, User)
        return {"id": user_pk_to_url_str(user).encode(), "display_name": str(user), "name": user.email}


def factors_of(user: User) -> QuerySet[Authenticator]:
    """What a person has set up."""
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user_id=user.pk).order_by("type", "pk")
    return found


def has_second_factor(user: User) -> bool:
    """Whether a password alone does not let them in."""
    return factors_of(user).filter(type__in=SECOND_FACTORS).exists()


def lacks_factor() -> Q:
    """Of a person: a role of theirs needs a second factor in a company of theirs, and they have none."""
    needs = FactorRule.objects.filter(company__staff=OuterRef("pk"), role__user=OuterRef("pk"))
    has = Authenticator.objects.filter(user_id=OuterRef("pk"), type__in=SECOND_FACTORS)
    return Q(Exists(needs)) & ~Q(Exists(has))


def needs_factor(user: User) -> bool:
    """Whether a role of theirs needs one."""
    return FactorRule.objects.filter(company__staff=user, role__user=user).exists()


@transaction.atomic
def is_known_by_code(user: User, code: str) -> str:
    """By what a code lets this person in, and uses it up; empty where it does not."""
    code = "".join(letter for letter in code if letter.isascii() and letter.isalnum())
    for factor in factors_of(user).filter(type__in=(APP, RECOVERY)).select_for_update(no_key=True):
        if factor.type == APP and opens(factor, code):
            return "code"
        if factor.type == RECOVERY and factor.wrap().validate_code(code):
            factor.refresh_from_db()
            factor.record_usage()
            return "recovery code"
    return ""


def opens(factor: Authenticator, code: str) -> bool:
    """Whether the app shows this code now and it was not used; the factor's row is locked."""
    step = step_of(unseal(factor.data["secret"]), code, after=factor.data.get("last_step", 0))
    if not step:
        return False
    factor.data["last_step"] = step
    factor.save(update_fields=["data"])
    factor.record_usage()
    return True


def was_used(user: User, code: str) -> bool:
    """Whether a code that opens nothing now opened this person's account before: a late one of their app's, or a
    recovery code."""
    code = "".join(letter for letter in code if letter.isascii() and letter.isalnum())
    for factor in factors_of(user).filter(type__in=(APP, RECOVERY)):
        if factor.type == APP:
            step = step_of(unseal(factor.data["secret"]), code, after=0)
            if 0 < step <= factor.data.get("last_step", 0):
                return True
        elif any(constant_time_compare(code, each) for each in _used_codes(factor)):
            return True
    return False


def _used_codes(factor: Authenticator) -> set[str]:
    codes = factor.wrap()
    return set(codes.generate_codes()) - set(codes.get_unused_codes())


def step_of(secret: str, code: str, *, after: int = 0) -> int:
    """The half minute, later than `after`, of which the code is; 0 for none."""
    for step in yield_hotp_counters_from_time():
        if step > after and constant_time_compare(code, format_hotp_value(hotp_value(secret, step))):
            return int(step)
    return 0


def is_known_by_passkey(user: User, answer: dict[str, Any]) -> bool:
    """Whether a passkey of this person answered what their browser was asked."""
    try:
        factor = passkeys.complete_authentication(user, answer)
    except BROKEN_ANSWERS:
        return False
    finally:
        passkeys.clear_state()
    factor.record_usage()
    return True


def owner_of_passkey(answer: dict[str, Any]) -> User | None:
    """Who says to be known by this passkey; whether it is theirs, `is_known_by_passkey` tells."""
    try:
        user = passkeys.extract_user_from_response(answer)
    except BROKEN_ANSWERS:
        return None
    return User.objects.filter(may_come_in(), pk=user.pk).first() if isinstance(user, User) else None


def recovery_codes_left(user: User) -> int | None:
    """How many are unused; None where there are none at all."""
    factor = factors_of(user).filter(type=RECOVERY).first()
    return None if factor is None else len(factor.wrap().get_unused_codes())

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from ledger.refusals import Refused
from office.audit import record
from office.email_addresses import require_email
from office.face.shown import HelpContact, Texts, texts_of
from office.languages import LANGUAGES, require_language
from office.models import Company, FacePlace, FaceText, User
from office.operations.update_company import update_company

LONGEST_NAME, LONGEST_PHONE = 100, 40
ROOM = {FacePlace.GREETING: (300, 4), FacePlace.PAYING: (600, 10), FacePlace.FOOT: (600, 10), FacePlace.HOURS: (120, 2)}
"""Of each place the most characters and lines."""


@transaction.atomic
def set_face(
    company: Company,
    *,
    accent: str | None = None,
    contact: HelpContact | None = None,
    notice: str | None = None,
    texts: Mapping[tuple[str, str], str],
    by: User | None,
) -> Texts:
    """Say how a company looks to its customers from now on; what is not named, or None, stays as it is.

    Raises Refused for a colour that cannot be read on white, an address or privacy notice that is none, a
    language or place that their pages do not have, or a text too long for its place; then nothing is changed.
    """
    wanted = checked_texts(texts)
    company = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    details = _details(accent, contact, notice)
    if any(getattr(company, name) != value for name, value in details.items()):
        update_company(company.pk, details, by=by)
    before = texts_of(company)
    changed = [key for key, text in wanted.items() if text != before.get(key, "")]
    for key in changed:
        _keep(company, *key, wanted[key])
    if changed:
        record(by, "set_face", company, before=_named(before, changed), after=_named(wanted, changed))
    return texts_of(company)


def checked_texts(texts: Mapping[tuple[str, str], str]) -> Texts:
    """The texts as they would be kept. Raises Refused for one that has no place."""
    tidy = {key: _tidy(text) for key, text in texts.items()}
    for (language, place), text in tidy.items():
        _check(language, place, text)
    return tidy


def checked_contact(contact: HelpContact) -> HelpContact:
    """The contact as it would be kept. Raises Refused for an address that is none."""
    tidy = HelpContact(*(" ".join(each.split()) for each in (contact.name, contact.email, contact.phone)))
    if tidy.email:
        require_email(tidy.email)
    for name, value, most in (("name", tidy.name, LONGEST_NAME), ("phone", tidy.phone, LONGEST_PHONE)):
        if len(value) > most:
            raise Refused(f"The {name} of whom to ask has more than {most} characters.", code="text_too_long")
    return tidy


def _details(accent: str | None, contact: HelpContact | None, notice: str | None) -> dict[str, Any]:
    details = {} if accent is None else {"accent": accent}
    if contact:
        kept = checked_contact(contact)
        details |= {"help_name": kept.name, "help_email": kept.email, "help_phone": kept.phone}
    if notice is not None:
        details["privacy_notice"] = notice.strip()
    return details


def _tidy(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.replace("\0", "").strip().splitlines())
    return "\n".join(lines)


def _named(texts: Texts, keys: list[tuple[str, str]]) -> dict[str, str]:
    return {" ".join(key): texts.get(key, "") for key in keys}


def _keep(company: Company, language: str, place: str, text: str) -> None:
    if text:
        FaceText.objects.update_or_create(company=company, language=language, place=place, defaults={"text": text})
    else:
        FaceText.objects.filter(company=company, language=language, place=place).delete()


def _check(language: str, place: str, text: str) -> None:
    require_language(language)
    if place not in FacePlace.values:
        raise Refused(f"There is no text for {place!r}, but for {', '.join(FacePlace.values)}.", code="unknown_place")
    letters, lines = ROOM[FacePlace(place)]
    if len(text) > letters or len(text.splitlines()) > lines:
        where = f"{LANGUAGES[language]}, {FacePlace(place).label.lower()}"
        raise Refused(f"{where}: there is room for {letters} characters and {lines} lines.", code="text_too_long")

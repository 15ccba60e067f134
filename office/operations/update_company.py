from collections.abc import Mapping
from io import BytesIO
from typing import Any
from zoneinfo import available_timezones

from django.db import transaction
from PIL import Image, UnidentifiedImageError

from ledger.refusals import Refused
from office.audit import record
from office.creditor_identifiers import required_ach_company_id, required_creditor_identifier
from office.face.colours import require_readable
from office.face.notices import require_notice_address
from office.languages import require_language
from office.models import Company, Logo, User
from office.operations.keep_policies import policies_changing

LARGEST_LOGO = 1_000_000
LOGO_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}


@transaction.atomic
def update_company(company_id: int, values: Mapping[str, Any], *, by: User | None) -> Company:
    """Change a company's own details; documents that are issued keep what they printed.

    Raises Refused for a time zone that does not exist, as nobody could tell its day any more, for a language that has
    no words here, for a colour that cannot be read on white paper, for a privacy notice without an https address, for a
    creditor identifier that cannot be one, and for hours that end before they begin.
    """
    if "time_zone" in values and values["time_zone"] not in available_timezones():
        raise Refused("There is no such time zone. Write it like Europe/Paris.", code="unknown_time_zone")
    if "language" in values:
        require_language(values["language"])
    if values.get("creditor_identifier"):
        values = {**values, "creditor_identifier": required_creditor_identifier(values["creditor_identifier"])}
    if values.get("ach_company_id"):
        values = {**values, "ach_company_id": required_ach_company_id(values["ach_company_id"])}
    if values.get("accent"):
        require_readable(values["accent"])
    if values.get("privacy_notice"):
        require_notice_address(values["privacy_notice"])
    with policies_changing(company_id, by=by):
        return _updated(company_id, values, by)


def _updated(company_id: int, values: Mapping[str, Any], by: User | None) -> Company:
    company = Company.objects.select_for_update(no_key=True).get(pk=company_id)
    before = {name: getattr(company, name) for name in values}
    for name, value in values.items():
        setattr(company, name, value)
    if company.mail_until_hour <= company.mail_from_hour:
        raise Refused("The hours end before they begin.", code="bad_hours")
    company.full_clean(exclude=["logo", "logo_type"])
    company.save()
    changed = {name for name, value in values.items() if before[name] != value}
    record(
        by,
        "update_company",
        company,
        before={name: before[name] for name in changed},
        after={name: values[name] for name in changed},
    )
    return company


@transaction.atomic
def set_logo(company_id: int, content: bytes | None, *, by: User | None) -> Company:
    """Keep a logo (PNG or JPEG, up to 1 MB), or none. Raises Refused for anything that is no such picture."""
    company = Company.objects.select_for_update(no_key=True).get(pk=company_id)
    company.logo, company.logo_type = content, _picture_type(content) if content else ""
    company.save()
    if content:  # papers that were issued with it may be printed later
        details = {"content": content, "media_type": company.logo_type}
        Logo.objects.get_or_create(company=company, sha256=company.logo_sha256, defaults=details)
    record(by, "set_logo", company, after={"logo": company.logo_type or "none"})
    return company


def _picture_type(content: bytes) -> str:
    if len(content) > LARGEST_LOGO:
        raise Refused("A logo has at most 1 MB. Save it smaller and try again.", code="logo_too_large")
    try:
        with Image.open(BytesIO(content)) as picture:
            picture.verify()
            kind = picture.format
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as error:
        raise Refused("That file is not a picture. A logo is a PNG or JPEG file.", code="not_a_picture") from error
    if kind not in LOGO_TYPES:
        raise Refused(f"{kind} pictures cannot be used. A logo is a PNG or JPEG file.", code="not_a_picture")
    return LOGO_TYPES[kind]

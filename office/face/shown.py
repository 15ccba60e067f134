"""A company's face: what its customers see of it on their pages and in its mails.

Its colour is on their papers too; its texts are in each language, else in the company's usual one, else nowhere.
"""

from dataclasses import dataclass

from office.models import Company, FacePlace

Texts = dict[tuple[str, str], str]
"""Words by language and place."""


@dataclass(frozen=True)
class Said:
    """A company's own words, and the language that they are in."""

    text: str = ""
    language: str = ""

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True)
class HelpContact:
    """Whom customers may ask; the company's own address and phone where it names no others."""

    name: str = ""
    email: str = ""
    phone: str = ""

    @property
    def dialled(self) -> str:
        """The phone number as a phone takes it."""
        return "".join(sign for sign in self.phone if sign.isdecimal() or sign == "+")


@dataclass(frozen=True)
class Face:
    """What a reader of one language sees of a company."""

    accent: str
    help: HelpContact
    greeting: Said = Said()
    paying: Said = Said()
    foot: Said = Said()
    hours: Said = Said()
    names_help: bool = False
    """Whether the company says whom to ask, rather than only where it is."""
    privacy_notice: str = ""
    """Where it stands; empty for a company without one."""


def face_of(company: Company, language: str, texts: Texts | None = None) -> Face:
    """The face of a company for a reader of a language; with other texts than the kept ones for a look at them."""
    texts = texts_of(company) if texts is None else texts
    languages = (language.partition("-")[0], company.language)
    words = {place: _said(texts, place, languages) for place in FacePlace.values}
    asked = HelpContact(company.help_name, company.help_email, company.help_phone)
    contact = HelpContact(asked.name, asked.email or company.email, asked.phone or company.phone)
    names_help = asked != HelpContact() or bool(words[FacePlace.HOURS])
    return Face(company.accent, contact, **words, names_help=names_help, privacy_notice=company.privacy_notice)


def texts_of(company: Company) -> Texts:
    """All that a company says itself."""
    return {(row.language, row.place): row.text for row in company.face_texts.all()}


def _said(texts: Texts, place: str, languages: tuple[str, str]) -> Said:
    found = (Said(texts[language, place], language) for language in languages if texts.get((language, place)))
    return next(found, Said())

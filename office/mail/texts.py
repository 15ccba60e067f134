"""The words of mails that a company may edit, and the built-in ones where it did not.

**The door for a room that writes mails.** When it starts it says what its mails leave open:

    register_text(TextKind("reminder", "Reminder", variables=(...), default=default_text, stages=stages_of, sample=...))

and where it composes a mail it asks for the words, in the reader's language as `as_written_in` gives it:

    words = words_for("reminder", "2", language, company, {"name": contact.name, "amount": money(...), ...})
    Letter(contact.name, contact.email, words.subject, words.text, words.html)

Values are finished text in that language (format them inside `override(language)`); each declared variable has one, an
empty one where there is nothing to say. A Piece is something laid out, such as a button (office.mail.pieces). Braces in
a value stay text, and HTML escapes all that is typed. The company's own text of that kind, stage and language comes
first, else the kind's default, whose words are translated by gettext like every paper's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi, override
from django.utils.translation import gettext as _

from ledger.refusals import Refused
from office.face.shown import Face, face_of
from office.mail.pieces import ACCENT, USUAL_ACCENT
from office.mail.variables import Paragraph, Value, Variable, filled, paragraphs_of, require_known
from office.models import Company, MailText, User
from office.written import apart

USUAL: Mapping[str, str] = {"": "Usual"}


@dataclass(frozen=True)
class Text:
    """A subject and a body whose paragraphs stand between blank lines; both may name variables in braces."""

    subject: str
    body: str


@dataclass(frozen=True)
class TextKind:
    """What a room knows of the words of its mails; `kind` is that of its MailKind, `title` staff's word for it.

    `default` gives the built-in text of a stage in the language that is now the reader's; `stages` the stages that a
    company has, with staff's word for each; `sample` made-up values for a preview, in the language that is now the
    reader's; `real` those of something that a member of staff sees of a customer, or None. A text that does not name
    what is `required` is refused.
    """

    kind: str
    title: str
    variables: tuple[Variable, ...]
    default: Callable[[Company, str], Text]
    sample: Callable[[Company, str], Mapping[str, Value]]
    stages: Callable[[Company], Mapping[str, str]] = lambda company: USUAL
    real: Callable[[User, int, str], Mapping[str, Value] | None] = lambda reader, customer_id, stage: None
    required: frozenset[str] = frozenset()


TEXTS: dict[str, TextKind] = {}


def register_text(kind: TextKind) -> None:
    """Make the words of a kind of mail known."""
    TEXTS[kind.kind] = kind


@dataclass(frozen=True)
class Words:
    """A mail's words in one language, filled in; small print stands below, and for customers whom to ask."""

    subject: str
    paragraphs: list[Paragraph]
    company: Company
    language: str
    small_print: str = ""
    is_for_staff: bool = False

    @cached_property
    def face(self) -> Face | None:
        """What a customer sees of the company."""
        return None if self.is_for_staff else face_of(self.company, self.language)

    @property
    def text(self) -> str:
        """All of it as plain text."""
        with override(self.language):
            below = [*(_told_of(self.face) if self.face else []), self.small_print]
        small = "\n\n".join(filter(None, below))
        return "\n\n".join([each.text for each in self.paragraphs] + ([f"--\n{small}"] if small else [])) + "\n"

    @property
    def html(self) -> str:
        """The same as a page of HTML, laid out as all our mails are."""
        accent = self.face.accent if self.face else ""
        with override(self.language):
            context = {
                "language": get_language(),
                "text_direction": "rtl" if get_language_bidi() else "ltr",
                "words": self,
                "accent": accent,
                "paragraphs": [_coloured(each, accent or USUAL_ACCENT) for each in self.paragraphs],
            }
            return render_to_string("office/mail/letter.html", context)


def _coloured(paragraph: Paragraph, accent: str) -> Paragraph:
    if not paragraph.is_piece:
        return paragraph
    return replace(paragraph, html=SafeString(paragraph.html.replace(ACCENT, accent)))


def _told_of(face: Face) -> list[str]:
    """Whom to ask, and what a company says at the foot, as plain text."""
    asked = [each for each in (face.help.name, face.help.email, face.help.phone) if each]
    whom = [_("Questions?"), *map(apart, asked), face.hours.text] if face.names_help else []
    return ["\n".join(filter(None, whom)), face.foot.text]


def words_for(
    kind: str, stage: str, language: str, company: Company, values: Mapping[str, Value], small_print: str = ""
) -> Words:
    """The words of a mail: the company's own where it has some for this stage and language, else the built-in ones."""
    text_kind = TEXTS[kind]
    return words_of(text_in_use(text_kind, stage, language, company), text_kind, language, company, values, small_print)


def words_of(
    text: Text, kind: TextKind, language: str, company: Company, values: Mapping[str, Value], small_print: str = ""
) -> Words:
    """A text filled in, whether it is in use or not."""
    paragraphs = paragraphs_of(text.body, kind.variables, values)
    return Words(filled(text.subject, values), paragraphs, company, language, small_print)


def text_in_use(kind: TextKind, stage: str, language: str, company: Company) -> Text:
    """The text of a stage in a language. One whose variables are known no more gives way to the built-in one."""
    own = own_text(kind.kind, stage, language, company)
    if own is not None:
        try:
            require_known(own.subject, own.body, kind.variables)
        except Refused:
            own = None
    return Text(own.subject, own.body) if own else default_text(kind, stage, language, company)


def default_text(kind: TextKind, stage: str, language: str, company: Company) -> Text:
    """The built-in text of a stage in a language."""
    with override(language):
        return kind.default(company, stage)


def own_text(kind: str, stage: str, language: str, company: Company) -> MailText | None:
    """The company's own text in force, if there is one."""
    last = latest_version(kind, stage, language, company)
    return last if last and last.body else None


def latest_version(kind: str, stage: str, language: str, company: Company) -> MailText | None:
    """The newest version of a text; one without a body says that the built-in one is used again."""
    plain = language.partition("-")[0]
    rows = MailText.objects.filter(company=company, kind=kind, stage=stage, language=plain, is_trial=False)
    return rows.order_by("-version").first()


def own_texts(company: Company) -> list[MailText]:
    """All of the company's own texts that are in force."""
    rows = MailText.objects.filter(company=company, is_trial=False).order_by("kind", "stage", "language", "-version")
    return [row for row in rows.distinct("kind", "stage", "language") if row.body and row.kind in TEXTS]

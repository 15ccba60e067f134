"""How the demo office looks to its customers."""

from office.face.shown import HelpContact
from office.models import Company, User
from office.operations.set_face import set_face

ACCENT = "#0f5c6e"
NOTICE = "https://harbourfinch.example/privacy"
TEXTS = {
    ("en", "greeting"): "Thank you for working with us.",
    (
        "en",
        "paying",
    ): "Payments reach us within a day. We never change our account by e-mail: if a mail says so, please call us.",
    ("en", "foot"): "Harbour & Finch Ltd. Directors: E. Harbour, J. Finch.",
    ("en", "hours"): "Monday to Friday, 9 to 17, London time",
    ("de", "greeting"): "Danke, dass Sie mit uns arbeiten.",
    ("de", "paying"): "Zahlungen sind binnen eines Tages bei uns. Unser Konto ändern wir nie per E-Mail: Wenn eine "
    "E-Mail das behauptet, rufen Sie uns bitte an.",
    ("de", "hours"): "Montag bis Freitag, 10 bis 18 Uhr",
    ("fr", "greeting"): "Merci de travailler avec nous.",
    ("fr", "hours"): "Du lundi au vendredi, de 10 h à 18 h",
}


def add_face(company: Company, by: User) -> None:
    """A colour, words in three languages, whom to ask, and a privacy notice."""
    contact = HelpContact("Billing team", "help@harbourfinch.example", "+44 117 496 0124")
    set_face(company, accent=ACCENT, contact=contact, notice=NOTICE, texts=TEXTS, by=by)

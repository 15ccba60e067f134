"""What a customer's pages answer to whoever holds their link, and what they name: a page without a row here fails."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """A page behind a link: what its owner gets by looking and by an empty form (0: it takes none), and of which kind
    the thing is that its address names besides the link."""

    looks: int = 200
    sends: int = 0
    names: str = ""


PAGES = {
    "portal:document": Page(),
    "portal:renew": Page(302, 302),
    "portal:pdf": Page(),
    "portal:xml": Page(404),
    "portal:file": Page(names="attachment"),
    "portal:logo": Page(),
    "portal:open_dispute": Page(200, 200),
    "portal:dispute": Page(200, 200, names="dispute"),
    "portal:dispute_file": Page(names="dispute_file"),
    "portal:choices": Page(200, 200),
    "portal:seen": Page(0, 204),
    "promising:promise": Page(200, 200),
    "paying:tell_paid": Page(200, 200),
    "account:from_document": Page(200, 302),
    "paying:pay": Page(200, 200),
    "paying:after": Page(names="payment"),
    "paying:receipt": Page(names="receipt"),
    "account:page": Page(),
    "account:renew": Page(302, 302),
    "account:code": Page(302, 302),
    "account:pdf": Page(),
    "account:xlsx": Page(),
    "account:statement_now": Page(),
    "account:documents": Page(),
    "account:archive": Page(200, 302),
    "account:archive_file": Page(302),
    "account:document_pdf": Page(names="invoice"),
    "account:document": Page(302, names="document"),
    "account:statement": Page(names="statement"),
    "account:plan": Page(200, 200, names="plan"),
    "account:plan_pdf": Page(names="plan"),
    "account:pay": Page(200, 200),
    "account:after_paying": Page(names="account_payment"),
    "account:ask_plan": Page(200, 200),
    "account:mandate": Page(200, 200),
    "account:mandate_pdf": Page(names="mandate"),
    "account:end_mandate": Page(0, 200, names="mandate"),
    "account:details": Page(200, 200),
    "account:choices": Page(200, 200),
    "account:logo": Page(),
    "account:seen": Page(0, 204),
}
"""By the page's name."""

OTHERWISE = {
    "": "under api/: nothing but that there is no such address",
    "healthz": "no customer's",
    "readyz": "no customer's",
    "metrics": "no customer's",
    "office:log_in": "no customer's",
    "office:log_in_code": "no customer's",
    "office:forgot": "no customer's",
    "office:choose_password": "no customer's",
    "office:log_in_link": "a token's own address: tests/office/test_log_in_links.py",
    "office:sign_on": "no customer's",
    "office:sign_on_back": "no customer's",
    "office:sign_on_back_by_saml": "no customer's",
    "office:saml_metadata": "no customer's",
    "office:passkey_question": "no customer's",
    "office:log_out": "no customer's",
    "portal:enter": "a token's own address: tests/credit_control/test_link_renewal.py",
    "account:enter": "a token's own address: tests/credit_control/test_link_renewal.py",
    "office:face_style": "a style sheet that follows from a colour alone: tests/office/test_face.py",
    "own:stop": "a signed address in a mail: tests/customers/test_make_own_choice.py",
    "practice_checkout": "the practice provider's: tests/payments/test_online_payment.py",
    "office:mail_events": "a mail service's: tests/office/test_mail_events.py",
    "payment_webhook": "a provider's: tests/payments/test_online_events.py",
}
"""Open routes that are no page behind a link."""
WITHOUT_CODE = {"account:code": 200, "account:renew": 302, "account:logo": 200}
"""What the link to an account opens before the code was typed; all other pages lead to the code."""

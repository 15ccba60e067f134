"""What a mail service tells of our mails by webhook, read by django-anymail: only what came back or was complained of.

Our mails leave by SMTP and carry their own id where each service gives it back. An event has to be guarded, by the
service's signature or by a name and password; a service without such a secret is not known at all. That a mail was
delivered or opened is nothing to us: machines open mails.
"""

import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType
from anymail.webhooks.amazon_ses import AmazonSESBaseWebhookView, AmazonSESTrackingWebhookView
from anymail.webhooks.brevo import BrevoTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.mailjet import MailjetTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from anymail.webhooks.sendgrid import SendGridTrackingWebhookView
from anymail.webhooks.sparkpost import SparkPostTrackingWebhookView
from django.conf import settings
from django.http import HttpRequest

from office.mail.returned import OURS
from office.mail.sns import NotAmazons, require_amazons
from office.mail_codes import COMPLAINT, code_in

BACK = {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}
LONGEST_WORDS = 400


class NotGuarded(Exception):
    """The event is not signed, or by somebody else."""


class NotRead(Exception):
    """The event is not as the service writes it."""


class SesTracking(AmazonSESTrackingWebhookView):  # type: ignore[misc]  # it has no types
    """Amazon's events without Amazon's library, which only confirms the subscription: a person does that there."""

    def __init__(self, **secrets: object) -> None:
        self.auto_confirm_enabled = False
        super(AmazonSESBaseWebhookView, self).__init__(**secrets)

    def validate_request(self, request: HttpRequest) -> None:
        """What the library asks, and what it leaves out: whether Amazon signed the message."""
        super().validate_request(request)
        try:
            require_amazons(self._parse_sns_message(request))
        except NotAmazons as error:
            raise AnymailWebhookValidationFailure(str(error)) from error


SERVICES = {
    "mailgun": MailgunTrackingWebhookView,
    "postmark": PostmarkTrackingWebhookView,
    "sendgrid": SendGridTrackingWebhookView,
    "ses": SesTracking,
    "brevo": BrevoTrackingWebhookView,
    "mailjet": MailjetTrackingWebhookView,
    "sparkpost": SparkPostTrackingWebhookView,
}
SIGNED = {"mailgun": "webhook_signing_key", "sendgrid": "tracking_webhook_verification_key"}
"""Services that sign, and what anymail calls the key."""


@dataclass(frozen=True)
class MailEvent:
    """A mail of ours that came back or was called spam."""

    envelope_id: str
    is_complaint: bool
    code: str
    said: str


def guards_of(service: str) -> dict[str, str]:
    """The secrets by which a service's events are known; none for a service that is not set up."""
    if service not in SERVICES:
        return {}
    found = {"webhook_secret": settings.MAIL_EVENTS_LOGIN}
    if service in SIGNED:
        found[SIGNED[service]] = settings.MAIL_EVENTS_KEYS.get(service, "")
    return {name: secret for name, secret in found.items() if secret}


def read_events(service: str, request: HttpRequest) -> tuple[list[MailEvent], int]:
    """The events that say a mail came back, and how many said something else or were about no mail of ours.

    Raises NotGuarded and NotRead; nothing of such a request is believed.
    """
    guards = guards_of(service)
    if not guards:
        raise NotGuarded
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the library, that it gives up a service some day
        view = SERVICES[service](**guards)
    view.setup(request)
    try:
        view.run_validators(request)
    except AnymailWebhookValidationFailure as error:
        raise NotGuarded from error
    except Exception as error:
        raise NotRead from error
    try:
        told = list(view.parse_events(request))
        back = [event for each in told for event in _back(each)]
    except Exception as error:
        raise NotRead from error
    return back, len(told) - len(back)


def _back(event: AnymailTrackingEvent) -> Iterator[MailEvent]:
    is_complaint = event.event_type == EventType.COMPLAINED
    if not is_complaint and event.event_type not in BACK:
        return
    named = OURS.search(f"{event.message_id} {json.dumps(event.metadata, default=str)} {_told(event)}")
    if named:
        said = " ".join(f"{event.mta_response or ''} {event.description or ''}".split())[:LONGEST_WORDS]
        code = COMPLAINT if is_complaint else code_in(said)
        yield MailEvent(named.group(), is_complaint, code, said.replace("\0", ""))


def _told(event: AnymailTrackingEvent) -> str:
    """All of the event as the service wrote it."""
    return json.dumps(event.esp_event, default=str)

"""How a mail service is told a mail's own id, so that its events name it."""

import json


def named_for(service: str, envelope_id: str) -> dict[str, str]:
    """The headers by which a service gives a mail's own id back with its events."""
    value = json.dumps({"mail": envelope_id})
    return {
        "mailgun": {"X-Mailgun-Variables": value},
        "postmark": {"X-PM-Metadata-mail": envelope_id},
        "sendgrid": {"X-SMTPAPI": json.dumps({"unique_args": {"mail": envelope_id}})},
        "sparkpost": {"X-MSYS-API": json.dumps({"metadata": {"mail": envelope_id}})},
        "mailjet": {"X-MJ-CustomID": envelope_id},
        "brevo": {"X-Mailin-custom": envelope_id},
    }.get(service, {})

"""Paying online: providers of checkout pages, one interface to them, and which of them this office has.

A provider is asked for an amount and answers by events that it signs. What it reports is checked against what was
asked; see payments/operations/take_provider_event.py. Keys come from the environment, and no card number comes here.
"""

from payments.online.provider import BadSignature, Checkout, Notice, NoticeKind, Provider, ProviderUnavailable, Started
from payments.online.registry import provider_named, providers

__all__ = [
    "BadSignature",
    "Checkout",
    "Notice",
    "NoticeKind",
    "Provider",
    "ProviderUnavailable",
    "Started",
    "provider_named",
    "providers",
]

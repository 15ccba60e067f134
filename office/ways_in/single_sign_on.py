"""Logging in by the company's own provider (OpenID Connect): code flow with PKCE, state, nonce and a signed ID token.

The provider says who it is; who works here, we say. allauth's client is turned down: it takes ID tokens that came by
the back channel without looking at their signature, and sends no nonce.
"""

import logging
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
import requests
from django.conf import settings
from django.utils.crypto import constant_time_compare

log = logging.getLogger(__name__)

SECONDS = 5
"""So long a provider may take for each answer."""
SIGNED_BY = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Only what is signed by a key that the provider alone has; never `none`, never by a secret that both have."""
LEEWAY = 60
CLAIMS = ["exp", "iat", "iss", "aud", "sub", "nonce"]


class SignOnFailed(Exception):
    """The provider did not say who it is, or not in a way that can be believed; the message is for our log."""


@dataclass(frozen=True)
class Asked:
    """What one browser was sent to the provider with; it comes back to the same one."""

    state: str
    nonce: str
    verifier: str
    next: str


def is_set_up() -> bool:
    """Whether there is a provider by OpenID Connect."""
    return bool(settings.OIDC_ISSUER and settings.OIDC_CLIENT_ID)


def ask(next_page: str) -> tuple[str, dict[str, str]]:
    """The provider's address to go to, and what the session remembers until the answer. Raises SignOnFailed."""
    asked = Asked(token_urlsafe(32), token_urlsafe(32), token_urlsafe(48), next_page)
    challenge = urlsafe_b64encode(sha256(asked.verifier.encode()).digest()).decode().rstrip("=")
    query = {
        "response_type": "code",
        "client_id": settings.OIDC_CLIENT_ID,
        "redirect_uri": callback(),
        "scope": "openid email",
        "state": asked.state,
        "nonce": asked.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    address = provider()["authorization_endpoint"]
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}", asdict(asked)


def verified_email(answer: Mapping[str, str], asked: Asked) -> str:
    """The address that the provider vouches for. Raises SignOnFailed."""
    if not constant_time_compare(answer.get("state", ""), asked.state):
        raise SignOnFailed("The state is another browser's.")
    if "code" not in answer:
        raise SignOnFailed(f"The provider said: {answer.get('error', 'nothing')[:100]}")
    claims = _claims(_id_token(answer["code"], asked.verifier))
    if not constant_time_compare(str(claims["nonce"]), asked.nonce):
        raise SignOnFailed("The ID token was made for another log-in.")
    if claims.get("azp", settings.OIDC_CLIENT_ID) != settings.OIDC_CLIENT_ID:
        raise SignOnFailed("The ID token was made for another program.")
    if claims.get("email_verified") is not True or not claims.get("email"):
        raise SignOnFailed("The provider does not vouch for the address.")
    return str(claims["email"]).strip().lower()


def callback() -> str:
    """Where the provider sends people back to: of SITE_URL, never of a header."""
    return f"{settings.SITE_URL}/log-in/sso/back/"


def provider() -> dict[str, Any]:
    """What the provider says of itself. Raises SignOnFailed where that is not the one that was named."""
    said = _json("GET", f"{settings.OIDC_ISSUER.rstrip('/')}/.well-known/openid-configuration")
    if said.get("issuer") != settings.OIDC_ISSUER:
        raise SignOnFailed(f"The provider calls itself {str(said.get('issuer'))[:100]}.")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        require_safe(str(said.get(name, "")))
    return said


def _id_token(code: str, verifier: str) -> str:
    said = provider()
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": callback(),
        "client_id": settings.OIDC_CLIENT_ID,
        "code_verifier": verifier,
    }
    login = (settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET)
    if "client_secret_basic" not in said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]):
        form["client_secret"], login = settings.OIDC_CLIENT_SECRET, None  # type: ignore[assignment]  # either way
    told = _json("POST", said["token_endpoint"], data=form, auth=login)
    return str(told.get("id_token", ""))


def _claims(token: str) -> dict[str, Any]:
    try:
        keys = jwt.PyJWKSet.from_dict(_json("GET", provider()["jwks_uri"]))
        header = jwt.get_unverified_header(token)
        key = keys[header["kid"]] if "kid" in header else keys.keys[0]
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=SIGNED_BY,
            audience=settings.OIDC_CLIENT_ID,
            issuer=settings.OIDC_ISSUER,
            leeway=LEEWAY,
            options={"require": CLAIMS},
        )
    except (jwt.PyJWTError, KeyError, IndexError) as error:
        raise SignOnFailed(f"The ID token does not hold: {error}") from error
    return claims


def _json(method: str, address: str, **more: Any) -> dict[str, Any]:
    require_safe(address)
    try:
        answer = requests.request(method, address, timeout=SECONDS, allow_redirects=False, **more)
        answer.raise_for_status()
        said = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise SignOnFailed(f"{urlsplit(address).hostname} gave no answer: {type(error).__name__}") from error
    if not isinstance(said, dict):
        raise SignOnFailed("The provider's answer is none.")
    return said


def require_safe(address: str) -> None:
    """Raise SignOnFailed for an address without TLS, save this machine's own, for trials."""
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1"):
        raise SignOnFailed("The provider's addresses need https.")

"""A small OpenID Connect provider of the tests' own: real HTTP on this machine, real keys, real signatures."""

import json
import threading
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "duebook", "a secret of both"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Provider:
    """What it says of whoever logs in, and what it was asked; what is a time from now is said as a moment."""

    address: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    key: Any = KEY
    algorithm: str = "RS256"
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def log_in(self, asked: str) -> str:
        """The address to which somebody who logs in there is sent back; a person would do it in a browser."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(asked).query).items()}
        assert (query["response_type"], query["client_id"]) == ("code", CLIENT)
        code = sha256(query["state"].encode()).hexdigest()
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def description(self) -> dict[str, Any]:
        own = {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
        }
        return own | self.said

    def keys(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        return {"keys": [public | {"kid": "one", "use": "sig", "alg": "RS256"}]}

    def token(self, form: dict[str, str], login: str) -> dict[str, Any] | None:
        """The signed word on who it is, for a code that was given, once, to who asked for it."""
        query = self.codes.pop(form["code"], None)
        if query is None or login != f"{CLIENT}:{SECRET}" or form["redirect_uri"] != query["redirect_uri"]:
            return None
        challenge = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        if challenge != query["code_challenge"]:
            return None
        usual = {"iss": self.address, "aud": CLIENT, "sub": "7", "nonce": query["nonce"], "email_verified": True}
        claims = usual | {"iat": timedelta(), "exp": timedelta(minutes=5)} | self.claims
        claims = {name: _as_claim(value) for name, value in claims.items() if value is not None}
        key = None if self.algorithm == "none" else SECRET if self.algorithm == "HS256" else self.key
        return {"access_token": "a", "id_token": jwt.encode(claims, key, self.algorithm, headers={"kid": "one"})}


def _as_claim(value: Any) -> Any:
    return int(time() + value.total_seconds()) if isinstance(value, timedelta) else value


@contextmanager
def running_provider(settings: Any) -> Iterator[Provider]:
    """The provider, and Duebook told of it."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            pages = {"/.well-known/openid-configuration": provider.description, "/keys": provider.keys}
            page = pages.get(self.path)
            self.answer(page() if page else None)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            login = b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
            self.answer(provider.token(form, login))

        def answer(self, said: dict[str, Any] | None) -> None:
            content = json.dumps(said or {"error": "invalid_grant"}).encode()
            self.send_response(200 if said else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *said: Any) -> None:
            """Nothing: tests speak for themselves."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    provider.address = f"http://127.0.0.1:{server.server_address[1]}"
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = provider.address, CLIENT, SECRET
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
